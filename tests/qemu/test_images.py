"""Images of every year's geometry, made by mkfs: the kernel takes all of it from the superblock,
writes nowhere else, and the cases about files pass on each."""
import os
import re
import subprocess

import pytest

import machine
from machine import Machine

PROGRAMS = ["user/init", "user/sh", "user/echo", "user/ls", "user/cat", "guest/abitest"]
AREAS = "file dir name together fd elf running pipe.is"

# the options of mkfs, boot options
YEARS = {
    "2020": (["-s", "1000", "-l", "30"], ""),
    "2022": (["-s", "2000", "-l", "30"], ""),
    "2025": (["-s", "2000", "-l", "31"], ""),
    "lock": (["-s", "10000", "-l", "31"], ""),
    "fs": (["-s", "20000", "-l", "30", "--big"], "fsbig=on"),
    "small log": (["-s", "2000", "-l", "20"], ""),
    "many inodes": (["-s", "3000", "-i", "1000"], ""),
}


def make_image(test_image, path, options):
    assert test_image  # all programs are there
    files = [os.path.join(machine.TOP, "build", name) for name in PROGRAMS]
    readme = os.path.join(machine.TOP, "README.md") + ":README"
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), *options, path, readme, *files], check=True)


def fsck(path, *options):
    done = subprocess.run([os.path.join(machine.TOP, "build/fsck"), *options, path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("year", YEARS)
def test_cases_about_files(test_image, tmp_path, year):
    options, boot = YEARS[year]
    path = str(tmp_path / "fs.img")
    make_image(test_image, path, options)
    # what follows the image's own blocks is not the kernel's
    size = os.path.getsize(path)
    tail = b"not yours" * 1000
    with open(path, "ab") as f:
        f.write(tail[:8192])
    with Machine(path, keep=True, boot=f"vmprint=off {boot}", harts=2) as m:
        before = m.boot()
        assert f"{int(options[1])} KiB" in before, before
        out = m.run(f"abitest -q {AREAS}", timeout=300)
        m.image = None  # checked below, with the options of its format
    failed = [line for line in out.split("\n") if line.startswith("FAIL")]
    assert re.search(r"abitest: \d+ passed, 0 failed", out), "\n".join(failed) or out[-2000:]
    with open(path, "rb") as f:
        f.seek(size)
        assert f.read() == tail[:8192]
    os.truncate(path, size)
    fsck(path, *(["--big"] if boot else []))
