"""tour: what its stops say is so, as the guest's own programs tell it there."""
import re

import pytest

from machine import Machine

NAMES = ["fork", "heap", "stack", "exec", "mmap", "large", "set"]
STOP = r"\[tour (\w+) (\d) pid=(\d+) va=0x([0-9a-f]+)\]\r?\n"
ASKS = r"Enter: on, c: run that, q: end> "


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        yield machine


class Tour:
    """`tour NAME`, at one stop after the other."""

    def __init__(self, m, name):
        self.console, self.name, self.number = m.console, name, 0
        self.console.sendline(f"tour {name}")

    def stop(self):
        """Goes on to the next stop; (pid, address)."""
        if self.number:
            self.console.sendline("")
        self.number += 1
        self.console.expect(STOP, timeout=60)
        name, number, pid, va = self.console.match.groups()
        assert (name, int(number)) == (self.name, self.number)
        self.console.expect(ASKS, timeout=60)
        return int(pid), int(va, 16)

    def look(self):
        """What the commands of the stop print."""
        self.console.sendline("c")
        self.console.expect(ASKS, timeout=60)
        return self.console.before.replace("\r", "")

    def end(self):
        self.console.sendline("")
        self.console.expect(r"\[tour end\]\r?\n.*\$ ", timeout=60)


def frame(text):
    return re.search(r"page:    physical address ([0-9a-f]+), users (\d+)", text).groups()


def flags(text):
    return re.findall(r"^level \d entry +\d+ at +\w+: +\w+ ((?:[A-Z-] ?){9})", text, re.M)[-1].split()


def areas(text):
    return {words[-1]: words for words in map(str.split, text[text.index("\nrange"):].splitlines()[2:]) if len(words) == 9}


def test_fork(m):
    t = Tour(m, "fork")
    pid, va = t.stop()
    before = t.look()
    assert f"address {va:x} of {pid} (tour)" in before
    assert flags(before)[2] == "-" and flags(before)[-1] == "C" and frame(before)[1] == "2"
    assert t.stop() == (pid, va)
    after = t.look()
    assert flags(after)[2] == "W" and flags(after)[-1] == "-" and frame(after)[1] == "1" and frame(after)[0] != frame(before)[0]
    t.end()


def test_heap(m):
    t = Tour(m, "heap")
    t.stop()
    before = areas(t.look())["heap"]
    assert int(before[1]) >= 256 and before[2] == "0"
    t.stop()
    after = areas(t.look())["heap"]
    assert after[:2] == before[:2] and after[2] == "3"
    t.end()


def test_stack(m):
    t = Tour(m, "stack")
    pid, va = t.stop()
    there = areas(t.look())
    assert there["guard"][0].endswith(there["stack"][0].split("-")[0]) and f"{va + 4096:x}" == there["stack"][0].split("-")[0]
    t.stop()
    told = t.look()
    assert f"tour (pid {pid}): write to 0x" in told and "usual cause: a stack overflow" in told
    t.end()


def test_exec(m):
    t = Tour(m, "exec")
    pid, va = t.stop()
    before = t.look()
    assert f"of {pid} (tour)" in before and int(frame(before)[1]) >= 2
    assert t.stop() == (pid, va)
    assert f"areas of {pid} (sleep)" in t.look()
    t.end()


def test_mmap(m):
    t = Tour(m, "mmap")
    pid, va = t.stop()
    before = t.look()
    assert frame(before)[1] == "2" and flags(before)[2] == "-" and before.count(" file\n") == 2
    assert t.stop() == (pid, va)
    assert "the parent reads a C " in " ".join(t.console.before.split())
    after = t.look()
    assert frame(after) == frame(before) and flags(after)[2] == "W" and flags(after)[7] == "D"
    t.end()
    assert "tour.tmp" not in m.run("ls /")


def test_large(m):
    t = Tour(m, "large")
    _, va = t.stop()
    before = t.look()
    assert va % (2 << 20) == 0 and "level 0 entry" not in before and "level 1 entry" in before
    _, inside = t.stop()
    after = t.look()
    assert inside == va + 5 * 4096 and "level 0 entry   5" in after and flags(after)[2] == "-"
    assert int(frame(after)[0], 16) == int(frame(before)[0], 16) + 5 * 4096
    t.end()


def test_set(m):
    m.run("vmctl heat=200")
    t = Tour(m, "set")
    pid, va = t.stop()
    picture = r"^%x-\S+ +anon +(\S+)$" % va
    assert re.search(picture, t.look(), re.M)[1] == "#" + 15 * "."
    assert t.stop() == (pid, va + 32 * 4096)
    assert re.search(picture, t.look(), re.M)[1] == 8 * "." + "#" + 7 * "."
    t.end()
    assert m.run("vmctl heat").startswith("heat=200\n")
    m.run("vmctl heat=off")


@pytest.mark.parametrize("end", ["q", "\x04"])
def test_ends_early(m, end):
    t = Tour(m, "exec")
    t.stop()
    m.console.send(end if end == "\x04" else end + "\r")
    m.console.expect(r"\$ ", timeout=60)
    assert "tour" not in m.run("ps")


def test_list_and_errors(m):
    assert [line.split()[0] for line in m.run("tour -l").splitlines()] == NAMES
    assert m.run("tour nothing; echo status $?") == "tour: nothing: there is no such situation; tour -l lists them\nstatus 2\n"
    assert all(len(line) <= 79 for line in m.run("tour --help").splitlines())


def test_all_without_waiting(m):
    text = m.run("tour -y < /dev/null", timeout=120)
    stops = re.findall(r"^\[tour (\w+) (\d) pid=", text, re.M)
    assert [name for name, number in stops if number == "1"] == NAMES == [name for name, number in stops if number == "2"]
    assert text.rstrip().endswith("[tour end]") and "heat=off" in m.run("vmctl heat")
