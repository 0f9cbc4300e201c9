"""scope's server: who may come in, what a client gets is what the RAM has, and what it costs."""
import asyncio
import functools
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

import pexpect
import pytest
import websockets

from machine import HANG, TOP, make
from viewrig import (CONSISTENT, PAGE, PAUSED, SLOW, Client, Viewed, memory, ranges, refusal, scope_process,
                     serving)


def with_loop(test):
    """For tests that are coroutines."""
    @functools.wraps(test)
    def run(*arguments, **named):
        asyncio.run(test(*arguments, **named))
    return run


@pytest.fixture(scope="module")
def view(test_image):
    make("build/scope")
    with Viewed(test_image, "--harts", "2") as v:
        yield v


def file_pages(view, indexes):
    with open(view.ram, "rb") as file:
        return {index: os.pread(file.fileno(), PAGE, index * PAGE) for index in indexes}


# --- who may come in --------------------------------------------------------------------------------

def ask(view, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", int(view.port), timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


def test_the_page_is_for_those_who_have_the_token(view):
    good = f"/?token={view.token}"
    status, page, headers = ask(view, good)
    assert status == 200 and b"<html" in page[:200], (status, page[:200])
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert ask(view, good, Host=f"localhost:{view.port}")[0] == 200
    last = "1" if view.token[-1] == "0" else "0"
    for path in ("/", "/?token=", f"/?token={view.token}0", f"/?token={view.token[:-1]}{last}",
                 f"/?tok={view.token}", "/favicon.ico", f"/?token={view.token[:-1]}"):
        assert ask(view, path)[0] == 403, path
    assert ask(view, f"/other?token={view.token}")[0] == 404
    for host in ("evil.example", f"evil.example:{view.port}", "127.0.0.1", "127.0.0.1:1"):
        assert ask(view, good, Host=host)[0] == 403, host


def test_the_port_is_on_this_computer_alone(view):
    listening = subprocess.run(["sh", "-c", "cat /proc/net/tcp /proc/net/tcp6"], capture_output=True, text=True,
                               check=True).stdout
    ours = [line.split()[1] for line in listening.splitlines()
            if line.split()[1].endswith(f":{int(view.port):04X}") and line.split()[3] == "0A"]
    assert ours == [f"0100007F:{int(view.port):04X}"], ours


@with_loop
async def test_the_socket_is_for_our_own_page(view):
    for origin in (None, f"http://127.0.0.1:{view.port}", f"http://localhost:{view.port}"):
        async with Client(view.address, origin=origin):
            pass
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{view.port}", "http://127.0.0.1"):
        assert await refusal(Client(view.address).url, origin=origin) == 403, origin
    for path in (f"/ws?token={view.token[:-1]}", "/ws", f"/w?token={view.token}", f"/?token={view.token}"):
        assert await refusal(f"ws://127.0.0.1:{view.port}{path}") == 403, path
    with pytest.raises(websockets.InvalidHandshake):
        await websockets.connect(Client(view.address).url, subprotocols=["scope-fd"])


# --- messages ---------------------------------------------------------------------------------------

@with_loop
async def test_wrong_messages_are_answered(view):
    async with Client(view.address) as c:
        pages = c.hello["pages"]
        for message in (b"", b"X", b"W", b"W\0\0\0", b"W\0\0\0\1\0\0\0", b"W\0\0\0\xff\xff\xff\xff", b"P", b"P\7", b"P\0\0",
                        ranges(b"W", (0, 1)) + b"\0", b"D\0\0\0\0\0\0\0", b"T", b"T" + bytes(15),
                        ranges(b"W", (pages, 1)), ranges(b"W", (0, pages + 1)), ranges(b"W", (1, 2 ** 32 - 1)),
                        "text"):
            await c.send(message)
            assert "error" in await c.answer(), message
        for message in (ranges(b"W"), ranges(b"U", (0, 2 ** 32 - 1)), ranges(b"U", (2 ** 32 - 1, 2 ** 32 - 1)), b"K"):
            await c.send(message)
        await c.watch((1, 1))
        await c.until(lambda: 1 in c.pages)
        assert not c.answers and set(c.pages) == {1}
        # many answers that nobody takes are not kept
        await c.send(*[b"X"] * 10000)
        await c.watch((2, 1))
        await c.until(lambda: 2 in c.pages)


@with_loop
async def test_a_message_that_is_too_long_ends_the_client(view):
    async with Client(view.address) as c:
        with pytest.raises(websockets.ConnectionClosed):
            await c.send(bytes((1 << 20) + 1))
            while True:
                await c.next()
    async with Client(view.address) as c:
        await c.watch(*[(i, 1) for i in range(c.hello["pages"])])  # just a long one, in parts
        await c.until(lambda: len(c.pages) == c.hello["pages"])


def test_noise_instead_of_http(view):
    for noise in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: " + b"x" * 5000, b"GET /?token=" + b"a" * 3000 +
                  b" HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"\xff\xfe" * 2000):
        with socket.create_connection(("127.0.0.1", int(view.port))) as s:
            s.sendall(noise)
    assert ask(view, f"/?token={view.token}")[0] == 200


# --- contents ---------------------------------------------------------------------------------------

@with_loop
async def test_what_comes_is_what_the_ram_has(view):
    for zeros in (False, True):
        async with Client(view.address, zeros=zeros) as c:
            assert c.hello["pages"] * PAGE == os.path.getsize(view.ram) and c.hello["live"] and c.hello["qmp"]
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) == c.hello["pages"])
            view.run("echo some work; ls > work; rm work")
            await c.pause()
            assert c.pages == file_pages(view, c.pages)
            assert c.pages[c.hello["index"]].startswith(b"Pagoda: here is\0")
            assert c.largest <= 1 << 20
            await c.send(b"P\0")
            end = await c.round(lambda end: end[0] == 0)
            await c.round(lambda later: later[1] > end[1])


