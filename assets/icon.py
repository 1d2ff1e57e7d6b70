#!/usr/bin/env python3
"""Draws icon.png: a slab of sixteen blocks, taken and free. Needs Python alone: python3 assets/icon.py"""

import pathlib
import struct
import zlib

SIZE, SAMPLES = 128, 4
GROUND, TAKEN, FREE = (24, 32, 58), (94, 214, 190), (52, 70, 112)
BITMAP = 0b1011_1110_0111_1101


def inside(x, y, left, top, side, radius):
    """Whether a point lies in a square with round corners."""
    dx = max(left + radius - x, x - (left + side - radius), 0)
    dy = max(top + radius - y, y - (top + side - radius), 0)
    return dx * dx + dy * dy <= radius * radius


def colour(x, y):
    """Red, green, blue and opacity of a point."""
    if not inside(x, y, 0, 0, SIZE, 26):
        return (0, 0, 0, 0)
    for block in range(16):
        if inside(x, y, 18 + block % 4 * 24, 18 + block // 4 * 24, 20, 5):
            return (*(TAKEN if BITMAP >> block & 1 else FREE), 255)
    return (*GROUND, 255)


def pixel(column, row):
    """The mean of a pixel's points; clear ones count for the opacity alone."""
    points = [
        colour(column + (i + 0.5) / SAMPLES, row + (j + 0.5) / SAMPLES) for i in range(SAMPLES) for j in range(SAMPLES)
    ]
    opacity = sum(p[3] for p in points)
    if opacity == 0:
        return bytes(4)
    return bytes([*(sum(p[c] * p[3] for p in points) // opacity for c in range(3)), opacity // len(points)])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(column, row) for column in range(SIZE)) for row in range(SIZE))
pathlib.Path(__file__).with_name("icon.png").write_bytes(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows, 9))
    + chunk(b"IEND", b"")
)
