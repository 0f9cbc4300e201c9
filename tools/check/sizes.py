#!/usr/bin/env python3
"""Reports sizes of the code, and fails if one is over its limit.

Limits: a function has at most 60 lines and 5 parameters, a file 600 lines, a line 92
columns (tabs are 8), a folder 20 files.  The compiler itself limits stack frames
(-Wframe-larger-than=512).  What has to be small has a limit of its own, in SMALL: all lines
of its .c and .h files, with blank ones and comments.

usage: sizes.py [--top N] [FOLDER ...]     default: kernel user tools tests xv6 benches scope
Functions are found by form: a `{` in column 0 opens one, a `}` in column 0 ends it.
Of what is not C, only the lines of a file are counted.
"""
import argparse
import pathlib
import re
import sys

FUNCTION_LINES = 60
FILE_LINES = 600
COLUMNS = 92
PARAMETERS = 5
FOLDER_FILES = 20
# Lines of all files of a folder together; of each file of another.
SMALL = {"user/edit": 400}
SMALL_FILES = {"user/examples": 100}
DATA = {".pyc"}  # what Python leaves
CODE = {".py", ".sh", ".mk", ".S", ".ld", ".ts"}
FOREIGN = "node_modules"  # what npm has brought
FIXED_BY_POSIX = {"mmap", "posix_spawn", "posix_spawnp", "pselect"}

NAME = re.compile(r"(\w+)\s*\(")


def signature(lines, opening):
    """The text of the declaration whose body opens at index opening."""
    first = opening
    while first > 0 and lines[first - 1].strip() and not lines[first - 1].startswith(("}", "#", "/*", " *")):
        if lines[first - 1].rstrip().endswith((";", "*/")):
            break
        first -= 1
    return first, " ".join(line.strip() for line in lines[first:opening])


def parameters(text):
    """How many parameters a signature has; commas in inner parentheses do not count."""
    start = text.find("(")
    if start < 0:
        return 0
    depth = commas = 0
    for c in text[start:]:
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                break
        elif c == "," and depth == 1:
            commas += 1
    return 0 if text[start:].startswith(("(void)", "()")) else commas + 1


def functions(lines):
    """Yields (first line number, name, number of lines, number of parameters)."""
    opening = None
    for i, line in enumerate(lines):
        if line == "{":
            opening = i
        elif line.startswith("}") and opening is not None:
            first, text = signature(lines, opening)
            found = NAME.search(text)
            if found:
                yield first + 1, found.group(1), i - first + 1, parameters(text)
            opening = None


def count_lines(path):
    return len(path.read_text(errors="replace").splitlines())


def check_length(path):
    lines = count_lines(path)
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines (at most {FILE_LINES})"


def check(path, sizes):
    lines = path.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        width = len(line.expandtabs(8))
        # The lines that say how to compile a test on the host may be longer.
        if width > COLUMNS and not line.startswith(("// sources:", "// cflags:")):
            yield f"{path}:{number}: {width} columns (at most {COLUMNS})"
    if path.suffix != ".c":
        return
    for number, name, length, count in functions(lines):
        sizes.append((length, f"{path}:{number} {name}"))
        if length > FUNCTION_LINES:
            yield f"{path}:{number}: {name} has {length} lines (at most {FUNCTION_LINES})"
        if count > PARAMETERS and name not in FIXED_BY_POSIX:
            yield f"{path}:{number}: {name} has {count} parameters (at most {PARAMETERS})"


def check_small():
    """A folder of SMALL that is not there is a fault: else the limit would hold nothing."""
    for name, most in {**SMALL, **SMALL_FILES}.items():
        sizes = {path: count_lines(path) for path in sorted(pathlib.Path(name).glob("*.[ch]"))}
        if not sizes:
            yield f"{name}/: no C files are there; SMALL names it"
        if name in SMALL:
            sizes = {f"{name}/": sum(sizes.values())}
        for where, lines in sizes.items():
            if lines > most:
                yield f"{where}: {lines} lines (at most {most}, as it has to be small)"


def check_folders(root):
    """A folder with more files than one can take in at a glance should be divided."""
    for folder in sorted([root, *(p for p in root.rglob("*") if p.is_dir() and FOREIGN not in p.parts)]):
        files = [p for p in folder.iterdir() if p.is_file() and p.suffix not in DATA]
        if len(files) > FOLDER_FILES:
            yield f"{folder}/: {len(files)} files (at most {FOLDER_FILES})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("folders", nargs="*", default=["kernel", "user", "tools", "tests", "xv6", "benches", "scope"])
    args = parser.parse_args()
    sizes, faults, total = [], list(check_small()), {}
    for folder in args.folders:
        faults += check_folders(pathlib.Path(folder))
        for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.suffix in CODE and FOREIGN not in p.parts):
            faults += check_length(path)
        for path in sorted(p for p in pathlib.Path(folder).rglob("*.[ch]") if FOREIGN not in p.parts):
            faults += check_length(path)
            faults += check(path, sizes)
            total[folder] = total.get(folder, 0) + count_lines(path)
    for fault in faults:
        print(fault)
    print("lines: " + ", ".join(f"{folder} {lines}" for folder, lines in total.items()))
    if sizes:
        average = sum(length for length, _ in sizes) / len(sizes)
        print(f"{len(sizes)} functions, {average:.1f} lines on average; the longest:")
        for length, where in sorted(sizes, reverse=True)[: args.top]:
            print(f"  {length:3} lines  {where}")
    print(f"{len(faults)} faults")
    sys.exit(bool(faults) or not sizes)


main()