@with_loop
async def test_a_page_comes_when_it_changes(view):
    async with Client(view.address) as c:
        pages = c.hello["pages"]
        await c.pause()
        await c.watch((0, pages))
        await c.until(lambda: len(c.pages) == pages)
        c.got = 0
        first = await c.round()
        second = await c.round()
        assert 500 < second[2] - first[2] < 5000 and c.got == 0  # a beat each second
        assert second[1] > first[1] and second[0] == CONSISTENT | PAUSED
        await c.send(b"P\0")
        await c.until(lambda: c.got)
        await c.send(ranges(b"U", (0, pages)))
        await c.round()
        await c.round()
        c.got = 0
        view.run("ls")
        await c.round()
        assert c.got == 0


@with_loop
async def test_two_clients_and_one_that_comes_back(view):
    async with Client(view.address) as first:
        await first.watch((0, 3000))
        async with Client(view.address) as second:
            await second.watch((2000, 3000))
            await second.until(lambda: len(second.pages) == 3000)
        await first.until(lambda: len(first.pages) == 3000)
        for _ in range(20):
            async with Client(view.address) as again:
                await again.watch((0, 5000))
                await again.until(lambda: again.pages)
        async with Client(view.address) as second:
            await second.watch((2000, 3000))
            await second.pause()
            await first.round(lambda end: end[0] & PAUSED)
            assert len(second.pages) == 3000 and second.pages == file_pages(view, second.pages)
            assert first.pages == file_pages(view, first.pages)
            await second.send(b"P\0")
            await first.round(lambda end: not end[0] & PAUSED)


@with_loop
async def test_clients_that_are_too_many(view):
    clients = [Client(view.address) for _ in range(16)]
    for c in clients:
        await c.__aenter__()
    with pytest.raises(websockets.ConnectionClosed):
        async with Client(view.address) as c:
            await c.round()
    for c in clients:
        await c.watch((0, 100))
        await c.until(lambda c=c: len(c.pages) == 100)
        await c.__aexit__()
    async with Client(view.address) as c:
        await c.round()


