"""The network labs of 2020 to 2025 as their graders run them: `make qemu-gdb` with a network, a program compiled
untouched, and a host program that answers it."""
import os
import re
import shutil
import subprocess

import pytest

import labrig
import netrig
import years
from machine import TOP, run_to_end

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


GRADE = ("txone", "rxone", "ping0", "ping1", "ping2", "ping3")                               # 2024 and later
CONNECT = ("one ping", "pings of one process", "pings of many processes")                   # 2020 to 2023
BOTH = ("netlab grade", "netlab connect")


@pytest.mark.parametrize("net,harts,boot,lines", [
    ("LAB=net", 3, "", [*BOTH, *BOTH]),
    ("NET=1", 1, "isolate=on", BOTH),
    ("NET=virtio", 4, "fork=copy uaccess=strict", BOTH),
    ("NET=virtio LEGACY=1", 2, "", BOTH)])
def test_calls_of_the_labs(lab, net, harts, boot, lines):
    """In a second run ports are free again, as the program that bound them has ended; no memory is lost."""
    host, image = lab
    host.got.clear()
    words = net.split()
    with labrig.Machine(image, boot, harts, extra=[*host.words(words[0]), *words[1:]]) as machine:
        machine.gdb.cont()
        output = machine.run(lines, 90)
    runs = len(lines) // 2
    for part in GRADE + CONNECT:
        assert len(re.findall(rf"^{part}: OK$", output, re.M)) == runs, output[-2000:]
    assert re.findall(r"^free: OK, (-?\d+) lost$", output, re.M) == ["0"] * len(lines), output[-2000:]
    for line in LINES:
        assert len(re.findall(rf"^{line}$", output, re.M)) == 1, output[-2000:]
    assert host.got.count(b"txone") == runs
    assert host.got.count(b"a message from xv6!") == runs * 131


# Between ports of the machine itself, in the numbers that each year has for the calls.
ONE = """
int write(int, const char *, int); int read(int, char *, int); int connect(unsigned, unsigned short, unsigned short);
void exit(int) __attribute__((noreturn));
int main(void)
{
	char c = 0;
	int a = connect(0x7f000001, 2000, 2001), b = connect(0x7f000001, 2001, 2000);
	exit(write(a, "x", 1) != 1 || read(b, &c, 1) != 1 || c != 'x');
}
"""
TWO = """
typedef unsigned short uint16;
int bind(uint16); int unbind(uint16); int send(uint16, unsigned, uint16, char *, unsigned);
int recv(uint16, unsigned *, uint16 *, char *, unsigned); void exit(int) __attribute__((noreturn));
int main(void)
{
	char c = 0;
	unsigned from = 0;
	uint16 port = 0;

	if (bind(2000) || send(2001, 0x7f000001, 2000, "x", 1) || recv(2000, &from, &port, &c, 1) != 1)
		exit(1);
	exit(c != 'x' || from != 0x7f000001 || port != 2001 || unbind(2000) || recv(2000, &from, &port, &c, 1) != -1);
}
"""


def test_numbers_of_each_year(test_image, tmp_path):
    programs = {"net20": ("2020", ONE), "net21": ("2021", ONE), "net24": ("2024", TWO), "net25": ("2025lock", TWO),
                "net26": ("2026", TWO)}
    files = [years.make(tmp_path, name, year, years.FIXED[year], source) for name, (year, source) in programs.items()]
    image = str(tmp_path / "fs.img")
    shutil.copyfile(test_image, image)
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", image, *map(str, files)], check=True)
    status, output = run_to_end(image, "; ".join(f"{name} && echo {name}: ok" for name in programs), harts=2)
    assert re.findall(r"^(net\d+): ok$", output, re.M) == list(programs), output[-2000:]
