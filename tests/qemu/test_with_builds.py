"""Programs of tests/guest and of xv6/tests that need a build of their own."""
import os
import shutil
import subprocess

from machine import TOP, abitest, make, run_to_end


def test_nothing_of_the_kernel_comes_out(test_image):
    make("kernel-only", "CHECK=1", "TOOLPREFIX=riscv64-unknown-elf-")
    abitest(test_image, "leak.", harts=2, kernel=os.path.join(TOP, "build/kernel-elf-check/kernel.elf"))


def test_headers_and_library_of_xv6_programs(test_image, tmp_path):
    image = str(tmp_path / "fs.img")
    make("XV6=xv6/tests/names.c xv6/tests/libtest.c", "build/xv6/names", "build/xv6/libtest")
    shutil.copyfile(test_image, image)
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", image, "build/xv6/names", "build/xv6/libtest"],
                   cwd=TOP, check=True)
    status, output = run_to_end(image, "names && libtest", harts=2)
    assert status == 0 and output.strip() == "names: 0 wrong\nlibtest: ok", output
