"""What graders of the lab about locks look for."""
import re

import pytest

import labrig

LAB = ["LAB=lock"]
LINE = r"^lock: (?:kmem|bcache)\S*: #test-and-set \d+ #acquire\(\) \d+"


@pytest.fixture(scope="module")
def image():
    names = ("kalloc", "bcache", "rwlk")
    return labrig.make_image("locks.img", [labrig.ROOT / f"xv6/tests/lab_{name}.c" for name in names], *LAB)


@pytest.mark.parametrize("boot,harts", [("", None), ("super=off", 2)])
def test_memory_allocator(image, boot, harts):
    output = labrig.graded(image, ["lab_kalloc"], boot, harts, seconds=300, extra=LAB)
    labrig.match(output, *[f"test{i} OK$" for i in range(1, 5)], no=[".*FAILED"])
    texts = re.findall(rf"((?:{LINE}\n)+)^tot= (\d+)$", output, re.M)
    assert len(texts) == 2, output[-4000:]
    for lines, total in texts:
        missed, taken = zip(*[map(int, pair) for pair in re.findall(r"set (\d+) #acquire\(\) (\d+)", lines)])
        assert sum(missed) == int(total)
        assert sum(taken) > 4 * 10000


@pytest.mark.parametrize("boot,harts", [("", None), ("isolate=on", 1)])
def test_block_cache(image, boot, harts):
    output = labrig.graded(image, ["lab_bcache"], boot, harts, seconds=300, extra=LAB)
    labrig.match(output, "test0: OK$", *[f"test{i} OK$" for i in range(1, 4)], no=[".*FAILED"])


def test_reader_writer_lock(image):
    output = labrig.graded(image, ["lab_rwlk", "lab_rwlk"], seconds=120, harts=None, extra=LAB)
    steps = re.findall(r"^rwlktest: step (\d+)$", output, re.M)
    assert steps == 2 * [str(i) for i in range(1, 32)], output[-3000:]
    assert len(re.findall(r"^rwlktest: 4/4 CPUs succeeded$", output, re.M)) == 2


def test_too_few_processors(image):
    output = labrig.graded(image, ["lab_rwlk"], seconds=120, harts=3, extra=LAB)
    labrig.match(output, "rwlktest: 0/4 CPUs succeeded$")
