#!/usr/bin/env python3
"""Writes docs/scope-*.png: the page of ./run --view in a browser, as people see it.

usage: tests/qemu/rig/pictures.py       needs what tests/qemu/view/test_view_page.py needs
"""
import collections
import re
import struct
import sys
import time
import zlib

import labrig
from machine import make
from pagerig import Browser, Guest

DOCS = labrig.ROOT / "docs"
PROGRAMS = labrig.ROOT / "tests/qemu/programs"
LARGEST = 100_000  # bytes


def pixels(png):
    """(width, height, rows of RGB) of a picture with 8 bits a colour, as browsers make them."""
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        chunk = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", chunk)
            assert depth == 8 and colour in (2, 6)
            n = 3 if colour == 2 else 4
        elif kind == b"IDAT":
            data += chunk
        at += 12 + length
    data, rows, above = zlib.decompress(data), [], bytearray(width * n)
    for y in range(height):
        start = y * (width * n + 1)
        row = bytearray(data[start + 1:start + 1 + width * n])
        unfilter(data[start], row, above, n)
        rows.append([bytes(row[x:x + 3]) for x in range(0, width * n, n)])
        above = row
    return width, height, rows


def unfilter(how, row, above, n):
    """By section 9.2 of the PNG specification."""
    for x in range(len(row) if how else 0):
        left = row[x - n] if x >= n else 0
        corner = above[x - n] if x >= n else 0
        if how == 4:
            p = left + above[x] - corner
            guess = min((abs(p - left), 0, left), (abs(p - above[x]), 1, above[x]), (abs(p - corner), 2, corner))[2]
        else:
            guess = (0, left, above[x], (left + above[x]) // 2)[how]
        row[x] = row[x] + guess & 255


def packed(png):
    """The same picture with its 256 commonest colours; others become the nearest of them."""
    width, height, rows = pixels(png)
    counts = collections.Counter(colour for row in rows for colour in row)
    palette = [colour for colour, _ in counts.most_common(256)]
    index = {colour: i for i, colour in enumerate(palette)}
    for colour in counts:
        if colour not in index:
            index[colour] = min(range(len(palette)), key=lambda i: sum((a - b) ** 2 for a, b in zip(palette[i], colour)))
    data = b"".join(b"\0" + bytes(index[colour] for colour in row) for row in rows)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) +
            chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def save(b, name):
    b.settle()
    time.sleep(1)
    data = packed(b.driver.get_screenshot_as_png())
    assert len(data) < LARGEST, (name, len(data))
    (DOCS / f"scope-{name}.png").write_bytes(data)
    print(f"docs/scope-{name}.png: {len(data)} bytes")


def main():
    make("build/scope")
    image = labrig.make_image("page.img", [PROGRAMS / "held.c"], "PROG=tests/qemu/programs/scopeload.c")
    with Guest(image, "--harts", "3", "--boot", "events=on") as g:
        at = {name: int(va, 16) for name, va in re.findall(r"^(\w+) (\w{9,})$", g.told("scopeload; held"), re.M)}
        pid = next(int(line.split()[0]) for line in g.told("ps").splitlines() if line.endswith("scopeload"))
        g.told("(while true; do (x=1); walk -n 1 seq 300K >/dev/null; done) &")
        with Browser(g.address, 1280, 960) as b:
            b.show("space", ".hex", pid=pid, va=at["pages"] + 0x6010)
            save(b, "space")
            b.show("tables", "#fates tr", pid=pid, va=at["pages"] + 0x6010)
            save(b, "tables")
        with Browser(g.address, 1200, 800, dark=True) as b:
            entry = next(line.split()[2] for line in g.told(f"pt -a {pid}").splitlines() if f" {at['shared']:x} " in line)
            b.show("memory", "#frame b", pa=int(entry, 16) >> 10 << 12)
            save(b, "memory")
            b.show("time", "pagoda-curves")
            b.js("deep('.bar button')[0].click()")  # the last 20 s
            time.sleep(21)
            save(b, "time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
