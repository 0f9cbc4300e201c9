"""scope on the RAM of a machine that stands still: its numbers are those that the guest's own programs print.

The processes of scopeload.c and held.c do not run any more when they are looked at, so nothing that the
guest prints later can differ.
"""
import json
import os
import random
import re
import subprocess
import time

import pytest

import labrig
import netrig
from machine import HANG, TOP, make
from scoperig import Scope
from toldrig import free_rows, ps_rows, pt_entries, why_path

PROGRAMS = labrig.ROOT / "tests/qemu/programs"
LOAD = ("pages", "large", "file", "copy", "shared", "lazy", "parked")


@pytest.fixture(scope="module")
def image():
    make("build/scope")
    return labrig.make_image("scope.img", [PROGRAMS / "held.c"], "PROG=tests/qemu/programs/scopeload.c")


# --- machines with a load -------------------------------------------------------------------------

def written_pages(s):
    """The first page of scopeload's file in each of its processes.  The kernel writes it to the disk a second after
    it was touched, which a slow computer misses: then it is written to again."""
    pids = [p["pid"] for p in s.json("processes")["processes"] if p["name"] == "scopeload"]
    end = time.monotonic() + HANG
    while True:
        runs = [s.json("pages", pid, f"{s.at['file']:x}")["runs"][0] for pid in pids]
        if all("is_dirty" in run for run in runs) or time.monotonic() > end:
            return runs
        s.run("echo 1 | dd of=scopeload.file bs=1 count=1 conv=notrunc 2>/dev/null")


