"""scope's console with a machine that takes no keys for a while."""
import asyncio
import re

import pytest

from machine import make
from viewrig import Client, serving

# Says that it is QEMU, reads nothing before a file is there, and then all up to a point.
DEAF = """#!/usr/bin/python3
import os, re, socket, sys, time
fd = dict(re.findall(r"id=scope-(\\w+),fd=(\\d+)", " ".join(sys.argv)))
control, console = (socket.socket(fileno=int(fd[name])) for name in ("qmp", "console"))
control.sendall(b'{"QMP": {}}\\n')
while not os.path.exists(sys.argv[1] + ".go"):
    time.sleep(0.05)
heard = b""
while not heard.endswith(b"."):
    heard += console.recv(4096)
with open(sys.argv[1] + ".heard", "wb") as file:
    file.write(heard)
"""


async def takes(c, keys):
    """Whether the machine's queue had room for all these keys.  What is no message is always answered."""
    await c.send(b"K" + keys, b"X")
    room = "protocol" in (await c.answer())["error"]
    assert room or "protocol" in (await c.answer())["error"]
    return room


@pytest.mark.parametrize("odd", (b"", b"a"))
def test_keys_that_find_no_room_lead_to_no_monitor(tmp_path, odd):
    """Ctrl-A twice stands for itself; half of it, and a c after it, would lead to QEMU's monitor."""
    make("build/scope")
    ram, deaf = tmp_path / "ram", tmp_path / "deaf"
    ram.write_bytes(bytes(1 << 20))
    deaf.write_text(DEAF)
    deaf.chmod(0o700)

    async def type_keys(address):
        async with Client(address) as c:
            while await takes(c, odd + b"\1\1" * 2000):
                pass
            (tmp_path / "ram.go").touch()
            for key in b"c", b".":
                while not await takes(c, key):
                    pass
    with serving(str(ram), "--start", str(deaf), str(ram)) as (address, child):
        asyncio.run(type_keys(address))
        child.wait()
    heard = (tmp_path / "ram.heard").read_bytes()
    assert len(heard) > 1 << 16 and heard.endswith(b"c.")
    assert all(len(keys) % 2 == 0 for keys in re.findall(b"\1+", heard))