@with_loop
async def test_a_slow_client_costs_no_memory(view):
    """It reads nothing for a while; others do meanwhile, and then it has the newest."""
    process = scope_process(view.console.pid)
    async with Client(view.address, **SLOW) as slow, Client(view.address) as quick:
        pages = slow.hello["pages"]
        await quick.watch((0, pages))
        await quick.until(lambda: len(quick.pages) == pages)
        await slow.watch((0, pages))
        for _ in range(5):
            await quick.round()
        before = memory(process)
        for i in range(10):
            view.run(f"echo {i} > slow; cat slow; ls; rm slow")
            await quick.round()
        assert memory(process) < before + (4 << 20)
        end = await quick.pause()
        while len(slow.pages) < pages or (await slow.round())[1] < end[1]:
            await slow.round()
        assert slow.pages == file_pages(view, slow.pages)
        await quick.send(b"P\0")


@with_loop
async def test_clients_that_go_leave_nothing(view):
    process = scope_process(view.console.pid)

    async def come_and_go():
        async with Client(view.address) as c:
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) > 20000)
    await come_and_go()
    before = memory(process)
    for _ in range(10):
        await come_and_go()
    assert memory(process) < before + (8 << 20)


# --- the machine ------------------------------------------------------------------------------------

@with_loop
async def test_a_picture_of_one_moment(view):
    async with Client(view.address) as c, Client(view.address) as other:
        await c.watch((0, c.hello["pages"]))
        await c.until(lambda: len(c.pages) == c.hello["pages"])
        for _ in range(3):
            await c.send(b"P\2")
            end = await c.round(lambda end: end[0] & CONSISTENT)
            later = await c.round(lambda end: end[0] == 0)
            assert later[1] > end[1]
        view.run("echo it runs")
        # of a machine that stands still, which stays so; and the last of some wishes counts
        await other.pause()
        await c.send(b"P\2")
        await c.round(lambda end: end[0] == CONSISTENT | PAUSED)
        await c.send(b"P\0")
        await c.round(lambda end: end[0] == 0)
        await c.send(b"P\1", b"P\0", b"P\2", b"P\1", b"P\2", b"P\0")
        await other.round(lambda end: end[0] == 0)
        view.run("echo it runs")


@with_loop
async def test_keys_and_output(view):
    async with Client(view.address) as c, Client(view.address) as other:
        await c.send(b"Kecho from $((6 * 7)) the page\r")
        await c.until(lambda: b"from 42 the page\n" in c.console)
        await other.until(lambda: b"from 42 the page\n" in other.console)
        view.console.expect_exact("from 42 the page")
        view.run("echo typed")
        await c.until(lambda: b"\ntyped\n" in c.console)
        # the last output is kept for those that come later, up to 64 KiB
        async with Client(view.address) as late:
            await late.until(lambda: c.console[-10:] in late.console)
        view.run("cat sh | od -x | head -n 3000")
        async with Client(view.address) as late:
            await late.until(lambda: late.console)
            assert 60000 < len(late.console) <= 1 << 16
        # QEMU's monitor is for the terminal alone
        for keys in (b"\1c", b"\1h", b"\1b"):
            await c.send(b"K" + keys)
            assert "monitor" in (await c.answer())["error"]
        await c.send(b"K\1", b"Kcinfo status\r")
        assert "monitor" in (await c.answer())["error"]
        view.console.send("\x03")
        view.run("echo no monitor")
        view.console.send("\1c")
        view.console.expect_exact("(qemu) ")
        await c.send(b"Kquit\r")
        assert "monitor" in (await c.answer())["error"]
        view.console.send("\1c")
        await c.send(b"K\rtrue\r")
        view.run("echo back")


def find(ram, *words):
    return subprocess.run([os.path.join(TOP, "build/scope"), ram, *words], capture_output=True, text=True, check=True).stdout


