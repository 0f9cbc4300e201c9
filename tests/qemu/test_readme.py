"""README.md shows what comes out: each command that it has after `$ ` is typed, and the output is compared
with what it shows.  So is the output of the boot.  Numbers, the pictures of wss and the number of its samples
may differ."""
import os
import re

import pytest

from machine import TOP, Machine

# commands of the host, and a report whose rows depend on the moment
LEFT_OUT = ("./run", "make", "poweroff", "free -v")


def blocks():
    """[(command, what README shows below it)]."""
    found = []
    for block in re.findall(r"(?:^    .*\n|^\n)+", open(os.path.join(TOP, "README.md"), encoding="utf-8").read(), re.M):
        for part in re.split(r"^    \$ ", block, flags=re.M)[1:]:
            line, _, shown = part.partition("\n")
            if not line.startswith(LEFT_OUT):
                found.append((line, re.sub(r"^    ", "", shown, flags=re.M)))
    return found


def masked(text):
    """Makes numbers N, blanks one blank, and equal lines in a row one line; drops the pictures of wss."""
    lines = []
    for line in text.splitlines():
        if re.match(r" +\d+\.\d +\d+ |[0-9a-f]+-[0-9a-f]+ +\w+ ", line):
            line = re.sub(r"(?<= )[-+.#@ |]+$", "", line)
        if re.match(r" *uaccess\b", line):
            line = "uaccess"  # which one depends on the QEMU
        line = " ".join(re.sub(r"\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]+(?=[KMG]?\b)", "N", line).split())
        if line and (not lines or line != lines[-1]):
            lines.append(line)
    return lines


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, boot="vmprint=off") as machine:
        machine.booted = machine.boot()
        yield machine


def test_boot_says_what_is_shown(m):
    readme = open(os.path.join(TOP, "README.md"), encoding="utf-8").read()
    shown = re.search(r"^    plic: (?:.*\n)+?    Try `help`.*\n", readme, re.M)[0]
    assert masked(m.booted[m.booted.index("plic: "):]) == masked(shown)


def test_commands_print_what_is_shown(m):
    shown = blocks()
    assert len(shown) > 10
    for line, text in shown:
        wanted, out = masked(text), masked(m.run(line))
        if "(and so on)" in wanted:
            wanted = wanted[:wanted.index("(and so on)")]
            out = out[:len(wanted)]
        assert out == wanted, line
