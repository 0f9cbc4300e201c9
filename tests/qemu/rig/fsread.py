"""Reads a disk image in xv6's format: replays its log, walks its tree, reads its files.

It shares no code with the kernel or with fsck, so that a mistake which those have in
common shows.  The format is in kernel/uapi/fsformat.h; only plain images (12 direct
blocks and one indirect).
"""
import struct

BLOCK = 1024
MAGIC = 0x10203040
ROOT = 1
NDIRECT = 12
NINDIRECT = BLOCK // 4
LOG_MAX = 30
INODE_SIZE = 64
T_DIR, T_FILE, T_DEVICE, T_SYMLINK = 1, 2, 3, 4


class Damaged(Exception):
    """The image makes no sense."""


class Inode:
    def __init__(self, image, number):
        place = image.inodestart * BLOCK + number * INODE_SIZE
        fields = struct.unpack_from("<hhhhI13I", image.data, place)
        self.image = image
        self.number = number
        self.type, self.major, self.minor, self.nlink, self.size = fields[:5]
        self.addrs = fields[5:]

    def blocks(self):
        """The block numbers of the file, in order; 0 is a hole."""
        count = (self.size + BLOCK - 1) // BLOCK
        if count > NDIRECT + NINDIRECT:
            raise Damaged(f"inode {self.number} has {self.size} bytes")
        numbers = list(self.addrs[:NDIRECT])
        if count > NDIRECT:
            if self.addrs[NDIRECT]:
                place = self.image.block_place(self.addrs[NDIRECT])
                numbers += struct.unpack_from(f"<{NINDIRECT}I", self.image.data, place)
            else:
                numbers += [0] * NINDIRECT
        return numbers[:count]

    def read(self):
        """All bytes; holes are zeros."""
        data = self.image.data
        parts = []
        for number in self.blocks():
            if number:
                place = self.image.block_place(number)
                parts.append(data[place:place + BLOCK])
            else:
                parts.append(bytes(BLOCK))
        return bytes(b"".join(parts)[:self.size])

    def entries(self):
        """(name, inode number) of a directory, with . and .. among them."""
        raw = self.read()
        for place in range(0, len(raw) - 15, 16):
            number = raw[place] | raw[place + 1] << 8
            if number:
                yield raw[place + 2:place + 16].rstrip(b"\0").decode("latin-1"), number


class Image:
    """@data is a bytearray; replay() changes it, everything else only reads."""

    def __init__(self, data):
        self.data = data
        (magic, self.size, self.nblocks, self.ninodes, self.nlog, self.logstart,
         self.inodestart, self.bmapstart) = struct.unpack_from("<8I", data, BLOCK)
        if magic != MAGIC or self.size * BLOCK > len(data):
            raise Damaged("no xv6 file system")

    def block_place(self, number):
        if not self.bmapstart < number < self.size:
            raise Damaged(f"block number {number}")
        return number * BLOCK

    def logged(self):
        """The home blocks of a committed transaction that is not all home yet."""
        count, *homes = struct.unpack_from(f"<{1 + LOG_MAX}i", self.data, self.logstart * BLOCK)
        if not 0 <= count <= min(LOG_MAX, self.nlog - 1):
            raise Damaged(f"log of {count} blocks")
        for home in homes[:count]:
            if not self.inodestart <= home < self.size:
                raise Damaged(f"log: home block {home}")
        return homes[:count]

    def replay(self):
        homes = self.logged()
        data = self.data
        for i, home in enumerate(homes):
            copy = (self.logstart + 1 + i) * BLOCK
            data[home * BLOCK:(home + 1) * BLOCK] = data[copy:copy + BLOCK]
        data[self.logstart * BLOCK:self.logstart * BLOCK + 4] = bytes(4)
        return homes

    def inode(self, number):
        if not 0 < number < self.ninodes:
            raise Damaged(f"inode number {number}")
        inode = Inode(self, number)
        if inode.type == 0:
            raise Damaged(f"inode {number} is free and has a name")
        return inode

    def find(self, path):
        """The inode at @path, or None."""
        inode = self.inode(ROOT)
        for name in path.strip("/").split("/"):
            if not name:
                continue
            number = dict(inode.entries()).get(name) if inode.type == T_DIR else None
            if number is None:
                return None
            inode = self.inode(number)
        return inode

    def walk(self, path):
        """{path below @path: inode}, directories included, or None if there is no @path."""
        top = self.find(path)
        if top is None:
            return None
        found = {}
        todo = [("", top)]
        while todo:
            prefix, directory = todo.pop()
            for name, number in directory.entries():
                if name in (".", ".."):
                    continue
                inode = self.inode(number)
                found[prefix + name] = inode
                if len(found) > self.ninodes * 4:
                    raise Damaged("directories without end")
                if inode.type == T_DIR:
                    todo.append((f"{prefix}{name}/", inode))
        return found

    def orphans(self):
        """Numbers of inodes that are in use and have no link."""
        inodes = (Inode(self, number) for number in range(1, self.ninodes))
        return [inode.number for inode in inodes if inode.type and inode.nlink == 0]
