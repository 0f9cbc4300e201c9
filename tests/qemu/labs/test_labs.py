"""What graders of the page-table labs of 2020 to 2025 look for, checked as they check it."""
import os
import re
import shutil
import subprocess

import pytest

import labrig

V, R, W, X, U, G = 1, 2, 4, 8, 16, 32
TOP = 255
TRAMPOLINE, TRAPFRAME, USYSCALL = 0x3ffffff000, 0x3fffffe000, 0x3fffffd000


@pytest.fixture(scope="module")
def image():
    return labrig.make_image("base.img", labrig.PROGRAMS)


@pytest.fixture(scope="module")
def image_2020():
    """With an init, sh and stats that make as many system calls as those of 2020."""
    return labrig.make_image("2020.img", labrig.YEAR_2020)


# --- the first lab: print a page table -------------------------------------------------------

ENTRY = re.compile(r"^ ?((?:\.\. )*\.\.)(\d+): pte (0x[0-9a-f]{16}) pa (0x[0-9a-f]{16})$", re.M)


def printed_table(output):
    """{(0, 0, 3): pte, ...}; checks the form of each line, and the order of the lines."""
    start = re.search(r"^page table 0x[0-9a-f]{16}\n", output, re.M)
    assert start, output[-2000:]
    block = re.match(r"(?: ?\.\..*\n)+", output[start.end():])
    assert block, "no entries follow"
    found, path = {}, ()
    for line in block.group(0).splitlines():
        match = ENTRY.fullmatch(line)
        assert match, line
        depth, index = match.group(1).count(".."), int(match.group(2))
        pte, pa = int(match.group(3), 16), int(match.group(4), 16)
        assert depth <= len(path) + 1, f"no table stands above {line}"
        key = path[:depth - 1] + (index,)
        assert key > path, f"{line} is out of order"
        assert match.group(3).startswith("0x00000000") and match.group(4).startswith("0x00000000"), line
        assert pte & V and pa == pte >> 10 << 12, line
        found[key] = pte
        path = key
    return found


BOOTS = ["", "isolate=on", "heap=lazy fork=copy", "uaccess=strict", "uaccess=walk isolate=on"]


@pytest.mark.parametrize("boot", BOOTS)
def test_table_of_the_first_program(image, boot):
    output = labrig.graded(image, [], boot)
    table = printed_table(output)
    wanted = [(0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 0, 3), (TOP, 511, 509), (TOP, 511, 510), (TOP, 511, 511)]
    assert all(key in table for key in wanted), sorted(table)
    assert {key[0] for key in table} == {0, TOP}
    for key, pte in table.items():
        if len(key) < 3:
            assert not pte & (R | W | X | U), f"{key} is not a table"
    # text, data, guard, stack; and at the top the three pages that the kernel keeps
    assert table[0, 0, 0] & (W | X | U) == X | U and table[0, 0, 1] & (W | X | U) == W | U
    assert table[0, 0, 2] == V, "no guard page"
    assert table[0, 0, 3] & (W | X | U) == W | U
    assert table[TOP, 511, 509] & (R | W | X | U) == R | U
    assert table[TOP, 511, 510] & (R | W | X | U) == R | W
    assert table[TOP, 511, 511] & (R | W | X | U) == R | X
    # only once, and before the first program has said anything
    assert output.count("page table 0x") == 1
    assert output.index("page table 0x") < output.index(labrig.PROMPT.decode())


def test_table_can_be_left_out(image):
    assert "page table" not in labrig.graded(image, [], "vmprint=off")


# --- the print by addresses, of 2024 and 2025 ---------------------------------------------------

def test_table_by_addresses(image):
    output = labrig.graded(image, ["lab_pages print"])
    block = output[output.rindex("page table 0x"):]
    lines = re.findall(r"^ ((?:\.\. )*\.\.)(0x[0-9a-f]{16})(.*)$", block, re.M)
    found = {(dots.count(".."), int(va, 16)) for dots, va, _ in lines}
    wanted = {(1, 0), (1, 0x3fc0000000), (2, 0), (2, 0x3fffe00000)}
    wanted |= {(3, va) for va in (0, 0x1000, 0x2000, 0x3000, USYSCALL, TRAPFRAME, TRAMPOLINE)}
    assert wanted <= found, wanted - found
    for _, va, rest in lines:
        match = re.fullmatch(r": pte 0x([0-9a-f]{16}) pa 0x([0-9a-f]{16})", rest)
        assert match and int(match[2], 16) == int(match[1], 16) >> 10 << 12, (va, rest)


