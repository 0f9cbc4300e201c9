"""./run --view and scope's server, and the other end of its WebSocket.  The protocol is in docs/scope.md."""
import asyncio
import contextlib
import inspect
import json
import os
import re
import shutil
import struct
import subprocess
import time

import pexpect
import websockets

import consolelog
from machine import HANG, PROMPT, TOP, scratch

PAGE = 4096
ZERO = 1 << 31
CONSISTENT, PAUSED = 1, 2
ADDRESS = r"seen at (http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]{32}))"
NO_BROWSER = {**os.environ, "BROWSER": "true"}


class Viewed:
    """with Viewed(image, "--harts", "2") as v: a machine of ./run --view with a copy of the image, at its prompt."""

    def __init__(self, image, *words, boots=True, view="--view"):
        self.folder = scratch()
        self.image = os.path.join(self.folder, "fs.img")
        self.ram = os.path.join(self.folder, "ram")
        shutil.copyfile(image, self.image)
        self.words = [view, "--image", self.image, "--ram", self.ram, *words]
        self.boots = boots
        self.console = None

    def __enter__(self):
        self.console = pexpect.spawn(os.path.join(TOP, "run"), self.words, cwd=TOP, timeout=HANG, encoding="latin1",
                                     env=NO_BROWSER)
        self.console.logfile_read = open(consolelog.new(), "w", encoding="latin1")
        self.console.expect(ADDRESS)
        self.address, self.port, self.token = self.console.match.groups()
        if self.boots:
            self.console.expect_exact(PROMPT)
        return self

    def __exit__(self, *_):
        self.console.close(force=True)
        self.console.logfile_read.close()
        shutil.rmtree(self.folder)

    def run(self, line):
        """Types a line, and returns what comes up to the next prompt."""
        self.console.send(line + "\r")
        self.console.expect_exact(line)
        self.console.expect_exact(PROMPT)
        return self.console.before

    def ended(self):
        """The status, once ./run has ended."""
        self.console.expect(pexpect.EOF)
        self.console.close()
        return self.console.exitstatus


@contextlib.contextmanager
def serving(*words):
    """scope FILE ...: its address."""
    with subprocess.Popen([os.path.join(TOP, "build/scope"), *words], stdout=subprocess.PIPE, text=True,
                          env=NO_BROWSER) as child:
        try:
            yield re.search(ADDRESS, child.stdout.readline())[1], child
        finally:
            child.terminate()


def ranges(kind, *pairs):
    return kind + bytes(3) + struct.pack("<I", len(pairs)) + b"".join(struct.pack("<II", *pair) for pair in pairs)


# Options of a client that takes little until it is asked for.  Since version 14 of websockets a full queue
# is enough for that.
SLOW = {"max_queue": 1, **({"read_limit": 4096} if "read_limit" in inspect.signature(websockets.connect).parameters else {})}


async def refusal(url, **options):
    """The HTTP status with which the server refuses a WebSocket."""
    try:
        await (await websockets.connect(url, **options)).close()
    except websockets.InvalidHandshake as error:
        # the latter since version 14
        return error.status_code if hasattr(error, "status_code") else error.response.status_code
    return None


class Client:
    """async with Client(address) as c."""

    def __init__(self, address, zeros=False, **options):
        self.url = address.replace("http:", "ws:").replace("/?", "/ws?") + ("&zeros=1" if zeros else "")
        self.options = {"max_size": 1 << 20, "compression": None, **options}
        self.hello, self.console, self.answers, self.pages = None, b"", [], {}
        self.got = 0     # pages that came, each time
        self.largest = 0  # message

    async def __aenter__(self):
        self.socket = await websockets.connect(self.url, **self.options)
        await self.until(lambda: self.hello)
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    async def send(self, *messages):
        for message in messages:
            await self.socket.send(message)

    async def watch(self, *pairs):
        await self.send(ranges(b"W", *pairs))

    def take_pages(self, message):
        n = struct.unpack_from("<I", message, 4)[0]
        at = 8 + 4 * n
        for index in struct.unpack_from(f"<{n}I", message, 8):
            if index & ZERO:
                self.pages[index & ~ZERO] = bytes(PAGE)
                continue
            self.pages[index] = message[at:at + PAGE]
            assert len(self.pages[index]) == PAGE
            at += PAGE
        assert at == len(message)
        self.got += n

    async def next(self):
        """Takes one message.  (flags, round, ms) if it ended a round."""
        message = await asyncio.wait_for(self.socket.recv(), HANG)
        assert isinstance(message, bytes), message
        self.largest = max(self.largest, len(message))
        kind, rest = message[:1], message[1:]
        if kind == b"H":
            self.hello = json.loads(rest)
        elif kind == b"C":
            self.console += rest
        elif kind == b"R":
            self.answers.append(json.loads(rest))
        elif kind == b"D":
            self.take_pages(message)
        else:
            assert kind == b"E" and len(message) == 16, message
            return struct.unpack("<xB2xId", message)
        return None

    async def until(self, true, ends=None):
        """Takes messages until this is true.  The ends of rounds are added to a list."""
        limit = time.monotonic() + HANG
        while not true():
            end = await self.next()
            if end and ends is not None:
                ends.append(end)
            assert time.monotonic() < limit, (self.console[-200:], self.answers, self.hello)

    async def round(self, true=lambda end: True):
        """Up to the end of the next round for which this is true."""
        ends = []
        await self.until(lambda: ends and ends[-1] and true(ends[-1]), ends)
        return ends[-1]

    async def answer(self):
        await self.until(lambda: self.answers)
        return self.answers.pop(0)

    async def pause(self):
        await self.send(b"P\1")
        return await self.round(lambda end: end[0] == CONSISTENT | PAUSED)


def memory(process):
    """The bytes of its own that a process has."""
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return 1024 * int(re.search(r"RssAnon:\s+(\d+) kB", file.read())[1])


def scope_process(run):
    """The process of scope below ./run."""
    found = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    table = [line.split(None, 2) for line in found.splitlines()]
    below = {str(run)}
    for _ in range(4):
        below |= {pid for pid, parent, _ in table if parent in below}
    return next(int(pid) for pid, _, name in table if pid in below and name == "scope")
