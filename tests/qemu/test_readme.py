"""README.md and docs/ show what comes out: each command that they have after `$ ` is typed, in their order, and the
output is compared with what they show.

The commands of a page are typed in one machine of one hart.  `./run` lines are run on this computer, in a folder that
has the C programs of the page, under the names that the text gives them.  `make`, whose output is of no interest, is
left out.  A line `(and so on)` stands for any lines.  Times, physical addresses, entries of page tables and amounts of
memory may differ; so may the samples of wss.

test_readme.py --write puts what came out into the pages.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "rig"))

import machine
from machine import TOP, Machine

PAGES = ["README.md", "docs/commands.md", "docs/inside.md", "docs/options.md", "docs/network.md", "docs/xv6.md",
         "docs/labs.md"]
LEFT_OUT = ("./run", "make", "poweroff", "free -v")  # not for the machine; or rows that depend on the moment
AND_SO_ON = "(and so on)"

MAY_DIFFER = [
    (r"^ +\d+ +(\d+) (\w+) +\d+ +\d+K +\d+K +\d+\.\d\d (\w+)$", r"\1 \2 \3"),  # a line of ps
    (r"^( +\d+){3}$", "MEMORY"),  # and of free
    (r"\b(?:0x)?0*8[0-9a-f]{7}\b", "PHYSICAL"),
    (r"(?<=:) +(?:0x)?[0-9a-f]{8,16}(?= )", " ENTRY"),
    (r"\bin pieces\b", "PHYSICAL"),
    (r"\b(?:0x)?[0-9a-f]{1,3}000\b", "LOW"),  # where a program's parts lie depends on the compiler
    (r"(?<=sepc=|n at )0x[0-9a-f]+\b", "LOW"),
    (r"^0x[0-9a-f]{16} (\w+)\+0x[0-9a-f]+$", r"\1"),  # a line of a backtrace
    (r"^\d+: (?=syscall )", "PID "),
    (r"^ +\d+\.\d\d\d(?= )", "TIME"),
    (r"\b\d+(\.\d+ ms| us)$", "TIME"),
    (r" +", " "),
]


def page_text(page):
    with open(os.path.join(TOP, page), encoding="utf-8") as f:
        return f.read()


def commands(page):
    """[(command, what the page shows below it, where that is in the text)]."""
    text, found = page_text(page), []
    for block in re.finditer(r"(?:^    .*\n)+(?:\n+(?:    .*\n)+)*", text, re.M):
        for part in re.finditer(r"^    \$ (.*)\n((?:(?!    \$ ).*\n)*)", block[0], re.M):
            shown = re.sub(r"^    ", "", part[2].rstrip("\n") + "\n", flags=re.M) if part[2].strip() else ""
            found.append((re.sub(r" {3,}.*", "", part[1]), shown, block.start() + part.start(2)))
    return found


def masked(text):
    """The lines of @text without what may differ."""
    lines, samples = [], 0
    for line in text.rstrip().splitlines():
        if re.match(r" +\d+\.\d +\d+ +\d+ ", line):  # of wss
            samples += 1
            line = "SAMPLE"
            if samples > 1:
                continue
        if re.match(r"[0-9a-f]+-[0-9a-f]+ +\w+ +[-+.#@ ]+$", line):
            line = re.sub(r"[-+.#@ ]+$", "", line)
        if re.match(r" *uaccess\b", line):
            line = "uaccess"  # which one depends on the QEMU
        for what, name in MAY_DIFFER:
            line = re.sub(what, name, line)
        lines.append(line.strip())
    return lines


def check(line, shown, out):
    wanted, got = masked(shown), masked(out)
    if AND_SO_ON in wanted:
        wanted = wanted[:wanted.index(AND_SO_ON)]
        got = got[:len(wanted)]
    assert got == wanted, line


def typed(page, m):
    """Types the commands of @page: (command, shown, where, what came out) of each."""
    for line, shown, where in commands(page):
        if not line.startswith(LEFT_OUT):
            yield line, shown, where, m.run(line)


def programs(page, folder):
    """Writes the C programs of @page to @folder: the text before one names its file, as `greet.c`."""
    for name, source in re.findall(r"`([\w.]+\.c)`[^`]*?\n\n```c\n(.*?)```", page_text(page), re.S):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(source)


def on_host(page, test_image, folder):
    """Runs the lines `./run ... -c` of @page: as typed()."""
    programs(page, folder)
    image = os.path.join(folder, "fs.img")
    shutil.copyfile(test_image, image)
    for line, shown, where in commands(page):
        if line.startswith("./run ") and " -c " in line and "25099" not in line:
            line_here = line.replace("./run", f"{TOP}/run --image {image}", 1)
            done = subprocess.run(line_here, shell=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=machine.HANG, check=False)
            yield line, shown, where, done.stdout


@pytest.fixture
def folder():
    path = machine.scratch()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_boot_says_what_is_shown(test_image):
    shown = re.search(r"^    plic: (?:.*\n)+?    Try `help`.*\n.*\n", page_text("docs/commands.md"), re.M)[0]
    with Machine(test_image, boot="vmprint=off") as m:
        booted = m.boot()
    plain = [re.sub(r"(?:\d+|LOW) KiB\b(?: free)?|[\d.]+ s\b", "N", line) for line in masked(booted[booted.index("plic: "):])]
    assert plain == [re.sub(r"(?:\d+|LOW) KiB\b(?: free)?|[\d.]+ s\b", "N", line) for line in masked(shown)]


@pytest.mark.parametrize("page", PAGES)
def test_commands_print_what_is_shown(test_image, page):
    with Machine(test_image, boot="vmprint=off", harts=1) as m:
        m.boot()
        for line, shown, _, out in typed(page, m):
            check(line, shown, out)


@pytest.mark.parametrize("page", PAGES)
def test_runs_print_what_is_shown(test_image, page, folder):
    for line, shown, _, out in on_host(page, test_image, folder):
        check(line, shown, out)


def test_every_page_has_commands():
    assert all(commands(page) for page in PAGES)


def write(page, found):
    """Puts what came out into @page; lines that end with `(and so on)` are left alone."""
    text = page_text(page)
    for _, shown, where, out in sorted(found, key=lambda f: -f[2]):
        if AND_SO_ON not in shown and masked(shown) != masked(out):
            old = "".join(f"    {line}\n" if line else "\n" for line in shown.splitlines())
            assert text.startswith(old, where)
            new = "".join(f"    {line}".rstrip() + "\n" for line in out.rstrip().splitlines())
            text = text[:where] + new + text[where + len(old):]
    with open(os.path.join(TOP, page), "w", encoding="utf-8") as f:
        f.write(text)


def main():
    machine.make("all", "build/test.img")
    image = os.path.join(TOP, "build/test.img")
    for page in PAGES:
        path = machine.scratch()
        with Machine(image, boot="vmprint=off", harts=1) as m:
            m.boot()
            found = list(typed(page, m))
        write(page, found + list(on_host(page, image, path)))
        shutil.rmtree(path)


if __name__ == "__main__":
    assert sys.argv[1:] == ["--write"], __doc__
    main()
