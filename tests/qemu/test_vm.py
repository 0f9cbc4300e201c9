"""The guest tests about page tables and user memory with all uaccess modes, 1 to 4 harts,
isolate on and off.  VM_FULL=1 runs every combination; otherwise half of them, with every pair of values.
"""
import os
import re
import shutil
import subprocess

import pytest

import consolelog
import labrig
from machine import qemu_knows

GROUPS = "pgaccess usyscall kernel copy pointer"
LIMIT = 240  # seconds: detects a hang
MODES = ["auto", "strict", "open", "walk"]
MORE = "fault sbrk lazy super mmap exec together running"  # forks, and memory that programs touch
SVADE = ["rv64,svade=on,svadu=off", "rv64,svadu=off"]


def combinations():
    for number, mode in enumerate(MODES):
        for harts in range(1, 5):
            for isolate in (0, 1):
                if os.environ.get("VM_FULL") or (number + harts) % 2 == isolate:
                    yield mode, harts, "on" if isolate else "off"


@pytest.fixture(scope="module")
def image():
    labrig.make("boot-files", "test.img", timeout=600)
    return labrig.ROOT / "build/test.img"


def guest(image, command, boot, harts, extra):
    """Runs one command on a copy of the image; its output with that of the boot."""
    labrig.OUT.mkdir(parents=True, exist_ok=True)
    copy = labrig.OUT / f"vm-{os.getpid()}.img"
    shutil.copy(image, copy)
    try:
        command = command.replace(" ", "%20")
        line = labrig.make("print-qemu", f"IMAGE={copy.relative_to(labrig.ROOT)}", f"CPUS={harts}",
                           f"BOOTARGS={boot} vmprint=off panic=exit cmd={command}", f"QEMUEXTRA={extra}")
        done = subprocess.run(["sh", "-c", f"exec {line}"], cwd=labrig.ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
    finally:
        copy.unlink()
    output = done.stdout.decode("latin-1")
    consolelog.save(output)
    assert done.returncode == 0, failures(output)
    return output


def failures(output):
    return "\n".join(re.findall(r"^.*(?:FAIL|panic|hangs).*$", output, re.M)) or output[-3000:]


def guest_tests(image, groups, boot, harts, extra=""):
    """Runs abitest; the output if all passed."""
    output = guest(image, f"abitest -q {groups}", boot, harts, extra)
    found = re.search(r"^abitest: (\d+) passed, 0 failed$", output, re.M)
    assert found and int(found.group(1)) > 0, failures(output)
    return output


@pytest.mark.parametrize("mode,harts,isolate", list(combinations()))
def test_guest(image, mode, harts, isolate):
    guest_tests(image, GROUPS, f"uaccess={mode} isolate={isolate}", harts)


# --- cores that leave A and D to software -----------------------------------------------------

@pytest.fixture(scope="module")
def svade():
    """The -cpu of a core that faults where A or D is missing.  QEMU 8.2 has no name for it and
    faults without svadu; 10.0 sets the bits then, too, and faults only with svade."""
    for cpu in SVADE:
        if qemu_knows(cpu):
            return cpu
    pytest.skip(f"this QEMU has no -cpu {' and no '.join(SVADE)}: it always sets A and D itself")


def spurious_faults(image, harts, extra):
    """How many faults found an entry that allows the access, from the boot to `stats`."""
    output = guest(image, "stats -a", "", harts, extra)
    return int(re.search(r"^fault_spurious +(\d+) ", output, re.M).group(1))


def test_bits_are_left_to_the_fault_path(image, svade):
    """Checks that it is such a core at all: there a shell and a command take some twenty of these
    faults, and next to none elsewhere."""
    assert spurious_faults(image, 1, "") < 10
    assert spurious_faults(image, 1, f"-cpu {svade}") > 15


@pytest.mark.parametrize("harts,boot", [
    (1, "isolate=off"), (4, "isolate=on"), (4, "uaccess=strict heap=lazy"), (4, "uaccess=open fork=copy"),
    (1, "uaccess=walk isolate=on"), (4, "uaccess=walk")])
def test_without_hardware_bits(image, svade, harts, boot):
    """Svade: each first touch and each first write is a fault, of programs and of the kernel."""
    guest_tests(image, f"{GROUPS} {MORE}", boot, harts, f"-cpu {svade}")
