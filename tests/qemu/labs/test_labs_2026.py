"""What graders of the page-table lab of 2026 look for; and large pages as 2024 and 2025 do."""
import re
import subprocess

import pytest

import labrig
import years

USYSCALL, TRAPFRAME, TRAMPOLINE = 0x3fffffd000, 0x3fffffe000, 0x3ffffff000


def binary(name, source, *flags):
    """The program as a Makefile of 2026 makes it: with the numbers of that year in its stubs."""
    stubs = labrig.OUT / "usys_2026.S"
    # our malloc() has locks, which MIT's has not
    stubs.write_text(years.stubs("2026", years.FIXED["2026"]) + "futex: li a7, 111\necall\nret\n.globl futex\n")
    library = (labrig.ROOT / "xv6/lib").glob("*.c")
    program = labrig.OUT / name
    subprocess.run(["riscv64-unknown-elf-gcc", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-O", "-ggdb",
                    "-ffreestanding", "-nostdlib", "-mno-relax", "-fno-pie", "-fno-common", "-w", "-Ixv6", "-Ikernel",
                    "-ffunction-sections", "-Wl,--gc-sections",
                    "-T", "xv6/lib/xv6.ld", "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096", *flags,
                    "-o", str(program), source, *map(str, library), str(stubs)], cwd=labrig.ROOT, check=True)
    return str(program)


@pytest.fixture(scope="module")
def image():
    image = labrig.make_image("2026.img", labrig.PROGRAMS)
    files = [binary("bin_2026", "xv6/tests/lab_2026.c"), binary("bin_super", "xv6/tests/lab_super.c"),
             binary("bare_2026", "xv6/tests/lab_2026.c", "-s")]
    subprocess.run([str(labrig.ROOT / "build/mkfs"), "--add", str(image), *files], check=True)
    return image


def lines(output, *wanted):
    """Each as a whole line, as the graders search for them."""
    for line in wanted:
        assert re.search(rf"^{line}$", output, re.M), f"no line {line}:\n{output[-2000:]}"


@pytest.fixture(scope="module")
def output(image):
    return labrig.graded(image, ["lab_2026", "lab_super", "lab_super print"], "vmprint=off", 4)


# --- the programs ----------------------------------------------------------------------------

PARTS = ("print_pgtbl", "vmprint", "pgaccess", "ugetpid", "ksuper", "break", "path")
LARGE = ("superpg_test", "superpg_fork", "superpg_free")


def passed(output):
    lines(output, *(f"{part}: OK" for part in PARTS + LARGE), "lab_2026: all tests succeeded")


def test_default_options(output):
    """Copy-on-write included, though a child wants its large leaf writable."""
    passed(output)


@pytest.mark.parametrize("harts,boot", [(1, "isolate=on"), (2, "uaccess=walk"), (3, "fork=copy uaccess=strict")])
def test_other_options(image, harts, boot):
    passed(labrig.graded(image, ["lab_2026", "lab_super"], boot, harts))


def test_binaries(image):
    """With names and without, all calls get what their numbers mean in 2026."""
    output = labrig.graded(image, ["bin_2026", "bin_super", "bare_2026"])
    passed(output)
    lines(output[output.rindex("$ bare_2026"):], "lab_2026: all tests succeeded")
    assert "unknown sys call" not in output


def test_options_of_the_lab(image):
    """With LAB=pgtbl the heap ends below USYSCALL, and without it here below the trap frame."""
    with labrig.Machine(image, None, None, extra=("LAB=pgtbl",)) as machine:
        machine.gdb.cont()
        passed(machine.run(["lab_2026 usyscall", "lab_super"]))
        assert "lab_2026: break failed" in machine.run(["lab_2026"])


# --- the print with rights --------------------------------------------------------------------

ENTRY = re.compile(r" ((?:\.\. )*\.\.)(0x[0-9a-f]{16}): pte (0x[0-9a-f]{16}) pa (0x[0-9a-f]{16}) (R?W?X?U?)")


def printed(output):
    """[(depth, va, pte, letters)] of the block, all of whose lines must have the form."""
    start = re.search(r"^page table 0x[0-9a-f]{16}\n(?= \.\.)", output, re.M)
    assert start, output[-2000:]
    block = re.match(r"(?: \.\..*\n)+", output[start.end():])
    found = []
    for line in block.group(0).splitlines():
        match = ENTRY.fullmatch(line)
        assert match, repr(line)
        pte, pa = int(match[3], 16), int(match[4], 16)
        assert pa == pte >> 10 << 12, line
        found.append((match[1].count(".."), int(match[2], 16), pte, match[5]))
    return found


def test_table_with_rights(output):
    """The number of entries and their addresses are the reference's; then there is USYSCALL."""
    table = printed(output)
    assert [entry[:2] for entry in table] == [
        (1, 0), (2, 0), (3, 0), (3, 0x1000), (3, 0x2000), (3, 0x3000), (3, 0x4000),
        (1, 0x3fc0000000), (2, 0x3fffe00000), (3, USYSCALL), (3, TRAPFRAME), (3, TRAMPOLINE)]
    letters = {va: text for depth, va, _, text in table if depth == 3}
    # the guard at 0x3000 has V alone here: it is no one's to read or write
    assert letters == {0: "RXU", 0x1000: "RXU", 0x2000: "RWU", 0x3000: "", 0x4000: "RWU",
                       USYSCALL: "RU", TRAPFRAME: "RW", TRAMPOLINE: "RX"}
    for depth, va, pte, text in table:
        assert depth == 3 or text == "", f"0x{va:x} is not a table"
        assert text == "".join(letter for letter, bit in zip("RWXU", (2, 4, 8, 16)) if pte & bit)


def test_large_leaf_with_rights(output):
    """A 2 MiB leaf has its letters at level 1."""
    table = printed(output[output.rindex("$ lab_super print"):])
    assert [text for depth, va, _, text in table if depth == 2 and va == 0x200000] == ["RWU"]


# --- the kernel's own table -------------------------------------------------------------------

def leaves(output):
    found = re.search(r"^ksuper: (\d+) large, (\d+) small$", output, re.M)
    assert found, output[-2000:]
    return int(found[1]), int(found[2])


def test_leaves_of_the_kernel(output):
    large, small = leaves(output)
    assert large >= 93 and small <= 1610


@pytest.mark.parametrize("harts,mem", [(1, "64M"), (8, "2G")])
def test_leaves_with_other_memory(image, harts, mem):
    with labrig.Machine(image, "", harts, extra=(f"MEM={mem}",)) as machine:
        machine.gdb.cont()
        large, small = leaves(machine.run(["lab_2026"], 60))
    assert large >= 93 and small <= 1610
