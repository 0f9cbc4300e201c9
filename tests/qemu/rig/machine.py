"""A machine for a test: QEMU with a copy of an image, a console to type into, fsck at the end."""
import os
import re
import shutil
import subprocess
import tempfile

import pexpect

import consolelog

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
PROMPT = "$ "
HANG = 120  # seconds: detects a hang; no target


def make(*targets):
    subprocess.run(["make", "-s", "--no-print-directory", *targets], cwd=TOP, check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def scratch():
    """A folder in memory if there is one: tests write many images."""
    return tempfile.mkdtemp(prefix="pagoda-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)


def command(kernel, image, harts=3, mem="128M", boot="vmprint=off", legacy=False, extra=()):
    """The command line of QEMU; without a disk if @image is None."""
    args = ["qemu-system-riscv64", "-machine", "virt", "-bios", "default", "-kernel", kernel,
            "-m", mem, "-smp", str(harts), "-nographic", "-no-reboot"]
    if not legacy:
        args += ["-global", "virtio-mmio.force-legacy=false"]
    if image:
        args += ["-drive", f"file={image},if=none,format=raw,id=x0",
                 "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"]
    return args + ["-append", f"panic=exit {boot}", *extra]


class Machine:
    """with Machine(image, ...) as m: m.run("ls") -> what it printed."""

    def __init__(self, image, kernel=None, keep=False, **options):
        self.kernel = kernel or os.path.join(TOP, "kernel/kernel")
        self.folder = scratch()
        self.image = image if keep or image is None else os.path.join(self.folder, "fs.img")
        if self.image != image:
            shutil.copyfile(image, self.image)
        self.options = options
        self.console = None

    def __enter__(self):
        argv = command(self.kernel, self.image, **self.options)
        self.console = pexpect.spawn(argv[0], argv[1:], cwd=TOP, timeout=HANG, encoding="latin1", echo=False)
        self.console.logfile_read = open(consolelog.new(), "w", encoding="latin1")
        return self

    def boot(self):
        """Waits for the prompt; returns what was printed before."""
        self.console.expect_exact(PROMPT)
        return self.console.before.replace("\r\n", "\n")

    def run(self, line, timeout=HANG):
        """Types a line and returns what it printed, without the echo."""
        self.console.sendline(line)
        self.console.expect_exact(PROMPT, timeout=timeout)
        return self.console.before.replace("\r\n", "\n").partition("\n")[2]

    def end(self, timeout=HANG):
        """Waits until QEMU has ended; returns its exit status."""
        self.console.expect(pexpect.EOF, timeout=timeout)
        self.console.close()
        return self.console.exitstatus

    def poweroff(self):
        self.console.sendline("poweroff")
        return self.end()

    def check_image(self):
        result = subprocess.run([os.path.join(TOP, "build/fsck"), self.image],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert result.returncode == 0, result.stdout

    def save_log(self, wait):
        """Logs what no test has waited for, and what comes in @wait seconds; closes the log."""
        if not self.console.closed:
            self.console.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=wait)
        self.console.logfile_read.close()
        self.console.logfile_read = None

    def __exit__(self, kind, value, trace):
        self.save_log(1 if kind else 0)
        self.console.close(force=True)
        try:
            if self.image and kind is None:
                self.check_image()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def qemu_knows(cpu):
    done = subprocess.run(["qemu-system-riscv64", "-machine", "virt", "-cpu", cpu, "-bios", "none", "-display", "none",
                           "-serial", "none", "-monitor", "stdio", "-S"], input=b"quit\n", stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=30)
    return done.returncode == 0


def qemu_version():
    """As (8, 2)."""
    text = subprocess.run(["qemu-system-riscv64", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return tuple(map(int, re.search(r"version (\d+)\.(\d+)", text).groups()))


def run_to_end(image, line, timeout=HANG, **options):
    """Boots with cmd=, as `./run -c` does; returns (exit status, output)."""
    quoted = "".join(c if c.isalnum() or c in "_./-" else f"%{ord(c):02x}" for c in line)
    options["boot"] = f"vmprint=off cmd={quoted} " + options.get("boot", "")
    with Machine(image, **options) as machine:
        machine.console.expect_exact("@@pagoda-start@@", timeout=HANG)
        machine.console.expect(pexpect.EOF, timeout=timeout)
        machine.console.close()
        return machine.console.exitstatus, machine.console.before.replace("\r\n", "\n")


def abitest(image, what, **options):
    """Runs those cases in the machine; all have to pass."""
    status, output = run_to_end(image, f"abitest {what}", timeout=600, **options)
    failed = [line for line in output.split("\n") if line.startswith("FAIL")]
    found = re.search(r"abitest: (\d+) passed, (\d+) failed", output)
    assert found, "it did not end; the last lines: " + " / ".join(output.split("\n")[-4:]) + "\n" + output[-2000:]
    assert not failed and status == 0 and int(found.group(1)) > 0, "\n".join(failed)
