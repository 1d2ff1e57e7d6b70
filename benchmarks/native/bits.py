#!/usr/bin/env python3
"""Writes the page of bits.csv: bits.py CSV PAGE."""

import collections
import csv
import pathlib
import re
import statistics
import sys

PROCESSORS = {
    "x64": ("x86-64", 64, "C, as it is"),
    "arm64": ("Arm", 64, "C, in qemu"),
    "arm": ("Arm", 32, "C, in qemu"),
    "wasm": ("WebAssembly", 32, "C#, interpreted, in node"),
}

# By processor, work and contender, of each start: the times of its rounds.
values = collections.defaultdict(lambda: collections.defaultdict(list))
works = {}
with open(sys.argv[1], encoding="utf-8") as file:
    for row in csv.DictReader(file):
        works[row["work"]] = None
        values[row["processor"], row["work"], row["contender"]][row["start"]].append(float(row["ns"]))
processors = [name for name in PROCESSORS if any(processor == name for processor, _, _ in values)]
starts = min(len(times) for times in values.values())
rounds = min(len(times) for by_start in values.values() for times in by_start.values())


def medians(processor, work):
    """BitSlab's time by malloc's round by round, the median of each start."""
    mallocs = values[processor, work, "malloc"]
    return [
        statistics.median(time / other for time, other in zip(times, mallocs[start]))
        for start, times in values[processor, work, "bitslab"].items()
    ]


def fastest(processor, work):
    return min(map(min, values[processor, work, "bitslab"].values())) / min(map(min, values[processor, work, "malloc"].values()))


def narrowed(contender, work):
    """The time on Arm of 32 bits by that of the same files on Arm of 64: the median of all rounds."""
    arm, arm64 = (statistics.median(sum(values[name, work, contender].values(), [])) for name in ("arm", "arm64"))
    return arm / arm64


def percent(share):
    return f"{(1 - share) * 100:.0f} % less" if share <= 1 else f"{(share - 1) * 100:.0f} % more"


def row(name):
    what, bits, how = PROCESSORS[name]
    samples = [medians(name, work) for work in works]
    mean = statistics.geometric_mean(map(statistics.median, samples))
    cells = [
        f"{statistics.median(sample):.2f} ({min(sample):.2f} to {max(sample):.2f}), {fastest(name, work):.2f}"
        for sample, work in zip(samples, works)
    ]
    return [what, str(bits), how, *cells, f"{mean:.2f}: {percent(mean)}"]


head = ["processor", "bits", "how", *(re.sub(r"\b(\d+)(\d{3})\b", r"\1,\2", work) for work in works), "mean"]
lines = [head, ["---", "--:", "---", *["--:"] * (len(works) + 1)], *(row(name) for name in processors)]
table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
narrow_table = ""
if {"arm", "arm64"} <= set(processors):
    narrow = [["Arm, 32 bits by 64", *head[3:]], ["---", *["--:"] * (len(works) + 1)]]
    for contender, name in ("bitslab", "BitSlab"), ("malloc", "the C library's malloc"):
        ratios = [narrowed(contender, work) for work in works]
        narrow.append([name, *(f"{ratio:.2f}" for ratio in ratios), f"{statistics.geometric_mean(ratios):.2f}"])
    narrow_table = "\n".join("| " + " | ".join(line) + " |" for line in narrow)
missing = [name for name in PROCESSORS if name not in processors]
pathlib.Path(sys.argv[2]).write_text(
    f"""# 32 bits beside 64

BitSlab's time by that of the C library's malloc on the same processor: below 1 BitSlab is faster. Each round has both, one soon after the other in one process.
Of the {rounds} rounds of a start the median, of {starts} starts the median of that, in brackets the least and the greatest; last the ratio of the fastest rounds of all. Written by
`bash benchmarks/native/bits.sh`, with all rounds in [bits.csv](bits.csv).

The allocator that BitSlab follows was reported to be 40 % faster than malloc on x64, and a bit less on x86. This is that row, on the systems of 32 bits that can be
run here. x86 itself is not among them: the IL compiler has no code generator for it on Linux.

{table}

The same build of 32 bits beside that of 64, both in qemu: the time of the one by that of the other, median of all rounds.

{narrow_table}

- In C it is `bs_malloc` and `bs_free` of the static library, one build of the same files for each processor, beside glibc's. In C# it is `SlabMemory` beside `NativeMemory`,
  which is emscripten's malloc there.
- **Ratios only, and rough ones**: qemu and the interpreter take many times what a processor takes, and not the same multiple for each instruction. Interpreted, a call from
  C# to C costs much, and `NativeMemory` is such a call, where `SlabMemory` stays in C#; from start to start that call takes one of two times, of which one is thrice the other. The same on an interpreter of 64 bits is not to be had: the runtime that
  is used in WebAssembly has no package for Linux. So the row for Arm of 32 bits is to be compared with that of 64, not with x86-64.
- What 32 bits cost BitSlab: a word of a bitmap is two registers. On Arm the shift that makes a block's bit, the search for the lowest bit, and the store with which a free
  ends, in one piece of 64 bits (`ldrexd`, `strexd`), are calls of C.
""" + (f"- Not measured: {', '.join(missing)}.\n" if missing else ""),
    encoding="utf-8",
)
