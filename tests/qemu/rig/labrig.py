"""Drives `make qemu-gdb` the way the graders of the page-table labs do.

The port comes from print-gdbport.  Within 2 s of make's first line the grader connects, sets a
breakpoint at a symbol of kernel.sym if it wants one, and sends `c`.  At each prompt it types one
line.  SIGTERM to make must end the machine within 5 s.  Each machine has a copy of an image and a
port of its own.
"""
import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import time

import consolelog

ROOT = pathlib.Path(__file__).resolve().parents[3]
OUT = ROOT / "build/test/labs"
PROGRAMS = sorted((ROOT / "xv6/tests").glob("lab_*.c"))
YEAR_2020 = sorted((ROOT / "xv6/tests/lab2020").glob("*.c"))
LAB_FS = sorted((ROOT / "xv6/tests/labfs").glob("*.c"))

FIRST_LINE = 90   # seconds until make says that QEMU starts
CONNECT = 2       # from then on
END = 5           # from SIGTERM to the end
PROMPT = b"$ "
TRAMPOLINE = 0x3ffffff000


def make(*words, **options):
    """Runs make as graders do and returns what it printed."""
    return subprocess.run(["make", "-s", "--no-print-directory", *words], cwd=ROOT, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **options).stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def make_image(name, sources, *words):
    """A new image with our programs, and with those from xv6 sources, which are compiled untouched.
    @words are more words for make, such as LAB=fs."""
    OUT.mkdir(parents=True, exist_ok=True)
    image = OUT / name
    image.unlink(missing_ok=True)
    programs = " ".join(str(path.relative_to(ROOT)) for path in sources)
    make("boot-files", f"IMAGE={image.relative_to(ROOT)}", f"XV6={programs}", *words, timeout=600)
    return image


def match(output, *wanted, no=()):
    """As graders compare: each expression of @wanted matches at the start of some line, and each of @no
    at the start of none."""
    lines = output.split("\n")

    def found(expression):
        return any(re.match(expression, line) for line in lines)
    missing = [expression for expression in wanted if not found(expression)]
    bad = [expression for expression in no if found(expression)]
    assert not missing and not bad, f"missing {missing}, unwanted {bad} in\n{output[-4000:]}"


def symbols():
    """The addresses of kernel/kernel.sym by name."""
    found = {}
    for line in (ROOT / "kernel/kernel.sym").read_text().splitlines():
        assert re.fullmatch(r"[0-9a-f]{16} \S+", line), line
        address, name = line.split()
        found[name] = int(address, 16)
    return found


class Gdb:
    """As much of gdb's remote protocol as graders speak, and what the tests need to look at registers and memory."""

    def __init__(self, connection):
        self.connection = connection
        self.received = b""

    def send(self, text):
        self.connection.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) % 256))

    def packet(self, seconds=20):
        """The body of the next packet."""
        self.connection.settimeout(seconds)
        while True:
            found = re.search(rb"\$([^#]*)#..", self.received, re.S)
            if found:
                self.received = self.received[found.end():]
                self.connection.sendall(b"+")
                return found.group(1)
            got = self.connection.recv(1 << 16)
            assert got, "QEMU closed the debugger's connection"
            self.received += got

    def cont(self):
        self.connection.sendall(b"$c#63")

    def ask(self, text):
        self.send(text)
        return self.packet()

    def breakpoint(self, address):
        answer = self.ask(f"Z1,{address:x},1")
        assert answer == b"OK", answer

    def breakpoint_gone(self, address):
        answer = self.ask(f"z1,{address:x},1")
        assert answer == b"OK", answer

    def wait_stop(self, seconds=20):
        """Waits until the machine stops at a breakpoint."""
        while True:
            packet = self.packet(seconds)
            if packet.startswith(b"T05"):
                return

    def run_to(self, address):
        self.breakpoint(address)
        self.cont()
        self.wait_stop()
        self.breakpoint_gone(address)

    def monitor(self, command):
        """What QEMU's monitor answers."""
        self.send("qRcmd," + command.encode().hex())
        text = b""
        while True:
            packet = self.packet()
            if packet == b"OK":
                return text.decode()
            assert packet.startswith(b"O"), packet
            text += bytes.fromhex(packet[1:].decode())

    def register(self, name):
        found = re.search(rf"\b{name}\s+([0-9a-f]+)", self.monitor("info registers"))
        assert found, name
        return int(found.group(1), 16)

    def table(self, pa):
        """The 512 entries of the page table at a physical address."""
        words = re.findall(r"0x([0-9a-f]{16})\b", self.monitor(f"xp /512gx 0x{pa:x}"))
        assert len(words) == 512, len(words)
        return [int(word, 16) for word in words]


