"""Files that are written through shared mappings, and a power cut: a page that is written again
after it was written back must be on the disk after the next sync.
"""
import shutil

import pytest

import labrig
from machine import Machine


@pytest.fixture(scope="module")
def image():
    return labrig.make_image("mapped.img", [labrig.ROOT / "tests/qemu/programs/mapwrite.c"])


@pytest.mark.parametrize("boot", ["", "uaccess=walk isolate=on"])
@pytest.mark.parametrize("how", ["sync", "fsync", "wait", "none", "away"])
def test_second_write_is_there_after_a_power_cut(image, tmp_path, how, boot):
    mine = str(tmp_path / "fs.img")
    shutil.copyfile(image, mine)
    with Machine(mine, keep=True, boot=f"vmprint=off {boot}") as m:
        m.boot()
        m.console.sendline(f"mapwrite {how}")
        m.console.expect("written\r\n", timeout=60)
        m.console.close(force=True)  # SIGKILL
        m.image = None  # not clean: the log must be replayed first
    with Machine(mine, keep=True, boot="vmprint=off") as m:
        m.boot()
        assert m.run("hexdump mapped | head -1").split()[1] == "32"
        assert m.poweroff() == 0
