"""pt, frame, dump, wss and stats -a: their numbers against what a program sees of itself with kpgtbl() and
pgpte() (held.c), lines that fit a terminal, and arguments that are refused with a reason.
One boot with isolate off, one with it on.
"""
import re

import pytest

import labrig
from machine import Machine

WIDTH = 79
PAGE = 4096
MAXVA, KERNEL = 0x4000000000, 0xffffffc000000000
V, R, W, X, U, G, A, D, COW = (1 << bit for bit in range(9))
SIZE = {0: PAGE, 1: PAGE << 9, 2: PAGE << 18}
KERNEL_ONLY = {"direct", "device", "kstack", "text", "rodata", "data"}


@pytest.fixture(scope="module")
def image():
    folder = labrig.ROOT / "tests/qemu/programs"
    return labrig.make_image("inside.img", [folder / "held.c", folder / "manyareas.c"])


class Inside:
    """A machine with a process that stands still, and what that process printed about itself."""

    def __init__(self, machine, isolated):
        self.machine, self.isolated = machine, isolated
        said = machine.run("held").split("round 2 of ")[1]
        self.pid = int(said.split()[0])
        self.root = int(re.search(r"^page table 0x(\w+)$", said, re.M)[1], 16)
        self.table = [(depth.count("..") - 1, int(va, 16), int(pte, 16)) for depth, va, pte in
                      re.findall(r"^ ((?:\.\. )*\.\.)0x(\w{16}): pte 0x(\w{16}) pa", said, re.M)]
        large = [pte for level, _, pte in self.table if level < 2 and pte & (R | W | X)]
        assert large and len(re.findall(r" 2 MiB$", said, re.M)) == len(large)
        self.pgpte = {int(va, 16): int(pte, 16) for va, pte in re.findall(r"^pgpte 0x(\w+) 0x(\w+)$", said, re.M)}
        assert len(self.table) > 500 and len(self.pgpte) == 5

    def run(self, line):
        """Returns what the line printed; its status must be 0, and its lines must fit."""
        status, out = self.status(line)
        assert status == 0, out
        assert out and max(map(len, out.splitlines())) <= WIDTH, max(out.splitlines(), key=len)
        return out

    def status(self, line):
        out, _, status = self.machine.run(f"{line}; echo status $?").rpartition("status ")
        return int(status), out


@pytest.fixture(scope="module", params=["off", "on"])
def m(image, request):
    with Machine(str(image), harts=2, boot=f"vmprint=off isolate={request.param}") as machine:
        machine.boot()
        yield Inside(machine, request.param == "on")


# --- reading what pt prints ----------------------------------------------------------------------

def title(m, out):
    """Checks the first line and takes it off."""
    first, rest = out.split("\n", 1)
    user_root = r", in user mode (\w+)" if m.isolated else ""
    found = re.fullmatch(rf"page table of {m.pid} \(held\), root (\w+){user_root}", first)
    assert found and int(found[1], 16) == m.root, first
    assert not m.isolated or int(found[2], 16) != m.root
    rest, legend, nothing = rest.rpartition("u user, g global, ")
    assert legend and nothing.count("\n") == 1
    return rest


def size_of(text):
    return int(text[:-1]) << {"B": 0, "K": 10, "M": 20, "G": 30, "T": 40}[text[-1]]


ENTRY = re.compile(r"( *)(\d+) +(\w+) +(\w+) +(?:table +(\w+)|"
                   r"([-rwxugc]{6}) (..) +(\S+) (\w+|a note) +(\S+))")
RUN = re.compile(r"(?: *)(\d+)(?:-(\d+))? +(\w+)(?:-(\w+))? +(\d+[BKMGT]) (?:table +(\w+)|"
                 r"([-rwxugc]{6}) (..) +(\S+) (\w+|in pieces|a note) +(\S+))")


def rights(pte):
    letters = "".join(c if pte & R << i else "-" for i, c in enumerate("rwxug"))
    return letters + ("c" if pte & COW else "-"), ("a" if pte & A else "-") + ("d" if pte & D else "-")


