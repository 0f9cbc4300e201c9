"""Power cuts: a disk that records what the guest does to it, and the images that a cut may leave.

The recorder is an NBD server that QEMU uses as a disk.  Unlike QEMU's blklogwrites it knows
when each request was reported to the guest as done.  A flush makes durable what was done before
the flush was requested, and nothing else.  The recorder answers in random order, and records the
lines of the console among the requests.
"""
import os
import pathlib
import random
import select
import shlex
import signal
import socket
import struct
import subprocess
import tempfile
import time

import consolelog
import machine

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # None: the usual place
SECTOR = 512
FSCK = ROOT / "build/fsck"
MKFS = ROOT / "build/mkfs"
KERNEL = ROOT / "kernel/kernel"
META_BLOCKS = 47      # of a small image as mkfs makes it: log, inodes, bitmap
DIRECTORY_BLOCKS = 2  # of /


def scratch_directory():
    return tempfile.TemporaryDirectory(prefix="pagoda-power.", dir=SHM)


# --- programs and images ---------------------------------------------------------------

def build_powerload(target):
    """Compiles powerload.c with the compiler of the Makefile and the runtime of tests/guest."""
    make = ["make", "-s", "--no-print-directory"]
    line = subprocess.run(make + ["print-kernel-cc"], cwd=ROOT, check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    words = shlex.split(line)
    compiler = words[:next(i for i, word in enumerate(words) if word.startswith("-std"))]
    linker = ["-fuse-ld=lld"] if "clang" in compiler[0] else []
    guest = ROOT / "tests/guest"
    subprocess.run(
        compiler + linker +
        ["-std=gnu17", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding",
         "-fno-builtin", "-fno-common", "-fno-pic", "-fno-stack-protector", "-O2", "-Wall", "-Wextra",
         f"-I{ROOT}/kernel", f"-I{guest}", "-nostdlib", "-static", "-Wl,--no-relax",
         "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096", "-Wl,-s", f"-Wl,-T,{guest}/guest.ld",
         "-o", target, f"{guest}/start.S", f"{guest}/lib.c", f"{ROOT}/tests/qemu/programs/powerload.c"],
        check=True)


def make_image(path, files, free):
    """An image with @files and @free blocks that are not in use."""
    programs = [ROOT / f"build/user/{name}" for name in ("init", "sh", "echo")]
    files = [*programs, *files]
    used = sum(file_blocks(file) for file in files) + DIRECTORY_BLOCKS
    subprocess.run([MKFS, "-s", str(META_BLOCKS + used + free), path, *files], check=True,
                   stdout=subprocess.DEVNULL)


def file_blocks(path):
    blocks = (os.path.getsize(path) + 1023) // 1024
    return blocks + (blocks > 12)  # the indirect one


def fsck(path, *options):
    """(status, output)"""
    done = subprocess.run([FSCK, *options, path], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


# --- QEMU --------------------------------------------------------------------------------

class Qemu:
    """A machine whose console goes into a pipe; it is killed when the `with` ends."""

    def __init__(self, disk, command, harts=3):
        """@disk: the argument of -blockdev, which names the node x0."""
        self.lines = []
        self.partial = b""
        self.process = subprocess.Popen(
            machine.command(KERNEL, None, harts, "64M", "vmprint=off cmd=" + command.replace(" ", "%20"),
                            extra=["-blockdev", disk, "-device",
                                   "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"]),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.console = self.process.stdout.fileno()
        os.set_blocking(self.console, False)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.drain()
        self.process.stdout.close()
        # A test has hundreds of these, so only those that failed are saved.
        if kind or consolelog.panic_of("\n".join(self.lines)):
            consolelog.save("\n".join(self.lines))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def take_lines(self):
        """Returns the lines that have come, without waiting; None at the end of the console."""
        try:
            got = os.read(self.console, 1 << 16)
        except BlockingIOError:
            return []
        if not got:
            return None
        *whole, self.partial = (self.partial + got).split(b"\n")
        new = [line.decode("latin-1") for line in whole]
        self.lines += new
        return new

    def drain(self):
        """Takes all that is left of the console; the process has ended."""
        while self.take_lines() is not None:
            pass

    def wait_for(self, text, seconds):
        """Waits for a line that begins with @text; false if the console ends first."""
        end = time.monotonic() + seconds
        while not any(line.startswith(text) for line in self.lines):
            select.select([self.console], [], [], max(end - time.monotonic(), 0))
            if self.take_lines() is None:
                return False
            assert time.monotonic() < end, f"no line {text!r} in {seconds} s:\n{self.text()}"
        return True

    def text(self):
        return "\n".join(self.lines[-40:])


def file_disk(path):
    return f"driver=raw,node-name=x0,file.driver=file,file.filename={path}"


def bounds_of(lines, bounds=None):
    """{name: step} from the lines `=NAME STEP`: the last step known to be durable."""
    bounds = dict(bounds or {})
    for line in lines:
        if line.startswith("="):
            name, step = line[1:].split()
            bounds[name] = int(step)
    return bounds


# --- the recorder --------------------------------------------------------------------------

NBD_MAGIC = 0x4e42444d41474943
NBD_OPTION = 0x49484156454f5054
NBD_OPTION_REPLY = 0x3e889045565a9
NBD_REQUEST = 0x25609513
NBD_REPLY = 0x67446698
OPT_ABORT, OPT_GO = 2, 7
REP_ACK, REP_INFO, REP_UNSUPPORTED = 1, 3, 1 << 31 | 1
INFO_EXPORT, INFO_BLOCK_SIZE = 0, 3
CMD_READ, CMD_WRITE, CMD_DISC, CMD_FLUSH = 0, 1, 2, 3
EXPORT_FLAGS = 1 | 1 << 2  # has flags, takes flushes
QUIET = 0.0002             # seconds without a request, before some are answered


class Recorder:
    """Serves @data and keeps .events, in order:

    ("write", offset, bytes), ("written", index of the write),
    ("flush",), ("flushed", index of the flush), ("line", text)
    """

    def __init__(self, data, seed):
        self.data = bytearray(data)
        self.events = []
        self.rng = random.Random(seed)
        self.unanswered = []  # (handle, "written" or "flushed", index)
        self.connection = None

    def run(self, command, seconds=60, harts=3):
        """Boots with this disk until the machine powers off; returns QEMU's status."""
        with scratch_directory() as directory, socket.socket(socket.AF_UNIX) as listener:
            path = f"{directory}/nbd"
            listener.bind(path)
            listener.listen(1)
            disk = f"driver=nbd,node-name=x0,server.type=unix,server.path={path}"
            with Qemu(disk, command, harts) as qemu:
                try:
                    listener.settimeout(10)
                    self.connection = listener.accept()[0]
                    self.handshake()
                    self.serve(qemu, time.monotonic() + seconds)
                finally:
                    if self.connection:
                        self.connection.close()
                self.console = qemu.lines
                return qemu.process.wait(10)

    def serve(self, qemu, end):
        disk = self.connection
        sources = [qemu.console, disk]
        while qemu.console in sources:
            assert time.monotonic() < end, f"the machine runs too long:\n{qemu.text()}"
            ready = select.select(sources, [], [], QUIET if self.unanswered else 1)[0]
            # The console is read first, until it is empty: a line that was printed before a
            # request must come before it in the record.
            lines = qemu.take_lines()
            if lines is None:
                sources.remove(qemu.console)
            for line in lines or []:
                self.events.append(("line", line))
            if disk in ready:
                if not self.take_request():
                    sources.remove(disk)
            elif not ready and self.unanswered:
                self.answer_some()

    # The handshake: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md

    def handshake(self):
        disk = self.connection
        disk.settimeout(10)
        disk.sendall(struct.pack(">QQH", NBD_MAGIC, NBD_OPTION, 1))  # fixed newstyle
        self.receive(4)
        while True:
            _, option, length = struct.unpack(">QII", self.receive(16))
            self.receive(length)
            if option == OPT_GO:
                self.option_reply(option, REP_INFO, struct.pack(">HQH", INFO_EXPORT, len(self.data),
                                                                EXPORT_FLAGS))
                self.option_reply(option, REP_INFO, struct.pack(">HIII", INFO_BLOCK_SIZE, SECTOR,
                                                                4096, 1 << 25))
                self.option_reply(option, REP_ACK)
                return
            self.option_reply(option, REP_UNSUPPORTED)

    def option_reply(self, option, kind, data=b""):
        self.connection.sendall(struct.pack(">QIII", NBD_OPTION_REPLY, option, kind, len(data)) + data)

    def receive(self, count):
        parts = []
        while count:
            part = self.connection.recv(count)
            if not part:
                raise ConnectionError("QEMU has closed the disk")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def take_request(self):
        """Takes one request; returns False when QEMU has closed the disk."""
        try:
            header = self.receive(28)
        except ConnectionError:
            return False
        magic, _, kind, handle, offset, length = struct.unpack(">IHHQQI", header)
        assert magic == NBD_REQUEST
        if kind == CMD_DISC:
            return False
        if kind == CMD_READ:
            self.reply(handle, bytes(self.data[offset:offset + length]))
        elif kind == CMD_WRITE:
            data = self.receive(length)
            self.data[offset:offset + length] = data
            self.unanswered.append((handle, "written", len(self.events)))
            self.events.append(("write", offset, data))
        elif kind == CMD_FLUSH:
            self.unanswered.append((handle, "flushed", len(self.events)))
            self.events.append(("flush",))
        else:
            raise ValueError(f"NBD request {kind}")
        return True

    def reply(self, handle, data=b""):
        self.connection.sendall(struct.pack(">IIQ", NBD_REPLY, 0, handle) + data)

    def answer_some(self):
        """Answers some of the requests that wait, in random order."""
        self.rng.shuffle(self.unanswered)
        for _ in range(self.rng.randrange(1, len(self.unanswered) + 1)):
            handle, event, index = self.unanswered.pop()
            self.events.append((event, index))
            self.reply(handle)


# --- what a cut may leave -------------------------------------------------------------------

class Epoch:
    """The time from one completed flush to the next.

    base: the durable contents at its beginning; writes: (index, offset, data) of those that are
    not durable then and of those in the epoch, in order."""

    def __init__(self, base, writes):
        self.base = base
        self.writes = writes


def epochs(start, events):
    """Cuts a record into (Epoch, first, end): it spans events[first:end]."""
    base, waiting, done = bytes(start), [], {}
    first = 0
    for index, event in enumerate(events):
        if event[0] == "write":
            waiting.append((index, event[1], event[2]))
        elif event[0] == "written":
            done[event[1]] = index
        elif event[0] == "flushed":
            yield Epoch(base, waiting), first, index
            image = bytearray(base)
            covered = [w for w in waiting if done.get(w[0], index) < event[1]]
            for _, offset, data in covered:
                image[offset:offset + len(data)] = data
            base = bytes(image)
            waiting = [w for w in waiting if w not in covered]
            first = index
    yield Epoch(base, waiting), first, len(events)


class Cut:
    """One image that a cut after events[:position] may leave: the epoch's base, and of its writes
    the chosen sectors.

    @choice: [(write, mask of its sectors, -1 for all)] in the order in which they reached
    the disk."""

    def __init__(self, epoch, position, what, choice):
        self.epoch = epoch
        self.position = position
        self.what = what
        self.choice = choice

    def image(self):
        image = bytearray(self.epoch.base)
        for (_, offset, data), mask in self.choice:
            if mask == -1:
                image[offset:offset + len(data)] = data
                continue
            for i in range(len(data) // SECTOR):
                if mask >> i & 1:
                    part = data[i * SECTOR:(i + 1) * SECTOR]
                    image[offset + i * SECTOR:offset + i * SECTOR + len(part)] = part
        return image

    def __str__(self):
        return f"cut at event {self.position}, {self.what}"


def prefix_cuts(epoch, first, end, events):
    """The flush alone; then as if each write of the epoch reached the disk at once, in turn."""
    old = [w for w in epoch.writes if w[0] < first]
    yield Cut(epoch, first + 1, "no write after the flush", [])
    if old:
        yield Cut(epoch, first + 1, "the writes around the flush", [(w, -1) for w in old])
    for index in range(first, end):
        if events[index][0] == "write":
            chosen = [w for w in epoch.writes if w[0] <= index]
            yield Cut(epoch, index + 1, "all writes before", [(w, -1) for w in chosen])


def reordered_cuts(epoch, end, rng, chances):
    """At the end of the epoch any of its writes may be on the disk."""
    writes = epoch.writes
    yield Cut(epoch, end, "no write of the epoch", [])
    if len(writes) > 1:
        for write in writes:
            yield Cut(epoch, end, f"write {write[0]} alone", [(write, -1)])
            others = [(w, -1) for w in writes if w is not write]
            yield Cut(epoch, end, f"all but write {write[0]}", others)
    for chance in range(chances if writes else 0):
        seed = rng.getrandbits(32)
        yield Cut(epoch, end, f"torn, seed {seed:#x}", torn(writes, random.Random(seed)))


def torn(writes, rng):
    """Some writes are lost, some are there in part, in any order."""
    chosen = []
    for write in rng.sample(writes, len(writes)):
        mask = rng.choice([0, -1, rng.getrandbits(64), rng.getrandbits(64) | rng.getrandbits(64)])
        # Past 64 sectors the mask repeats.
        if mask > 0:
            mask |= mask << 64 | mask << 128 | mask << 192
        if mask:
            chosen.append((write, mask))
    return chosen


def all_cuts(start, events, seed, chances=3):
    """(cuts at the flushes, other cuts)"""
    rng = random.Random(seed)
    boundaries, others = [], []
    for epoch, first, end in epochs(start, events):
        prefixes = list(prefix_cuts(epoch, first, end, events))
        boundaries.append(prefixes[0])
        others += prefixes[1:]
        others += reordered_cuts(epoch, end, rng, chances)
    return boundaries, others
