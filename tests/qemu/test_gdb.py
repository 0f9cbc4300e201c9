"""The commands for gdb, without a machine and with one."""
import os
import re
import shutil
import subprocess

import pytest

from labrig import free_port, listens
from machine import TOP, command

GDB = shutil.which("gdb-multiarch") or shutil.which("riscv64-unknown-elf-gdb")


def gdb(*commands):
    words = [w for c in ("set confirm off", "file kernel/kernel", "source tools/gdb/pagoda.py", *commands)
             for w in ("-ex", c)]
    done = subprocess.run([GDB, "-nx", "-batch", *words], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)
    return done.stdout


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_kbreak_is_in_the_kernel_alone(test_image):
    names = "sys_pause", "memset", "printk", "proc_first_main"
    kbreaks = [f"kbreak {name}" for name in names]
    for commands in (("user sleep", *kbreaks), (*kbreaks, "user sleep", "user sh")):
        out = gdb(*commands, "info breakpoints")
        assert "<MULTIPLE>" not in out and out.split("Num ")[1].count("0xffffffff80") == len(names), out
        for name in names:
            assert f"in {name} at kernel/" in out, out


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_kbreak_finds_what_the_compiler_put_into_its_callers(test_image):
    """docs/reading.md stops in fault_cow_page()."""
    assert "kbreak fault_cow_page" in open(os.path.join(TOP, "docs/reading.md"), encoding="utf-8").read()
    out = gdb("kbreak fault_cow_page", "info breakpoints")
    assert "0xffffffff80" in out and "no function" not in out, out


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_kbreak_refuses_what_is_no_kernel_function(test_image):
    names = "nonsense", "main", "procs"
    out = gdb("user sleep", *[f"kbreak {name}" for name in names])
    for name in names:
        assert f"the kernel has no function '{name}'" in out, out


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_ubreak_refuses_what_the_program_does_not_have(test_image):
    out = gdb("ubreak cat", "ubreak cat nonsense", "ubreak nosuch main", "ubreak cat sys_pause", "info breakpoints")
    assert "No breakpoints" in out, out


def debug(image, command_line, *commands):
    """What gdb says when a machine that runs the line is debugged from its first instruction on."""
    port = free_port()
    argv = command(os.path.join(TOP, "kernel/kernel"), image, harts=2,
                   boot=f"vmprint=off cmd={command_line.replace(' ', '%20')}",
                   extra=("-S", "-gdb", f"tcp:127.0.0.1:{port}"))
    with subprocess.Popen(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as machine:
        try:
            while not listens(port):
                assert machine.poll() is None
            return gdb("set pagination off", f"target remote 127.0.0.1:{port}", *commands)
        finally:
            machine.kill()


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_ubreak_stops_in_one_program_alone(test_image, tmp_path):
    """It stops at each main() of cat.  What cat has at the addresses where sh, echo and ls have theirs does not
    stop those."""
    told = gdb(*[word for name in ("sh", "echo", "ls") for word in (f"user {name}", "info address main")])
    others = re.findall(r"main.* at address (0x[0-9a-f]+)", told)
    assert len(others) == 3, told
    image = str(tmp_path / "fs.img")
    shutil.copyfile(test_image, image)
    out = debug(image, "echo a;cat README;ls;cat README",
                *[f"ubreak cat *{address}" for address in others], "ubreak cat main", *["continue", "proc"] * 2)
    assert re.findall(r"^process \d+ \((\w+)\), running", out, re.M) == ["cat", "cat"], out
    assert len(re.findall(r"^Breakpoint \d+ at ", out, re.M)) == 4, out


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_areas_tells_which_are_shared(test_image, tmp_path):
    """At the first munmap() of a case with two shared mappings of a file."""
    image = str(tmp_path / "fs.img")
    shutil.copyfile(test_image, image)
    out = debug(image, "abitest mmap.shared_file_reaches_everybody", "kbreak sys_munmap", "continue", "areas")
    rows = [line.split() for line in out.splitlines() if re.match(r" *0x[0-9a-f]+ - +0x", line)]
    assert {row[5:] and row[5] for row in rows if row[4] == "file"} == {"shared"}, out
    assert all(len(row) == 5 for row in rows if row[4] != "file"), out
