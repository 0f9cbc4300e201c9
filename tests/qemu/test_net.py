"""The network, from the other end of the cable: programs of the host, and any frames that a hostile neighbour
could send."""
import random
import re
import shutil
import struct
import time

import pexpect
import pytest

import netrig
from machine import PROMPT, Machine, scratch
from netrig import BROADCAST, MAC, PEER, PEER_MAC, US, Host, Qmp, Wire, address, arp, eth, icmp, ipv4, udp



@pytest.fixture(scope="module", params=["e1000", "virtio"])
def cabled(request, test_image):
    """A machine on a Wire, for several tests: (wire, machine, device, Qmp)."""
    folder = scratch()
    qmp = Qmp(folder)
    with Wire() as wire:
        harts = 1 if request.param == "e1000" else 3
        with Machine(test_image, harts=harts, extra=[*wire.options(request.param), *qmp.options()]) as m:
            m.booted = m.boot()
            yield wire, m, request.param, qmp
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cable(cabled):
    """The same, after the machine has answered."""
    wire = cabled[0]
    wire.quiet = False
    wire.greet()
    return cabled


def counts(machine):
    return netrig.counters(machine.run("stats -a"))


def packets(machine):
    """What `free -v` says of packets: KiB by row."""
    rows = re.findall(r"^ +(\d+)  (?:\d+ )?(for the device|in queues of ports|on their way)$",
                      machine.run("free -v"), re.M)
    return {name: int(kib) for kib, name in rows}


def until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


# --- with programs of the host ---------------------------------------------------------------------

@pytest.mark.parametrize("device,harts,legacy", [("e1000", 1, False), ("e1000", 4, False), ("virtio", 2, False),
                                                 ("virtio", 3, True)])
def test_both_ways(test_image, device, harts, legacy):
    with Host() as host, Machine(test_image, harts=harts, legacy=legacy, extra=host.options(device)) as m:
        boot = m.boot()
        assert f"net: {'e1000' if device == 'e1000' else 'virtio-net'} 52:54:00:12:34:56, 10.0.2.15\n" in boot
        assert "_rx: received" not in boot
        assert "2 sent, 2 received" in m.run(f"ping -i 1 -c 2 {PEER}")
        assert m.run(f"echo to the host | nc -u -n 1 {PEER} {host.port}") == "to the host\n"
        assert host.got == [b"to the host\n"]
        m.console.sendline("nc -u -l -n 3 2000")
        for i in range(300):   # the program may not have bound its port yet
            host.send(host.forwarded, b"number %03d\n" % i)
            if m.console.expect_exact([PROMPT, pexpect.TIMEOUT], timeout=0.2) == 0:
                break
        first = int(re.search(r"number (\d+)", m.console.before).group(1))
        assert re.findall(r"number (\d+)", m.console.before) == [f"{first + i:03d}" for i in range(3)]


def test_without_a_device(test_image):
    with Machine(test_image, extra=["-nic", "none"]) as m:
        assert "\nnet: " not in m.boot()
        assert "Network interface is not configured" in m.run(f"ping {PEER} 1")
        assert "1 sent, 1 received" in m.run("ping 127.0.0.1 1")
        assert packets(m) == {}


def test_options_of_the_programs(test_image):
    with Machine(test_image) as m:
        m.boot()
        for line in ("ping --help", "nc --help"):
            assert m.run(line).startswith(f"usage: {line.split()[0]} ")
        for line in ("ping", "ping 1 2 3", "nc -u", "nc -l 2000", "nc -u -l 1 2", "ping -s 1473 127.0.0.1"):
            assert m.run(f"{line} || echo wrong").endswith("wrong\n"), line
        for host in ("10.0.2", "10.0.2.256", "a", "1.2.3.4.5", "10.0.2.2x", "1..2.3"):
            assert "not an address" in m.run(f"ping {host}")
            assert "not an address" in m.run(f"nc -u {host} 7")
        assert "in use" in m.run("nc -u -l -n 1 2000 & sleep 5; nc -u -l 2000")
        assert "hello\n" in m.run("echo hello | nc -u -w 2 127.0.0.1 2000")


# --- any frames --------------------------------------------------------------------------------------

def test_lines_for_graders_once_and_at_the_first_frame(cabled):
    """The first test of a machine."""
    wire, m, *_ = cabled
    assert "_rx:" not in m.booted
    wire.send(eth(b"x" * 60, 0x86dd))    # IPv6
    wire.greet()
    m.console.expect_exact("\narp_rx: received an ARP packet")
    assert "ip_rx" not in m.console.before
    wire.send(eth(ipv4(udp(b"x"))))
    m.console.expect_exact("\nip_rx: received an IP packet")
    wire.send(eth(ipv4(udp(b"x"))))
    wire.send(eth(arp(1), 0x806, dst=BROADCAST))
    wire.next(0x806)
    assert "_rx: received" not in m.run("echo done")


