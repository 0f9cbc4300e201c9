#!/usr/bin/env python3
"""Runs the tests inside the kernel (core/ktest.h), and makes it panic on purpose.

Uses a kernel built with CHECK=1.  Prints `ok NAME` or `FAILED NAME: why`.
"""
import os
import pathlib
import re
import shlex
import subprocess
import time

import rig
from rig import IMAGE, OUT

KERNEL = "build/kernel-elf-check/kernel.elf"
PANIC_STATUS = 101  # core/report/panic.c
logs = []
MAKE = ["make", "-s", "--no-print-directory", "TOOLPREFIX=riscv64-unknown-elf-", "CHECK=1"]


def qemu(harts, options):
    """The command line of a machine."""
    return subprocess.run([*MAKE, "print-qemu", f"KERNEL={KERNEL}", f"IMAGE={IMAGE}", f"CPUS={harts}",
                           f"BOOTARGS={options}"], capture_output=True, text=True, check=True).stdout


def boot(harts, options):
    """Status and output of a machine that powers off by itself."""
    done = subprocess.run(qemu(harts, f"{options} panic=exit"), shell=True, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)
    output = done.stdout.replace("\r", "")
    log = OUT / f"console-{len(logs) + 1}.log"
    log.write_text(output)
    logs.append(log)
    return done.returncode, output


def told(output):
    """The part of a console's output from the panic on, or its end, and where all of it is."""
    start = output.find("\npanic: ")
    return f"{output[start if start >= 0 else -3000:]}\n(all of it: {logs[-1]})"


def ktests(harts, options=""):
    status, output = boot(harts, f"ktest=on {options}")
    found = re.search(r"^ktest: (\d+) passed$", output, re.M)
    assert status == 0 and found and int(found.group(1)) > 0, f"status {status}\n{told(output)}"
    assert len(re.findall(r"^ktest \w+: ok$", output, re.M)) == int(found.group(1)), told(output)


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
    assert status == PANIC_STATUS, f"status {status}\n{told(output)}"
    for pattern in patterns:
        assert re.search(pattern, output, re.M), f"{pattern} is not in\n{told(output)}"


def test_panic_prints_a_backtrace():
    panics("panic", r"^half a line\npanic: as asked for$", r"ktest_run\+0x[0-9a-f]+$")


def test_stack_overflow_prints():
    panics("overflow", r"[0-9a-f]{16} ktest_dig\+0x[0-9a-f]+$")


def check_report(output, what):
    """Lines that were being printed are whole, and only the report comes after them."""
    before, panic, report = output.partition(f"\npanic: {what}\n")
    assert panic, f"no line 'panic: {what}' in\n{told(output)}"
    lines = [line for line in before.split("\n") if "busy" in line]
    torn = [line for line in lines if not re.fullmatch(r"busy \d \d+ \(one line, whatever happens\)", line)]
    assert lines and not torn, f"torn: {torn[:5]}"
    assert "busy" not in report and "does not stop" not in report and "within" not in report, report
    assert re.match(r"(read of 0x\w+\n)?hart \d, thread init, process 1 \(init\)\n", report), report
    assert re.search(r"proc_first_main\+0x[0-9a-f]+\n  [0-9a-f]{16} thread_entry\+0x[0-9a-f]+\n$", report), report
    return report


def panics_in_a_crowd(mode, what):
    reports = []
    for harts in (2, 3, 4, 8):
        for _ in range(2):
            status, output = boot(harts, f"ktest={mode}")
            assert status == PANIC_STATUS, f"{harts} harts: status {status}\n{told(output)}"
            reports.append(check_report(output, what))
    return reports


def test_panic_with_a_lock_that_others_want():
    panics_in_a_crowd("lock", "with a lock that others want")


def test_panic_within_a_message():
    for report in panics_in_a_crowd("print", "a fault in the kernel"):
        assert report.startswith("read of 0xfffffffffffff000\nhart "), report
        assert re.search(r" strlen\+0x\w+\nbacktrace:\n  [0-9a-f]{16} \w+\+0x", report), report
        assert len(re.findall(r"\b(?:ra|[sgt]p|[astx]\d+) +[0-9a-f]{16}", report)) == 31, report


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_all_harts_stand_still_after_a_panic():
    """They sleep: a hart that waited for a lock would use processor time."""
    for mode in ("lock", "print"):
        machine = subprocess.Popen(shlex.split(qemu(4, f"ktest={mode} panic=halt")), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            for line in machine.stdout:
                if b" thread_entry+" in line:
                    break
            time.sleep(0.5)
            before = cpu_seconds(machine.pid)
            time.sleep(1)
            used = cpu_seconds(machine.pid) - before
            assert machine.poll() is None and used < 0.05, f"{mode}: {used:.2f} s of processor time in 1 s"
        finally:
            machine.kill()
            machine.wait()


rig.main(globals(), [*MAKE, "kernel-only"])