def test_a_panic_can_be_seen(test_image):
    """The terminal says what it always does; the page goes on showing."""
    async def look(view):
        async with Client(view.address) as c:
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) == c.hello["pages"])
            await c.until(lambda: b"panic: as asked for" in c.console)
            await c.pause()
            assert c.hello["live"] and c.pages == file_pages(view, c.pages)
    with Viewed(test_image, "--harts", "2", "--boot", "ktest=panic", boots=False) as view:
        view.console.expect_exact("panic: as asked for")
        time.sleep(1)
        asyncio.run(look(view))
        assert "panicked in init" in find(view.ram, "machine")
        view.console.send("\1x")
        assert view.ended() == 0


def test_a_machine_that_ended_can_be_seen(test_image):
    """Until Enter; the status is still the machine's."""
    async def look(view, live):
        async with Client(view.address) as c:
            await c.until(lambda: c.hello["live"] == live)
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) == c.hello["pages"])
            if not live:
                assert (await c.round())[0] == CONSISTENT and c.pages == file_pages(view, c.pages)
                await c.send(b"P\2", b"Kls\r")
                assert "ended" in (await c.answer())["error"] and "error" in await c.answer()
                assert not c.hello["qmp"]
    with Viewed(test_image, "--harts", "1") as view:
        asyncio.run(look(view, True))
        view.console.send("poweroff 5\r")
        view.console.expect_exact("Enter ends that")
        asyncio.run(look(view, False))
        view.console.send("\r")
        assert view.ended() == 5


def test_a_machine_that_waits_for_a_debugger(test_image):
    """It stands still, and P lets it run."""
    async def look(view):
        async with Client(view.address) as c:
            await c.watch((512, 100))
            await c.round(lambda end: c.pages and end[0] == CONSISTENT | PAUSED)
            await c.send(b"P\0")
            await c.until(lambda: c.console.endswith(b"$ "))
    with Viewed(test_image, "--gdb", boots=False) as view:
        asyncio.run(look(view))
        view.console.send("poweroff 4\r")
        view.console.expect_exact("Enter ends that")
        view.console.send("\r")
        view.ended()


def test_a_machine_that_is_reset(test_image):
    async def look(view):
        async with Client(view.address) as c:
            await c.watch((c.hello["index"], 1))
            await c.until(lambda: c.pages)
            c.hello = None
            view.console.send("reboot\r")
            await c.until(lambda: c.hello and c.hello["index"])
            view.console.expect_exact("booted in")
            await c.until(lambda: c.console.count(b"booted in") == 2)
    with Viewed(test_image, "--harts", "2") as view:
        asyncio.run(look(view))


def test_a_killed_scope_leaves_a_terminal_that_echoes(test_image):
    with Viewed(test_image) as v:
        assert not v.console.getecho()
        os.kill(scope_process(v.console.pid), signal.SIGKILL)
        v.console.expect(pexpect.EOF)
        assert v.console.getecho()


def test_the_terminal_in_the_page_alone(test_image):
    async def look(view):
        async with Client(view.address) as c:
            await c.until(lambda: c.console.endswith(b"$ "))
            await c.send(b"Kecho $((1 + 1)) there\r")
            await c.until(lambda: b"2 there" in c.console)
            await c.send(b"K\1x")
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await c.next()
    with Viewed(test_image, view="--view=only", boots=False) as view:
        view.console.expect_exact("Ctrl-C ends all")
        asyncio.run(look(view))
        assert view.ended() == 0 and "booted" not in view.console.before


# --- files ------------------------------------------------------------------------------------------

def test_a_file_that_nobody_writes(view, tmp_path):
    file = tmp_path / "a \"file\""
    shutil.copyfile(view.ram, file)

    async def look(address):
        async with Client(address) as c:
            assert c.hello["name"] == "a \"file\"" and not c.hello["live"] and not c.hello["qmp"]
            assert not c.hello["console"]
            await c.watch((c.hello["index"], 2000))
            assert (await c.round(lambda end: c.pages))[0] == CONSISTENT and len(c.pages) == 2000
            await c.send(b"P\1")
            assert "cannot stop" in (await c.answer())["error"]
            await c.send(b"Kls\r")
            assert "no machine" in (await c.answer())["error"]
            os.truncate(file, 5000)
            await c.watch((0, 2000))
            await c.round()
            await c.round()
    with serving(str(file), "--no-browser") as (address, _):
        asyncio.run(look(address))


