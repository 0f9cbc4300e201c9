"""The guest tests about page tables and user memory with all uaccess modes, 1 to 4 harts,
isolate on and off.  VM_FULL=1 runs every combination; else each pair of two values once.
"""
import os
import re
import shutil
import subprocess

import pytest

import labrig

GROUPS = "pgaccess usyscall kernel copy pointer"
LIMIT = 240  # seconds: a hang
MODES = ["auto", "strict", "open", "walk"]
SVADE = "rv64,svade=on,svadu=off"


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


def guest_tests(image, groups, boot, harts, extra=""):
    """Runs abitest on a copy of the image; the output if all passed."""
    labrig.OUT.mkdir(parents=True, exist_ok=True)
    copy = labrig.OUT / f"vm-{os.getpid()}.img"
    shutil.copy(image, copy)
    try:
        command = f"abitest -q {groups}".replace(" ", "%20")
        line = labrig.make("print-qemu", f"IMAGE={copy.relative_to(labrig.ROOT)}", f"CPUS={harts}",
                           f"BOOTARGS={boot} vmprint=off panic=exit cmd={command}", f"QEMUEXTRA={extra}")
        done = subprocess.run(["sh", "-c", f"exec {line}"], cwd=labrig.ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
    finally:
        copy.unlink()
    output = done.stdout.decode("latin-1")
    found = re.search(r"^abitest: (\d+) passed, 0 failed$", output, re.M)
    failures = re.findall(r"^.*(?:FAIL|panic|hangs).*$", output, re.M)
    assert done.returncode == 0 and found and int(found.group(1)) > 0, "\n".join(failures) or output[-3000:]
    return output


@pytest.mark.parametrize("mode,harts,isolate", list(combinations()))
def test_guest(image, mode, harts, isolate):
    guest_tests(image, GROUPS, f"uaccess={mode} isolate={isolate}", harts)


# --- cores that leave A and D to software -----------------------------------------------------

def qemu_knows(cpu):
    done = subprocess.run(["qemu-system-riscv64", "-machine", "virt", "-cpu", cpu, "-bios", "none", "-display", "none",
                           "-serial", "none", "-monitor", "stdio", "-S"], input=b"quit\n", stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=30)
    return done.returncode == 0


@pytest.mark.parametrize("harts,boot", [(1, "isolate=off"), (3, "isolate=on"), (3, "uaccess=strict"),
                                        (2, "uaccess=walk")])
def test_without_hardware_bits(image, harts, boot):
    """Svade: each first touch and each first write is a fault, of programs and of the kernel."""
    if not qemu_knows(SVADE):
        pytest.skip(f"this QEMU has no -cpu {SVADE}: it always sets A and D itself")
    guest_tests(image, GROUPS, boot, harts, f"-cpu {SVADE}")
