#!/usr/bin/env python3
"""Checks that the kernel describes what scope/ looks at, and nothing else.

usage: tools/check/described.py    prints every name that only one of them has; status 1 if there is one

The kernel's names are in DESCRIBE_*(...), see kernel/lib/describe.h, those of scope in
LAYOUT_ITEMS of scope/ram/layout.h.  Also each of these is used in scope/.
"""
import os
import pathlib
import re
import sys

ITEM = re.compile(r'^DESCRIBE_(OBJECT|ARRAY|STRUCT|FIELD|FIELD_ARRAY|NUMBER)\(([^;]*)\);', re.M)


def described():
    for path in sorted(pathlib.Path("kernel").rglob("*.c")):
        for kind, arguments in ITEM.findall(path.read_text(encoding="utf-8")):
            words = [word.strip() for word in arguments.split(",")]
            yield words[0].strip('"') if kind in ("OBJECT", "ARRAY") else ".".join(words)


def main():
    os.chdir(pathlib.Path(__file__).resolve().parents[2])
    items = dict(re.findall(r'\bX\((\w+), "([\w.]+)", \w+\)', pathlib.Path("scope/ram/layout.h").read_text(encoding="utf-8")))
    kernel, wanted = list(described()), set(items.values())
    code = " ".join(path.read_text(encoding="utf-8") for path in pathlib.Path("scope").rglob("*.c"))
    faults = [f"{name}: the kernel does not describe it" for name in sorted(wanted - set(kernel))]
    faults += [f"{name}: scope does not look at it" for name in sorted(set(kernel) - wanted)]
    faults += [f"{name}: described twice" for name in sorted(set(kernel)) if kernel.count(name) > 1]
    faults += [f"LAYOUT_{id}: not used" for id in sorted(items) if not re.search(rf"\bLAYOUT_{id}\b", code)]
    print("\n".join(faults + [f"{len(kernel)} items, {len(faults)} faults"]))
    return bool(faults) or len(kernel) < 50


if __name__ == "__main__":
    sys.exit(main())
