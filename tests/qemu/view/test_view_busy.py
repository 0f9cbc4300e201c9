"""The page of ./run --view in a real browser: of a busy machine, a large one, one with as many processes as there can
be; browsers that come and go; the past; what it costs.

PAGODA_FIGURES=1 prints the figures of docs/scope.md; PAGODA_LOAD_SECONDS=60 looks at the load for a minute."""
import os
import re
import time

import pytest

import pagerig
from machine import make
from pagerig import Browser, Guest
from viewrig import scope_process

pagerig.needed()

FIGURES = "PAGODA_FIGURES" in os.environ
LOAD_SECONDS = float(os.environ.get("PAGODA_LOAD_SECONDS", "15"))
FRAMES = 32768  # of 128 MiB
LOAD = "(while true; do (x=1); walk -n 1 seq 300K >/dev/null; seq 2000 | sort | tail -n 1 >/dev/null; done) &"
SHOWN_NONSENSE = re.compile(r"\b(NaN|undefined|Infinity)\b|\[object|-\d+(\.\d)? [KMG]iB")

# What the picture of memory is made of, counted: frames by kind, owners of frames.
CELLS = """
const memory = deep("pagoda-memory")[0], { bytes } = memory.cells, { kinds, owners } = memory.meaning;
const counts = {}, strangers = new Set();
for (let i = 0; i < bytes.length; i += 4) {
    const kind = kinds[bytes[i]] ?? "?";
    counts[kind] = (counts[kind] ?? 0) + 1;
    const owner = bytes[i + 2] | bytes[i + 3] << 8;
    if (owner && !owners.has(owner)) strangers.add(owner);
}
const { kinds: told, is_changing: changing, owners: known } = memory.memory;
return { counts, strangers: [...strangers], told, changing, owners: known, why: memory.why };
"""


@pytest.fixture(scope="module")
def image(test_image):
    make("build/scope")
    return test_image


# --- a load ---------------------------------------------------------------------------------------------

def look_at_processes(b):
    b.show("processes", "#processes tbody tr")
    rows = b.rows("#processes")
    pids = [int(row[0]) for row in rows]
    assert 1 in pids and len(set(pids)) == len(pids) <= 64, rows
    assert not SHOWN_NONSENSE.search(b.all_text())
    return pids


def look_at_spaces(b, pids):
    """The areas of each process, as far as it has not ended: in order, and no page counted twice.  How many there were."""
    seen = 0
    for pid in pids:
        b.show("space", pid=pid)
        last = 0
        rows = b.rows("#areas")
        for place, _, _, *numbers in rows:
            start, end = (int(word, 16) for word in place.split("–"))
            every, memory, shared, large, touched, dirty = map(int, numbers)
            assert last <= start < end and every == (end - start) // 4096, (place, rows)
            assert max(shared, large, touched, dirty) <= memory <= every, (place, numbers)
            last = end
            seen += 1
        b.show("tables", pid=pid)
        assert not SHOWN_NONSENSE.search(b.all_text())
    return seen


def check_counts(found):
    """The kernel's counts are those of the frames: to one, unless it was stopped while it changes both.  Whether so."""
    off = {kind: n - found["counts"].get(kind, 0) for kind, n in found["told"].items()}
    assert sum(map(abs, off.values())) < (1024 if found["changing"] else 1), (off, found["changing"])
    return not found["changing"]


def look_at_one_moment(b):
    """A consistent picture, on request: the machine stands still for some milliseconds.  Whether it was compared to
    one: what was not watched at that moment is not there afterwards."""
    rounds = "deep('pagoda-app')[0].session.timeline.rounds"
    before = b.js(f"return {rounds}.at(-1).time")
    b.key("c")
    moment = b.until(lambda: b.js(f"return {rounds}.findLast((r) => r.consistent && r.time > arguments[0])?.time", before))
    b.js("deep('pagoda-app')[0].session.seek(arguments[0])", moment)
    b.show("memory")
    found = b.js(f"if (deep('pagoda-memory')[0]?.why !== '') return null; {CELLS}")
    exact = found is not None and check_counts(found)
    b.key("l")
    return exact


