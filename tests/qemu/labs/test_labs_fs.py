"""What graders of the file system lab look for, checked as they check it; and what the tests of 2026 ask of files."""
import subprocess

import pytest

import fsread
import labrig

TIMEOUT = 360  # what graders give the long file


@pytest.fixture(scope="module")
def large_image():
    return labrig.make_image("fs.img", labrig.LAB_FS, "FSBIG=1")


@pytest.fixture(scope="module")
def plain_image():
    return labrig.make_image("plain.img", labrig.LAB_FS)


def fsck(image):
    done = subprocess.run([labrig.ROOT / "build/fsck", image], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout


# The kernel is told by LAB=fs, or finds out.
@pytest.mark.parametrize("harts,extra", [(1, ("LAB=fs",)), (4, ("MEM=64M",))])
def test_longest_file(large_image, harts, extra):
    with labrig.Machine(large_image, harts=harts, extra=extra) as machine:
        machine.gdb.cont()
        output = machine.run(["bigfile", "sync"], seconds=TIMEOUT)
        labrig.match(output, "^wrote 65803 blocks$", "^reading bigfile$", "^bigfile done; ok$")
        machine.stop()
        fsck(machine.image)


@pytest.mark.parametrize("harts", [1, 3])
def test_symbolic_links(large_image, plain_image, harts):
    for image in large_image, plain_image:
        output = labrig.graded(image, ["symlinks"], harts=harts)
        labrig.match(output, "^test symlinks: ok$", "^test concurrent symlinks: ok$")


@pytest.mark.parametrize("harts", [1, 4])
def test_files_of_2026(large_image, plain_image, harts):
    for image in large_image, plain_image:
        output = labrig.graded(image, ["files2026 negative removed"], harts=harts)
        labrig.match(output, "^negative: ok$", "^removed: ok$")


def test_all_links_of_a_file(plain_image):
    labrig.match(labrig.graded(plain_image, ["files2026 links"], seconds=TIMEOUT), "^links: ok$")


def test_sync_waits_for_the_disk(plain_image):
    """The program syncs after a write of which a part failed; the machine is killed when it has ended."""
    with labrig.Machine(plain_image) as machine:
        machine.gdb.cont()
        output = machine.run(["files2026 partial"])
        machine.stop()
        labrig.match(output, "^partial: ok$")
        image = fsread.Image(bytearray(machine.image.read_bytes()))
        image.replay()
        assert image.find("partial").read() == b"p"