class Machine:
    """`make qemu-gdb` on a copy of @image.  If @boot or @harts is None, make chooses: with LAB=NAME among
    @extra what that lab calls for."""

    def __init__(self, image, boot="", harts=3, copy=True, extra=()):
        self.image = image
        if copy:
            OUT.mkdir(parents=True, exist_ok=True)
            self.image = OUT / f"copy-{os.getpid()}.img"
            shutil.copy(image, self.image)
        self.copied = copy
        self.words = [f"IMAGE={os.path.relpath(self.image, ROOT)}", f"GDBPORT={free_port()}", *extra]
        self.words += [f"CPUS={harts}"] if harts is not None else []
        self.words += [f"BOOTARGS={boot}"] if boot is not None else []
        self.output = b""     # all of it
        self.new = b""        # since the last line was typed
        self.child = None
        self.gdb = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self.copied:
                self.image.unlink(missing_ok=True)

    def start(self):
        self.port = int(make("print-gdbport", *self.words))
        assert not listens(self.port), "the port is taken"
        self.child = subprocess.Popen(["make", "-s", "--no-print-directory", "qemu-gdb", *self.words], cwd=ROOT,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      bufsize=0)
        self.read_until(b"\n", FIRST_LINE)
        self.gdb = Gdb(self.connect(time.monotonic() + CONNECT))

    def connect(self, end):
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                return socket.create_connection(("127.0.0.1", self.port), timeout=1)
            assert time.monotonic() < end, f"QEMU does not listen {CONNECT} s after the first line"
            time.sleep(0.05)

    def stop(self):
        """Sends SIGTERM to make, which must end QEMU, too."""
        if self.child is None:
            return
        child, self.child = self.child, None
        consolelog.save(self.text())
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(END)
        except subprocess.TimeoutExpired:
            child.kill()
            raise AssertionError(f"make still runs {END} s after SIGTERM") from None
        finally:
            child.stdin.close()
            child.stdout.close()
            self.gdb and self.gdb.connection.close()
        end = time.monotonic() + END
        while listens(self.port):
            assert time.monotonic() < end, f"QEMU still runs {END} s after SIGTERM"
            time.sleep(0.05)

    def read_until(self, wanted, seconds=30):
        end = time.monotonic() + seconds
        while wanted not in self.new:
            ready = select.select([self.child.stdout], [], [], max(0, end - time.monotonic()))[0]
            assert ready, f"no {wanted!r} in {seconds} s:\n{self.text()[-3000:]}"
            got = os.read(self.child.stdout.fileno(), 1 << 16)
            assert got, f"the machine ended:\n{self.text()[-3000:]}"
            self.output += got
            self.new += got

    def type(self, line):
        self.new = b""
        self.child.stdin.write(line.encode() + b"\n")

    def run(self, lines, seconds=30):
        """Types a line at each prompt; returns all output at the prompt after the last line."""
        for line in [*lines, None]:
            self.read_until(PROMPT, seconds)
            if line is not None:
                self.type(line)
        return self.text()

    def text(self):
        return self.output.decode("latin-1")


def graded(image, lines, boot="", harts=3, stop_at=None, seconds=30, extra=()):
    """Runs a machine as a grader does; returns its whole output.  It must stop at the symbol @stop_at first.
    @seconds is the longest time from a line to the next prompt."""
    with Machine(image, boot, harts, extra=extra) as machine:
        if stop_at is not None:
            machine.gdb.run_to(symbols()[stop_at])
        machine.gdb.cont()
        return machine.run(lines, seconds)