def look_at_memory(b, is_still):
    """Each frame has one kind.  Of a machine that stands still, too: sums, owners, who maps a frame.  Whether the
    counts were compared to one."""
    b.show("memory", "#blocks tr")
    found = b.js(CELLS)
    assert sum(found["counts"].values()) == FRAMES and "?" not in found["counts"], found
    assert not SHOWN_NONSENSE.search(b.all_text())
    if not is_still:
        return False
    assert not found["strangers"] and sum(found["told"].values()) == FRAMES, found
    exact = check_counts(found)
    pids = [0, *look_at_processes(b)]
    assert {owner["pid"] for owner in found["owners"]} <= set(pids), (found["owners"], pids)
    # A fork or an exec may be on its way: its tables are of no process so far.
    assert 0 <= found["told"]["table"] - sum(owner["tables"] for owner in found["owners"]) < 40, found
    for pid in pids[-3:]:  # the first page of the newest processes, if they have memory so far
        b.show("space", pid=pid)
        lead = re.search(r"Its frame 0x([0-9a-f]+)", b.all_text())
        if not lead:
            continue
        b.show("memory", "#frame b", pa=int(lead[1], 16))
        refs = re.search(r"(\d+) references?, (\d+) users?", b.text("#frame"))
        mappers = b.rows("#mappers")
        assert refs and int(refs[1]) >= int(refs[2]) >= 1 and mappers, b.text("#frame")
        assert {int(who.split()[0]) for who, *_ in mappers if who != "kernel"} <= set(pids), mappers
    return exact


@pytest.mark.parametrize("harts", [3, 4])
def test_a_busy_machine_is_shown_without_nonsense(image, harts):
    """It forks, faults and frees all the time; several times it is stopped, and all has to be right."""
    with Guest(image, "--harts", str(harts)) as g, Browser(g.address) as b:
        for _ in range(3):
            g.told(LOAD)
        # The shells of the load fork and so copy pages.
        b.show("processes", "#processes tbody tr")
        b.until(lambda: any(row[10] not in ("–", "0") for row in b.rows("#processes")))
        end = time.monotonic() + LOAD_SECONDS
        looks = areas = exact = moments = 0
        while time.monotonic() < end or looks < 3:
            areas += look_at_spaces(b, look_at_processes(b)[-6:])
            look_at_memory(b, False)
            b.show("time", "pagoda-curves")
            moments += look_at_one_moment(b)
            b.pause()
            exact += look_at_memory(b, True)
            b.show("kernel", "#counters tr")
            assert not SHOWN_NONSENSE.search(b.all_text())
            b.go_on()
            looks += 1
        told_figure(f"{harts} harts: {looks} looks, {areas} areas; counts compared to one: {exact} times paused, "
                    f"{moments} times on request")
        assert areas > 20 and exact, (areas, exact)
        assert not b.errors()


# --- many processes, several browsers, the past -------------------------------------------------------------

def test_64_processes_and_browsers_that_come_and_go(image):
    with Guest(image, "--harts", "2") as g, Browser(g.address) as b:
        g.told("i=0; while [ $i -lt 60 ]; do sleep 10000 & i=$(($i+1)); done; sleep 1")
        many = b.until(lambda: len(b.rows("#processes")) >= 60 and b.rows("#processes"))
        assert len(many) <= 64
        with Browser(g.address) as other:
            b.pause()
            other.until(lambda: other.state() == "paused")
            for one in (b, other):
                told = {p["pid"]: p["name"] for p in g.scope("processes")["processes"]}
                one.same(lambda one=one: {int(row[0]): row[1].split()[-1] for row in one.rows("#processes")}, told)
                one.show("memory", "#blocks tr")
                found = one.js(CELLS)
                assert sum(found["counts"].values()) == FRAMES and len(found["owners"]) == len(told) + 1
            other.go_on()
            b.until(lambda: b.state() == "running")
            assert not other.errors()
        g.told("true")
        b.driver.refresh()
        b.until(lambda: b.state() == "running" and b.texts("#blocks tr"))
        b.driver.get("about:blank")
        g.told("true")
        b.driver.get(g.address)
        b.until(lambda: len(b.rows("#processes")) >= 60)
        assert not b.errors()


def test_the_past_and_two_moments(image):
    """A new process is not there in the past, and a comparison names it."""
    with Guest(image, "--harts", "2") as g, Browser(g.address) as b:
        names = lambda: [row[1].split()[-1] for row in b.rows("#processes")]  # noqa: E731
        b.until(lambda: "sh" in names())
        time.sleep(2)
        b.key("a")
        b.show("compare", "#mark-a")
        b.until(lambda: "no moment is marked" not in b.texts(".marks div")[0])
        g.told("sleep 10000 &")
        b.show("processes", "#processes tbody tr")
        b.until(lambda: "sleep" in names())
        pid = next(row[0] for row in b.rows("#processes") if row[1].endswith("sleep"))
        time.sleep(0.5)
        b.key("b")
        b.show("compare", "#words li")
        words = " ".join(b.texts("#words li"))
        assert re.search(rf"1 process came: {pid} \(sleep\)\.", words), words
        assert any(row[0] == pid and row[3] == "new" for row in b.rows("#areas")), b.rows("#areas")
        grown = {row[0]: int(row[2]) - int(row[1]) for row in b.rows("#kinds")}
        assert grown["trapframe"] == 1 and sum(grown.values()) == 0, grown
        b.show("processes", "#processes tbody tr")
        for _ in range(60):
            b.key(",")
            b.settle()
            if "sleep" not in names():
                break
        assert "sleep" not in names() and {"init", "sh"} <= set(names()) and b.text("#moment").endswith("ago")
        g.told("sleep 20000 &")
        assert "sleep" not in names()  # the past does not change
        b.key("l")
        b.until(lambda: names().count("sleep") == 2 and b.text("#moment").endswith("live"))
        assert not b.errors()


