#!/usr/bin/env python3
"""Writes the page of native.csv: report.py CSV PAGE. What explains misses stands in docs/benchmarks/native-reasons.md, written by hand."""

import collections
import csv
import math
import pathlib
import statistics
import sys

REASONS = pathlib.Path(__file__).parents[2] / "docs/benchmarks/native-reasons.md"
RINGS = {size: f"one allocates, another frees, ring of {size}" for size in ("1,024", "65,536")}

# By work, measure and contender: the value of each round.
values = collections.defaultdict(dict)
groups = collections.defaultdict(dict)
with open(sys.argv[1], encoding="utf-8") as file:
    for row in csv.DictReader(file):
        groups[row["group"]][row["work"]] = None
        values[row["work"], row["measure"], row["contender"]][row["round"]] = float(row["value"])
contenders = list(dict.fromkeys(contender for _, _, contender in values))
peers = [contender for contender in contenders if contender != "bitslab"]
programs, traces, micro = (list(groups[name]) for name in ("program", "trace", "micro"))
rounds = len(values[programs[0], "cpu", "bitslab"])


def median(work, measure, contender):
    return statistics.median(values[work, measure, contender].values())


def ratios(work, measure, other="mimalloc"):
    """BitSlab's by another's, round by round: the two ran one soon after the other."""
    others = values[work, measure, other]
    return [value / others[number] for number, value in values[work, measure, "bitslab"].items()]


def ratio(work, measure, other="mimalloc"):
    return statistics.median(ratios(work, measure, other))


def interval(sample):
    """Two of the sample between which its median lies with at least 95 %, or None when there are too few: how many lie below it is binomial."""
    outside, below = 0, 0.0
    while (below := below + math.comb(len(sample), outside) / 2 ** len(sample)) <= 0.025:
        outside += 1
    ordered = sorted(sample)
    return (ordered[outside - 1], ordered[-outside]) if outside else None


def mean(sample):
    return statistics.geometric_mean(sample)


def between(bounds):
    return f"{bounds[0]:.2f} to {bounds[1]:.2f}" if bounds else "too few rounds"


def table(head, lines, texts=0):
    """Of the columns the first is text, and so are as many at the end."""
    rows = [head, ["---"] + ["--:"] * (len(head) - 1 - texts) + ["---"] * texts, *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def times(works, measure):
    """Minimum and median of each contender, and by how much the others differ from bitslab."""
    cells = [[f"{min(values[w, measure, c].values()):,.1f} / {median(w, measure, c):,.1f}" for c in contenders] for w in works]
    last = [f"{mean([1 / ratio(w, measure, c) for w in works]):.2f}" for c in contenders]
    return table(["", *contenders], [[w, *row] for w, row in zip(works, cells)] + [["**geometric mean, by bitslab**", *last]])


def peaks():
    cells = [[f"{median(w, 'peak', c) / 1024:,.1f}" for c in contenders] for w in programs]
    last = [f"{mean([1 / ratio(w, 'peak', c) for w in programs]):.2f}" for c in contenders]
    return table(["", *contenders, "by the best peer"],
                 [[w, *row, f"{memory[w]:.2f}"] for w, row in zip(programs, cells)] + [["**geometric mean, by bitslab**", *last, f"{mean(memory.values()):.2f}"]])


def by_mimalloc(works, *measures):
    """Median of the ratios and their interval for each measure."""
    head = ["by mimalloc"] + [cell for measure in measures for cell in (measure, "95 %")]
    return table(head, [[w] + [cell for m in measures for cell in (f"{ratio(w, m):.2f}", between(interval(ratios(w, m))))] for w in works])


def largest(of):
    work = max(of, key=of.get)
    return work, of[work]


def goal(what, limit, got, beside, judged=None):
    """A row of the goals; judged is what the verdict goes by, when that is not the figure itself."""
    judged = got if judged is None else judged
    verdict = "not judged" if math.isnan(judged) else "met" if judged <= limit else "**missed**"
    return [what, f"{limit:.2f}", f"{got:.2f}", verdict, beside]


def goals():
    cpu = {work: ratio(work, "cpu") for work in programs}
    bounds = {work: interval(ratios(work, "cpu")) for work in programs}
    surely = max(cpu, key=lambda work: (bounds[work][0] if bounds[work] else 0, cpu[work]))
    lower = bounds[surely][0] if bounds[surely] else math.nan
    rings = {size: ratio(work, "time") for size, work in RINGS.items()}
    fullest, share = largest(memory)
    return [
        goal("programs: CPU time by mimalloc's, geometric mean", 1.03, mean(cpu.values()),
             f"wall time {mean([ratio(work, 'wall') for work in programs]):.2f}"),
        goal("no program surely above", 1.10, cpu[surely], f"{surely}: {between(bounds[surely])}, wall time {ratio(surely, 'wall'):.2f}", lower),
        goal("peak memory by the best peer's, geometric mean", 1.10, mean(memory.values()), ""),
        goal("peak memory by the best peer's, any program", 1.25, share, fullest),
        goal("traces: time by mimalloc's, geometric mean", 1.0, mean([ratio(work, "steady") for work in traces]),
             f"first pass {mean([ratio(work, 'first') for work in traces]):.2f}"),
        goal("one thread allocates, another frees, by mimalloc's", 0.8, max(rings.values()),
             "both rings have to: " + ", ".join(f"{value:.2f} of {size}" for size, value in rings.items())),
        goal("a pair of 64 bytes by mimalloc's", 1.6, ratio("pair of 64", "time"), ""),
    ]


memory = {work: median(work, "peak", "bitslab") / min(median(work, "peak", peer) for peer in peers) for work in programs}
page = [
    "# In malloc's place: measured",
    "Written by `bash benchmarks/native/run.sh` from [native.csv](native.csv), which it measures first: `libbitslab-malloc.so` with `LD_PRELOAD` beside others, contenders "
    f"in turn, who begins changing from round to round; {rounds} rounds, on a machine that is shared with others. [BitSlab without .NET](../native.md) tells of the library. "
    "A ratio is the median of the rounds' ratios. The 95 % beside it are two of these between which the true median lies so surely, whatever the noise looks like.",
    "## Goals",
    table(["goal", "at most", "measured", "verdict", "beside it"], goals(), texts=2),
    "A program is surely above when the lower end of its 95 % is. Programs are judged by CPU time, traces by the passes after the first, hand-over by the worse of both rings.",
    *([REASONS.read_text(encoding="utf-8").strip()] if REASONS.exists() else []),
    "## Programs",
    "BitSlab's CPU and wall time by mimalloc's, and by how much they may be off.",
    by_mimalloc(programs, "cpu", "wall"),
    "CPU time in ms, minimum / median; of redis the server's alone.",
    times(programs, "cpu"),
    "Wall time in ms, minimum / median; of redis from the server's start to its end.",
    times(programs, "wall"),
    "Peak resident memory in MiB, median; of a program that starts others, the largest process.",
    peaks(),
    "## Traces",
    "Recorded programs replayed on one thread, first and last byte of each block written: ns per event, minimum / median. The best of the passes after the first, in memory that was in use:",
    times(traces, "steady"),
    "The first pass, which has the memory from the system:",
    times(traces, "first"),
    by_mimalloc(traces, "steady", "first"),
    "## Small pieces of work",
    "ns per block, minimum / median.",
    times(micro, "time"),
    by_mimalloc(micro, "time"),
]
pathlib.Path(sys.argv[2]).write_text("\n\n".join(page) + "\n", encoding="utf-8")