def all_entries(m):
    """[(depth, va, pte, users, area)] of pt -a, checked against the bits of each entry."""
    found = []
    for line in title(m, m.run(f"pt -a {m.pid}")).splitlines()[1:]:
        e = ENTRY.fullmatch(line)
        assert e, line
        depth, va, pte = len(e[1]) // 2, int(e[3], 16), int(e[4], 16)
        assert int(e[2]) == va >> 12 + 9 * (2 - depth) & 511, line
        assert (e[9] == "none" and pte == V) or int(e[5] or e[9], 16) == pte >> 10 << 12, line
        assert (e[5] is not None) == (not pte & (R | W | X) and pte != V), line
        assert e[5] or (e[6], e[7]) == rights(pte), line
        found.append((depth, va, pte, e[8], e[10]))
    return found


def pages_of_runs(lines):
    """{va: (where the run is, its offset there, rights, AD, users, area)} for each 4 KiB; no runs may overlap."""
    pages = {}
    for line in lines:
        e = RUN.fullmatch(line)
        assert e, line
        start = int(e[3], 16)
        assert e[4] is None or int(e[4], 16) - start == size_of(e[5]), line
        if e[6]:
            continue
        for at in range(0, size_of(e[5]), PAGE):
            assert start + at not in pages, line
            pages[start + at] = (e[10], at, e[7], e[8], e[9], e[11])
    return pages


def pages_of_entries(entries):
    """{va: (pa or None, rights, AD, users, area)}"""
    pages = {}
    for depth, va, pte, users, area in entries:
        if area:
            for at in range(0, SIZE[2 - depth], PAGE):
                pages[va + at] = (None if pte == V else (pte >> 10 << 12) + at, *rights(pte), users, area)
    return pages


def check_runs(lines, wanted):
    """Each page of a run has the rights and the area of its line, and A, D, users and place as it says."""
    found = pages_of_runs(lines)
    assert set(found) == set(wanted)
    for va, (place, at, letters, marks, users, area) in found.items():
        pa, own_letters, own_marks, own_users, own_area = wanted[va]
        assert (letters, area) == (own_letters, own_area), hex(va)
        assert all(have in (mark, "+") and (have != "-" or mark == "-") for mark, have in zip(own_marks, marks))
        low, _, high = users.partition("-") if users != "-" else ("-", "", "")
        assert own_users == low if not high else int(low) <= int(own_users) <= int(high), hex(va)
        if place == "none":
            assert pa is None
        elif place != "in pieces":
            assert pa == int(place, 16) + at, hex(va)
    return found


# --- pt of a process -----------------------------------------------------------------------------

def test_every_entry_is_what_kpgtbl_prints(m):
    entries = all_entries(m)
    assert [e[:3] for e in entries] == m.table
    assert any(depth == 1 and area for depth, _, _, _, area in entries), "no large leaf"
    assert any(users == "2" for _, _, _, users, _ in entries), "no page that a child shares"
    areas = {"image", "guard", "stack", "heap", "usyscall", "trapframe", "trampoline"}
    assert {e[4] for e in entries} - {None} == areas


def test_every_entry_is_what_pgpte_says(m):
    entries = all_entries(m)
    for va, pte in m.pgpte.items():
        covering = [e[2] for e in entries if e[4] and e[1] <= va < e[1] + SIZE[2 - e[0]]]
        assert covering == ([pte] if pte else []), hex(va)


def test_tree_and_runs_have_the_same_pages(m):
    wanted = pages_of_entries(all_entries(m))
    tree = title(m, m.run(f"pt {m.pid}")).splitlines()
    assert tree[0].split() == "entry virtual range size rights AD users physical area".split()
    check_runs(tree[1:], wanted)
    assert len(tree) < 40, "neighbours do not share a line"
    tables = sum("table" in line for line in tree)
    assert tables == sum(area is None for *_, area in all_entries(m)) == 5

    runs = title(m, m.run(f"pt -s {m.pid}")).splitlines()
    assert runs[0].startswith("level virtual range ")
    check_runs(runs[1:-1], wanted)
    with_page = [page for page in wanted.values() if page[0] is not None]
    # that of the trampoline is in every space, uncounted
    shared = sum(page[4] == "trampoline" or (page[3].isdigit() and int(page[3]) > 1) for page in with_page)
    assert runs[-1] == (f"{len(with_page)} pages ({len(with_page) * 4}K) in {len(runs) - 3} runs, {shared} "
                        f"shared; 1 guard; {tables + 1 + m.isolated} tables")


def test_runs_show_their_level(m):
    levels = {line.split()[0] for line in title(m, m.run(f"pt -s {m.pid}")).splitlines()[1:-1]}
    assert levels == {"0", "1"}