@pytest.fixture(scope="module", params=[(1, "off"), (4, "off"), (2, "on")], ids=["1-hart", "4-harts", "isolated"])
def loaded(image, request):
    """A machine, and what scope said of it before the guest looked at itself: that settles ties."""
    harts, isolate = request.param
    with Scope(image, harts=harts, boot=f"vmprint=off isolate={isolate}") as s:
        s.machine.boot()
        out = s.run("scopeload; held")
        s.at = {name: int(re.search(rf"^{name} (\w+)$", out, re.M)[1], 16) for name in LOAD}
        s.faults = int(re.findall(r"^faults (\d+)$", out, re.M)[-1])
        s.isolated = isolate == "on"
        s.written = written_pages(s)
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
    told = ps_rows(loaded.run("ps"))
    rows = {int(row.split()[0]): row.split() for row in loaded.scope("processes").splitlines()[1:]}
    for pid in [1, *loaded.still]:
        p = loaded.processes[pid]
        assert told[pid] == [p["parent"], p["state"], p["hart"], p["size"] // 1024, p["resident"] * 4, p["name"]]
        parent, state, hart, size, mem, name = told[pid]
        assert rows[pid][1:] == [str(parent), state, str(hart), f"{size}K", f"{mem}K", name]
    assert set(rows) == set(told) - {max(told)}  # ps itself has ended


def test_faults_are_those_that_the_guest_counts(loaded):
    """The child of the two scopeloads has printed its own."""
    child = max(pid for pid in loaded.still if loaded.processes[pid]["name"] == "scopeload")
    assert loaded.processes[child]["faults"] == loaded.faults > 3


def test_areas_as_maps_tells(loaded):
    for pid in loaded.still:
        told = loaded.run(f"maps {pid}")
        rows = told[:told.index("\nall ") + 1]
        assert rows == loaded.before[pid][0] == loaded.scope("areas", pid)


def test_tables_as_pt_tells(loaded):
    for pid in loaded.still:
        root, user_root, entries, tables = pt_entries(loaded.run(f"pt -a {pid}"))
        for table in (loaded.before[pid][1], loaded.json("table", pid)):
            assert (int(table["root"], 16), int(table["user_root"], 16)) == (root, user_root)
            assert (user_root != 0) == loaded.isolated
            mine = [(e["level"], e["index"], int(e["va"], 16), int(e["pte"], 16), e.get("users", 0), e["place"])
                    for e in table["entries"] if e["what"] != "table"]
            assert mine == entries
            assert [(e["level"], e["index"]) for e in table["entries"] if e["what"] == "table"] == [t[:2] for t in tables]


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
            told = why_path(loaded.run(f"why {parent} {va:x} {letter}"))
            assert [entry[:3] for entry in told] == \
                [(e["level"], e["index"], int(e["pte"], 16)) for e in walk["path"]]
            assert told[-1][3].endswith(walk["fates"][access]), (hex(va), access, told, walk["fates"])
            fates.add(walk["fates"][access])
            assert walk["sum_fates"][access] == walk["fates"][access] or access == "execute" or va >= 0x3fffffe000
        bits = {b["name"]: b["on"] for b in walk["path"][-1]["bits"]}
        assert sum(on << i for i, on in enumerate(bits.values())) == int(walk["path"][-1]["pte"], 16) & 0x3ff
        assert int(walk["user_root"], 16) == int(loaded.before[parent][1]["user_root"], 16)
    assert len(fates) >= 7, fates


def test_pages_are_those_of_areas_and_tables(loaded):
    """Added up by area they are what maps tells; each has the bits and users of its entry."""
    for pid in loaded.still:
        areas, pages = loaded.json("areas", pid)["areas"], loaded.json("pages", pid, 0)
        assert int(pages["next"], 16) == 1 << 38 and pages["runs"]
        at, resident = 0, 0
        for run in pages["runs"]:
            va, end = int(run["va"], 16), int(run["va"], 16) + run["pages"] * 4096
            assert at <= va < end
            at = end
            area = next((a for a in areas if int(a["start"], 16) <= va and end <= int(a["end"], 16)), None)
            assert area and area["kind"] == run["place"], run
            if run["what"] in ("leaf", "parked"):
                resident += run["pages"]
        assert resident == sum(a["resident"] for a in areas)
        of = {int(e["va"], 16): e for e in loaded.json("table", pid)["entries"] if e["what"] != "table"}
        for run in pages["runs"]:
            for va in range(int(run["va"], 16), int(run["va"], 16) + run["pages"] * 4096, 4096 << 9 * run.get("level", 0)):
                e = of.pop(va, None)
                assert (e is None) == (run["what"] == "")
                assert not e or (e["what"], e["level"], e.get("users", 0), int(e["pte"], 16) & 0x3ff) == \
                    (run["what"], run["level"], run.get("users", 0), run["bits"])
        assert not of
        text = [r for r in pages["runs"] if r["place"] == "image" and r.get("prot", 0) & 4 and r["what"] == "leaf"]
        text = [r for r in text if "is_file" in r]  # the last page, which has zeros after its text, may be a copy
        assert all(r["is_text"] and "is_dirty" not in r for r in text)
        assert text or loaded.processes[pid]["name"] == "held"  # a program of one such page
        some = pages["runs"][len(pages["runs"]) // 2]
        assert loaded.json("pages", pid, some["va"][2:])["runs"][0] == some


def test_a_page_of_a_file_that_was_written_is_dirty(loaded):
    assert len(loaded.written) == 2
    for run in loaded.written:
        assert run["place"] == "file" and run["is_shared"] and run["is_file"] and run["is_dirty"] and "is_text" not in run


def test_slots_are_those_of_the_table(loaded):
    for pid in loaded.still:
        entries = loaded.json("table", pid)["entries"]
        for va in (0x10000, loaded.at["pages"], loaded.at["large"], 0x3fffffd000, 0x123456789):
            path = loaded.json("walk", pid, f"{va:x}")["path"]
            slots = loaded.json("slots", pid, f"{va:x}")
            tables = slots["tables"]
            assert ("user_root" in slots) == loaded.isolated
            if loaded.isolated:  # the user half, and of the kernel what lies around a trap
                user = slots["user_root"]["entries"]
                assert slots["user_root"]["pa"] == loaded.json("table", pid)["user_root"]
                assert [e for e in user if e["index"] < 256] == [e for e in tables[0]["entries"] if e["index"] < 256]
                assert len(user) < len(tables[0]["entries"])
            assert [t["level"] for t in tables] == [e["level"] for e in path]
            for step, table in zip(path, tables):
                assert int(table["pa"], 16) == int(step["slot"], 16) & ~4095
                size = 4096 << 9 * (step["level"] + 1)
                mine = [(e["index"], e["pte"], e["what"], e.get("borrowed")) for e in entries
                        if e["level"] == step["level"] and int(e["va"], 16) // size == va // size]
                user = [(e["index"], e["pte"], e["what"], e.get("borrowed")) for e in table["entries"]
                        if step["level"] < 2 or e["index"] < 256]
                assert mine == user
        assert [e["pte"] for e in loaded.json("slots", pid, "0")["tables"][0]["entries"] if e["index"] >= 256] == \
            [e["pte"] for e in loaded.json("table", 0)["entries"] if e["level"] == 2]


def test_bytes_as_dump_tells(loaded):
    pid = loaded.still[0]
    for va in (0x10000, 0x3fffffe000, *(loaded.at[name] for name in ("pages", "large", "file", "copy"))):
        told = loaded.run(f"dump {pid} {va:x} 4096")
        rows = {}
        for line in told.splitlines():
            if re.match(r" *[0-9a-f]+  [0-9a-f]{2} ", line):
                rows[int(line.split()[0], 16)] = bytes.fromhex(line[12:61].replace(" ", ""))
        mine, last = bytes.fromhex(loaded.json("bytes", pid, f"{va + 0x123:x}")["hex"]), b""
        assert len(mine) == 4096 and rows
        for i in range(0, 4096, 16):
            last = rows.get(va + i, last)  # equal rows are one
            assert mine[i:i + 16] == last, hex(va + i)
        assert set(loaded.scope("bytes", pid, f"{va:x}").splitlines()) >= set(told.splitlines()[:-1]) - {"         *"}
    assert "no page" in loaded.json("bytes", pid, f"{loaded.at['lazy']:x}", status=(1,))["why"]


def test_kernel_half_as_pt_tells(loaded):
    """Process 0: its table, and the walk to an address of it."""
    table = loaded.json("table", 0)
    told = [line.split()[:3] for line in loaded.run("pt -k -a").splitlines() if re.match(r" *\d+ +ffffff\w+ +\w+ (?!.*table)", line)]
    mine = {(e["index"], int(e["va"], 16)): int(e["pte"], 16) for e in table["entries"] if e["what"] != "table"}
    assert len(told) == len(mine) > 50
    for index, va, pte in told:
        assert mine[int(index), int(va, 16)] == int(pte, 16), va
    assert {"direct", "text", "rodata", "data", "device", "kstack"} <= {e.get("place") for e in table["entries"]}
    text = next(e for e in table["entries"] if e.get("place") == "text")
    walk = loaded.json("walk", 0, text["va"][2:])
    assert {key: walk["path"][-1][key] for key in text} == text
    assert walk["kernel_fates"] == walk["sum_fates"]
    assert [walk["kernel_fates"][a] for a in ("read", "execute")] == ["the entry allows it"] * 2
    assert walk["kernel_fates"]["write"].startswith("it faults: ")
    for va in ("ffffffff80001000", "ffffffd000000000"):
        assert loaded.json("walk", 0, va)["path"][-1]["place"] == "-"
        assert "device" not in loaded.run(f"pt -k {va}") + loaded.run(f"pt -k 0x{va}")
    assert "kernel half" in loaded.json("walk", 0, "1000", status=(1,))["why"]


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


def test_all_frames_by_kind_as_free_tells(loaded):
    """free has counted, and waits for somebody to read what it says: nothing has changed since."""
    names = re.findall(r'^\tX\((\w+), "(.*)"\)', (labrig.ROOT / "kernel/mm/phys/frame.h").read_text(), re.M)
    loaded.machine.console.sendline("(sleep 2; free -v) | (sleep 15; cat)")
    deadline = time.monotonic() + 60
    while not any(p["name"] == "free" and p["state"] == "sleeping" for p in loaded.json("processes")["processes"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(0.5)
    loaded.stop()
    memory = loaded.json("memory")
    loaded.go_on()
    loaded.machine.console.expect_exact("in all: the RAM of the machine")
    assert loaded.machine.console.before.count("cat)\r\n") == 1
    rows = free_rows(loaded.machine.console.before.replace("\r\n", "\n").partition("cat)\n")[2])
    loaded.machine.console.expect_exact("$ ")
    kinds = {what: memory["kinds"][kind] * 4 for kind, what in names if memory["kinds"][kind]}
    # The call that counted had a frame for its answer, from a list of a hart.
    assert rows.pop("anything else") == 4
    kinds["unused"] -= 4
    kinds["in all: the RAM of the machine"] = memory["frames"] * 4
    assert kinds == {what: kib for what, kib in rows.items() if "/" not in what}
    for order, n in enumerate(memory["blocks"]):
        size = f"{4 << order} KiB" if order < 8 else f"{4 << order >> 10} MiB"
        assert (n << order) * 4 == rows.get(f"unused/{n} blocks of {size}", 0)
    lists = [rows.get(f"unused/list of hart {hart}", 0) for hart in range(len(memory["cached"]))]
    assert sorted(n * 4 - kib for n, kib in zip(memory["cached"], lists)) == [0] * (len(lists) - 1) + [4]
    assert memory["mapped_cache"] * 4 == rows["cached file pages/mapped by processes, counted once"]
    for o in memory["owners"]:
        who = f"{o['pid']} ({o['name']})" if o["pid"] else "the kernel"
        assert o["tables"] * 4 == rows[f"page tables/{who}"]
        assert o["private"] * 4 == rows.get(f"memory of processes/{who}", 0)


def test_cells_are_all_frames(loaded):
    """By kind they are the kernel's counts; what a process has is in the cells."""
    loaded.stop()
    memory, runs = loaded.json("memory"), loaded.json("cells")["runs"]
    loaded.go_on()
    kinds = dict.fromkeys(memory["kinds"], 0)
    for run in runs:
        kinds[run["kind"]] += run["frames"]
    assert kinds == memory["kinds"]
    assert sum(r["frames"] for r in runs if r["is_listed"]) == sum(memory["cached"])
    for order, blocks in enumerate(memory["blocks"]):
        assert sum(r["frames"] for r in runs if r.get("order") == order) == blocks << order, order
    for o in memory["owners"]:
        mine = [r for r in runs if r.get("pid", 0) == o["pid"]]
        if o["pid"]:
            assert sum(r["frames"] for r in mine if r["kind"] == "anon" and not r["is_shared"]) == o["private"]
            assert sum(r["frames"] for r in mine if r["kind"] == "trapframe") == 1
            assert sum(r["frames"] for r in mine if r["kind"] == "usyscall") == 1
            assert sum(r["frames"] for r in mine if r["kind"] == "table") == o["tables"]
        else:
            assert sum(r["frames"] for r in mine if r["is_kernel"]) == o["tables"]
    assert not [r for r in runs if r["kind"] in ("table", "trapframe", "usyscall") and "pid" not in r and not r["is_kernel"]]
    assert any(r["is_large"] for r in runs)


def test_what_is_not_there_is_said(loaded):
    assert "no such process" in loaded.json("areas", 9999, status=(1,))["why"]
    assert "user half" in loaded.json("walk", 1, "4000000000", status=(1,))["why"]
    assert "no RAM" in loaded.json("frame", "10000000", status=(1,))["why"]
    for words in (["areas", "9999"], ["walk", "1", "4000000000"], ["frame", "10000000"]):
        done = subprocess.run([os.path.join(TOP, "build/scope"), loaded.ram, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 1 and not done.stdout and done.stderr.count("\n") == 1, done


def test_a_process_has_a_name(loaded):
    """As the guest's tools take one; and options stand before or after the file."""
    def asked(*words):
        done = subprocess.run([os.path.join(TOP, "build/scope"), *map(str, words)], capture_output=True, text=True,
                              check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr
    loaded.stop()
    for view in (["areas"], ["table"], ["walk", 3000], ["pages", 0]):
        told = asked(loaded.ram, "--json", view[0], 1, *view[1:])
        assert told[0] == 0 and json.loads(told[1])["pid"] == 1
        for words in ([loaded.ram, "--json", view[0]], ["--json", loaded.ram, view[0]]):
            assert asked(*words, "init", *view[1:]) == told
        assert asked("--text", loaded.ram, view[0], "init", *view[1:]) == asked(loaded.ram, view[0], 1, *view[1:])
    assert asked(loaded.ram, "areas", "nobody") == (1, "", "scope: nobody: no process has that name\n")
    pids = sorted(pid for pid in loaded.still if loaded.processes[pid]["name"] == "scopeload")
    status, out, error = asked(loaded.ram, "areas", "scopeload")
    assert status == 1 and not out and "scopeload: several processes have that name:" in error
    assert sorted(map(int, error.split(":")[-1].split())) == pids
    loaded.go_on()


def test_options_and_messages(loaded):
    assert loaded.scope("options") == loaded.run("vmctl -n")
    assert loaded.scope("messages") == loaded.run("dmesg")
    told = loaded.json("options")["options"]
    assert told["isolate"] == ("on" if loaded.isolated else "off") and told["columns"] == "80"
    assert "".join(loaded.json("messages")["messages"]) == loaded.scope("messages")


def test_events_are_those_that_were_counted(loaded):
    loaded.run("vmctl events=on")
    before = {c["name"]: c["value"] for c in loaded.json("counters")["counters"]}
    first = len(loaded.json("events")["events"])
    loaded.run("walk -n 1 seq 64K >/dev/null; (x=1); true")
    time.sleep(0.5)
    loaded.stop()
    events = loaded.json("events")["events"]
    after = {c["name"]: c["value"] for c in loaded.json("counters")["counters"]}
    loaded.go_on()
    lines = loaded.scope("events")
    assert lines.count("\n") >= len(events)
    # as vmtrace prints them: what was accessed how, and the number of a child
    assert re.search(r"^ +\d +\d+\.\d{3} +\d+ fault   write   [0-9a-f]+ +\d+K brought in: zeros$", lines, re.M), lines
    children = {int(e["va"], 16) for e in events if e["what"] == "a child, with a copy"}
    assert children == {int(pid) for pid in re.findall(r" fork +(\d+) +a child, with a copy$", lines, re.M)}, lines
    loaded.run("vmctl events=off")
    assert not loaded.json("events")["events"]
    for hart in {e["hart"] for e in events}:
        mine = [e for e in events if e["hart"] == hart]
        assert [e["number"] for e in mine] == list(range(1, len(mine) + 1))
        assert [e["time"] for e in mine] == sorted(e["time"] for e in mine)

    def gained(counter, what):
        pages = sum(e["pages"] for e in events if e["what"] == what)
        assert pages >= after[counter] - before[counter] > 0, (counter, pages)
    assert len(events) > first
    gained("fault_cow_copy", "copied: it was copy-on-write")
    gained("fault_cow_reuse", "kept: nobody shares it any more")
    gained("fault_lazy", "brought in: zeros")
    pids = {int(e["va"], 16) for e in events if e["kind"] == "fork"}
    assert pids and pids & {e["pid"] for e in events if e["kind"] == "exit"}


# --- RAM that makes no sense -----------------------------------------------------------------------

VIEWS = ("machine", "processes", "counters", "options", "messages", "events", "memory", "cells",
         "areas 1", "table 1", "table 0", "pages 1 0", "slots 1 1000", "bytes 1 1000", "walk 1 1000", "frame 80200000")


def test_a_machine_that_runs_is_shown_without_nonsense(image):
    """Whatever is torn: each look ends, and what it shows is possible."""
    load = "(while true; do (x=1); walk -n 1 seq 300K >/dev/null; seq 2000 | sort | tail -n 1 >/dev/null; done) &"
    with Scope(image, harts=4) as s:
        s.machine.boot()
        for _ in range(3):
            s.run(load)
        end = time.monotonic() + 25
        looks = shown = 0
        while time.monotonic() < end:
            pids = [p["pid"] for p in s.json("processes")["processes"]]
            assert 1 in pids and len(pids) == len(set(pids)) <= 64
            for pid in pids:
                areas = s.json("areas", pid, status=(0, 1)).get("areas", [])  # 1: it has ended
                ranges = [(int(a["start"], 16), int(a["end"], 16)) for a in areas]
                assert all(a < b for a, b in ranges) and all(a[1] <= b[0] for a, b in zip(ranges, ranges[1:]))
                for a, (lo, hi) in zip(areas, ranges):
                    assert a["shared"] + a["private"] == a["resident"] <= (hi - lo) // 4096
                shown += len(areas)
                looks += 1
            runs = s.json("cells")["runs"]
            assert sum(r["frames"] for r in runs) == 32768
        assert looks > 50 and shown > 200
        s.stop()
        kinds = s.json("machine")["kinds"]
        assert sum(kinds.values()) == 32768, kinds


def damage(rng, ram, pages):
    """Overwrites some words: with a pointer, an entry, or anything.  Returns what they were."""
    old = {}
    for _ in range(rng.choice((1, 3, 30, 300))):
        at = rng.choice(pages) + 8 * rng.randrange(512)
        there = rng.choice(pages) + 8 * rng.randrange(512)
        word = rng.choice((0, 2**64 - 1, rng.getrandbits(64), 0xffffffc080000000 + there,
                           (0x80000000 + there) // 4096 << 10 | rng.randrange(256)))
        ram.seek(at)
        old.setdefault(at, ram.read(8))
        ram.seek(at)
        ram.write(word.to_bytes(8, "little"))
    return old


def test_damaged_ram_does_no_harm(image):
    """Words of the kernel's data, its tables and its descriptor are overwritten, after the machine has ended.
    scope is compiled with sanitizers."""
    make("BUILD=build/test/scope-asan", "HOST_CFLAGS=-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all",
         "build/test/scope-asan/scope")
    refused, rng = 0, random.Random(1)
    with Scope(image, harts=2) as s:
        s.machine.boot()
        s.run("scopeload; held")
        s.stop()
        pages = [int(r["pa"], 16) - 0x80000000 + 4096 * i for r in s.json("cells")["runs"]
                 if r["kind"] in ("kernel", "frames", "slab", "table") for i in range(r["frames"])]
        with open(s.ram, "r+b", buffering=0) as ram:
            for _ in range(60):
                old = damage(rng, ram, pages)
                for view in rng.sample(VIEWS, 4):
                    done = subprocess.run([os.path.join(TOP, "build/test/scope-asan/scope"), s.ram, "--json", *view.split()],
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
                    assert done.returncode in (0, 1, 2) and b"ERROR" not in done.stderr and b"error:" not in done.stderr, (view, done.stderr[-2000:])
                    refused += done.returncode == 2
                    assert done.returncode == 2 or json.loads(done.stdout)
                for at, word in old.items():
                    ram.seek(at)
                    ram.write(word)
        assert refused < 120
        s.go_on()


# --- other machines ---------------------------------------------------------------------------------

def calls_of(machine, n):
    """The next @n lines of a backtrace on the console."""
    lines = ""
    for _ in range(n):
        machine.console.expect(r"(  ffffff\w+ \S+)\r\n")
        lines += machine.console.match[1] + "\n"
    return lines


def test_panic_is_told(image):
    with Scope(image, harts=4, boot="ktest=panic vmprint=off panic=halt", keep=True) as s:
        s.machine.console.expect_exact("panic: as asked for")
        s.machine.console.expect(r"hart (\d), thread (\w+)")
        hart, thread = s.machine.console.match.groups()
        s.machine.console.expect_exact("backtrace:\r\n")
        told = s.json("machine")
        calls = calls_of(s.machine, len(told["panic"]["calls"]))
        assert told["panic"]["what"] == "as asked for" and told["panic"]["hart"] == int(hart)
        assert [h["panicked"] for h in told["harts"]] == [i == int(hart) for i in range(4)]
        assert told["harts"][int(hart)]["thread"] == thread
        assert calls.endswith(" thread_entry+" + calls.rpartition("+")[2])
        assert s.scope("machine").endswith(f"panic on hart {hart}: as asked for\n{calls}")
        row = s.scope("machine").splitlines()[1 + int(hart)]
        assert re.fullmatch(rf"hart {hart} \(hardware \d\): panicked in {thread}, process 1, with the \S.*", row), row


def test_panic_of_a_trap_is_told(image):
    """The calls begin where the trap was: a kernel stack overflows, one call within the other."""
    with Scope(image, harts=2, boot="ktest=overflow vmprint=off panic=halt", keep=True) as s:
        s.machine.console.expect(r"panic: ([^\r]*)\r\n")
        what = s.machine.console.match[1]
        calls = calls_of(s.machine, 32)
        assert s.scope("machine").endswith(f": {what}\n{calls}")


def test_large_machine_opens_fast(image):
    with Scope(image, mem="16G") as s:
        s.machine.boot()
        start = time.monotonic()
        machine = s.json("machine")
        took = time.monotonic() - start
        assert machine["frames"] == 4 << 20 and sum(machine["kinds"].values()) == 4 << 20
        assert took < 2, took
        memory, runs = s.json("memory"), s.json("cells")["runs"]
        assert sum(r["frames"] for r in runs) == 4 << 20 and memory["kinds"]["free"] == \
            sum(n << order for order, n in enumerate(memory["blocks"])) + sum(memory["cached"])
        assert s.scope("areas", 1) in s.run("maps init")


# --- heat -----------------------------------------------------------------------------------------

def ages(s, pid, place):
    """The ages of the pages of a process at one kind of place; None: never touched."""
    return [run.get("age") for run in s.json("pages", pid, 0)["runs"] if run["place"] == place and run["what"] == "leaf"
            for _ in range(run["pages"])]


def test_heat(image):
    """A process touches its memory all the time, another one has touched it and sleeps."""
    with Scope(image, harts=2, boot="vmprint=off heat=50") as s:
        s.machine.boot()
        out = s.run("walk -i 600000 -n 2 seq 64K > /dev/null & echo still $!; walk -n 100000000 seq 64K > /dev/null & "
                    "echo busy $!; sleep 3s")
        still, busy = (int(re.search(rf"^{name} (\d+)$", out, re.M)[1]) for name in ("still", "busy"))
        s.stop()
        heat = s.json("machine")["heat"]
        assert heat["ms"] == 50 and heat["round"] > 10
        young, old = ages(s, busy, "anon"), ages(s, still, "anon")
        assert len([age for age in young if age is not None and age <= 10]) >= 16, young
        assert len([age for age in old if age is not None]) >= 16 and all(age is None or age > 20 for age in old), old
        page = next(run for run in s.json("pages", still, 0)["runs"] if run["place"] == "anon" and run["what"] == "leaf")
        pa = int(s.json("walk", still, page["va"][2:])["path"][-1]["pa"], 16)
        assert s.json("frame", f"{pa:x}")["age"] == page["age"]
        for pid in still, busy:
            for area in s.json("areas", pid)["areas"]:
                known = [age for age in ages(s, pid, area["kind"]) if age is not None]
                mine = [run["age"] for run in s.json("pages", pid, area["start"][2:])["runs"]
                        if "age" in run and int(run["va"], 16) < int(area["end"], 16)]
                assert area.get("age") == min(mine, default=None) and (mine == [] or known), area
        told = s.scope("pages", busy, 0)
        assert f", touched {min(age for age in young if age is not None)} rounds of heat ago\n" in told, told
        s.go_on()
        assert int(re.search(r"; touched (\d+) rounds of heat ago$", s.run(f"frame {pa:x}"), re.M)[1]) >= page["age"]
        s.run("vmctl heat=off; sleep 1s")
        s.stop()
        assert "heat" not in s.json("machine") and set(ages(s, busy, "anon") + ages(s, still, "anon")) == {None}
