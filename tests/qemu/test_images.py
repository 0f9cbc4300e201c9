"""Images of every year's geometry, made by mkfs: the kernel takes all of it from the superblock,
writes nowhere else, and the cases about files pass on each."""
import os
import re
import struct
import subprocess

import pytest

import fsread
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
    "fs": (["-s", "200000", "--big"], "fsbig=auto"),
    "fs, not begun": (["-s", "200000"], ""),
    "small log": (["-s", "2000", "-l", "20"], ""),
    "many inodes": (["-s", "3000", "-i", "1000"], ""),
}


def make_image(test_image, path, options, *more):
    assert test_image  # all programs are there
    files = [os.path.join(machine.TOP, "build", name) for name in [*PROGRAMS, *more]]
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
    # the kernel must leave alone what follows the file system
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
    fsck(path, "--big" if boot else "--plain")


def put_directory(image, number, block, names):
    """Makes inode @number a directory with these {name: inode number} in @block."""
    entries = b"".join(struct.pack("<H14s", ino, name.encode()) for name, ino in names.items())
    image.data[block * fsread.BLOCK:(block + 1) * fsread.BLOCK] = entries.ljust(fsread.BLOCK, b"\0")
    inode = struct.pack("<hhhhI13I", fsread.T_DIR, 0, 0, 1, len(entries), block, *[0] * 12)
    place = image.inodestart * fsread.BLOCK + number * fsread.INODE_SIZE
    image.data[place:place + len(inode)] = inode
    image.data[image.bmapstart * fsread.BLOCK + block // 8] |= 1 << block % 8


def image_with_loops(image):
    """/a/b and /a/c lead to /a and to each other by several names, which only damage can cause."""
    a, b, c, last = 100, 101, 102, image.size - 1
    put_directory(image, a, last, {".": a, "..": 1, "b": b, "c": c})
    put_directory(image, b, last - 1, {".": b, "..": a, "up": a, "top": a, "side": c, "home": 1})
    put_directory(image, c, last - 2, {".": c, "..": a, "up": a, "top": a, "side": b})
    root = image.inode(fsread.ROOT)
    free = [at for at in range(0, root.size, 16) if root.read()[at:at + 2] == b"\0\0"][0]
    place = root.blocks()[free // fsread.BLOCK] * fsread.BLOCK + free % fsread.BLOCK
    image.data[place:place + 16] = struct.pack("<H14s", a, b"a")
    return image.data


def test_trees_with_loops_come_to_an_end(test_image, tmp_path):
    path = tmp_path / "fs.img"
    make_image(test_image, str(path), ["-s", "2000"], "user/rm", "user/cp")
    path.write_bytes(image_with_loops(fsread.Image(bytearray(path.read_bytes()))))
    with Machine(str(path), keep=True, harts=2) as m:
        m.boot()
        for line in "cp -r a copy", "rm -r a", "rm -rf a":
            out = m.run(f"{line}; echo status $?")
            assert "status 1\n" in out and "damaged" in out and len(out) < 2000, out
        assert m.run("ls -1 a") == "b\nc\n"
        assert m.run("ls rm") == "rm\n"  # a/b/home is the root
        assert m.run("rm -r copy; ls copy").startswith("ls: copy: No such")
        m.image = None  # still damaged


def test_a_file_that_cannot_be_read_stays(test_image, tmp_path):
    """sed -i would put what it has read in the place of it.  Each program tells that it could not read."""
    path, text = tmp_path / "fs.img", tmp_path / "text"
    text.write_text("line\n" * 1000)
    make_image(test_image, str(path), ["-s", "2000"], *[f"user/{name}" for name in ("sed", "edit", "wc", "grep", "sort")])
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), "--add", str(path), f"{text}:text"], check=True)
    image = fsread.Image(bytearray(path.read_bytes()))
    number = image.find("text").number
    place = image.inodestart * fsread.BLOCK + number * fsread.INODE_SIZE + 12 + 3 * 4  # where its fourth block is
    image.data[place:place + 4] = struct.pack("<I", 1 << 30)
    path.write_bytes(image.data)
    with Machine(str(path), keep=True, harts=2) as m:
        m.boot()
        before = m.run("ls -la")
        for line in "sed -i 2d text", "sed -i.old 2d text", "edit text", "wc text", "sort text", "grep -c x text":
            out = m.run(f"{line}; echo $?")
            assert re.search(r"^\w+: text: I/O error$", out, re.M) and out.endswith(("\n1\n", "\n2\n")), out
        assert m.run("ls -la") == before
        m.image = None  # still damaged


def test_many_readers_of_cold_files(test_image, tmp_path):
    """There are more readers than requests in the pool, and each file uses its indirect block."""
    count, size = 60, 20000
    machine.make("XV6=tests/qemu/programs/coldread.c", "build/xv6/coldread")
    files = []
    for n in range(count):
        path = tmp_path / f"c{n:02}"
        path.write_bytes(bytes((n + i // 100) & 0xff for i in range(size)))
        files.append(str(path))
    image = str(tmp_path / "fs.img")
    make_image(test_image, image, ["-s", "4000", "-i", "200"])
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), "--add", image, *files,
                    os.path.join(machine.TOP, "build/xv6/coldread")], check=True)
    # a slow disk, so that all readers have requests at the same time
    with Machine(f"{image},throttling.iops-total=500", keep=True, harts=3) as m:
        m.boot()
        assert "60 read, 0 bad\n" in m.run(f"coldread {count} {size}")
        assert m.run("sync; echo still here").endswith("still here\n")
        m.image = None  # checked here
    fsck(image)


@pytest.mark.parametrize("options,boot,advice", [
    (["-s", "20000", "--big"], "fsbig=off", "boot with fsbig=on"),
    (["-s", "4000"], "fsbig=on", "boot without fsbig=on"),
])
def test_image_that_does_not_fit_the_option(test_image, tmp_path, options, boot, advice):
    """The last lines say what to do, so that nobody has to guess why there is no prompt."""
    path = tmp_path / "fs.img"
    make_image(test_image, str(path), options)
    before = path.read_bytes()
    with Machine(str(path), keep=True, boot=boot, harts=2) as m:
        m.image = None
        m.console.expect_exact(advice)
        m.console.expect_exact("no file system that can be used")
        assert " KiB free" not in m.console.before  # nothing claims that it is mounted
        assert m.end() != 0
    assert path.read_bytes() == before


def test_a_program_that_maps_many_files_leaves_some_to_others(test_image, tmp_path):
    """More files than the table of inodes has room for at first; twice, as their slots come back."""
    machine.make("XV6=tests/qemu/programs/manymaps.c", "build/xv6/manymaps")
    image = str(tmp_path / "fs.img")
    make_image(test_image, image, ["-s", "4000", "-i", "1000"])
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), "--add", image,
                    os.path.join(machine.TOP, "build/xv6/manymaps")], check=True)
    with Machine(image, harts=2) as m:
        m.boot()
        for _ in range(2):
            assert m.run("manymaps 400") == "others go on\n"
