"""scope on files that are not the RAM of a kernel that describes itself."""
import os
import subprocess
import tempfile

import pytest

from machine import TOP, make


@pytest.fixture(scope="module", autouse=True)
def built():
    make("build/scope")


def refused(*words):
    """What is told instead of a view."""
    done = subprocess.run([os.path.join(TOP, "build/scope"), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60)
    assert done.returncode == 2 and not done.stdout, done
    return done.stderr


def test_what_is_no_ram_is_refused(tmp_path):
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.write_bytes(b"")
    other.write_bytes(bytes(1 << 20))
    assert "no file with the RAM" in refused(str(empty), "processes")
    assert "no kernel is in it" in refused(str(other), "processes")
    assert "cannot be opened" in refused(str(tmp_path / "none"), "processes")
    assert "no such view" in refused(str(other), "nonsense")
    assert "which process" in refused(str(other), "areas")
    assert "no number" in refused(str(other), "areas", "1x")
    assert "too large" in refused(str(other), "areas", str(2 ** 32 + 1))
    os.mkfifo(tmp_path / "pipe")
    assert "no file with the RAM" in refused(str(tmp_path / "pipe"), "processes")
    assert "usage" in refused()


def test_ram_that_was_never_touched_gets_no_room():
    """Who reads a hole of a file in memory fills it: a machine of 16 GiB that has not booted would have them all."""
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("there is no /dev/shm")
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.truncate(64 << 20)
        assert "no kernel is in it" in refused(file.name, "machine")
        assert os.stat(file.name).st_blocks * 512 <= 4096