def walk(out):
    """[(level, index, slot, pte, bits, verdict)]; each table must be where the entry above says."""
    steps = re.findall(r"^level (\d) entry +(\d+) at +(\w+): +(\w+)((?: [-VRWXUGADC]){9})  (.*)$", out, re.M)
    for above, below in zip(steps, steps[1:]):
        assert above[5] == f"table {int(above[3], 16) >> 10 << 12:x}"
        assert int(below[2], 16) & -PAGE == int(above[3], 16) >> 10 << 12
    for _, index, slot, pte, bits, _ in steps:
        assert int(slot, 16) % PAGE == int(index) * 8
        assert bits.replace(" ", "") == "".join(c if int(pte, 16) >> i & 1 else "-" for i, c in enumerate("VRWXUGADC"))
    return steps


def test_way_to_an_address(m):
    for va, pte in m.pgpte.items():
        out = m.run(f"pt {m.pid} {va:x}")
        assert out.startswith(f"address {va:x} of {m.pid} (held)\n")
        steps = walk(out)
        assert int(steps[0][2], 16) & -PAGE == m.root and int(steps[-1][3], 16) == pte
        if pte:
            offset = va & SIZE[int(steps[-1][0])] - 1
            assert f"physical address {(pte >> 10 << 12) + offset:x}" in out


def test_way_to_the_own_page_without_pid(m):
    out = m.run("pt 0x1000")
    assert re.match(r"address 1000 of \d+ \(pt\)\n", out) and len(walk(out)) == 3


@pytest.mark.parametrize("va,user,kernel", [
    ("3fffffd000", "read: yes; write: no, W is clear; execute: no, X is clear", "no, copies refuse it; it is "
     "written through the direct map"),
    ("3fffffe000", "access: no, U is clear", "read: yes; write: yes; execute: no, X is clear"),
    ("2000", "access: no, a guard page", "access: no, a guard page"),
    ("100000000", "access: no, V is clear", "access: no, V is clear"),
    ("0", "read: yes; write: no, W is clear; execute: yes", "as the user, in a copy for the program (SUM); no "
     "execution"),
])
def test_verdicts(m, va, user, kernel):
    out = verdicts(m.run(f"pt {m.pid} {va}"))
    assert f"\nuser: {user}\n" in out and f"\nkernel: {kernel}\n" in out, out


def verdicts(out):
    """The lines of one verdict as one, with single blanks."""
    return re.sub(r" +", " ", re.sub(r"\n {9}(write|execute):", r"; \1:", out))


# --- frames and bytes ----------------------------------------------------------------------------

def test_users_of_a_frame(m):
    """A page that held shares with its child, and one that nobody else has."""
    pages = pages_of_entries(all_entries(m))
    for va, (pa, _, _, users, area) in pages.items():
        if pa is None or not users.isdigit() or area not in ("stack", "heap", "image"):
            continue
        if int(users) > 1 or area == "stack":
            lines = m.run(f"pt -u {m.pid} {va:x}").split("users of the frame:\n")[1].splitlines()
            assert len(lines) == int(users), lines
            assert any(re.match(rf"{m.pid} \(held\) +at {va:x} ", line) for line in lines), lines
            assert m.run(f"frame {pa:x}").splitlines()[-len(lines):] == lines
        if int(users) > 1:
            return
    raise AssertionError("no page is shared")


def test_frames(m):
    out = m.run(f"frame {m.root:x}")
    assert out.startswith(f"frame {m.root:x}: page tables\n") and f"{m.pid} (held) has it as a root table\n" in out
    level1 = next(pte >> 10 << 12 for depth, _, pte in m.table if depth == 0)
    assert f"{m.pid} (held) " in m.run(f"frame {level1:x}") and "table of level 1, for 0 and up" in m.run(f"frame {level1:x}")
    assert m.run("frame 80200000").splitlines()[-1] == "the kernel           at ffffffff80200000 r-x text"
    assert m.run("frame 80000000").startswith("frame 80000000: firmware and reserved")
    assert m.status("frame 1000") == (1, "frame: 1000: no RAM is there\n")


def dumped(out):
    """The bytes of a dump by address."""
    found, row, at = {}, b"", 0
    for line in out.splitlines():
        if line.strip() == "*":
            continue
        head, rest = line[:10], line[10:]
        if "nothing can be read" in rest:
            row = b""
            continue
        start = int(head, 16)
        while row and at < start:
            found.update((at + i, byte) for i, byte in enumerate(row))
            at += 16
        row = bytes.fromhex(rest[:51])
        if not rest:
            break
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        assert not rest or rest[52:] == text, line
        found.update((start + i, byte) for i, byte in enumerate(row))
        at = start + 16
    return found


