#!/usr/bin/env python3
"""Writes the page of native.csv: report.py CSV PAGE"""

import collections
import csv
import math
import statistics
import sys

values = collections.defaultdict(lambda: collections.defaultdict(list))
peaks = collections.defaultdict(lambda: collections.defaultdict(list))
groups = collections.defaultdict(dict)
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    groups[row["group"]][row["work"]] = None
    values[row["work"]][row["contender"]].append(float(row["value"]))
    if float(row["peak"]):
        peaks[row["work"]][row["contender"]].append(float(row["peak"]))
contenders = list(dict.fromkeys(c for work in values.values() for c in work))
peers = [c for c in contenders if c != "bitslab"]


def mean(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios)))


def table(works, cell, last=None):
    lines = ["| | " + " | ".join(contenders) + " |", "|---|" + "--:|" * len(contenders)]
    lines += [f"| {work} | " + " | ".join(cell(work, c) for c in contenders) + " |" for work in works]
    if last:
        lines.append("| **geometric mean, by bitslab** | " + " | ".join(f"{last(c):.2f}" for c in contenders) + " |")
    return "\n".join(lines)


def both(work, contender):
    times = values[work][contender]
    return f"{min(times):,.1f} / {statistics.median(times):,.1f}" if times else "-"


def ratio(work, other, own="bitslab"):
    return statistics.median(values[work][own]) / statistics.median(values[work][other])


def geometric(works, contender):
    return mean(1 / ratio(work, contender) for work in works)


programs, traces, micro = (list(groups[name]) for name in ("program", "trace", "micro"))
times = {work: ratio(work, "mimalloc") for work in programs}
memory = {work: statistics.median(peaks[work]["bitslab"]) / min(statistics.median(peaks[work][p]) for p in peers) for work in programs}
goals = [
    ("programs: CPU time by mimalloc's, geometric mean", 1.03, mean(times.values()), ""),
    ("the slowest program", 1.10, max(times.values()), max(times, key=times.get)),
    ("peak memory by the best peer's, geometric mean", 1.10, mean(memory.values()), ""),
    ("the largest", 1.25, max(memory.values()), max(memory, key=memory.get)),
    ("traces: time by mimalloc's, geometric mean", 1.0, mean(ratio(work, "mimalloc") for work in traces), ""),
    ("one thread allocates, another frees", 0.8, ratio("one allocates, another frees", "mimalloc"), ""),
    ("a pair of 64 bytes", 1.6, ratio("pair of 64", "mimalloc"), ""),
]
page = [
    "# In malloc's place: measured",
    "Written by `bash benchmarks/native/run.sh` from [native.csv](native.csv), which it measures first: `libbitslab-malloc.so` with `LD_PRELOAD` beside others, contenders "
    "in turn, two cores that are shared with others. [BitSlab without .NET](../native.md) tells of the library. Ratios are of medians.",
    "## Goals",
    "| goal | at most | measured | verdict |\n|---|--:|--:|---|\n"
    + "\n".join(f"| {what}{f' ({where})' if where else ''} | {limit} | {got:.2f} | {'met' if got <= limit else '**missed**'} |" for what, limit, got, where in goals),
    "## Programs",
    "CPU time in ms, minimum / median.",
    table(programs, both, lambda c: geometric(programs, c)),
    "Peak resident memory in MiB, median.",
    table(programs, lambda work, c: f"{statistics.median(peaks[work][c]) / 1024:,.1f}",
          lambda c: mean(statistics.median(peaks[w][c]) / statistics.median(peaks[w]["bitslab"]) for w in programs)),
    "## Traces",
    "Recorded programs replayed on one thread, first and last byte of each block written: ns per event, minimum / median.",
    table(traces, both, lambda c: geometric(traces, c)),
    "## Small pieces of work",
    "ns per block, minimum / median.",
    table(micro, both),
]
open(sys.argv[2], "w", encoding="utf-8").write("\n\n".join(page) + "\n")