def press(b, words):
    """The button with these words among those that lead away from a process that is not there."""
    b.until(lambda: [text for text in b.texts(".absent button") if words in text])
    b.js("deep('.absent button').find((e) => text(e).includes(arguments[0])).click()", words)


def test_a_process_that_has_ended(image):
    """The page says so, shows it as it was, and leads to its parent and to the newest of the same name."""
    with Guest(image, "--harts", "2") as g, Browser(g.address) as b:
        picked = lambda: b.js("return text(deep('#pid')[0].selectedOptions[0])")  # noqa: E731
        b.until(lambda: "sh" in " ".join(row[1] for row in b.rows("#processes")))
        time.sleep(1)
        before = b.js("return deep('pagoda-app')[0].session.shown")
        g.told("sleep 10000 &")
        pid = b.until(lambda: [int(row[0]) for row in b.rows("#processes") if row[1].endswith("sleep")])[0]
        b.show("space", "#areas tbody tr", pid=pid)
        assert picked() == f"{pid} sleep"
        b.js("deep('pagoda-app')[0].session.seek(arguments[0])", before)
        b.until(lambda: "was first seen at" in b.all_text() and picked() == f"{pid} sleep (not yet there)")
        b.key("l")
        g.told(f"kill {pid}")
        said = lambda: " ".join(b.texts(".absent p"))  # noqa: E731
        b.until(lambda: f"Process {pid} (sleep) has ended; it was last seen at" in said())
        assert picked() == f"{pid} sleep (ended)" and not b.rows("#areas")
        press(b, "Show it as it was then")
        b.until(lambda: len(b.rows("#areas")) > 3)
        assert picked() == f"{pid} sleep" and b.text("#moment").endswith("ago")
        b.key("l")
        press(b, "Its parent: 2 (sh)")
        b.until(lambda: picked() == "2 sh" and b.rows("#areas"))
        g.told("sleep 20000 &")
        b.show("tables", pid=pid)
        press(b, "The newest of that name:")
        b.until(lambda: re.fullmatch(r"\d+ sleep", picked()) and int(picked().split()[0]) > pid)
        b.show("space", pid=4000)
        b.until(lambda: "There is no process 4000" in said())
        assert not b.errors()


# --- size and cost ------------------------------------------------------------------------------------------------

def told_figure(what):
    if FIGURES:
        print(f"\n{what}")


def test_a_large_machine_opens_fast(image):
    """From the start of the navigation to the first whole picture of 16 GiB, by the browser's own clock."""
    with Guest(image, "--mem", "16G") as g, Browser(g.address, opens=False) as b:
        b.driver.get(g.address + "#view=memory")
        took = b.until(lambda: b.js("""
            const memory = deep("pagoda-memory")[0];
            if (!memory?.memory || memory.why || memory.cells?.bytes.length !== 4 * (4 << 20)) return 0;
            return deep("#blocks tr").length && performance.now();"""))
        told_figure(f"16 GiB: {took / 1000:.1f} s until the picture is whole")
        assert took < 20_000, took
        found = b.js(CELLS)
        assert sum(found["counts"].values()) == 4 << 20 and not found["strangers"]
        assert not b.errors()


def ticks(processes):
    total = 0
    for process in processes:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            words = file.read().rpartition(")")[2].split()
        total += int(words[11]) + int(words[12])
    return total


def shares(processes, seconds):
    """Per cent of one processor that each takes."""
    before = {name: ticks(pids) for name, pids in processes.items()}
    time.sleep(seconds)
    hz = os.sysconf("SC_CLK_TCK")
    return {name: 100 * (ticks(pids) - before[name]) / hz / seconds for name, pids in processes.items()}


def test_cost(image):
    """Of a busy machine.  Limits are loose: the processor has others to serve."""
    with Guest(image, "--harts", "2") as g, Browser(g.address) as b:
        for _ in range(2):
            g.told(LOAD)
        processes = {"scope": [scope_process(g.console.pid)], "page": b.renderers()}
        views = ("processes", "space", "tables", "memory", "time", "kernel") if FIGURES else ("memory",)
        for view in views:
            b.show(view)
            time.sleep(2)
            used = shares(processes, 10)
            rate = b.text(".rate")
            told_figure(f"{view:10} scope {used['scope']:4.1f} %, page {used['page']:4.1f} % of a core, {rate}")
            assert used["scope"] < 40 and used["page"] < 80, (view, used, rate)