def test_dump(m):
    text = dumped(m.run("dump 1 0 4096"))
    assert len(text) == 4096 and bytes(text[i] for i in range(4)) == b"\x7fELF"
    pa = next(pte >> 10 << 12 for _, va, pte in m.table if va == 0 and pte & X)
    own, ram = dumped(m.run(f"dump {m.pid} 0 4096")), dumped(m.run(f"dump -p {pa:x} 4096"))
    assert [own[i] for i in range(4096)] == [ram[pa + i] for i in range(4096)]
    out = m.run(f"dump {m.pid} 1ff8 16")
    assert len(dumped(out)) == 8 and out.splitlines()[-1] == "      2000  nothing can be read, up to 2008"
    assert m.run("dump -p 80000000 32") == "  80000000  nothing can be read, up to 80000020\n"


# --- pt of the kernel half -----------------------------------------------------------------------

def test_kernel_half(m):
    first = None
    for command, who in (("pt -k -s", r"\d+ \(pt\)"), (f"pt -k -s {m.pid}", rf"{m.pid} \(held\)")):
        lines = m.run(command).splitlines()
        found = re.fullmatch(rf"kernel half of {who}, boot root (\w+)", lines[0])
        assert found, lines[0]
        assert int(found[1], 16) != m.root
        first = first or found[1]
        assert found[1] == first
        assert lines.pop().startswith("u user, g global, ")
        pages = pages_of_runs([line for line in lines[2:-1] if size_of(line.split()[2]) < 1 << 30])
        assert min(pages) >= KERNEL
        for va, (_, _, bits, _, _, area) in pages.items():
            assert "u" not in bits and not ("w" in bits and "x" in bits), hex(va)
            assert ("x" in bits) == (area == "text") and area in KERNEL_ONLY
        assert {page[5] for page in pages.values()} == KERNEL_ONLY
        assert re.fullmatch(r"\d+ pages \(\d+K\) in \d+ runs; \d+ tables", lines[-1]), lines[-1]


@pytest.mark.parametrize("who", ["", "1 "])
def test_way_to_an_address_of_the_kernel(m, who):
    out = verdicts(m.run(f"pt -k {who}0xffffffff80200000"))
    name = r"1 \(init\)" if who else r"\d+ \(pt\)"
    assert re.match(rf"address ffffffff80200000 of the kernel half of {name}\n", out), out
    assert "page: physical address 80200000\n" in out and "\narea: text, of the kernel\n" in out
    assert "kernel: read: yes; write: no, W is clear; execute: yes\n" in out
    assert ("its own root has none of this half" if m.isolated else "access: no, U is clear") in out
    walk(out)


# --- wss -----------------------------------------------------------------------------------------

def rows_of_map(out):
    rows = [(int(a, 16), int(b, 16), name) for a, b, name in
            re.findall(r"^(\w+)-(\w+) +(\w+) ", out.split("\nat the end")[1], re.M)]
    for above, below in zip(rows, rows[1:]):
        assert above[1] <= below[0], "rows overlap"
    assert all(start < end <= MAXVA - 3 * PAGE for start, end, _ in rows)
    return rows


def pictures(out):
    """Checks each ruler and its samples: the same width, bars below bars.  Returns the last ruler."""
    lines = [line[29:] for line in out.split("\nat the end")[0].splitlines()[1:] if "|" in line]
    ruler = lines[0].rsplit(" = ", 1)[0]
    for line in lines[1:]:
        if " = " not in line:
            assert len(line) == len(ruler) <= 43, line
            assert [i for i, c in enumerate(line) if c == "|"] == [i for i, c in enumerate(ruler) if c == "|"], line
        else:
            ruler = line.rsplit(" = ", 1)[0]
    return ruler


