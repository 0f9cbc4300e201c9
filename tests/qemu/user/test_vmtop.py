"""vmtop: its figures are those of ps, maps, free -v and stats -a; its screen."""
import re

import pytest

from machine import Machine
from screenrig import Person

HEAD = "PID S HART   SIZE    MEM SHARED   PRIV  LARGE FAULTS/S  %CPU NAME"


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        yield machine


def lists(text):
    """For each list: the first lines as one text, and the rows as {name: words}; of one name the busiest."""
    for part in re.split(r"\n\n", text):
        above, head, below = part.partition(HEAD)
        assert head and all(len(line) <= 79 for line in part.splitlines()), text
        rows = {}
        for words in map(str.split, below.strip().splitlines()):
            if words[-1] not in rows or float(words[8]) > float(rows[words[-1]][8]):
                rows[words[-1]] = words
        yield above, rows


def kib(size):
    """The KiB of a size as vmtop writes it; it rounds up."""
    unit = {"K": 1, "M": 1024, "G": 1024 ** 2}[size[-1]] if size != "0" else 1
    return float(size.rstrip("KMG")) * unit


def test_processes_as_ps_and_maps_tell(m):
    """walk has touched all of its memory when the lists are made, and sleeps."""
    m.run("walk -i 60000 -n 2 seq 8M > /dev/null & sleep 2s")
    [(_, rows)] = lists(m.run("vmtop -b -n 1"))
    told = {words[7]: words for words in map(str.split, m.run("ps").splitlines()[1:])}
    areas = [line.split() for line in m.run("maps walk").splitlines()[2:-2]]
    m.run("kill $!; wait")
    walk = rows["walk"]
    for row in walk, rows["sh"], rows["init"]:
        pid, state, hart, size, mem, shared, private, _ = row[:8]
        ps = told[row[-1]]
        assert pid == ps[0] and state == "S" and ps[2] == "sleeping"
        assert hart in ("0", "1")
        assert 0 <= kib(size) - int(ps[4][:-1]) < 103 and 0 <= kib(mem) - int(ps[5][:-1]) < 103
        assert abs(kib(mem) - kib(shared) - kib(private)) < 103
    assert rows["init"][2] == told["init"][3]  # the others run again and again: walk looks for a key
    mine = [words for words in areas if words[-1] in ("image", "heap", "stack", "anon")]
    assert 0 <= kib(walk[7]) - 4 * sum(int(words[4]) for words in mine) < 103 and kib(walk[7]) >= 4096
    assert 0 <= kib(walk[6]) - 4 * sum(int(words[2]) - int(words[3]) for words in mine) < 103


def test_memory_by_kind_adds_up(m):
    above, _ = next(lists(m.run("vmtop -b -n 1")))
    kinds = re.search(r"^memory 128M: (.*)\nfaults", above, re.M | re.S)[1].split()
    sizes = {name: kib(size) for name, size in zip(kinds[::2], kinds[1::2])}
    assert {"free", "table", "anon", "cache", "kernel"} <= set(sizes)
    assert 128 * 1024 <= sum(sizes.values()) < 128 * 1024 + 1024 + 103 * len(sizes)


def rates(text):
    return {name: float(number) for name, number in re.findall(r"([a-z_][a-z_ ]*) ([\d.]+)(?= |$)", text, re.M)}


def test_rates_are_those_of_the_interval(m):
    """A loop forks all the time: each fork copies pages and loads page tables.  Without it nothing does."""
    *_, (above, rows) = lists(m.run("while true; do (x=1); done & vmtop -b -n 3 -d 1 < /dev/null; kill $!; wait"))
    busy = rates(above[above.index("faults/s:"):])
    assert busy["cow_copy"] > 10 and busy["satp writes"] > 10 and busy["shootdowns"] > 10, above
    assert float(rows["sh"][8]) > 10, rows
    m.run("sleep 1s")
    *_, (above, rows) = lists(m.run("vmtop -b -n 3 -d 1"))
    still = rates(above[above.index("faults/s:"):])
    assert not still["cow_copy"] and not still["file"] and still["satp writes"] < 100, above
    assert float(rows["init"][8]) == 0 == float(rows["init"][9]), rows


def test_orders(m):
    m.run("walk -i 60000 -n 2 seq 4M > /dev/null & sleep 1s")
    orders = {"mem": 4, "private": 6, "large": 7, "size": 3}
    texts = {order: m.run(f"vmtop -b -n 1 -s {order}") for order in (*orders, "pid")}
    m.run("kill $!; wait")
    for order, column in orders.items():
        [(_, rows)] = lists(texts[order])
        values = [kib(words[column]) for words in rows.values()]
        assert values == sorted(values, reverse=True) and len(set(values)) > 1, (order, rows)
    [(_, rows)] = lists(texts["pid"])
    assert list(rows)[:3] == ["init", "sh", "walk"]


@pytest.mark.parametrize("wrong", ["-s x", "-n 0", "-d x", "more", "-x"])
def test_refuses(m, wrong):
    assert m.run(f"vmtop {wrong}; echo status $?").endswith("status 2\n")


def test_help(m):
    text = m.run("vmtop --help")
    assert text.startswith("usage: vmtop ") and all(len(line) <= 79 for line in text.splitlines())


# --- the screen -----------------------------------------------------------------------------------


@pytest.fixture
def p(m):
    person = Person(m)
    person.type("clear\n")
    person.see_line(0, "$")
    yield person
    if person.terminal.other:
        person.type("q")
    person.settle()


def back(p):
    p.wait(lambda: not p.terminal.other and p.lines()[p.terminal.cursor.y] == "$", "the prompt")


def head_row(p):
    return next(i for i, line in enumerate(p.lines()) if HEAD in line)


def test_screen(p):
    p.type("vmtop -d 0.5\n")
    p.see(HEAD)
    p.see("by cpu, every 0.5 s  h: help")
    p.type("p")
    p.see("by pid, every")
    p.wait(lambda: [line.split()[0] for line in p.lines()[head_row(p) + 1:][:2]] == ["1", "2"], "init and the shell")
    p.type("+")
    p.see("every 1.0 s")
    p.type("-")
    p.see("every 0.5 s")
    p.type("h")
    p.see("usage: vmtop")
    p.type("x")
    p.see("by pid, every 0.5 s")
    up = p.lines()[0]
    p.wait(lambda: p.lines()[0] != up, "a later time")
    p.type("q")
    back(p)


@pytest.mark.parametrize("end", ["q", "\x03", "\x04"])
def test_screen_ends(p, end):
    p.type("vmtop\n")
    p.see(HEAD)
    p.type(end)
    back(p)


def test_screen_of_another_size(p):
    """It follows the terminal: a row too many, or a column, would move the screen."""
    p.type("vmtop -d 0.2 -s pid\n")
    p.see(HEAD)
    p.resize(60, 10)
    p.wait(lambda: "0" in p.lines()[0] and len(p.lines()) == 10 and p.lines()[9].split()[:1] != [] and
           HEAD[:40] in p.text(), "the list in 10 rows")
    p.resize(30, 4)
    p.wait(lambda: p.lines()[0].startswith("up ") and p.lines()[1].startswith("memory"), "the first rows")
    p.resize(80, 24)
    p.see(HEAD)
    p.type("q")
    back(p)


def test_screen_stops_and_goes_on(p):
    p.type("vmtop\n")
    p.see(HEAD)
    p.type("\x1a")
    p.see("Stopped")
    p.type("fg\n")
    p.see(HEAD)
    p.type("q")
    back(p)
