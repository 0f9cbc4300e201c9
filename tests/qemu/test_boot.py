"""Boots: processors, memory, devices, options; and what is said on machines that cannot be used."""
import os
import re
import shutil
import time

import pexpect
import pytest

import consolelog
from machine import Machine, qemu_knows, qemu_version, run_to_end


def start_and_look(image, **options):
    with Machine(image, **options) as m:
        before = m.boot()
        assert "README" in m.run("ls")
        assert m.run("echo one two | wc -w").split()[0] == "2"
        assert m.poweroff() == 0
    return before


@pytest.mark.parametrize("harts", [1, 2, 4, 8])
def test_harts(test_image, harts):
    assert f"harts: {harts}," in start_and_look(test_image, harts=harts)


def test_harts_that_come_by_the_boot_entry(test_image):
    """OpenSBI 1.1 sends one hart in a few thousand there, as it marks a hart as started before it
    stores the address where the hart starts."""
    assert "harts: 4," in start_and_look(test_image, harts=4, boot="ktest=start")


@pytest.mark.parametrize("mem,mib", [("64M", 64), ("128M", 128), ("4G", 4096), ("16G", 16384)])
def test_memory(test_image, mem, mib):
    assert f"memory: {mib} MiB" in start_and_look(test_image, mem=mem)


def test_legacy_disk(test_image):
    assert "(legacy)" in start_and_look(test_image, legacy=True)


def test_without_sstc(test_image):
    before = start_and_look(test_image, extra=("-cpu", "rv64,sstc=off"))
    assert "timer by SBI" in before


def test_core_with_everything(test_image):
    """It has extensions that the kernel does not know; none may need to be set up."""
    if not qemu_knows("max"):
        pytest.skip("this QEMU has no -cpu max")
    start_and_look(test_image, extra=("-cpu", "max"))


def test_uaccess_suits_this_qemu(test_image):
    """auto measures, and must find the same in each boot, on a busy computer, too."""
    mode = "open (SUM always set)" if qemu_version() < (8, 1) else "strict (SUM set in copies)"
    for _ in range(3):
        assert f"uaccess: {mode}\n" in start_and_look(test_image)


def test_one_line_for_each_thing(test_image):
    with Machine(test_image) as m:
        before = m.boot()
    after_firmware = before[before.index("plic:"):]
    for line in after_firmware.strip().split("\n"):
        assert re.match(r"(plic|uart|disk|uaccess|asid|memory|harts|fs): \S", line) or \
            line.startswith(("Try `help`", "Leave with")) or re.fullmatch(r"Pagoda - a Unix kernel for virtual memory \(3 harts, 128 MiB, booted in \d\.\d s\)", line)


def test_no_disk_is_one_clear_line():
    with Machine(None) as m:
        assert m.end() != 0
        assert "no disk" in m.console.before
        assert "panic" not in m.console.before


def no_console(image, why):
    """The image's machine stops at once, with one line of init's that says @why."""
    with Machine(image) as m:
        assert m.end() != 0
        text = m.console.before.replace("\r\n", "\n")
        assert re.findall("^init: .*$", text, re.M) == [why], text
        assert text.endswith(why + "\n") and "panic" not in text, text


@pytest.mark.parametrize("what", ["mkdir console", "echo mine > console", "ln -s README console",
                                  "abitest @node console 2"])
def test_console_file_of_another_kind(test_image, tmp_path, what):
    image = str(tmp_path / "fs.img")
    shutil.copyfile(test_image, image)
    with Machine(image, keep=True) as m:
        m.boot()
        m.run(f"rm console; {what}")
        assert m.poweroff() == 0
    for _ in range(2):  # init leaves it alone, so this is so each time
        no_console(image, "init: /console is not the console device; give that file another name")


def test_console_that_cannot_be_made(test_image, tmp_path):
    image = str(tmp_path / "fs.img")
    shutil.copyfile(test_image, image)
    with Machine(image, keep=True) as m:
        m.boot()
        m.run("rm console; ln -s nowhere console")
        assert m.poweroff() == 0
    no_console(image, "init: /console cannot be made: error 17")


def test_image_as_initrd(test_image):
    with Machine(None, extra=("-initrd", test_image)) as m:
        m.boot()
        assert "README" in m.run("ls")
        m.run("echo text > new; cat new")


@pytest.mark.parametrize("option", ["nonsense=1", "fork=maybe", "isolate=2", "asid=17", "asid=0-16", "asid=x", "columns=wide", "columns=0", "columns=1", "fork=", "fork=cow fork=maybe"])
def test_wrong_option_is_refused(test_image, option):
    with Machine(test_image, boot=option) as m:
        assert m.end() != 0
        assert m.console.before.count("boot option") == 1 and "panic" not in m.console.before


def test_foreign_bytes_are_no_file_system(tmp_path):
    image = tmp_path / "noise.img"
    image.write_bytes(os.urandom(1 << 20))
    with Machine(str(image), keep=True) as m:
        m.image = None  # nothing for fsck
        assert m.end() != 0
        assert "panic" not in m.console.before


def test_status_leaves_through_poweroff(test_image):
    assert run_to_end(test_image, "echo hi; exit 7")[0] == 7
    assert run_to_end(test_image, "true")[0] == 0


def test_idle_machine_takes_no_time(test_image):
    with Machine(test_image, harts=4) as m:
        m.boot()
        ticks = os.sysconf("SC_CLK_TCK")

        def used():
            with open(f"/proc/{m.console.pid}/stat", encoding="ascii") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / ticks

        time.sleep(2)  # the background commit of the boot has passed
        start = used()
        time.sleep(3)
        assert used() - start < 0.5




def test_panic_report_is_kept_whole(test_image):
    """conftest.py shows it when a test fails."""
    with pytest.raises(pexpect.EOF):
        with Machine(test_image, harts=4, boot="vmprint=off ktest=print") as m:
            m.boot()
    assert m.console.exitstatus == 101
    told = consolelog.told()
    assert re.match(r"the whole console: \S+\.log\npanic: a fault in the kernel\n", told), told
    assert len(re.findall(r"\b(?:ra|[sgt]p|[astx]\d+) +[0-9a-f]{16}", told)) == 31, told
    assert "thread_entry+" in told
    assert "OpenSBI" in consolelog.paths[0].read_text()


def test_init_outlives_full_memory(test_image):
    """A program leaves so little memory that init cannot fork a shell, or can and then has no page
    for its own writes.  init says once that it waits, and goes on when there is memory again."""
    with Machine(test_image, harts=2) as m:
        m.boot()
        waits = []
        for pages in (0, 5, 7):
            m.console.sendline(f"abitest @greedy {pages} 15; exit")
            m.console.expect_exact("exit")
            waits.append(m.boot().count("waits for memory"))
            assert m.run("echo alive") == "alive\n"
        assert max(waits) == 1, f"{waits}: init tells of a shortage once"
        assert m.poweroff() == 0
