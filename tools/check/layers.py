#!/usr/bin/env python3
"""Checks who includes whom in the kernel.

A file includes from its own room and from the rooms to the left of it in ORDER;
folders that are not named there belong to the one above them.  A header NAME_priv.h
is for its top folder only.  Nothing includes obs/ but init/, which boots everything.
Quotes are for our own headers, and each name in quotes exists.  Prints FILE:LINE: what
is wrong; status 1 if anything.
"""
import pathlib
import re
import sys

ORDER = ("uapi lib arch core mm/phys mm/xlate mm/space mm dev ipc net fs proc obs init").split()
RANK = {name: i for i, name in enumerate(ORDER)}
# What the compiler itself brings, without a library.
FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "limits.h"}
GENERATED = {"asm_offsets.h"}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def room(name):
    """The longest part of a path that ORDER names, or None."""
    parts = name.split("/")[:-1]
    while parts and "/".join(parts) not in RANK:
        parts.pop()
    return "/".join(parts) or None


def faults(root, src, line):
    """What is wrong with one #include line of the file src."""
    found = INCLUDE.match(line)
    if not found:
        return
    quote, name = found.groups()
    if quote == "<":
        if name not in FREESTANDING:
            yield f"<{name}> is of a library; the kernel has none"
        return
    if name in GENERATED:
        return
    own = str(src.relative_to(root))
    here, there = room(own), room(name)
    if not (root / name).exists():
        yield f"{name}: no such file under {root}/ (names are relative to it)"
    elif RANK[there] > RANK[here]:
        yield f"{here}/ must not include from {there}/"
    if name.endswith("_priv.h") and name.split("/")[0] != own.split("/")[0]:
        yield f"{name} is private to {name.split('/')[0]}/"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "kernel")
    bad = checked = 0
    for src in sorted(root.rglob("*.[chS]")):
        if not room(str(src.relative_to(root))):
            print(f"{src}: not in a folder of {', '.join(ORDER)}")
            bad += 1
            continue
        checked += 1
        for number, line in enumerate(src.read_text().splitlines(), 1):
            for fault in faults(root, src, line):
                print(f"{src}:{number}: {fault}")
                bad += 1
    print(f"{checked} files, {bad} faults")
    sys.exit(bad > 0 or checked == 0)


main()
