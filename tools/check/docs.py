#!/usr/bin/env python3
"""Checks that the files, functions and targets of links that README.md and docs/ name exist.

usage: tools/check/docs.py    prints every name that does not; status 1 if there is one

Not looked at: fenced code, and the functions of docs/abi.md, which is about xv6.
"""
import os
import pathlib
import re
import subprocess
import sys

# Files and functions that a text tells its reader to make, or to have.
EXAMPLES = {"greet.c", "len.c", "harts.c", "ones.c", "ones.h", "hello.c", "shoot.c", "mylib.h", "prog.c", "a.c", "b.c",
            "pgtbltest.c", "stats.c", "ulib.c", "lab.mk", "ones_init", "sys_harts"}
FILE = re.compile(r"`([\w./*-]+\.(?:c|h|S|py|sh|mk|mut|md))`")
FUNCTION = re.compile(r"\b([a-z]\w+)\(\)")
LINK = re.compile(r"\]\(([^)#:]+)\)")
SOURCE = (".c", ".h", ".S", ".py", ".mk")


def tracked():
    out = subprocess.run(["tools/check/tracked.sh"], capture_output=True, text=True, check=True)
    return [name for name in out.stdout.splitlines() if os.path.exists(name)]


def identifiers(files):
    """Every word of our sources that a parenthesis or a colon follows, and what the lists of
    system calls make."""
    found = set()
    for name in files:
        if name.endswith(SOURCE) and not name.endswith("/docs.py"):
            text = pathlib.Path(name).read_text(encoding="utf-8", errors="replace")
            found.update(re.findall(r"\b([A-Za-z_]\w*)\s*[(:]", text))
            if name.endswith("syscalls.h"):
                found.update(re.findall(r"\bX\(\d+, (\w+)", text))
    return found


def is_file(name, files, names):
    if "*" in name:
        return any(pathlib.PurePath(f).match(name) for f in files)
    if "/" not in name:
        return name in names
    return any(os.path.exists(os.path.join(top, name)) for top in (".", "kernel", "docs", "user/include", "xv6"))


def missing(doc, files, names, known):
    text = pathlib.Path(doc).read_text(encoding="utf-8")
    text = re.sub(r"^( *)```.*?^\1```", lambda m: "\n" * m[0].count("\n"), text, flags=re.M | re.S)
    for number, line in enumerate(text.splitlines(), 1):
        for name in FILE.findall(line):
            if os.path.basename(name) not in EXAMPLES and not re.search("NAME|ROOM", name) and not is_file(name, files, names):
                yield number, f"no file {name}"
        for name in FUNCTION.findall(line):
            if doc != "docs/abi.md" and name not in known and name not in EXAMPLES:
                yield number, f"no function {name}()"
        for target in LINK.findall(line):
            if not os.path.exists(os.path.join(os.path.dirname(doc), target)):
                yield number, f"a link to {target}, which is not there"


def main():
    os.chdir(pathlib.Path(__file__).resolve().parents[2])
    files = tracked()
    names = {os.path.basename(f) for f in files}
    known = identifiers(files)
    bad = 0
    for doc in ["README.md"] + sorted(str(p) for p in pathlib.Path("docs").glob("*.md")):
        for number, what in missing(doc, files, names, known):
            print(f"{doc}:{number}: {what}", file=sys.stderr)
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
