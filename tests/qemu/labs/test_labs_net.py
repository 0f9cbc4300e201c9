"""The network labs of 2020 to 2025 as their graders run them: `make qemu-gdb` with a network, a program compiled
untouched, and a host program that answers it."""
import re

import pytest

import labrig
import netrig

LINES = ("arp_rx: received an ARP packet", "ip_rx: received an IP packet")


class LabHost(netrig.Host):
    def __init__(self):
        super().__init__(self.reply)

    def reply(self, data):
        if data == b"txone":
            return []
        if data == b"call port 2000":
            self.send(self.forwarded, b"from host")
            return []
        if data.startswith(b"burst "):
            return [b"burst %03d" % i for i in range(int(data[6:]))]
        return [b"this is the host!"] if data == b"a message from xv6!" else [data]


@pytest.fixture(scope="module")
def lab():
    """A host program and the image, whose program has the host's port compiled in."""
    with LabHost() as host:
        image = labrig.OUT / "net.img"
        labrig.OUT.mkdir(parents=True, exist_ok=True)
        image.unlink(missing_ok=True)
        labrig.make("boot-files", f"IMAGE={image.relative_to(labrig.ROOT)}", "XV6=xv6/tests/netlab.c",
                    f"SERVERPORT={host.port}", timeout=600)
        yield host, image
        image.unlink()


def graded(lab, lines, net="1", boot="", harts=3, extra=()):
    host, image = lab
    host.got.clear()
    with labrig.Machine(image, boot, harts, extra=[*host.words(net), *extra]) as machine:
        machine.gdb.cont()
        return machine.run(lines, 90)


@pytest.mark.parametrize("net,harts,boot,extra", [("1", 3, "", ""), ("1", 1, "isolate=on", ""),
                                                  ("virtio", 4, "fork=copy uaccess=strict", ""), ("virtio", 2, "", "LEGACY=1")])
def test_bind_send_receive(lab, net, harts, boot, extra):
    """2024 and later."""
    output = graded(lab, ["netlab grade"], net, boot, harts, extra.split())
    for part in ("txone", "rxone", "ping0", "ping1", "ping2", "ping3"):
        assert re.search(rf"^{part}: OK$", output, re.M), output[-2000:]
    assert re.search(r"^free: OK, -?\d+ lost$", output, re.M), output[-2000:]
    for line in LINES:
        assert len(re.findall(rf"^{line}$", output, re.M)) == 1, output[-2000:]
    assert lab[0].got.count(b"txone") == 1


@pytest.mark.parametrize("net,harts", [("1", 3), ("1", 1), ("virtio", 4)])
def test_connect(lab, net, harts):
    """2020 to 2023."""
    output = graded(lab, ["netlab connect"], net, "", harts)
    for part in ("one ping", "pings of one process", "pings of many processes"):
        assert re.search(rf"^{part}: OK$", output, re.M), output[-2000:]
    assert lab[0].got.count(b"a message from xv6!") == 131


def test_second_run_in_one_boot(lab):
    """Ports are free again when the program that bound them has ended, and nothing is lost."""
    output = graded(lab, ["netlab grade", "netlab grade", "netlab connect", "netlab grade"])
    assert re.findall(r"^free: OK, (-?\d+) lost$", output, re.M) == ["0"] * 4, output[-3000:]
