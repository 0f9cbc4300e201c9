"""What graders of the labs about copy-on-write, lazy allocation and mmap look for."""
import pytest

import labrig


@pytest.fixture(scope="module")
def image():
    names = ("cow", "lazy", "mmap")
    return labrig.make_image("memory.img", [labrig.ROOT / f"xv6/tests/lab_{name}.c" for name in names])


@pytest.mark.parametrize("boot,harts", [("", None), ("super=off", 2)])
def test_copy_on_write(image, boot, harts):
    output = labrig.graded(image, ["lab_cow"], boot, harts, seconds=120, extra=["LAB=cow"])
    lines = output.split("\n")
    for line, times in (("simple: ok", 2), ("three: ok", 3), ("file: ok", 1), ("forkfork: ok", 1),
                        ("ALL COW TESTS PASSED", 1)):
        assert lines.count(line) == times, output[-3000:]


@pytest.mark.parametrize("boot,harts", [("", None), ("super=off isolate=on", 4)])
def test_lazy_allocation(image, boot, harts):
    output = labrig.graded(image, ["lab_lazy"], boot, harts, seconds=120, extra=["LAB=lazy"])
    labrig.match(output, "test lazy alloc: OK$", "test lazy unmap: OK$", "test lazy by the kernel: OK$",
                 "test out of memory: OK$", "ALL TESTS PASSED$", no=[".*FAILED"])


MMAP = ["basic mmap", "mmap private", "mmap read-only", "mmap read/write", "lazy access", "mmap two files", "fork",
        "munmap prevents access", "writes to read-only mapped memory"]


@pytest.mark.parametrize("boot,harts", [("", 1), ("isolate=on uaccess=walk", 4)])
def test_mapped_files(image, boot, harts):
    output = labrig.graded(image, ["lab_mmap", "lab_mmap"], boot, harts, seconds=120, extra=["LAB=mmap"])
    labrig.match(output, *[f"test {name}: OK$" for name in MMAP], "lab_mmap: all tests succeeded$",
                 no=[".* is wrong"])