@pytest.mark.parametrize("areas", [0, 5, 45])
def test_wss_shows_every_area(m, areas):
    if m.isolated and areas < 45:
        pytest.skip("once is enough")
    out = m.run(f"wss -i 300 -n 3 manyareas {areas}")
    rows = rows_of_map(out)
    assert [row[2] for row in rows if row[2] != "heap"] == ["image", "stack"] + ["file"] * areas
    assert all(end - start == PAGE for start, end, name in rows if name == "file")
    heap = [row for row in rows if row[2] == "heap"]
    assert sum(end - start for start, end, _ in heap) <= 1 << 30
    drawn = pictures(out).count("|")
    if areas > 13:
        assert drawn == 16 and f"\n{29 * ' '}and {areas + 3 - 16} more\n" in out
    else:
        assert drawn == areas + 3 and "more" not in out


def test_wss_sees_the_touches(m):
    out = m.run("wss -i 400 -n 3 manyareas 1")
    samples = [list(map(int, line.split()[1:4])) for line in out.splitlines() if re.match(r" +\d+\.\d ", line)]
    assert out.endswith("\n@ now and mostly  # now  + in the last two  - in the last 8  . longer ago\n")
    # after the first touches: the heap is touched in each round, the mapped page is not
    resident, touched, dirty = samples[-1]
    assert 200 <= touched <= resident and dirty <= resident
    assert re.search(r"^\w+-\w+ +heap   [#@]+$", out, re.M) and re.search(r"^\w+-\w+ +file   [-+#.]$", out, re.M)


def test_wss_of_a_short_command(m):
    """It is looked at soon after it began; one that ends sooner still is not passed over in silence."""
    out = m.run("wss sleep 5")
    assert len(re.findall(r"^ 0\.\d{3} ", out, re.M)) >= 3 and not re.search(r"^ +0\.\d ", out, re.M), out
    assert "wss: true ended before the first look; -i 1 looks sooner\n" in m.run("wss -i 300 true")
    assert m.status("wss nosuch")[0] == 127 and "before the first" not in m.status("wss nosuch")[1]


@pytest.mark.parametrize("pattern,touched", [
    ("seq", (256, 256)), ("stride:8192", (128, 128)), ("rows", (256, 256)), ("cols", (256, 256)), ("random", (140, 185)),
    ("zipf", (30, 110)),
])
def test_walks_touch_what_they_say(m, pattern, touched):
    """How many of 256 pages one round touches."""
    if m.isolated:
        pytest.skip("once is enough")
    out = m.run(f"vmctl super=off; stats walk -n 1 {pattern} 1M 2> gains; vmctl super=on; cat gains")
    assert re.search(r"^round 1: \d+ us$", out, re.M)
    assert touched[0] <= int(re.search(r"^fault_lazy +(\d+)", out, re.M)[1]) <= touched[1] + 1, out


def test_a_name_will_do(m):
    assert "\npages: addresses; memory: " in m.run("maps 1")
    assert m.run("maps init") == m.run("maps 1") and m.run("pt -s init") == m.run("pt -s 1")
    assert "areas of" in m.run("maps maps") and m.run("wss -n 1 -i 100 -p init").startswith("  time memory")


def test_wss_of_a_process_that_stands_still(m):
    out = m.run(f"wss -i 200 -n 2 {m.pid}")
    assert [line.split()[2] for line in out.splitlines() if re.match(r" +\d+\.\d ", line)] == ["0", "0"], out
    rows_of_map(out)


# --- stats ---------------------------------------------------------------------------------------

def test_stats_all(m):
    rows = [re.fullmatch(r"([\w:-]+) +(\d+)  (\S.*)", line) for line in m.run("stats -a").splitlines()
            if not line.startswith("[")]  # what the shell says of a job
    assert all(rows), "not each line has a name, a number and a meaning"
    text = dict(re.findall(r"^(\w+): (\d+)$", m.machine.run("cat /statistics 2> err"), re.M))
    rows = [row for row in rows if not re.match("(spin|mutex|spun):", row[1])]  # locks have no line in the text
    names = [row[1] for row in rows]
    assert names == list(text) and names[:2] == ["copyin", "copyinstr"]
    again = dict(re.findall(r"^(\w+) +(\d+)  ", m.run("stats -a"), re.M))
    for row in rows:
        # a counter never decreases
        assert int(row[2]) <= int(text[row[1]]) <= int(again[row[1]]), row[1]


def test_gains_of_a_command(m):
    """A command that maps pages of a file and touches its heap gains more than one that does nothing."""
    def gains(command):
        out = m.run(f"stats {command} 2> gains; cat gains")
        return {name: int(value) for name, value in re.findall(r"^(\w+) +(\d+)  \S", out, re.M)}
    busy, idle = gains("manyareas 45 > /dump.txt"), gains("true")
    assert busy["page_zeroed"] > idle["page_zeroed"] > 0, (busy, idle)
    assert busy["fault_file"] >= 45 > idle.get("fault_file", 0)
    assert m.status("stats sh -c '(exit 7)'")[0] == 7