def test_files_that_are_none():
    for words in (["/nosuch"], ["/dev/null"], ["/dev/zero"], [TOP], ["/etc/hostname"]):
        done = subprocess.run([os.path.join(TOP, "build/scope"), *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and done.stderr.startswith(f"scope: {words[0]}: "), (words, done)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([os.path.join(TOP, "build/scope"), os.path.join(TOP, "kernel/kernel"), "--port", port],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "--port" in done.stderr, done


# --- recordings -------------------------------------------------------------------------------------

def wait_growth(file, times=2):
    """Each moment is at least a few bytes.  One may be under way."""
    for _ in range(times):
        size, end = os.path.getsize(file), time.monotonic() + HANG
        while os.path.getsize(file) == size:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_recording(test_image, tmp_path):
    """It has what a client saw while the machine stood still, and the RAM as it was in the end."""
    file = str(tmp_path / "recording")

    async def watch(view):
        seen = {}
        async with Client(view.address) as c:
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) == c.hello["pages"])
            for i in range(3):
                view.run(f"echo {i} > f{i}; ls; cat f{i}")
                await c.pause()
                wait_growth(file)
                seen[time.time() * 1e3] = dict(c.pages)
                await c.send(b"P\0")
        return seen

    async def show(c, ms):
        """Each moment that is shown is a round of its own."""
        before = (await c.round())[1]
        await c.send(b"T" + bytes(7) + struct.pack("<d", ms))
        return await c.round(lambda end: end[1] > before)

    async def look(address):
        async with Client(address, zeros=True) as c:
            start, end = c.hello["recorded"]["start"], c.hello["recorded"]["end"]
            assert c.hello["pages"] == 1 << 15 and not c.hello["live"] and not c.hello["console"], c.hello
            assert began - 1000 < start < min(seen) < max(seen) < end, (began, start, end)
            await c.watch((0, c.hello["pages"]))
            await c.round(lambda shown: c.pages)
            assert c.pages == last and c.pages[c.hello["index"]].startswith(b"Pagoda: here is\0")
            for ms in (*sorted(seen), 0, *sorted(seen, reverse=True), end + 5, max(seen), min(seen)):
                shown = await show(c, ms)
                assert not shown[0] and shown[2] <= max(ms, start) + 0.01
                if ms in seen:
                    assert c.pages == seen[ms], ms
            await show(c, end)
            assert c.pages == last
            await c.send(b"P\1", b"Kx", b"T" + bytes(7) + struct.pack("<d", float("nan")))
            for _ in range(3):
                assert "error" in await c.answer()
    began = time.time() * 1e3
    with Viewed(test_image, "--harts", "2", "--record", file) as view:
        seen = asyncio.run(watch(view))
        view.console.send("poweroff 3\r")
        view.console.expect_exact("Enter ends that")
        last = file_pages(view, range(1 << 15))
        view.console.send("\r")
        assert view.ended() == 3
    assert seen[min(seen)] != seen[max(seen)]
    with serving(file, "--no-browser") as (address, _):
        asyncio.run(look(address))
    check_texts_of_moments(file, {**seen, time.time() * 1e3: last}, tmp_path / "ram")
    check_broken_recordings(file, tmp_path)


def scope_text(*words):
    done = subprocess.run([os.path.join(TOP, "build/scope"), *map(str, words)], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def check_texts_of_moments(file, moments, ram):
    """A view as text of each moment is that of its RAM; without --at, that of the end."""
    with open(file, "rb") as recording:
        start = struct.unpack_from("<d", recording.read(48), 40)[0]
    for ms, pages in sorted(moments.items()):
        with open(ram, "wb") as out:
            out.truncate(len(pages) * PAGE)
            for index, contents in pages.items():
                if any(contents):
                    out.seek(index * PAGE)
                    out.write(contents)
        at = ["--at", f"{(ms - start) / 1e3:.4f}"] if ms != max(moments) else []
        for view in (["machine"], ["processes"], ["messages"], ["cells"], ["areas", "sh"], ["table", 1]):
            for form in ([], ["--json"]):
                found = scope_text(*form, *at, file, *view)
                assert found == scope_text(ram, *form, *view) and found[0] == 0 and found[1], (ms, view, found)
    first = f"{(min(moments) - start) / 1e3:.4f}"
    assert scope_text("--at", first, file, "counters")[1] != scope_text(file, "counters")[1]
    for at, why in (("1e6", "ends before that time"), ("-1", "no time"), ("1x", "no time"), ("nan", "no time")):
        status, out, error = scope_text("--at", at, file, "machine")
        assert status == 2 and not out and why in error, error
    status, out, error = scope_text(ram, "--at", "0", "machine")
    assert status == 2 and not out and "is no recording" in error, error


def check_broken_recordings(file, folder):
    """They are refused with a reason; one that was cut has what is whole."""
    with open(file, "rb") as whole:
        data = whole.read()
    broken = str(folder / "broken")
    for changed, reason in ((data[:48] + b"\1\0\0\0" + b"\xff" * 8000, "without a moment"), (data[:16] + b"\2" + data[17:], "another version"),
                            (data[:24] + bytes(8) + data[32:], "cannot be"),
                            (data[:32] + b"\xff" * 8000, "without a moment")):
        with open(broken, "wb") as to:
            to.write(changed)
        done = subprocess.run([os.path.join(TOP, "build/scope"), broken, "--no-browser"], capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == 2 and reason in done.stderr, (reason, done)
    with open(broken, "wb") as to:
        to.write(data[:len(data) - 100])

    async def look(address):
        async with Client(address) as c:
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) == c.hello["pages"])
            os.truncate(broken, PAGE)  # nothing is read beyond its end
            c.pages.clear()
            await c.send(b"T" + bytes(7) + struct.pack("<d", c.hello["recorded"]["start"]), ranges(b"U", (0, c.hello["pages"])))
            await c.watch((0, c.hello["pages"]))
            await c.until(lambda: len(c.pages) == c.hello["pages"] and not any(map(any, c.pages.values())))
    with serving(broken, "--no-browser") as (address, _):
        asyncio.run(look(address))


# --- cost -------------------------------------------------------------------------------------------

def seconds(process):
    """Of a processor, that it has used."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def kernel_pages(ram):
    """Ranges: the frame table, all page tables, and what else the kernel keeps."""
    runs = json.loads(find(ram, "--json", "cells"))["runs"]
    return [((int(run["pa"], 16) - (1 << 31)) // PAGE, run["frames"]) for run in runs
            if run["kind"] not in ("free", "firmware", "anon", "cache")]


@pytest.mark.parametrize("what", ["kernel", "all"])
def test_cost(test_image, what):
    """Ten rounds a second of a machine that forks and faults: the frame table and what the kernel keeps, or all RAM."""
    async def watch(view, process):
        async with Client(view.address, zeros=True) as c:
            pages = c.hello["pages"]
            await c.watch(*([(0, pages)] if what == "all" else kernel_pages(view.ram)))
            await c.round()
            view.console.send("while true; do forktest > /dev/null; ls > /dev/null; done\r")
            await c.round()
            began, used, got, rounds = time.monotonic(), seconds(process), c.got, 0
            while time.monotonic() < began + 10:
                await c.round()
                rounds += 1
            took = time.monotonic() - began
            return (seconds(process) - used) / took, rounds / took, (c.got - got) / took
    with Viewed(test_image, "--harts", "2") as view:
        share, rounds, pages = asyncio.run(watch(view, scope_process(view.console.pid)))
    print(f"{what}: {100 * share:.1f} % of a processor, {rounds:.1f} rounds and {pages:.0f} pages a second")
    assert share < 0.3
