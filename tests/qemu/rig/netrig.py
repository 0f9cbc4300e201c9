"""The other end of a machine's network: a host program at QEMU's user networking, or a wire that carries any
frames (-netdev socket: each UDP datagram is one Ethernet frame)."""
import contextlib
import json
import os
import socket
import struct
import threading
import time

DEVICES = {"e1000": "e1000,netdev=net0,bus=pcie.0,romfile=",
           "virtio": "virtio-net-device,netdev=net0,bus=virtio-mmio-bus.1"}
MAC = bytes.fromhex("525400123456")        # as QEMU gives it
PEER_MAC = bytes.fromhex("020000000002")
US, PEER = "10.0.2.15", "10.0.2.2"
BROADCAST = b"\xff" * 6


def udp_socket():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    s.settimeout(30)
    return s


def free_udp_port():
    with udp_socket() as s:
        return s.getsockname()[1]


class Host:
    """A program of the host, in a thread.  It answers what comes with what `answer` makes of it: a list."""

    def __init__(self, answer=lambda data: [data]):
        self.socket = udp_socket()
        self.port = self.socket.getsockname()[1]
        self.forwarded = free_udp_port()    # to port 2000 of the machine
        self.forwarded2 = free_udp_port()   # to port 2001
        self.got = []
        self.answer = answer
        self.over = False
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.send(self.port, b"")
        self.thread.join()
        self.socket.close()

    def serve(self):
        while not self.over:
            with contextlib.suppress(TimeoutError, socket.timeout):
                data, source = self.socket.recvfrom(65536)
                self.got.append(data)
                for reply in self.answer(data) if not self.over else []:
                    self.socket.sendto(reply, source)

    def send(self, port, data):
        with udp_socket() as s:
            s.sendto(data, ("127.0.0.1", port))

    def options(self, device):
        """For QEMU's command line."""
        return ["-netdev", f"user,id=net0,hostfwd=udp:127.0.0.1:{self.forwarded}-:2000,"
                f"hostfwd=udp:127.0.0.1:{self.forwarded2}-:2001", "-device", DEVICES[device]]

    def words(self, net="NET=1"):
        """For make's command line."""
        return [net, f"SERVERPORT={self.port}", f"FWDPORT={self.forwarded}",
                f"FWDPORT2={self.forwarded2}", "PCAP=build/test/labs/packets.pcap"]


# --- frames -------------------------------------------------------------------------------------

def address(text):
    return socket.inet_aton(text)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def eth(payload, kind=0x800, dst=MAC, src=PEER_MAC):
    return dst + src + struct.pack(">H", kind) + payload


def arp(what, sender=PEER, target=US, sender_mac=PEER_MAC, target_mac=b"\0" * 6, start=b"\0\1\x08\0\6\4"):
    return start + struct.pack(">H", what) + sender_mac + address(sender) + target_mac + address(target)


def ipv4(payload, protocol=17, src=PEER, dst=US, options=b"", total=None, flags=0, version=4, header=None, bad_sum=0):
    header = 5 + len(options) // 4 if header is None else header
    total = 20 + len(options) + len(payload) if total is None else total
    head = struct.pack(">BBHHHBBH4s4s", version << 4 | header, 0, total, 7, flags, 64, protocol, 0, address(src),
                       address(dst)) + options
    return head[:10] + struct.pack(">H", checksum(head) ^ bad_sum) + head[12:] + payload


def udp(data, sport=7, dport=2000, length=None, src=PEER, dst=US, bad_sum=0, no_sum=False):
    length = 8 + len(data) if length is None else length
    head = struct.pack(">HHHH", sport, dport, length, 0)
    total = checksum(address(src) + address(dst) + struct.pack(">HH", 17, length) + head + data)
    total = 0 if no_sum else (total or 0xffff) ^ bad_sum
    return head[:6] + struct.pack(">H", total) + data


def icmp(data=b"ping", what=8, code=0, ident=0x1234, seq=5, bad_sum=0):
    body = struct.pack(">BBHHH", what, code, 0, ident, seq) + data
    return body[:2] + struct.pack(">H", checksum(body) ^ bad_sum) + body[4:]


class Wire:
    """The machine's network cable.  As another machine it has address PEER and answers ARP, unless `quiet`."""

    def __init__(self, quiet=False):
        self.socket = udp_socket()
        self.theirs = free_udp_port()
        self.quiet = quiet

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def options(self, device):
        ours = self.socket.getsockname()[1]
        return ["-netdev", f"socket,id=net0,udp=127.0.0.1:{ours},localaddr=127.0.0.1:{self.theirs}",
                "-device", DEVICES[device]]

    def send(self, frame):
        self.socket.sendto(frame, ("127.0.0.1", self.theirs))

    def take(self, seconds=30):
        """The next frame of the machine, or None."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(65536)
        except (TimeoutError, socket.timeout):
            return None

    def next(self, kind, seconds=30):
        """The payload of the next frame of this kind; ARP requests for PEER are answered meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            frame = self.take(max(0.01, end - time.monotonic()))
            if frame is None:
                break
            found, payload = struct.unpack(">H", frame[12:14])[0], frame[14:]
            if found == kind:
                return payload
            if found == 0x806 and payload[6:8] == b"\0\1" and not self.quiet and payload[24:28] == address(PEER):
                self.send(eth(arp(2, target_mac=MAC), 0x806))
        return None

    def next_ip(self, protocol, seconds=30):
        """What follows the IP header of the next packet of this protocol, without padding; checks the header."""
        packet = self.next(0x800, seconds)
        while packet is not None and packet[9] != protocol:
            packet = self.next(0x800, seconds)
        if packet is None:
            return None
        assert packet[0] == 0x45 and checksum(packet[:20]) == 0 and packet[12:16] == address(US), packet
        return packet[20:struct.unpack(">H", packet[2:4])[0]]

    def greet(self):
        """Returns once the machine answers; an e1000 of QEMU takes nothing in its first second."""
        for _ in range(40):
            self.send(eth(arp(1), 0x806, dst=BROADCAST))
            if self.next(0x806, 0.5):
                while self.take(0.3):
                    pass
                return
        raise AssertionError("the machine does not answer ARP requests")


class Qmp:
    """QEMU's own control channel."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "qmp")

    def options(self):
        # With -qmp alone, ^C on the console would end QEMU.
        return ["-qmp", f"unix:{self.path},server=on,wait=off", "-serial", "mon:stdio"]

    def do(self, *commands):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path)
            lines = s.makefile("rw")
            lines.readline()
            for name, arguments in [("qmp_capabilities", {}), *commands]:
                lines.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
                lines.flush()
                while "return" not in (answer := json.loads(lines.readline())):
                    assert "error" not in answer, answer


def counters(text):
    """{name: number} of `stats -a`."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 2 and words[1].isdigit():
            found[words[0]] = int(words[1])
    return found
