"""The page of ./run --view in a real browser: what it shows of a machine that stands still is what the guest's own
tools print of it.  The processes of scopeload.c and held.c do not run any more when they are looked at."""
import re
import time

import pytest

import labrig
import netrig
import pagerig
from machine import TOP, make
from pagerig import Browser, Guest, pages, plain, size
from toldrig import free_rows, maps_rows, ps_rows, pt_entries, why_path

pagerig.needed()

PROGRAMS = labrig.ROOT / "tests/qemu/programs"
LOAD = ("pages", "large", "file", "copy", "shared", "lazy", "parked")
ACCESSES = ("read", "write", "execute")
# The short name and the words of each kind of frames.
KINDS = re.findall(r'^\tX\((\w+), "(.*)"\)', (labrig.ROOT / "kernel/mm/phys/frame.h").read_text(), re.M)
V, R, W, X, U, A, D, COW = 1, 2, 4, 8, 16, 64, 128, 256


@pytest.fixture(scope="module")
def image():
    make("build/scope")
    return labrig.make_image("page.img", [PROGRAMS / "held.c"], "PROG=tests/qemu/programs/scopeload.c")


# --- a machine that stands still --------------------------------------------------------------------

def ask_all(g):
    """What the guest's tools say of the processes that stand still."""
    out = g.told("scopeload; held")
    g.at = {name: int(re.search(rf"^{name} (\w+)$", out, re.M)[1], 16) for name in LOAD}
    g.ps = ps_rows(g.told("ps"))
    g.still = [pid for pid, row in g.ps.items() if row[-1] in ("scopeload", "held")]
    g.parent = min(pid for pid in g.still if g.ps[pid][-1] == "scopeload")
    g.maps = {pid: maps_rows(g.told(f"maps {pid}")) for pid in g.still}
    g.pt = {pid: pt_entries(g.told(f"pt -a {pid}")) for pid in g.still}
    g.addresses = [0, 0x10000, 0x3fffffd000, 0x3ffffff000, *(at + 0x6123 for at in g.at.values()), g.at["shared"],
                   g.at["copy"], g.at["parked"]]
    g.why = {(va, access): g.told(f"why {g.parent} {va:x} {access[0]}" if access != "execute" else f"why {g.parent} {va:x} x")
             for va in g.addresses for access in ACCESSES}
    leaves = [pte >> 10 << 12 for _, _, _, pte, _, _ in g.pt[g.parent][2] if pte & V and pte & (R | W | X)]
    g.frame = {pa: g.told(f"frame {pa:x}") for pa in (g.pt[g.parent][0], *leaves[:3], *leaves[-2:], leaves[len(leaves) // 2])}
    g.dump = {va: g.told(f"dump {g.parent} {va:x} 4096") for va in (0x10000, g.at["file"], g.at["copy"])}
    g.messages, g.options = g.told("dmesg"), g.told("vmctl -n")
    g.kernel_half = g.told("pt -k -a")
    g.free = free_rows(g.told("free -v"))
    g.counters = netrig.counters(g.told("stats -a"))


@pytest.fixture(scope="module")
def still(image):
    """(machine, browser): it stands still, and in it `free -v`, which has counted and cannot yet print that."""
    with Guest(image, "--harts", "3", "--boot", "isolate=on") as g:
        ask_all(g)
        with Browser(g.address) as b:
            g.console.send("(sleep 2; free -v) | (sleep 15; cat)\r")
            g.console.expect_exact("cat)")
            b.until(lambda: [row for row in b.rows("#processes") if row[1].endswith("free") and row[2] == "sleeping"])
            b.pause()
            yield g, b
            assert not b.errors()


def test_load_has_all_there_is(still):
    """The comparisons below are of something."""
    g, _ = still
    assert sorted(g.ps[pid][-1] for pid in g.still) == ["held"] * 2 + ["scopeload"] * 2
    entries = g.pt[g.parent][2]
    assert any(e[0] == 1 for e in entries) and any(e[4] > 1 for e in entries) and any(e[3] & COW for e in entries)
    assert len({why_path(out)[-1][3] for out in g.why.values()}) >= 7


def test_processes_as_ps_tells(still):
    g, b = still
    b.show("processes")
    rows = {int(row[0]): row for row in b.rows("#processes")}
    depths = [len(text) // 3 for text in b.js("return deep('#processes .tree').map((e) => e.textContent)")]
    line, parents = [0], {}
    for pid, depth in zip(rows, depths):
        parents[pid] = line[depth]
        line[depth + 1:] = [pid]
    of = {p["pid"]: p for p in g.scope("processes")["processes"]}
    assert set(rows) == set(of) >= {1, *g.still}
    for pid, p in of.items():
        assert rows[pid][1].endswith(p["name"]) and parents[pid] == p["parent"]
        assert rows[pid][2:6] == [p["state"], str(p["hart"]), size(p["size"]), pages(p["resident"])]
    for pid in g.still:
        parent, state, hart, kib, mem, name = g.ps[pid]
        assert rows[pid][1].split()[-1] == name and parents[pid] == parent
        assert rows[pid][2:6] == [state, str(hart), size(1024 * kib), size(1024 * mem)]
        resident, shared, large = (sum(row[i] for row in g.maps[pid]) for i in (2, 3, 4))
        assert rows[pid][6:9] == [pages(resident - shared), pages(shared), str(large // 512)]
        assert int(rows[pid][9]) * 4 == g.free[f"page tables/{pid} ({name})"]
        assert rows[pid][10] == "0"  # it was paused, and all stand still


def test_areas_as_maps_tells(still):
    g, b = still
    for pid in g.still:
        b.show("space", "#areas tbody tr", pid=pid)
        told = [[place.replace("-", "–"), rights, kind, *(str(n) for n in numbers)]
                for place, *numbers, rights, kind in g.maps[pid]]
        b.same(lambda: b.rows("#areas"), told)


def entry_of(g, va):
    """(pte, users) of the entry that the walk to an address ends at, if it is not empty."""
    for level, _, start, pte, users, _ in g.pt[g.parent][2]:
        if start <= va < start + (4096 << 9 * level):
            return pte, users
    return None


def test_pages_as_pt_tells(still):
    """The line that says what the picked page is, and the bytes of some."""
    g, b = still
    seen = set()
    for va in g.addresses:
        found = entry_of(g, va)
        b.show("space", "#told", pid=g.parent, va=va)
        area = next((row for row in g.maps[g.parent] if int(row[0].split("-")[0], 16) <= va < int(row[0].split("-")[1], 16)), None)
        if not area and not found:
            b.same(lambda va=va: b.text("#told"), f"{va:#x}: in no area")
            continue
        word = "guard" if found and not found[0] & A | D | V and not found[0] >> 10 else ""
        if not found:
            word = "absent"
        elif found[0] & V:
            word = "parked (PROT_NONE)" if not found[0] & (R | W | X) else "copy-on-write" if found[0] & COW else ""
        b.until(lambda: re.match(rf"{va:#x}: [\w+]+, ", b.text("#told")) and "it in memory" not in b.text("#told"), 30)
        told = b.text("#told")
        assert word in told, (told, found)
        seen.add(told.split(", ")[1])
        if not found or not found[0] & (R | W | X):
            continue
        pte, users = found
        rights = "".join(letter if pte & bit else "-" for letter, bit in (("r", R), ("w", W), ("x", X)))
        assert f", {rights}{'u' if pte & U else ''}, " in told, (told, found)
        assert (", written" in told) == bool(pte & D) and ("not accessed" in told) == (not pte & A), (told, found)
        shared = re.search(r"shared with (\d+) other", told)
        assert (int(shared[1]) if shared else 0) == max(users - 1, 0), (told, found)
    assert len(seen) >= 5, seen


def test_bytes_as_dump_tells(still):
    g, b = still
    for va, out in g.dump.items():
        told = {int(line.split()[0], 16): line for line in out.splitlines() if re.match(r" *[0-9a-f]+  [0-9a-f]{2} ", line)}
        b.show("space", ".hex pre", pid=g.parent, va=va + 0x123)
        shown = b.raw(".hex pre").splitlines()
        assert len(shown) == 256 and len(told) >= 2
        last = ""
        for i, line in enumerate(shown):
            last = told.get(va + 16 * i, last)  # equal rows are one
            assert line[10:].rstrip() == last[10:].rstrip() and int(line[:10], 16) == va + 16 * i
        assert b.text(".hex mark") == shown[0x12][12:].split()[3]
        assert f"Its frame {entry_of(g, va)[0] >> 10 << 12:#x}" in b.text("#page")


def test_walks_as_why_tells(still):
    """The entries on the way, each taken apart; the same words for what an access does."""
    g, b = still
    for va in g.addresses:
        paths = {access: why_path(g.why[va, access]) for access in ACCESSES}
        path = [entry[:3] for entry in paths["read"]]
        b.show("tables", "#fates tr", pid=g.parent, va=va)
        b.until(lambda va=va: b.js("return deep('#va').map((e) => e.value)") == [f"{va:#x}"])
        steps = "deep('[aria-label=\"Which entry\"] button')"
        b.same(lambda steps=steps: b.js(f"return {steps}.map(text)"), [f"level {level}, entry {index}" for level, index, _ in path])
        fates = {row[0]: row[1] for row in b.rows("#fates")}
        for access in ACCESSES:
            assert paths[access][-1][3].endswith(fates[access]), (hex(va), access, fates)
        for i, (_, _, pte) in enumerate(path):
            b.js(f"{steps}[{i}].click()")
            b.settle()
            assert int(b.text("#pte").split()[0], 16) == pte
            rows = b.rows("#bits")
            assert sum(int(row[2]) << int(row[0]) for row in rows if row[0].isdigit()) == pte & 1023
            assert int(rows[1][2], 16) == pte >> 10 & (1 << 44) - 1
        about = dict(b.rows("#about"))
        assert int(about["root"], 16) == g.pt[g.parent][0] and int(about["root in user mode"], 16) == g.pt[g.parent][1] != 0
        found = entry_of(g, va)
        assert int(about.get("users of the page", 0)) == (found[1] if found else 0)


def test_tables_as_pt_tells(still):
    """Where each table on the way is, how much of it is in use, and what its entries are: by the keyboard, all of one."""
    g, b = still
    _, _, entries, tables = g.pt[g.parent]
    kernel = [line.split() for line in g.kernel_half.splitlines()[2:] if re.match(r"\d", line)]
    for name in ("pages", "large", "file"):
        va = g.at[name]
        path = why_path(g.why[va + 0x6123, "read"])
        b.show("tables", "#fates tr", pid=g.parent, va=va)
        at = g.pt[g.parent][0]
        for level, index, pte, _ in path:
            size_of = 4096 << 9 * (level + 1)
            used = sum(e[0] == level and e[2] // size_of == va // size_of for e in [*entries, *tables])
            used += len(kernel) if level == 2 else 0
            title = f"Level {level} {at:#x}, {used} of 512 in use"
            title += f", {len(kernel)} for the kernel half" if level == 2 else ""
            b.same(lambda level=level: b.texts("pagoda-slots >> h2")[2 - level], title)
            assert b.texts("pagoda-slots >> .told")[2 - level].startswith(f"entry {va >> 12 + 9 * level & 511}, from ")
            at = pte >> 10 << 12
    va = g.at["pages"]
    level0 = [e for e in entries if e[0] == 0 and e[2] >> 21 == va >> 21]
    b.show("tables", "#fates tr", pid=g.parent, va=level0[0][2])
    for _, index, start, pte, _, _ in level0[:12]:
        b.until(lambda start=start: f"va={start:#x}" in b.driver.current_url)
        what = b.texts("pagoda-slots >> .told")[2]
        rights = "".join(letter if pte & bit else "-" for letter, bit in (("r", R), ("w", W), ("x", X)))
        assert what.startswith(f"entry {index}, from {start:#x}: a page of 4 KiB, {rights}u, "), (what, hex(pte))
        assert ("copy-on-write" in what) == bool(pte & COW) and (", written" in what) == bool(pte & D)
        b.press(("pagoda-slots >> canvas", 2), "PageDown")


# --- physical memory ----------------------------------------------------------------------------------

def test_frames_as_frame_tells(still):
    g, b = still
    for pa, out in g.frame.items():
        told = [line for line in out.splitlines() if "(frame)" not in line]
        kind = next(name for name, what in KINDS if what == told[0].split(": ")[1])
        b.show("memory", "#frame b", pa=pa)
        b.until(lambda pa=pa: b.texts("#frame h2") == [f"Frame {pa:#x} picked"])
        told_counts = re.search(r"references (\d+), users (\d+)", told[1])
        words = r"no references are counted"
        if told_counts:
            words = r"\b{} references?, {} users?\b".format(*told_counts.groups())
        b.until(lambda words=words: re.search(words, b.text("#frame")), 30)
        assert b.text("#frame b") == kind
        mine = {}
        for who, *rest in b.rows("#mappers"):
            what = "root" if rest[0] == "its root table" else "table" if "table" in rest[1] else rest[1].split()[-1]
            mine.setdefault(who.split()[0], []).append((rest[0][2:] if what != "root" else "", what))
        for pid in g.still:
            lines = [line for line in told[2:] if line.startswith(f"{pid} ")]
            assert len(lines) == len(mine.get(str(pid), [])), (pid, mine, told)
            for line, (va, what) in zip(lines, mine.get(str(pid), [])):
                assert va in line and re.search(rf"\b{what}\b", line), (line, va, what)


def memory_as_shown(b):
    """{kind: text of its size}, [number of blocks of each size], {hart: text of what is on its list}."""
    kinds = {name: text[len(name):].strip() for name, text in b.data(".legend [data-name]", "name").items()}
    lists = dict(re.findall(r"hart (\d+) ([\d.]+ \w+)", b.text("#lists")))
    return kinds, [int(row[1]) for row in b.rows("#blocks")], lists


def test_kernel_as_dmesg_vmctl_and_stats_tell(still):
    g, b = still
    b.show("kernel", "#counters tr")
    assert b.raw("#messages") == g.messages
    assert sorted(b.texts("#options li")) == sorted(g.options.split())
    shown = {name: int(value) for name, value, _ in b.rows("#counters")}
    assert shown == {c["name"]: c["value"] for c in g.scope("counters")["counters"]}
    still_ones = {"fork_copied", "super_mapped", "super_split", "super_owned", "super_fallback", "super_shed"}
    for name, value in shown.items():
        assert value == g.counters[name] if name in still_ones else g.counters[name] <= value, name
    rows = {int(row[0]): row for row in b.rows("#harts")}
    for hart in g.scope("machine")["harts"]:
        row = rows[hart["hart"]]
        assert row[1:3] == ["idle" if hart["idle"] else "runs", hart["thread"]] and int(row[5]) == hart["hartid"]
        assert [int(word) if word.isdigit() else 0 for word in row[3:5]] == [hart["pid"], hart["loaded"]]


def test_picture_has_a_cell_for_each_frame(still):
    """Pixels of the picture: as many cells of each colour of the legend as frames of these kinds."""
    g, b = still
    b.show("memory", "#blocks tr")
    colours = b.js("""return deep(".legend [data-name]").map((e) => [e.dataset.name,
        getComputedStyle(e.querySelector("i")).backgroundColor])""")
    cells = b.js("""
        const canvas = deep("pagoda-cells >> #cells")[0];
        const unit = canvas.width / 256;
        const all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, found = {};
        for (let y = 0; y < 128; y++)
            for (let x = 0; x < 256; x++) {
                const at = 4 * (y * unit * canvas.width + x * unit);
                const name = `rgb(${all[at]}, ${all[at + 1]}, ${all[at + 2]})`;
                found[name] = (found[name] ?? 0) + 1;
            }
        return found""")
    told = {}
    kinds = g.scope("memory")["kinds"]
    for name, colour in colours:
        told[colour] = told.get(colour, 0) + kinds[name]
    assert len(told) > 8 and cells == told


def test_memory_as_free_tells(still):
    """The last one: the machine goes on.  free had counted before, and nothing has changed since."""
    g, b = still
    b.show("memory", "#blocks tr")
    kinds, blocks, lists = memory_as_shown(b)
    b.click("#pause")
    g.console.expect_exact("in all: the RAM of the machine")
    assert "free" not in g.console.before.partition("\n")[0]
    rows = free_rows(plain(g.console.before).lstrip("\n") + "in all: the RAM of the machine")
    g.console.expect_exact("$ ")
    # The call that counted had a frame for its answer, from a list of a hart.
    assert rows.pop("anything else") == 4
    rows["unused"] += 4
    assert kinds == {kind: size(1024 * rows[what]) for kind, what in KINDS if rows.get(what)}
    for order, n in enumerate(blocks):
        name = f"{4 << order} KiB" if order < 8 else f"{4 << order >> 10} MiB"
        assert (n << order) * 4 == rows.get(f"unused/{n} blocks of {name}", 0)
    told = {str(hart): rows.get(f"unused/list of hart {hart}", 0) for hart in range(3)}
    assert sum(size(1024 * kib) != lists[hart] for hart, kib in told.items()) <= 1
    assert any(lists == {h: size(1024 * (kib + 4 * (h == mine))) for h, kib in told.items()} for mine in told)


# --- a machine that has died --------------------------------------------------------------------------

def break_function(g, name):
    """The kernel's function, which has not run so far, is no code any more; its address."""
    with open(f"{TOP}/kernel/kernel.sym", encoding="ascii") as symbols:
        at = next(int(line.split()[0], 16) for line in symbols if line.split()[1] == name)
    with open(g.ram, "r+b") as ram:
        ram.seek((at & 0xffffffff) - 0x80000000)
        ram.write(bytes(4))
    return at


def test_a_panic_is_marked(image):
    """The hart, the process, the message and the calls are those on the console; all views go on."""
    with Guest(image, "--harts", "4", "--boot", "panic=halt") as g, Browser(g.address) as b:
        g.told("scopeload")
        at = break_function(g, "sys_explain")
        g.console.send("why 1 1000 r\r")
        g.console.expect(r"panic: ([^\r]+)\r\n")
        what = g.console.match[1]
        g.console.expect(r"hart (\d), thread (\w+), process (\d+) \(why\)")
        hart, thread, pid = g.console.match.groups()
        b.until(lambda: b.state() == "panicked")
        assert b.text(".power") == f"panicked on hart {hart}"
        b.until(lambda: f"Panic on hart {hart}, process {pid} (why): {what}" in b.text(".banner"))
        harts = b.js("return deep('.harts li').map((e) => [e.className, text(e)])")
        assert [i for i, (kind, _) in enumerate(harts) if kind == "panicked"] == [int(hart)]
        assert harts[int(hart)][1] == f"{hart} panicked {pid}"
        b.show("kernel", "#panic tr")
        calls = b.rows("#panic table")
        assert int(calls[0][0], 16) == at and b.text("#panic code") == what
        for pc, function in calls:
            g.console.expect(r"  (ffffff\w+) ([\w.]+)\+")
            assert (int(pc, 16), function.split("+")[0]) == (int(g.console.match[1], 16), g.console.match[2])
        g.console.expect_exact("the machine stands still")
        assert len(calls) >= 2 and "  ffffff" not in g.console.before
        assert {row[0]: row[1:4] for row in b.rows("#harts")}[hart] == ["panicked", thread, pid]
        b.show("memory", "#blocks tr")
        b.same(lambda: memory_as_shown(b)[0], {kind: pages(n) for kind, n in g.scope("memory")["kinds"].items() if n})
        b.show("processes", "#processes tbody tr")
        assert pid in [row[0] for row in b.rows("#processes")]
        b.show("space", "#areas tbody tr", pid=pid)
        assert len(b.rows("#areas")) == len(g.scope("areas", pid)["areas"])
        b.show("tables", "#pte", pid=pid, va=0x10000)
        assert not b.errors()
        g.console.send("\1x")
        g.ended()
