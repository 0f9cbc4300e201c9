"""What graders of the labs on traps and on system calls look for, checked as they check it."""
import re
import shutil
import subprocess

import pytest

import labrig

SANDBOX = [
    "lab_calls box 2048 - lab_calls getpid",
    "lab_calls box 2 - lab_calls fork",
    "lab_calls box 32768 - lab_calls escape",
    "lab_calls box 32768 README lab_calls forkpath",
    "lab_calls box 32768 - cat README",
    "lab_calls box 32768 README cat README",
    "lab_calls box 128 echo cat README",
    "lab_calls box 128 cat lab_calls alive",
]


@pytest.fixture(scope="module")
def image():
    return labrig.make_image("calls.img", [labrig.ROOT / "xv6/tests" / name for name in ("lab_alarm.c", "lab_calls.c")])


def has(output, *lines, no=()):
    """Each of @lines matches the start of a line of the output, and none of @no does."""
    for line in lines:
        assert re.search(f"^{line}", output, re.M), (line, output[-3000:])
    for line in no:
        assert not re.search(f"^{line}", output, re.M), (line, output[-3000:])


@pytest.mark.parametrize("harts,boot", [
    (1, ""), (2, "isolate=on"), (3, "uaccess=walk fork=copy"), (4, "")])
def test_both_labs(image, harts, boot):
    """One machine for all parts, as each of them takes a second or two."""
    output = labrig.graded(image, ["lab_alarm", "sleep 1", "lab_calls sysinfo", *SANDBOX], boot, harts, seconds=120)
    has(output, "test0 passed$", r"\.?test1 passed$", r"\.?test2 passed$", "test3 passed$", "sysinfotest: OK$",
        no=["test. failed", "sysinfo: ", "backtrace:"])
    has(output, "sbtest: getpid ret -1$", "sbtest: fork ret -1$", "sbtest: escape confined$",
        "sbtest: forkpath child README ok$", "sbtest: forkpath child echo denied$",
        "cat: README: ", "lab_calls: exec cat fails$", "lab_calls: exec lab_calls fails$",
        no=["sbtest: CHILD RAN", "sbtest: escape ESCAPED", "sbtest: forkpath child README denied",
            "sbtest: forkpath child echo ok", "lab_calls: interpose"])
    assert output.count("sbtest: alive") == 2
    assert output.count("# Pagoda") == 1


def test_traced_calls(image):
    output = labrig.graded(image, ["lab_calls trace 32 grep hello README", "grep hello README",
                                   "lab_calls trace 2147483647 grep hello README",
                                   "lab_calls trace 2 sh -c 'echo a | cat'",
                                   "lab_calls box 2048 - lab_calls trace 2048 lab_calls getpid"])
    parts = re.split(r"\$ (?:lab_calls|grep) .*\n", output)
    only_read, untraced, all_calls, forks, masked = parts[1:]
    for text in only_read, all_calls:
        has(text, r"\d+: syscall read -> \d+$", r"\d+: syscall read -> 0$")
    has(only_read, no=[r"\d+: syscall (?!read)"])
    has(untraced, no=[r"\d+: syscall"])
    has(all_calls, r"\d+: syscall trace -> 0$", r"\d+: syscall exec -> 3$", r"\d+: syscall open -> 3$",
        r"\d+: syscall close -> 0$")
    # children are traced as well
    assert len(set(re.findall(r"^(\d+): syscall fork -> \d+$", forks, re.M))) >= 1, forks
    has(masked, r"\d+: syscall getpid -> -1$", "sbtest: getpid ret -1$")


def places(addresses):
    """The file of each address, as addr2line tells it from the kernel's lines."""
    tool = next(filter(shutil.which, ("riscv64-unknown-elf-addr2line", "riscv64-linux-gnu-addr2line", "llvm-addr2line")),
                None)
    if not tool:
        pytest.skip("no addr2line here")
    text = subprocess.run([tool, "-e", "kernel/kernel", *addresses], cwd=labrig.ROOT, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return [re.match(r".*/([^/]+\.[cS]):\d+", line)[1] for line in text.splitlines()]


@pytest.mark.parametrize("harts,boot", [(1, "isolate=on"), (4, "")])
def test_backtrace(image, harts, boot):
    """The calls that led to pause(): three places in these three files, innermost first.  (That the labs' grader
    wants addresses below 4 GiB is another matter: see docs/labs.md.)"""
    output = labrig.graded(image, ["lab_alarm pause", "vmctl backtrace=off", "lab_alarm pause"],
                           f"backtrace=pause {boot}", harts)
    lines = re.findall(r"^(0x[0-9a-f]{16}) (\S+)\+0x[0-9a-f]+$", output, re.M)
    assert output.count("backtrace:\n") == 1 and len(lines) == 3, output[-2000:]
    symbols = labrig.symbols()
    for address, name in lines:
        assert symbols[name] < int(address, 16) < symbols[name] + 4096, (address, name)
    assert places(address for address, _ in lines) == ["sys_proc.c", "syscall.c", "trap.c"]