# --- what programs see -----------------------------------------------------------------------

@pytest.mark.parametrize("harts,boot", [(1, ""), (3, ""), (3, "isolate=on"), (4, "heap=lazy uaccess=walk")])
def test_programs(image, harts, boot):
    output = labrig.graded(image, ["lab_pages"], boot, harts)
    for part in ("pid", "access", "entry"):
        assert re.search(rf"^{part}: ok$", output, re.M), output[-2000:]


@pytest.mark.parametrize("compiler", ["riscv64-unknown-elf-gcc", "riscv64-linux-gnu-gcc", "clang"])
def test_pid_in_four_instructions(compiler, tmp_path):
    """ugetpid() of user/include/usyscall.h: three instructions make the address, one loads."""
    tools = ["riscv64-unknown-elf-objdump", "riscv64-linux-gnu-objdump", "llvm-objdump"]
    objdump = next(filter(shutil.which, tools), None)
    if not shutil.which(compiler) or not objdump:
        pytest.skip(f"no {compiler} or no objdump here")
    target = ["--target=riscv64-unknown-elf", "-mno-relax"] if compiler == "clang" else []
    (tmp_path / "pid.c").write_text("#include <usyscall.h>\nint pid(void) { return ugetpid(); }\n")
    subprocess.run([compiler, *target, "-Os", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding",
                    "-Wall", "-Wextra", "-Werror", "-Iuser/include", "-Ikernel", "-c", "-o", tmp_path / "pid.o",
                    tmp_path / "pid.c"], cwd=labrig.ROOT, check=True)
    text = subprocess.run([objdump, "-d", tmp_path / "pid.o"], check=True, stdout=subprocess.PIPE, text=True).stdout
    body = text[text.index("<pid>:"):]
    words = re.findall(r"^\s+[0-9a-f]+:\s+[0-9a-f ]+\t\s*(\S+)", body, re.M)
    assert len(words) == 5 and words[3] in ("lw", "c.lw") and words[4] == "ret", text


# --- counted copies ------------------------------------------------------------------------------

def counts_of(output):
    return [tuple(map(int, pair)) for pair in re.findall(r"^copyin: (\d+)\ncopyinstr: (\d+)$", output, re.M)]


def two_counts(image, boot, before=("sync",)):
    """Two `stats` in one boot, on an image that has been booted before, as the grader's has."""
    with labrig.Machine(image, boot) as first:
        first.gdb.cont()
        first.run(before)
        first.stop()
        with labrig.Machine(first.image, boot, copy=False) as second:
            second.gdb.cont()
            output = second.run(["stats", "stats"])
    counts = counts_of(output)
    assert len(counts) == 2, output[-2000:]
    return counts


def steps(counts):
    return tuple(later - earlier for earlier, later in zip(*counts))


@pytest.mark.parametrize("boot", ["", "isolate=on", "uaccess=walk", "uaccess=strict", "uaccess=open"])
def test_copies_are_counted_as_in_2020(image_2020, boot):
    """28: 24 bytes of text, 2 of the prompt, 2 words of argv.  3: exec's path, argv[0], open's path."""
    counts = two_counts(image_2020, f"stats=lab {boot}")
    # 2 and 2 less than xv6, as the kernel's own exec of init fetches nothing from a program
    assert counts[0] == (24, 7)
    assert steps(counts) == (28, 3), counts


def test_nodes_of_the_first_boot(image_2020):
    """The grader kills the first boot at its prompt: what init made must be there in the second boot."""
    assert steps(two_counts(image_2020, "stats=lab", before=())) == (28, 3)


def test_copies_of_our_own_programs(image):
    """Our shell writes its prompt byte by byte, as that of 2020 does."""
    counts = two_counts(image, "")
    text = len("copyin: %d\ncopyinstr: %d\n" % counts[0])
    assert steps(counts) == (text + 2 + 2, 3), counts


# --- the contract of make -------------------------------------------------------------------------

def test_port_by_itself():
    uid = int(subprocess.run(["id", "-u"], check=True, stdout=subprocess.PIPE).stdout)
    assert labrig.make("print-gdbport") == f"{uid % 5000 + 25000}\n"


