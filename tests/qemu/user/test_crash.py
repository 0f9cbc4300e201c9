"""How a native program dies, what its stack holds, and that the machine goes on."""
import os
import re

import pytest

from machine import TOP, Machine

SOURCE = open(os.path.join(TOP, "tests/qemu/programs/crash.c")).read().split("\n")


def line_with(text):
    """The number of the first line of crash.c that is this text."""
    return [line.strip() for line in SOURCE].index(text) + 1


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        yield machine


@pytest.mark.parametrize("how,address,cause", [
    ("read", "0", "a null pointer"),
    ("write", "a000", "a null pointer"),
    ("call", "0", "a null pointer"),
    ("deep 8192", "3fff7f.*", "a stack overflow: the stack is full, 8 MiB"),
    ("frame 9000000", "3fff7.*", "a stack overflow: the stack is full, 8 MiB"),
    ("thread 71000", "3fff6.*", "a stack overflow: the stack of a thread is full"),
    ("thread 100000", "3fff6.*", "a stack overflow: the stack of a thread is full"),
])
def test_cause(m, how, address, cause):
    out = m.run(f"crash {how}")
    found = re.search(r"usual cause: (.*)\n", out)
    assert found and found.group(1) == cause, out
    assert re.search(rf"stval=0x{address}\n", out), out


@pytest.mark.parametrize("how,how_known,function,text", [
    ("read", "at", "main", "return *(volatile char *)nowhere;"),
    ("write", "at", "crash_write|main", "nowhere->number = 1;"),
    ("call", "called by", "main", "nothing();"),
    ("deep 8192", "called by", "crash_deep", "memset((char *)room, (int)(kib / 16), sizeof(room));"),
])
def test_source_line(m, how, how_known, function, text):
    out = m.run(f"crash {how}")
    assert re.search(rf"^  {how_known} (?:{function}), crash.c:{line_with(text)}$", out, re.M), out


def test_callers(m):
    """Through a frame of 16 KiB and a recursion, which is counted."""
    out = m.run("crash deep 8192")
    assert re.search(r"^  called by crash_deep, crash.c:\d+\n"
                     r"  called by crash_deep, crash.c:\d+, \d{3} times\n"
                     rf"  called by main, crash.c:{line_with('return crash_deep(n) != n * KIB;')}\n\Z", out, re.M), out
    assert "called by start" not in m.run("crash read")


@pytest.mark.parametrize("how,chain", [
    ("sort", ["at crash_compare, L{*(volatile char *)a += *(const char *)nowhere;}", "called by qsort",
              "called by crash_sort, L{qsort(numbers, 4, sizeof(int), crash_compare);}",
              "called by main, L{return crash_sort() + (int)n;}"]),
    ("array 900", ["at crash_leaf, L{return nowhere->number + room[0];}",
                   "called by crash_array, L{return crash_leaf(room) + room[1];}",
                   "called by main, L{return crash_array(n) + (int)n;}"]),
])
def test_chain(m, how, chain):
    """Through the C library, and through a frame whose size the program chose."""
    expected = [re.sub(r"L\{(.*)\}$", lambda found: f"crash.c:{line_with(found.group(1))}", line) for line in chain]
    lines = m.run(f"crash {how}").splitlines()
    assert [line.strip() for line in lines if line.startswith(("  at ", "  called "))] == expected, lines


def test_return_to_nowhere(m):
    """A local array overflows: the function is found by what it has called."""
    out = m.run("crash smash 9")
    assert "usual cause: an overwritten return address, by a write past a local array\n" in out, out
    assert out.endswith(f"  perhaps at the end of crash_smash, crash.c:{line_with('crash_fill(room, n);')}\n"), out


def test_abort(m):
    """As from assert(): who called it.  A program that catches the signal has not died of it."""
    out = m.run("crash abort; echo $?")
    assert re.search(r"^crash \(pid \d+\): aborted\n  at ", out, re.M), out
    assert out.endswith(f"  called by main, crash.c:{line_with('abort();')}\n134\n"), out
    assert m.run("crash caught; echo $?") == "6\n"


def test_no_line_of_a_file_that_changed(m):
    """The table is that of the file which exec has read, or none."""
    out = m.run("cp /crash mine; mine read; echo more >> mine; mine read")
    assert len(re.findall(r"^  at main, crash.c:\d+$", out, re.M)) == 1, out


def test_how_far_past_the_stack(m):
    out = m.run("crash frame 9000000")
    found = re.search(r"\n  sp is (\d+) bytes below the stack\n", out)
    assert found and 600000 < int(found.group(1)) < 700000, out
    assert "\n  the guard below the stack was hit\n" in m.run("why sh 3fff7fcff8"), out


@pytest.mark.parametrize("how", ["deep 7680", "frame 8000000", "fork 4096"])
def test_stack_holds(m, how):
    assert m.run(f"crash {how}; echo $?") == "0\n"


def test_nothing_comes_near_the_stack(m):
    assert m.run("crash places") == "map 1, grow 1, break 1\n"


def test_guard_is_shown(m):
    out = m.run("maps sh")
    assert re.search(r"^3fff6fd000-3fff7fd000 +256 +0 .* guard\n"
                     r"3fff7fd000-3fffffd000 +2048 .* stack$", out, re.M), out
    assert re.search(r"^10000-", out, re.M) and not re.search(r"^0-", out, re.M), out


def test_without_memory(m):
    """It dies with a reason; the machine has its memory back."""
    free = int(m.run("free").split()[-1])
    out = m.run("crash memory; echo $?")
    assert "usual cause: no memory was left for a page that the area allows\n" in out, out
    assert abs(int(m.run("free").split()[-1]) - free) < 1000