def test_vmtrace(m):
    """Faults of the command and of the child it makes, in the order of time; nobody else's."""
    out = m.run("vmtrace sh -c 'echo one | cat; walk -n 1 seq 64K' 2> trace; cat trace")
    lines = [(float(line[:9]), line[9:14].strip(), line[15:23].strip(), line[23:30].strip(), line[31:41].strip(), line[48:])
             for line in out.splitlines() if not line.startswith(("one", "round", "  time ms"))]
    assert out.count("  time ms  pid event   access  address     size what was done\n") == 1
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    events = {(line[2], line[5]) for line in lines}
    for wanted in (("exec", "a new space"), ("exit", "the space is gone"), ("fork", "a child, with a copy"),
                   ("map", "mapped"), ("fault", "brought in: zeros"), ("fault", "copied: it was copy-on-write")):
        assert wanted in events, out
    assert all(line[3] in ("read", "write", "execute") for line in lines if line[2] == "fault")
    children = {line[4] for line in lines if line[2] == "fork"}
    assert len(children) >= 2 and {line[1] for line in lines} == children | {lines[0][1]}, out
    zeros = {int(line[4], 16) for line in lines if line[5] == "brought in: zeros"}
    at = next(int(line[4], 16) for line in lines if line[2] == "map")
    assert zeros & {at + i * PAGE for i in range(16)}
    # of many small steps of the break only those into another page
    grown = [line.split() for line in m.run("vmtrace ls /dev 2> trace >/dev/null; grep grow trace").splitlines()]
    assert 1 <= len(grown) == len({row[3] for row in grown}) <= 4, grown
    assert all(row[3].endswith("000") and row[4] == "4K" for row in grown), grown
    assert "lost" not in "".join(m.run("vmtrace walk -n 1 seq 64K 2> trace; cat trace") for _ in range(3))
    assert "one\n" in m.run("vmtrace -f echo one") and m.status("vmtrace sh -c '(exit 5)' 2> trace")[0] == 5
    assert "events=off" in m.run("vmctl events")


@pytest.mark.parametrize("after", ["0.3s", "2s"])
@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_vmtrace_that_is_killed(m, signal, after):
    """A handler, or its guard, switches the events off."""
    status, _ = m.status(f"sh -c '(sleep {after}; killall -s {signal} vmtrace) & vmtrace -f walk -n 60 -i 100 seq 64K "
                         "> trace 2> trace'")
    assert status > 128
    m.status("sh -c 'sleep 0.5s; killall walk'")
    assert re.search(r"events +\[off\] on", m.run("vmctl"))


def test_looking_is_not_counted_as_a_fault(m):
    def faults():
        return int(re.search(r"^fault_refused +(\d+) ", m.run("stats -a"), re.M)[1])
    before = faults()
    m.run(f"why {m.pid} 0x2000")
    assert faults() == before, "looking counts as a fault"


def test_stats_of_the_lab(m):
    lines = m.run("stats").splitlines()
    assert [line.split(":")[0] for line in lines] == ["copyin", "copyinstr"]


@pytest.mark.parametrize("number", ["5000", "2000", "27000", "abc0"])
def test_addresses_are_hexadecimal_with_or_without_0x(m, number):
    wanted = {"pt": f"address {number} of 1 ", "why": f"  read of 0x{number} in 1 (init):\n"}
    for program, first in wanted.items():
        for form in number, "0x" + number, "0X" + number, "00000" + number, "0x000" + number.upper():
            out = m.run(f"{program} 1 {form}")
            assert out.startswith(first), f"{program} 1 {form}: {out}"


# --- refused -------------------------------------------------------------------------------------