def test_answers_arp_and_echo_requests(cable):
    wire = cable[0]
    wire.send(eth(arp(1), 0x806, dst=BROADCAST))
    reply = wire.next(0x806)
    assert reply[:28] == arp(2, sender=US, target=PEER, sender_mac=MAC, target_mac=PEER_MAC)
    assert not any(reply[28:]), "the padding of a short frame shows other bytes"
    for length in (0, 1, 56, 999, 1472):
        data = random.Random(length).randbytes(length)
        wire.send(eth(ipv4(icmp(data), protocol=1)))
        assert wire.next_ip(1) == icmp(data, what=0), length


def test_requests_for_others_are_not_answered(cable):
    wire = cable[0]
    for frame in (eth(arp(1, target="10.0.2.16"), 0x806, dst=BROADCAST),
                  eth(arp(2), 0x806),
                  eth(ipv4(icmp(), protocol=1, dst="10.0.2.16")),
                  eth(ipv4(icmp(), protocol=1, dst="10.0.2.255"), dst=BROADCAST),
                  eth(ipv4(icmp(), protocol=1, dst="255.255.255.255"), dst=BROADCAST)):
        wire.send(frame)
    assert wire.take(0.5) is None


HOSTILE = {
    # name: (a frame, the counter that it adds to)
    "arp: short": (eth(arp(1)[:27], 0x806), "arp_bad"),
    "arp: not Ethernet": (eth(arp(1, start=b"\0\2\x08\0\6\4"), 0x806), "arp_bad"),
    "arp: not IPv4": (eth(arp(1, start=b"\0\1\x86\xdd\6\4"), 0x806), "arp_bad"),
    "arp: neither request nor reply": (eth(arp(3), 0x806), "arp_bad"),
    "arp: from our own address": (eth(arp(1, sender=US), 0x806), "arp_bad"),
    "arp: from a group": (eth(arp(2, sender_mac=BROADCAST), 0x806), "arp_bad"),
    "ip: cut header": (eth(ipv4(b"")[:19]), "ip_bad"),
    "ip: version 6": (eth(ipv4(udp(b"x"), version=6)), "ip_bad"),
    "ip: header of 4 words": (eth(ipv4(udp(b"x"), header=4)), "ip_bad"),
    "ip: longer than the frame": (eth(ipv4(udp(b"x" * 40), total=1400)), "ip_bad"),
    "ip: shorter than its header": (eth(ipv4(udp(b"x"), total=19)), "ip_bad"),
    "ip: check sum": (eth(ipv4(udp(b"x"), bad_sum=1)), "ip_checksum"),
    "ip: options": (eth(ipv4(udp(b"x"), options=b"\1" * 8)), "ip_options"),
    "ip: first fragment": (eth(ipv4(udp(b"x"), flags=0x2000)), "ip_fragment"),
    "ip: last fragment": (eth(ipv4(udp(b"x"), flags=0x0010)), "ip_fragment"),
    "ip: TCP": (eth(ipv4(b"\0" * 20, protocol=6)), "ip_other"),
    "ip: for another": (eth(ipv4(udp(b"x", dst="10.0.2.16"), dst="10.0.2.16")), "ip_other"),
    "ip: broadcast": (eth(ipv4(udp(b"x", dst="10.0.2.255"), dst="10.0.2.255"), dst=BROADCAST), "ip_other"),
    "ip: from ourselves": (eth(ipv4(udp(b"x", src=US), src=US)), "ip_other"),
    "ip: from loopback": (eth(ipv4(udp(b"x", src="127.0.0.1"), src="127.0.0.1")), "ip_other"),
    "ip: to loopback": (eth(ipv4(udp(b"x", dst="127.0.0.1"), dst="127.0.0.1")), "ip_other"),
    "ip: from a group": (eth(ipv4(udp(b"x", src="224.0.0.1"), src="224.0.0.1")), "ip_other"),
    "icmp: short": (eth(ipv4(icmp()[:7], protocol=1)), "icmp_bad"),
    "icmp: check sum": (eth(ipv4(icmp(bad_sum=1), protocol=1)), "icmp_bad"),
    "icmp: other message": (eth(ipv4(icmp(what=13), protocol=1)), "icmp_bad"),
    "icmp: wrong code": (eth(ipv4(icmp(code=1), protocol=1)), "icmp_bad"),
    "udp: short": (eth(ipv4(udp(b"")[:7])), "udp_bad"),
    "udp: longer than the packet": (eth(ipv4(udp(b"x", length=20))), "udp_bad"),
    "udp: shorter than its header": (eth(ipv4(udp(b"x", length=7))), "udp_bad"),
    "udp: check sum": (eth(ipv4(udp(b"x", bad_sum=1))), "udp_bad"),
    "udp: nobody's port": (eth(ipv4(udp(b"x", dport=9))), "udp_no_port"),
    "udp: port 0": (eth(ipv4(udp(b"x", dport=0))), "udp_no_port"),
}
OURS = ("arp_", "ip_", "icmp_", "udp_")
# QEMU's e1000 fills frames of fewer than 60 bytes up with zeros.
PADDED = {"arp: short": None, "ip: cut header": "ip_checksum"}


