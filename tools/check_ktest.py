#!/usr/bin/env python3
"""Runs the tests inside the kernel (core/ktest.h), and sees it panic on purpose.

Uses a kernel built with CHECK=1.  Prints `ok NAME` or `FAILED NAME: why`.
"""
import pathlib
import re
import shutil
import subprocess
import sys

OUT = pathlib.Path("build/test/ktest")
KERNEL = "build/kernel-elf-check/kernel.elf"
PANIC_STATUS = 101  # core/panic.c
MAKE = ["make", "-s", "--no-print-directory", "TOOLPREFIX=riscv64-unknown-elf-", "CHECK=1"]


def boot(harts, options):
    """Status and output of a machine that goes off by itself."""
    image = OUT / "ktest.img"
    command = subprocess.run([*MAKE, "print-qemu", f"KERNEL={KERNEL}", f"IMAGE={image}", f"CPUS={harts}",
                              f"BOOTARGS={options} panic=exit"],
                             capture_output=True, text=True, check=True).stdout
    done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout.replace("\r", "")


def ktests(harts, options=""):
    status, output = boot(harts, f"ktest=on {options}")
    found = re.search(r"^ktest: (\d+) passed$", output, re.M)
    assert status == 0 and found and int(found.group(1)) > 0, f"status {status}\n{output[-3000:]}"
    assert len(re.findall(r"^ktest \w+: ok$", output, re.M)) == int(found.group(1)), output[-3000:]


def test_one_hart():
    ktests(1)


def test_two_harts():
    ktests(2)


def test_four_harts():
    ktests(4)


def test_isolated():
    ktests(3, "isolate=on")


def test_uaccess_strict():
    ktests(1, "uaccess=strict")


def test_uaccess_open():
    ktests(2, "uaccess=open")


def test_uaccess_walk():
    ktests(2, "uaccess=walk")


def panics(mode, *patterns):
    status, output = boot(2, f"ktest={mode}")
    assert status == PANIC_STATUS, f"status {status}\n{output[-3000:]}"
    for pattern in patterns:
        assert re.search(pattern, output, re.M), f"{pattern} is not in\n{output[-3000:]}"


def test_panic_prints_a_backtrace():
    panics("panic", r"as asked for", r"ktest_run\+0x[0-9a-f]+$")


def test_stack_overflow_prints():
    panics("overflow", r"[0-9a-f]{16} dig\+0x[0-9a-f]+$")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    image = OUT / "ktest.img"
    subprocess.run([*MAKE, "kernel-only", f"IMAGE={image}", str(image)], check=True, stdin=subprocess.DEVNULL)
    failed = 0
    for name, case in list(globals().items()):
        if not name.startswith("test_") or sys.argv[1:] and name not in sys.argv[1:]:
            continue
        try:
            case()
            print(f"ok {name}", flush=True)
        except (AssertionError, subprocess.SubprocessError, OSError) as e:
            print(f"FAILED {name}: {e}", flush=True)
            failed += 1
    sys.exit(failed > 0)


main()