@pytest.mark.parametrize("symbol", ["sys_sleep", "sys_pause"])
def test_breakpoint_by_name(image, symbol):
    """Both names of call 13 stop the machine where the call is made."""
    with labrig.Machine(image) as machine:
        machine.gdb.breakpoint(labrig.symbols()[symbol])
        machine.gdb.cont()
        machine.run([])
        machine.type("sleep 1")
        machine.gdb.wait_stop()
        machine.read_until(b"sleep 1\n")
        assert "\n$ sleep 1\n" in machine.text()


def test_taken_port_is_refused(image):
    with labrig.Machine(image) as machine:
        done = subprocess.run(["make", "-s", "--no-print-directory", "qemu-gdb", *machine.words], cwd=labrig.ROOT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60)
        assert done.returncode != 0 and str(machine.port) in done.stdout, done.stdout


def test_console_is_bare(image):
    """No carriage return after the firmware, and no `$ ` but the prompt's."""
    output = labrig.graded(image, ["ls", "echo hi"])
    kernel = output[re.search(r"^Boot HART MEDELEG.*$", output, re.M).end():].lstrip("\r\n")
    assert "\r" not in kernel
    assert re.findall(r".{0,20}\$ .{0,20}", kernel) == ["$ ls", "$ echo hi", "$ "]
    assert "\nhi\n" in kernel


# --- two roots, seen by the debugger -------------------------------------------------------------

def root_of(gdb):
    return (gdb.register("satp") & (1 << 44) - 1) << 12


def leaves_without_u(gdb, root):
    """{va: pte} of the leaves in the lower half of a root that are the kernel's alone."""
    found = {}

    def walk(pa, level, base, count):
        for index, pte in enumerate(gdb.table(pa)[:count]):
            va = base + (index << 12 + 9 * level)
            if pte & V and not pte & (R | W | X):
                if level:
                    walk(pte >> 10 << 12, level - 1, va, 512)
            elif pte & V and not pte & U:
                found[va] = pte

    walk(root, 2, 0, 256)
    return found


@pytest.mark.parametrize("boot", ["isolate=off", "isolate=on"])
def test_roots(image, boot):
    """At the first instruction after an ecall, and in the system call, on one hart."""
    isolated = boot == "isolate=on"
    with labrig.Machine(image, boot, harts=1) as machine:
        gdb = machine.gdb
        gdb.run_to(labrig.symbols()["sys_write"])
        gdb.run_to(TRAMPOLINE if isolated else labrig.symbols()["trap_vector"])
        user = root_of(gdb)
        gdb.run_to(labrig.symbols()["user_trap"])
        kernel = root_of(gdb)
        assert (user != kernel) == isolated
        assert set(leaves_without_u(gdb, user)) == {TRAPFRAME, TRAMPOLINE}
        tables = gdb.table(user), gdb.table(kernel)
        assert tables[0][:256] == tables[1][:256], "the lower halves differ"
        assert any(tables[1][256:])
        assert not any(tables[0][256:]) if isolated else tables[0] == tables[1]


@pytest.mark.parametrize("mode,open_to_kernel", [("strict", False), ("open", True), ("walk", False)])
def test_sum_is_as_uaccess_says(image, mode, open_to_kernel):
    """Looks at SUM at the start of system calls.  Without SUM the kernel faults on a user page."""
    with labrig.Machine(image, f"uaccess={mode}", harts=1) as machine:
        for name in ("sys_open", "sys_exec", "sys_read"):
            machine.gdb.run_to(labrig.symbols()[name])
            assert bool(machine.gdb.register("mstatus") & 1 << 18) == open_to_kernel, name


def test_variables_may_be_exported():
    """A grader calls make itself, so the options that a year needs come in the environment."""
    image = labrig.OUT / "exported.img"
    image.unlink(missing_ok=True)
    env = dict(os.environ, BOOTARGS="stats=lab", XV6="xv6/tests/lab_pages.c",
               IMAGE=str(image.relative_to(labrig.ROOT)))
    labrig.make("boot-files", env=env, timeout=600)
    assert b"lab_pages\0" in image.read_bytes()
    assert "stats=lab" in labrig.make("print-qemu", env=env)
    image.unlink()
