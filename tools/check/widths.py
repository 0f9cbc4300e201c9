#!/usr/bin/env python3
"""Checks that what --help and `help -l` print fits 79 columns, and the sentences of README.md, which is in the image.

usage: tools/check/widths.py    prints every line that does not; status 1 if there is one
"""
import os
import pathlib
import re
import sys

WIDTH = 79
LITERAL = r'"((?:[^"\\]|\\.)*)"'
USAGE = re.compile(rf'"usage: (?:[^"\\]|\\.)*"(?:\s*{LITERAL})*')
PURPOSE = re.compile(r"\A/\* ([a-z0-9]+ - .*?)(?: \*/)?$", re.M)
BUILTIN = re.compile(rf"X\({LITERAL}, \w+,\s*{LITERAL},\s*{LITERAL}\)")


def unquoted(literals):
    text = "".join(re.findall(LITERAL, literals))
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


def texts():
    """(file, a text that is printed) of all."""
    for path in sorted(pathlib.Path("user").rglob("*.c")):
        source = path.read_text(encoding="utf-8")
        for found in USAGE.finditer(source):
            yield path, unquoted(found[0])
        purpose = PURPOSE.search(source)
        if purpose and path.parts[1] != "examples":
            name, _, what = purpose[1].partition(" - ")
            yield path, f"{name:9} {what}"
    builtins = pathlib.Path("user/include/builtins.h").read_text(encoding="utf-8").replace("\\\n", " ")
    for name, arguments, what in BUILTIN.findall(builtins):
        yield "builtins.h", f"{name + ' ' + arguments:26} {what}"
    yield "scope", unquoted(USAGE.search(pathlib.Path("scope/main.c").read_text(encoding="utf-8"))[0])
    for view in re.findall(rf"X\((\w+), {LITERAL}, {LITERAL}\)", pathlib.Path("scope/view/view.h").read_text()):
        yield "scope/view/view.h", "  {:10} {:7} {}".format(*view)
    for path in ("run", "test", "tools/pagoda-cc"):
        yield path, re.search(r"<<'END'\n(.*?)^END$", pathlib.Path(path).read_text(encoding="utf-8"), re.M | re.S)[1]
    yield "README.md", "\n".join(re.findall(r"^(?!\||!\[|    ).*", pathlib.Path("README.md").read_text(encoding="utf-8"), re.M))
    head = pathlib.Path("Makefile").read_text(encoding="utf-8").split("\n\n")[0].splitlines()[2:]
    yield "Makefile", "\n".join(re.sub("^# ?", "", line) for line in head)


def main():
    os.chdir(pathlib.Path(__file__).resolve().parents[2])
    found = list(texts())
    wide = [(path, line) for path, text in found for line in text.splitlines() if len(line) > WIDTH]
    for path, line in wide:
        print(f"{path}: {len(line)} columns: {line}", file=sys.stderr)
    return 1 if wide or len(found) < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
