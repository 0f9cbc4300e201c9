"""The cases of tests/guest, with different numbers of harts and options.

Nothing is built here: other tests, which build, may run at the same time.
"""
import pytest

from machine import Machine, abitest, run_to_end


@pytest.mark.parametrize("harts", [1, 3])
def test_everything(test_image, harts):
    abitest(test_image, "", harts=harts)


@pytest.mark.parametrize("harts", [2, 4])
def test_quick_ones(test_image, harts):
    abitest(test_image, "-q", harts=harts)


@pytest.mark.parametrize("boot", [
    "isolate=on uaccess=strict super=off asid=off", "fork=copy uaccess=walk asid=3",
    "heap=lazy uaccess=open asid=off", "isolate=on fork=copy heap=lazy", "isolate=on asid=3",
    "heat=10"])
def test_options(test_image, boot):
    abitest(test_image, "-q", harts=2, boot=boot)


def test_little_memory(test_image):
    abitest(test_image, "-q", harts=2, mem="64M")


def test_mixed_load(test_image):
    status, output = run_to_end(test_image, "stress 15", harts=4, timeout=300)
    assert status == 0, output[-2000:]
    with Machine(test_image) as m:  # the image itself is as it was
        m.boot()
