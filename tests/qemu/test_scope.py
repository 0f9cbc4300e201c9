"""scope on the RAM of a machine that stands still: its numbers are those that the guest's own programs print.

The processes of scopeload.c and held.c do not run any more when they are looked at, so nothing that the
guest prints later can differ.
"""
import json
import os
import re
import subprocess
import time

import pytest

import labrig
import netrig
from machine import TOP, Machine, make

PROGRAMS = labrig.ROOT / "tests/qemu/programs"
LOAD = ("pages", "large", "file", "copy", "shared", "lazy", "parked")


@pytest.fixture(scope="module")
def image():
    make("build/scope")
    return labrig.make_image("scope.img", [PROGRAMS / "held.c"], "PROG=tests/qemu/programs/scopeload.c")


class Scope:
    """A machine whose RAM is a file."""

    def __init__(self, image, harts=1, mem="128M", boot="vmprint=off", **options):
        self.machine = Machine(str(image), harts=harts, mem=mem, boot=boot, **options)
        self.ram = os.path.join(self.machine.folder, "ram")
        self.qmp = netrig.Qmp(self.machine.folder)
        self.machine.options["extra"] = [
            *self.qmp.options(), "-machine", "memory-backend=ram",
            "-object", f"memory-backend-file,id=ram,size={mem},mem-path={self.ram},share=on"]
        self.run = self.machine.run

    def __enter__(self):
        self.machine.__enter__()
        return self

    def __exit__(self, *why):
        self.machine.__exit__(*why)

    def stop(self):
        self.qmp.do(("stop", {}))

    def go_on(self):
        self.qmp.do(("cont", {}))

    def scope(self, *words):
        done = subprocess.run([os.path.join(TOP, "build/scope"), self.ram, *map(str, words)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 0 and not done.stderr, (words, done)
        return done.stdout

    def json(self, *words):
        return json.loads(self.scope("--json", *words))


# --- machines with a load -------------------------------------------------------------------------

@pytest.fixture(scope="module", params=[(1, "off"), (4, "off"), (2, "on")], ids=["1-hart", "4-harts", "isolated"])
def loaded(image, request):
    """A machine, and what scope said of it before the guest looked at itself: that settles ties."""
    harts, isolate = request.param
    with Scope(image, harts=harts, boot=f"vmprint=off isolate={isolate}") as s:
        s.machine.boot()
        out = s.run("scopeload; held")
        s.at = {name: int(re.search(rf"^{name} (\w+)$", out, re.M)[1], 16) for name in LOAD}
        s.isolated = isolate == "on"
        time.sleep(1)
        s.stop()
        s.processes = {p["pid"]: p for p in s.json("processes")["processes"]}
        s.still = [pid for pid, p in s.processes.items() if p["name"] in ("scopeload", "held")]
        s.before = {pid: (s.scope("areas", pid), s.json("table", pid)) for pid in s.still}
        s.go_on()
        yield s


def test_load_has_all_there_is(loaded):
    """The comparisons below are of something."""
    assert sorted(loaded.processes[pid]["name"] for pid in loaded.still) == ["held"] * 2 + ["scopeload"] * 2
    entries = [e for _, table in loaded.before.values() for e in table["entries"]]
    assert {"leaf", "table", "guard", "parked"} <= {e["what"] for e in entries}
    assert any(e["what"] == "leaf" and e["level"] == 1 for e in entries)
    assert any("borrowed" in e for e in entries)
    assert any(e.get("users", 0) > 1 and int(e["pte"], 16) & 1 << 8 for e in entries)


def test_processes_as_ps_tells(loaded):
    told = {}
    for line in loaded.run("ps").splitlines()[1:]:
        pid, parent, state, hart, size, mem, _, name = line.split()
        told[int(pid)] = [name, int(parent), state, int(hart), size, mem]
    rows = {int(row.split()[0]): row.split() for row in loaded.scope("processes").splitlines()[1:]}
    for pid in [1, *loaded.still]:
        p = loaded.processes[pid]
        assert told[pid] == [p["name"], p["parent"], p["state"], p["hart"], f"{p['size'] // 1024}K", f"{p['resident'] * 4}K"]
        assert rows[pid][1:] == [str(told[pid][1]), *told[pid][2:4][:1], str(told[pid][3]), *told[pid][4:], told[pid][0]]
    assert set(rows) == set(told) - {max(told)}  # ps itself has ended


def test_areas_as_maps_tells(loaded):
    for pid in loaded.still:
        told = loaded.run(f"maps {pid}")
        rows = told[:told.index("\nall ") + 1]
        assert rows == loaded.before[pid][0] == loaded.scope("areas", pid)


def pt_entries(loaded, pid):
    """(index, va, pte, users, area) of each entry that is no table, and how many tables there are."""
    out = loaded.run(f"pt -a {pid}").splitlines()
    found = re.fullmatch(r"page table of \d+ \(\w+\), root (\w+)(?:, in user mode (\w+))?", out[0])
    entries, tables = [], 0
    for line in out[2:-1]:
        words = line.split()
        if words[2] == "table" or words[3] == "table":
            tables += 1
            continue
        index, va, pte, _, _, users, *_, area = words
        entries.append((int(index), int(va, 16), int(pte, 16), int(users.replace("-", "0")), area))
    return int(found[1], 16), int(found[2] or "0", 16), entries, tables


def test_tables_as_pt_tells(loaded):
    for pid in loaded.still:
        root, user_root, entries, tables = pt_entries(loaded, pid)
        for table in (loaded.before[pid][1], loaded.json("table", pid)):
            assert (int(table["root"], 16), int(table["user_root"], 16)) == (root, user_root)
            assert (user_root != 0) == loaded.isolated
            mine = [(e["index"], int(e["va"], 16), int(e["pte"], 16), e.get("users", 0), e["place"])
                    for e in table["entries"] if e["what"] != "table"]
            assert mine == entries
            assert sum(e["what"] == "table" for e in table["entries"]) == tables


def test_table_has_the_form_of_vmprint(loaded):
    lines = loaded.scope("table", 1).splitlines()
    table = loaded.json("table", 1)
    assert lines[0] == f"page table 0x{int(table['root'], 16):016x}"
    valid = [e for e in table["entries"] if int(e["pte"], 16) & 1]
    wanted = [f"{['.. .. ..', '.. ..', '..'][e['level']]}{e['index']}: pte 0x{int(e['pte'], 16):016x} "
              f"pa 0x{int(e.get('pa', '0'), 16):016x}" for e in valid]
    assert lines[1:] == wanted


def test_walks_as_why_tells(loaded):
    """The entries, and the same words for what a read, a write and an execution do."""
    parent = min(pid for pid in loaded.still if loaded.processes[pid]["name"] == "scopeload")
    addresses = [0, 0x10000, 0x3fffffd000, 0x3fffffe000, 0x3ffffff000, *(at + 0x123 for at in loaded.at.values()),
                 *(at + 0x6000 for at in loaded.at.values())]
    fates = set()
    for va in addresses:
        walk = loaded.json("walk", parent, f"{va:x}")
        for access, letter in (("read", "r"), ("write", "w"), ("execute", "x")):
            told = re.findall(r"^  level (\d) entry +(\d+): 0x(\w+) +(.*)$", loaded.run(f"why {parent} {va:x} {letter}"), re.M)
            assert [(int(a), int(b), int(c, 16)) for a, b, c, _ in told] == \
                [(e["level"], e["index"], int(e["pte"], 16)) for e in walk["path"]]
            assert told[-1][3].endswith(walk["fates"][access]), (hex(va), access, told, walk["fates"])
            fates.add(walk["fates"][access])
    assert len(fates) >= 7, fates


def test_frames_as_frame_tells(loaded):
    """References, and everybody who maps them: pages, tables and a root; not the program frame itself."""
    frames = set()
    for _, table in loaded.before.values():
        frames.add(int(table["root"], 16))
        frames |= {int(e["pa"], 16) for e in table["entries"] if e["what"] == "table"}
        leaves = [int(e["pa"], 16) for e in table["entries"] if e["what"] == "leaf"]
        frames |= set(leaves[:4] + leaves[-3:] + leaves[100:102])
    shared = 0
    for pa in sorted(frames):
        told = [line for line in loaded.run(f"frame {pa:x}").splitlines() if "(frame)" not in line]
        mine = loaded.scope("frame", f"{pa:x}").splitlines()
        assert mine[2:] == told[2:], (mine, told)
        if "(frame)" not in " ".join(told):
            shared += len(mine) > 3
        assert mine[0].split(":")[0] == told[0].split(":")[0]
    assert shared


def free_rows(out):
    """{what: KiB} of `free -v`, parts as 'whole/part'."""
    rows, whole = {}, ""
    for line in out.splitlines()[1:]:
        found = re.fullmatch(r"( *)(\d+)  (.*)", line)
        if len(found[1] + found[2]) == 10:
            whole = found[3]
            rows[whole] = int(found[2])
        else:
            rows[f"{whole}/{found[3]}"] = int(found[2])
    return rows


def test_memory_as_free_tells(loaded):
    rows = free_rows(loaded.run("free -v"))
    time.sleep(1)
    memory = loaded.json("memory")
    kinds = memory["kinds"]
    assert sum(kinds.values()) == memory["frames"] == rows["in all: the RAM of the machine"] // 4
    for what, kind in (("firmware and reserved ranges of the device tree", "firmware"), ("kernel image", "kernel"),
                       ("descriptors of frames, 64 bytes each", "frames"), ("kernel stacks", "stack"),
                       ("the kernel's emergency frames", "reserve"), ("index of the page cache, queues of devices", "pool")):
        assert kinds[kind] * 4 == rows[what], kind
    free = sum(n << order for order, n in enumerate(memory["blocks"])) + sum(memory["cached"])
    assert kinds["free"] == free
    owners = {o["pid"]: o for o in memory["owners"]}
    assert owners[0]["tables"] * 4 == rows["page tables/the kernel"]
    assert sum(o["tables"] for o in owners.values()) == kinds["table"]
    for pid in [1, *loaded.still]:
        name = loaded.processes[pid]["name"]
        assert owners[pid]["tables"] * 4 == rows[f"page tables/{pid} ({name})"]
        assert owners[pid]["private"] * 4 == rows.get(f"memory of processes/{pid} ({name})", 0)


def test_counters_as_stats_tells(loaded):
    told = netrig.counters(loaded.run("stats -a"))
    mine = {c["name"]: c["value"] for c in loaded.json("counters")["counters"]}
    still = {"fork_copied", "super_mapped", "super_split", "super_owned", "super_fallback", "super_shed", "asid_rollover"}
    assert set(mine) <= set(told)
    for name, value in mine.items():
        # that of stats itself came after
        assert value == told[name] if name in still else told[name] <= value < told[name] + 200, name
    assert mine["super_mapped"] and mine["super_split"] and mine["fork_shared"]


# --- other machines ---------------------------------------------------------------------------------

def test_panic_is_told(image):
    with Scope(image, harts=4, boot="ktest=panic vmprint=off panic=halt", keep=True) as s:
        s.machine.console.expect_exact("panic: as asked for")
        s.machine.console.expect(r"hart (\d), thread (\w+)")
        hart, thread = s.machine.console.match.groups()
        s.machine.console.expect_exact("backtrace:\r\n")
        time.sleep(2)
        s.machine.console.expect(r"((?:  ffffff\w+ \S+\r\n)+)")
        calls = s.machine.console.match[1].replace("\r", "")
        told = s.json("machine")
        assert told["panic"]["what"] == "as asked for" and told["panic"]["hart"] == int(hart)
        assert [h["panicked"] for h in told["harts"]] == [i == int(hart) for i in range(4)]
        assert told["harts"][int(hart)]["thread"] == thread
        assert f"panic on hart {hart}: as asked for\n{calls}" in s.scope("machine")


def test_large_machine_opens_fast(image):
    with Scope(image, mem="16G") as s:
        s.machine.boot()
        start = time.monotonic()
        machine = s.json("machine")
        took = time.monotonic() - start
        assert machine["frames"] == 4 << 20 and sum(machine["kinds"].values()) == 4 << 20
        assert took < 2, took
        assert s.scope("areas", 1) in s.run("maps init")


def test_what_is_no_ram_is_refused(tmp_path):
    def refused(*words):
        done = subprocess.run([os.path.join(TOP, "build/scope"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=60)
        assert done.returncode == 2 and not done.stdout, done
        return done.stderr
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.write_bytes(b"")
    other.write_bytes(bytes(1 << 20))
    assert "too short" in refused(str(empty), "processes")
    assert "no kernel is in it" in refused(str(other), "processes")
    assert "cannot be opened" in refused(str(tmp_path / "none"), "processes")
    assert "no such view" in refused(str(other), "nonsense")
    assert "which process" in refused(str(other), "areas")
    assert "no number" in refused(str(other), "areas", "init")
    assert "usage" in refused()
