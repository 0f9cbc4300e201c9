"""Signals: each case of programs/signal runs here and on the host, and has to give the same."""
import os
import re
import shutil
import subprocess

import pytest

from machine import TOP, Machine, scratch

PROGRAMS = os.path.join(TOP, "tests/qemu/programs/signal")


def cases_of(program):
    with open(f"{PROGRAMS}/{program}.c", encoding="ascii") as f:
        return [(program, case) for case in re.findall(r'\{ "([a-z]+)", case_', f.read())]


CASES = cases_of("signals") + cases_of("alarms")
# What the kernel says of a program that it ends.
MESSAGES = re.compile(r"(usertrap\(\)|            sepc|signals \(pid|  level \d|  in the area|  usual cause|  no area|  nearest|  at |  called ).*\n")


# Each option that has a way of its own into or out of the kernel.
OPTIONS = "isolate=on fork=copy heap=lazy super=off asid=off uaccess=walk"


@pytest.fixture(scope="module", params=["", OPTIONS], ids=["default", "options"])
def m(request, test_image):
    with Machine(test_image, harts=2, boot=f"vmprint=off {request.param}") as machine:
        machine.boot()
        yield machine


@pytest.fixture(scope="module")
def host():
    folder = scratch()
    for program in "signals", "alarms":
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-w", "-o", f"{folder}/{program}", f"{PROGRAMS}/{program}.c",
                        "-lpthread"], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("program, case", CASES)
def test_same_as_on_the_host(m, host, program, case):
    there = subprocess.run([f"{host}/{program}", case], cwd=host, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    assert MESSAGES.sub("", m.run(f"{program} {case}")) == there.stdout


@pytest.mark.parametrize("line, status", [
    ("sleep 600 & kill $!; wait $!", 143),
    ("sleep 600 & kill -9 $!; wait $!", 137),
    ("sleep 600 & kill -s HUP $!; wait $!", 129),
])
def test_status_of_kills(m, line, status):
    assert m.run(f"sh -c '{line}; echo status $?'").endswith(f"status {status}\n")


def test_interrupt_is_a_signal(m):
    m.console.send("sleep 600; echo status $?\n")
    m.console.expect("sleep 600; echo")
    m.console.send("\x03")
    m.console.expect_exact("$ ")
    assert "130" in m.run("echo $?")


EXAMPLES = os.path.join(TOP, "user/examples")


@pytest.mark.parametrize("name", ["barrier", "checkpoint", "collect"])
def test_example(m, host, name):
    """What an example prints follows from its own faults alone: the host prints it, too, but for rand()."""
    out = m.run(f"{name}; echo status $?")
    assert out.endswith("status 0\n")
    if name == "barrier":
        lines = re.findall(r"round \d: 2000 stores, (\d+) faults, (\d+) of 256 pages searched, all found", out)
        assert len(lines) == 3 and all(a == b and 16 <= int(a) < 60 for a, b in lines)
    else:
        source = f"{EXAMPLES}/{name}.c"
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-w", "-o", f"{host}/{name}", source], check=True)
        there = subprocess.run([f"{host}/{name}"], cwd=host, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
        assert out == there.stdout + "status 0\n"
    if name == "collect":  # the pages that were scanned while the program ran; the first round has nothing to collect
        scanned = [int(n) for n in re.findall(r"round \d: (\d+) pages scanned, sum \d+", out)]
        assert len(scanned) == 6 and scanned[0] == 0 and all(n > 0 for n in scanned[1:])


def test_killed_reader_of_the_console(m):
    assert "0 failed" in m.run("abitest proc.killed_at_the_console")
