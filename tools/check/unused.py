#!/usr/bin/env python3
"""Finds functions of the kernel that only tests call.

A function of a .c file that is not static, or any of a header, is used if its name occurs
in another function, table or macro of the kernel, or in assembly.  Tests do not count:
KTEST functions, and the files ktest*.c.  A function that only unused functions use is
unused, too.  sys_NAME of each system call is used: a macro puts that name together.
Prints NAME: where it is, for each unused function; status 1 if there is any.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/mutants"))
import source  # noqa: E402

# Checks the invariants of the allocator while nothing else runs: for tests.
EXCEPTIONS = {"frame_check"}
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def is_function(src, first, last):
    """Whether a span of tokens is a function with a body."""
    return src.words[last - 1] == "}" and "(" in src.words[first:last] and \
        "=" not in src.words[first:src.words.index("{", first)]


def is_external(path, src, first):
    return path.suffix == ".h" or "static" not in src.words[first:first + 4]


class Definition:
    def __init__(self, path, src, name, span):
        first, last = span
        self.name = name
        self.where = f"{path}:{src.text.count(chr(10), 0, src.tokens[first][1]) + 1}"
        self.uses = {word for word in src.words[first:last] if IDENTIFIER.fullmatch(word)}
        self.is_test = name == "KTEST" or path.name.startswith("ktest")
        self.is_checked = (name not in ("KTEST", *EXCEPTIONS) and is_function(src, first, last)
                           and is_external(path, src, first))


def definitions(root):
    for path in sorted(root.rglob("*.[ch]")):
        src = source.Source(path.read_text(), True)
        for name, spans in src.spans.items():
            for span in spans:
                yield Definition(path, src, name, span)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "kernel")
    known = [d for d in definitions(root) if not d.is_test]
    text = (root / "uapi/syscalls.h").read_text()
    roots = {f"sys_{name}" for name in re.findall(r"X\(\d+, (\w+),", text)}
    for path in [*root.rglob("*.S"), *root.rglob("*.ld")]:
        roots.update(IDENTIFIER.findall(path.read_text()))
    unused = []
    while True:
        used = set(roots)
        for d in known:
            used |= d.uses - {d.name}
        dead = [d for d in known if d.is_checked and d.name not in used]
        if not dead:
            break
        unused += dead
        known = [d for d in known if d not in dead]
    for d in sorted(unused, key=lambda d: d.where):
        print(f"{d.name}: {d.where}")
    checked = sum(d.is_checked for d in known)
    print(f"{checked} functions are used, {len(unused)} are not")
    sys.exit(bool(unused) or not checked)


main()