@pytest.mark.parametrize("line,code,reason", [
    ("pt -a -s 1", 2, "usage: pt"),
    ("pt 1 0 0", 2, "usage: pt"),
    ("pt -x", 2, ""),
    ("pt one", 1, "one: no process has that name"),
    ("pt -u 1", 2, "usage: pt"),
    ("maps held", 1, "held: several processes have that name: "),
    ("why one 0", 1, "one: no process has that name"),
    ("wss -p one", 1, "one: no process has that name"),
    ("wss -p init 1", 2, "usage: wss"),
    ("frame", 2, "usage: frame"),
    ("frame 10x", 2, "not an address in hexadecimal"),
    ("dump 1", 2, "usage: dump"),
    ("walk seq", 2, "usage: walk"),
    ("walk zigzag 1M", 2, "zigzag: no such pattern"),
    ("walk stride:4 1M", 2, "4: must be at least 8"),
    ("walk seq 1T", 2, "1T: not a number"),
    ("walk seq 17179869185G", 2, "must be at most"),
    ("walk seq 000000000000001junk", 2, "not a number"),
    ("walk seq 900G", 1, "900G: "),
    ("dump 1 0 0", 2, "must be at least 1"),
    ("dump 1 4000000000", 2, "programs have addresses below"),
    ("dump -p 1000", 1, "no RAM is there"),
    ("dump 1000000000 0", 1, "process 1000000000: No such process"),
    ("pt 0", 2, "0: must be at least 1"),
    ("pt 4294967297", 2, "must be at most 2147483647"),
    ("pt 99999999999999999999", 2, "must be at most"),
    ("pt 1 0x12g", 2, "not an address in hexadecimal"),
    ("pt 1 123456789abcdef01", 2, "does not fit into 64 bits"),
    ("pt 1 4000000000", 2, "Sv39 has no address between"),
    ("pt -k 1 0x1000", 2, "not in the kernel half"),
    ("pt -k 0x3ffffff000", 2, "not in the kernel half"),
    ("pt 1000000000", 1, "process 1000000000: No such process"),
    ("pt 1000000000 0x1000", 1, "process 1000000000: No such process"),
    ("pt -k 1000000000", 1, "process 1000000000: No such process"),
    ("wss", 2, "usage: wss"),
    ("wss 1 -n 1", 2, "usage: wss"),
    ("wss -n 0 1", 2, "0: must be at least 1"),
    ("wss -i 4294967400 1", 2, "must be at most 3600000"),
    ("wss 4294967297", 2, "must be at most 2147483647"),
    ("wss 1000000000", 1, "process 1000000000: No such process"),
    ("wss -n 1 nosuch", 127, "nosuch: No such file"),
    ("vmtrace", 2, "usage: vmtrace"),
    ("vmtrace nosuch", 127, "nosuch: No such file"),
    ("stats nosuch", 127, "nosuch: No such file"),
    ("stats -x", 2, ""),
    ("maps 4294967297", 2, "must be at most 2147483647"),
    ("why 4294967297 0", 2, "must be at most 2147483647"),
    ("why 1 0x123456789abcdef01", 2, "does not fit into 64 bits"),
    ("why 1 -1", 2, ""),
    ("why 1 0x", 2, "not an address in hexadecimal"),
    ("why 1 1000r", 2, "not an address in hexadecimal"),
    ("why 1 +1000", 2, "not an address in hexadecimal"),
    ("pt 1 0x", 2, "not an address in hexadecimal"),
    ("pt 1 0x0x10", 2, "not an address in hexadecimal"),
    ("kill 4294967297", 2, "must be at most 2147483647"),
    ("kill 12x", 2, "12x: not a number"),
    ("sleep 4294967297", 2, "must be at most 2147483647"),
    ("poweroff 256", 2, "must be at most 255"),
    ("head -n 99999999999999999999 README", 2, "must be at most"),
    ("tail -n 99999999999999999999 README", 2, "must be at most"),
    ("hexdump -s 99999999999999999999 README", 2, "must be at most"),
    ("(exit 4294967297)", 2, "must be at most 2147483647"),
    ("(exit 99999999999999999999)", 2, "must be at most"),
    ("(exit 3x)", 2, "3x: not a number"),
])
def test_refused(m, line, code, reason):
    if m.isolated and not line.startswith("pt"):
        pytest.skip("once is enough")
    status, out = m.status(line)
    assert status == code and reason in out, out
    assert code == 1 and not reason or re.search(r"^[a-z]+: ", out, re.M), out


def test_command_that_ends_at_once_is_no_error(m):
    """It ends before the first sample or before the second, by chance."""
    out = m.run("; ".join(["wss -i 1 true"] * 8))
    assert out.count("  time memory touched dirty  where\n") == 8, out
    assert {line for line in out.splitlines() if "wss:" in line} <= {"wss: true ended before the first look"}, out
