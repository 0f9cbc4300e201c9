"""The commands for gdb that need no machine."""
import shutil
import subprocess

import pytest

from machine import TOP

GDB = shutil.which("gdb-multiarch") or shutil.which("riscv64-unknown-elf-gdb")


def gdb(*commands):
    words = [w for c in ("set confirm off", "file kernel/kernel", "source tools/gdb/pagoda.py", *commands)
             for w in ("-ex", c)]
    done = subprocess.run([GDB, "-nx", "-batch", *words], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)
    return done.stdout


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
@pytest.mark.parametrize("name", ["sys_pause", "memset", "printk", "first_main"])
def test_kbreak_is_in_the_kernel_alone(test_image, name):
    for commands in (("user sleep", f"kbreak {name}"), (f"kbreak {name}", "user sleep", "user sh")):
        out = gdb(*commands, "info breakpoints")
        assert "<MULTIPLE>" not in out and "0xffffffff80" in out.split("Num ")[1], out
        assert f"in {name} at kernel/" in out, out


@pytest.mark.skipif(not GDB, reason="no gdb that knows RISC-V")
def test_kbreak_knows_no_such_function(test_image):
    for name in "nonsense", "main", "procs":
        assert f"the kernel has no function '{name}'" in gdb("user sleep", f"kbreak {name}"), name