def test_hostile_frames_are_dropped_and_counted(cable):
    """Each once more than the one before it, so that each counter says which frames it counted."""
    wire, m, device, _ = cable
    want = {}
    m.run("nc -u -l -n 1 2000 & sleep 3")
    before = counts(m)
    for i, (name, (frame, counter)) in enumerate(HOSTILE.items(), 1):
        counter = PADDED.get(name, counter) if device == "e1000" else counter
        for _ in range(i):
            wire.send(frame)
        if counter:
            want[counter] = want.get(counter, 0) + i
        time.sleep(0.02)    # no device must lose a frame here
    wire.send(eth(ipv4(udp(b"without check sum\n", no_sum=True))))
    m.console.expect_exact("without check sum")
    want["udp_rx"] = 1
    after = counts(m)
    got = {name: after[name] - before[name] for name in after
           if name.startswith(OURS) and after[name] != before[name]}
    assert got == want
    assert wire.take(0.3) is None, "a frame was answered"


def test_frames_of_any_bytes(cable):
    """Frames cut at each length and with changed bytes; then all still works, and no packet is lost."""
    wire, m, *_ = cable
    rng = random.Random(7)
    good = [eth(ipv4(udp(b"payload" * 20))), eth(ipv4(icmp(b"echo" * 20), protocol=1)), eth(arp(1), 0x806)]
    m.run("nc -u -l 2000 > out & sleep 3")
    held = packets(m)
    for frame in good:
        for length in range(14, len(frame)):
            wire.send(frame[:length])
    for _ in range(3000):
        frame = bytearray(rng.choice(good))
        for _ in range(rng.randrange(1, 4)):
            frame[rng.randrange(12, len(frame))] = rng.randrange(256)
        wire.send(bytes(frame))
    wire.send(eth(b"x" * 1600))
    wire.send(eth(b"x" * 4000))
    while wire.take(0.5):
        pass
    wire.send(eth(ipv4(icmp(b"alive"), protocol=1)))
    assert wire.next_ip(1) == icmp(b"alive", what=0)
    assert packets(m) == held
    m.run("kill -1")


def test_queue_holds_16_datagrams(cable):
    """nc does not read while it cannot write: its output is a pipe that nobody empties."""
    wire, m, *_ = cable
    m.run("nc -u -l 2000 | sleep 200 & sleep 3")
    before = counts(m)
    for i in range(100):
        wire.send(eth(ipv4(udp(b"%04d" % i + b"x" * 1000))))
        time.sleep(0.005)
    until(lambda: counts(m)["udp_full"] > before["udp_full"] + 50, "no datagram was dropped")
    assert packets(m).get("in queues of ports") == 16 * 4
    m.run("kill -1")
    until(lambda: "in queues of ports" not in packets(m), "datagrams of a port that is gone")


def test_storm(cable):
    """More frames than the machine can take: it goes on working, and recovers."""
    wire, m, *_ = cable
    frame = eth(ipv4(udp(b"x" * 1000, dport=9)))
    held, before = packets(m), counts(m)
    m.console.sendline("sleep 20")
    end = time.monotonic() + 2
    while time.monotonic() < end:
        for _ in range(50):
            wire.send(frame)
        time.sleep(0.001)
    m.boot()
    wire.greet()
    assert packets(m) == held
    assert counts(m)["udp_no_port"] > before["udp_no_port"] + 1000


def test_nobody_answers(cable):
    """The address of a machine that does not exist, asked for and not found; ^C ends the wait."""
    wire, m, *_ = cable
    wire.quiet = True
    assert "unreachable" in m.run("ping 10.0.2.77 1")
    asked = 0
    while (frame := wire.take(0.3)) is not None:
        assert frame[:6] == BROADCAST and frame[14:42] == arp(1, sender=US, target="10.0.2.77", sender_mac=MAC)
        asked += 1
    assert 2 <= asked <= 20
    m.console.sendline("ping 10.0.2.77 1000")
    assert wire.take() is not None
    m.console.send("\x03")
    m.boot()


def test_the_way_to_other_networks(cable):
    """A resolver at 8.8.8.8 is reached by way of 10.0.2.2, and its answer comes in."""
    wire, m, *_ = cable
    m.console.sendline("echo query | nc -u -n 1 8.8.8.8 53")
    packet = None
    while packet is None or packet[9] != 17:
        packet = wire.next(0x800)
    assert packet[16:20] == address("8.8.8.8")
    sport = struct.unpack(">H", packet[20:22])[0]
    wire.send(eth(ipv4(udp(b"for somebody else\n", sport=54, dport=sport, src="8.8.8.8"), src="8.8.8.8")))
    wire.send(eth(ipv4(udp(b"answer\n", sport=53, dport=sport, src="8.8.8.8"), src="8.8.8.8")))
    assert m.boot().partition("53\n")[2].replace("\r", "").endswith("answer\n")
    assert "somebody" not in m.console.before


def test_no_link(cable):
    wire, m, _, qmp = cable
    qmp.do(("set_link", {"name": "net0", "up": False}))
    assert "not configured" in m.run(f"ping {PEER} 1")
    assert "1 received" in m.run("ping 127.0.0.1 1")
    qmp.do(("set_link", {"name": "net0", "up": True}))
    wire.greet()
