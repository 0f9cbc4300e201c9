"""Processors with fewer or more extensions than usual, other interrupt controllers, many disks; and
an init that ends."""
import os
import re
import shutil
import subprocess

import pytest

import machine
from machine import Machine, qemu_knows, run_to_end


def cpu(model):
    if not qemu_knows(model):
        pytest.skip(f"this QEMU has no -cpu {model}")
    return {"harts": 2, "extra": ("-cpu", model)}


@pytest.mark.parametrize("model", ["rv64,v=true", "rv64,d=false", "rv64,f=false,d=false,zfinx=true", "rv64,zawrs=true"])
def test_state_of_each_core(test_image, model):
    """Nothing that user mode can write passes from one process to another."""
    status, out = run_to_end(test_image, "abitest state", **cpu(model))
    assert status == 0, out


def test_floating_point_on_a_core_without_it(test_image):
    with Machine(test_image, **cpu("rv64,d=false")) as m:
        assert "no floating point" in m.boot()
        out = m.run("abitest @die float")
        assert re.search(r"^abitest \(pid \d+\): illegal instruction 0xf2000053 .*no floating point", out, re.M), out
        assert m.run("echo goes on") == "goes on\n"


def words_of(m, how):
    out = m.run(f"abitest @die {how}")
    found = re.fullmatch(r"usertrap\(\): unexpected scause 0x[0-9a-f]+ pid=(\d+)\n"
                         r" {12}sepc=(0x[0-9a-f]+) stval=0x[0-9a-f]+\n"
                         r"abitest \(pid \1\): (.*?) (?:at|by the instruction at) \2.*\n", out)
    assert found, out
    return found.group(3)


def test_cause_of_death_is_named(test_image):
    """After the two lines of xv6 a third says who died, and of what."""
    with Machine(test_image, harts=1) as m:
        m.boot()
        assert words_of(m, "illegal") == "illegal instruction 0xc0001073"
        assert words_of(m, "zero") == "illegal instruction 0x0000"
        assert "ebreak" in words_of(m, "ebreak")
        assert re.match("misaligned .* 0x[0-9a-f]+[13579bdf]$", words_of(m, "misaligned"))


def damaged(name, spoil):
    """The bytes of a program, changed by @spoil."""
    with open(os.path.join(machine.TOP, "build/user", name), "rb") as f:
        data = bytearray(f.read())
    spoil(data)
    return data


def no_text(data):
    data[0x200:] = bytes(len(data) - 0x200)


def wild_entry(data):
    data[24:32] = (0x123456000).to_bytes(8, "little")


@pytest.mark.parametrize("program,spoil,why", [
    ("false", lambda data: None, "exit with status 1"),
    ("init", no_text, "illegal instruction 0x0000 at 0x[0-9a-f]+"),
    ("init", wild_entry, "execution of 0x123456000"),
])
def test_end_of_init_is_one_clear_line(test_image, tmp_path, program, spoil, why):
    assert test_image  # all programs are there
    (tmp_path / "init").write_bytes(damaged(program, spoil))
    image = str(tmp_path / "fs.img")
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), image, tmp_path / "init"], check=True)
    with Machine(image, harts=1) as m:
        assert m.end() == 1
        text = m.console.before.replace("\r\n", "\n")
    assert re.search(rf"^/init has ended.*: {why}\n\Z", text, re.M), text
    assert "panic" not in text and "backtrace" not in text, text


def test_an_image_without_init_tells_what_helps(test_image, tmp_path):
    """As after `rm *` in the directory in which the shell begins."""
    assert test_image
    image = str(tmp_path / "fs.img")
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), image, os.path.join(machine.TOP, "build/user/false")],
                   check=True)
    with Machine(image, harts=1) as m:
        assert m.end() == 1
        text = m.console.before.replace("\r\n", "\n")
    assert text.endswith("\n/init cannot be run: error 2; without the image (rm fs.img) a new one is made\n"), text


@pytest.fixture(scope="module")
def plain_firmware(tmp_path_factory):
    """The real firmware needs C, M and A itself, and says nothing if they are missing."""
    path = tmp_path_factory.mktemp("firmware") / "plainfw"
    source = os.path.join(machine.TOP, "tests/qemu/programs/plainfw.S")
    gcc = shutil.which("riscv64-unknown-elf-gcc") or shutil.which("riscv64-linux-gnu-gcc")
    if not gcc:
        pytest.skip("no gcc for RISC-V")
    subprocess.run([gcc, "-march=rv64i_zicsr", "-mabi=lp64", "-mcmodel=medany", "-nostdlib", "-static",
                    "-Wl,-Ttext=0x80000000", "-Wl,--build-id=none", "-o", path, source], check=True)
    return str(path)


@pytest.mark.parametrize("lack,name", [("m", "M"), ("a", "A"), ("c", "C"), ("mmu", "Sv39")])
def test_core_that_cannot_run_the_kernel(test_image, plain_firmware, lack, name):
    assert test_image  # the kernel is there
    core = f"rv64,{lack}=false"
    if lack == "a" and qemu_knows("rv64,zawrs=false"):  # later versions have it, and it wants A
        core += ",zawrs=false"
    with Machine(None, harts=1, extra=("-cpu", core, "-bios", plain_firmware)) as m:
        assert m.end() == 1
        assert re.fullmatch(rf"this processor cannot run the kernel: .*\({name}\)\r\n", m.console.before)


@pytest.mark.parametrize("aia", ["aplic", "aplic-imsic"])
def test_machine_without_a_plic(test_image, aia):
    """Devices are polled: the disk answers, and what is typed arrives."""
    with Machine(test_image, harts=2, extra=("-machine", f"virt,aia={aia}")) as m:
        m.boot()
        assert m.run("echo kept > file; sync; cat file") == "kept\n"
        assert m.poweroff() == 0


def test_eight_disks(test_image, tmp_path):
    """The first has the root; the others take nothing that it needs."""
    extra = []
    for slot in range(1, 8):
        path = tmp_path / f"disk{slot}"
        path.write_bytes(bytes(1 << 20))
        extra += ["-drive", f"file={path},if=none,format=raw,id=y{slot}",
                  "-device", f"virtio-blk-device,drive=y{slot},bus=virtio-mmio-bus.{slot}"]
    with Machine(test_image, harts=1, extra=extra) as m:
        assert "disk: 7 more" in m.boot()
        assert "README" in m.run("ls")
