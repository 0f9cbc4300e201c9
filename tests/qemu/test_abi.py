"""The suite of programs in tests/guest, with different numbers of harts and options."""
import os
import re
import shutil
import subprocess

import pytest

import machine
from machine import TOP, Machine, make, run_to_end


def check(image, what, **options):
    status, output = run_to_end(image, f"abitest {what}", timeout=600, **options)
    failed = [line for line in output.split("\n") if line.startswith("FAIL")]
    found = re.search(r"abitest: (\d+) passed, (\d+) failed", output)
    assert found, output[-2000:]
    assert not failed and status == 0 and int(found.group(1)) > 0, "\n".join(failed)


@pytest.mark.parametrize("harts", [1, 3])
def test_everything(test_image, harts):
    check(test_image, "", harts=harts)


@pytest.mark.parametrize("harts", [2, 4])
def test_quick_ones(test_image, harts):
    check(test_image, "-q", harts=harts)


@pytest.mark.parametrize("boot", [
    "isolate=on uaccess=strict super=off asid=off", "fork=copy uaccess=walk asid=3",
    "heap=lazy uaccess=open asid=off", "isolate=on fork=copy heap=lazy", "isolate=on asid=3"])
def test_options(test_image, boot):
    check(test_image, "-q", harts=2, boot=boot)


def test_little_memory(test_image):
    check(test_image, "-q", harts=2, mem="64M")


def test_nothing_of_the_kernel_comes_out(test_image):
    machine.make("kernel-only", "CHECK=1", "TOOLPREFIX=riscv64-unknown-elf-")
    check(test_image, "leak.", harts=2, kernel=os.path.join(machine.TOP, "build/kernel-elf-check/kernel.elf"))


def test_mixed_load(test_image):
    status, output = run_to_end(test_image, "stress 15", harts=4, timeout=300)
    assert status == 0, output[-2000:]
    with Machine(test_image) as m:  # and it was not the image
        m.boot()


def test_headers_and_library_of_xv6_programs(test_image, tmp_path):
    image = str(tmp_path / "fs.img")
    make("XV6=xv6/tests/names.c xv6/tests/libtest.c", "build/xv6/names", "build/xv6/libtest")
    shutil.copyfile(test_image, image)
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", image, "build/xv6/names", "build/xv6/libtest"],
                   cwd=TOP, check=True)
    status, output = run_to_end(image, "names && libtest", harts=2)
    assert status == 0 and output.strip() == "names: 0 wrong\nlibtest: ok", output
