"""What a disk may hold after a power cut: scripts for powerload.c, and the check of a tree.

A script runs in a directory of its own.  The model applies it step by step and keeps the
state after each.  The kernel promises (docs, kernel/fs/store/log.c):

- Names, sizes and block maps on the disk are those after some step k; k is not before the
  last step that is known to be durable.  A step that the kernel splits into several
  transactions (a write of many blocks, a truncation) may be there in part.
- The bytes are those after step k, or those that a later step wrote over the same place of
  the file, because data is written in place; any mixture of these is allowed.  They are
  never bytes from elsewhere.
"""
import struct

BLOCK = 1024
SECTOR = 512
PAGE = 4096  # what the kernel caches files in
MASK = (1 << 64) - 1
SPLIT = "wlt"    # steps that may be there in part
DURABLE = "fsp"  # steps after which powerload prints `=NAME STEP`


def data_fill(count, seed):
    """The bytes that powerload writes."""
    words = []
    for i in range((count + 7) // 8):
        v = ((seed << 20) + i) * 0x9e3779b97f4a7c15 & MASK
        words.append(v ^ v >> 29)
    return struct.pack(f"<{len(words)}Q", *words)[:count]


def block_count(size):
    return (size + BLOCK - 1) // BLOCK


class Version:
    """A file as one step left it: its bytes, and which blocks have a place on the disk."""

    def __init__(self, data=b"", mapped=frozenset()):
        self.data = data
        self.mapped = mapped

    def write(self, offset, data):
        end = offset + len(data)
        touched = range(offset // BLOCK, block_count(end))
        return Version(self.data[:offset] + data + self.data[end:], self.mapped.union(touched))

    def resize(self, size):
        keep = range(block_count(size))
        return Version(self.data[:size].ljust(size, b"\0"), self.mapped.intersection(keep))

    def sector(self, at):
        return self.data[at:at + SECTOR].ljust(SECTOR, b"\0")


class State:
    """names: path -> file, a number, or None for a directory; files: number -> Version;
    kept: the file that is held open, or None."""

    def __init__(self, names=None, files=None, kept=None):
        self.names = dict(names or {})
        self.files = dict(files or {})
        self.kept = kept

    def copy(self):
        return State(self.names, self.files, self.kept)

    def blocks(self):
        """How many blocks it takes: data, an indirect block for each file, one for each directory."""
        files = set(self.names.values()) | {self.kept}
        directories = 1 + sum(file is None for file in self.names.values())
        return directories + sum(1 + len(self.files[file].mapped) for file in files if file)

    def below(self, directory):
        return [path for path in self.names if path.startswith(directory + "/")]


class Script:
    """Steps, and the state after each: states[k] is after step k, states[0] the start."""

    def __init__(self, name):
        self.name = name
        self.steps = []
        self.states = [State()]
        self.history = {}  # file -> [(step, Version)], oldest first
        self.next_file = 1

    @property
    def now(self):
        return self.states[-1]

    def text(self):
        return "".join(" ".join(map(str, step)) + "\n" for step in self.steps)

    def most_blocks(self):
        return max(state.blocks() for state in self.states)

    def add(self, *step):
        state = self.now.copy()
        getattr(self, f"do_{step[0]}", lambda *_: None)(state, *step[1:])
        self.steps.append(step)
        self.states.append(state)

    def set_version(self, state, file, version):
        state.files[file] = version
        self.history.setdefault(file, []).append((len(self.steps) + 1, version))

    def do_c(self, state, path):
        state.names[path] = self.next_file
        self.set_version(state, self.next_file, Version())
        self.next_file += 1

    def do_w(self, state, path, offset, count, seed):
        file = state.names[path]
        self.set_version(state, file, state.files[file].write(offset, data_fill(count, seed)))

    def do_l(self, state, path, size):
        file = state.names[path]
        self.set_version(state, file, state.files[file].resize(size))

    def do_t(self, state, path):
        self.do_l(state, path, 0)

    def do_r(self, state, old, new):
        for path in [old] + state.below(old):
            state.names[new + path[len(old):]] = state.names.pop(path)

    def do_k(self, state, old, new):
        state.names[new] = state.names[old]

    def do_u(self, state, path):
        del state.names[path]

    def do_m(self, state, path):
        state.names[path] = None

    def do_o(self, state, path):
        state.kept = state.names[path]

    def do_x(self, state):
        state.kept = None

    # --- the check ---------------------------------------------------------------------

    def check(self, tree, bound):
        """@tree: {path: inode of fsread}, or None; steps up to @bound are durable.

        Returns the step whose state it is; raises AssertionError."""
        if tree is None:
            assert bound == 0, f"/{self.name} is not there, though step {bound} was durable"
            return 0
        problems = []
        for k in range(bound, len(self.states)):
            problem = self.compare(tree, k)
            if problem is None:
                return k
            problems.append((problem[0], k, problem[1]))
        raise AssertionError(self.explain(tree, bound, sorted(problems)[:4]))

    def compare(self, tree, k):
        """None if @tree is the state after step @k, or one within step k + 1; otherwise how
        far it is from that, and a text."""
        state = self.states[k]
        odd = set(state.names) ^ set(tree)
        if odd:
            return 1000 + len(odd), f"names {sorted(odd)[:6]}"
        partial = self.file_of_partial_step(k)
        number_of, file_of = {}, {}
        wrong = []
        for path, file in state.names.items():
            inode = tree[path]
            if (inode.type == 1) != (file is None):
                wrong.append(f"type of {path}")
            if file is None:
                continue
            if (number_of.setdefault(file, inode.number) != inode.number
                    or file_of.setdefault(inode.number, file) != file):
                wrong.append(f"links of {path}")
            if not self.size_fits(k, file, inode.size, file == partial):
                wrong.append(f"{path} has {inode.size} bytes, not {len(state.files[file].data)}")
        if wrong:
            return 100 + len(wrong), "; ".join(wrong[:6])
        seen = set()
        for path, file in state.names.items():
            if file is not None and file not in seen:
                seen.add(file)
                bad = self.first_bad_sector(k, file, tree[path].read(), file == partial)
                if bad is not None:
                    wrong.append(f"{path}: bytes at {bad}")
        if wrong:
            return len(wrong), "; ".join(wrong[:6])
        return None

    def file_of_partial_step(self, k):
        """The file that step k + 1 changes in several transactions, or None."""
        if k == len(self.steps) or self.steps[k][0] not in SPLIT:
            return None
        return self.states[k].names[self.steps[k][1]]

    def size_fits(self, k, file, size, partial):
        want = len(self.states[k].files[file].data)
        if not partial:
            return size == want
        after = len(self.states[k + 1].files[file].data)
        return min(want, after) <= size <= max(want, after)

    def first_bad_sector(self, k, file, data, partial):
        version = self.states[k].files[file]
        if data == version.data:
            return None
        for at in range(0, len(data), SECTOR):
            got = data[at:at + SECTOR]
            if got == version.data[at:at + len(got)]:
                continue
            allowed = self.allowed(k, file, at)
            if partial:
                if at // BLOCK >= block_count(len(version.data)):
                    allowed = []  # new in step k + 1
                allowed = allowed + self.allowed(k + 1, file, at)
            if not is_mixture(got, allowed):
                return at
        return None

    def allowed(self, k, file, at):
        """What the sector at @at may hold if the metadata is that of step @k."""
        block = at // BLOCK
        version = self.states[k].files[file]
        found = [version.sector(at)]
        if block not in version.mapped:
            return found
        for step, later in self.history[file]:
            if step <= k:
                continue
            # A freed block is used again only after that is committed.  But while the file
            # still reaches into the page, the page stays in the cache.  It may be on its way
            # to the old place when newer bytes are written into it.
            if block not in later.mapped and len(later.data) <= at - at % PAGE:
                break
            found.append(later.sector(at))
        return found

    def explain(self, tree, bound, problems):
        lines = [f"/{self.name}: no step from {bound} on leaves such a tree; the nearest are"]
        for _, k, text in problems:
            lines.append(f"  after step {k} ({' '.join(map(str, self.steps[k - 1] if k else ()))}): {text}")
        listing = ", ".join(f"{path}:{inode.size}" for path, inode in sorted(tree.items()))
        return "\n".join(lines) + f"\n  found: {listing}"


def is_mixture(got, allowed):
    """Whether each byte is that of one of the sectors @allowed."""
    if any(got == sector[:len(got)] for sector in allowed):
        return True
    if len(allowed) < 2:
        return False
    return all(byte in column for byte, column in zip(got, zip(*allowed)))


# --- random scripts --------------------------------------------------------------------

MAX_FILES = 10
MAX_DIRS = 4
MAX_BYTES = 48 * 1024  # of one worker
MAX_WRITE = 9000


class Maker:
    """Makes steps that succeed, from a random generator."""

    STEPS = {"create": 9, "append": 16, "overwrite": 10, "resize": 7, "clear": 3,
             "move": 7, "replace": 4, "link": 4, "unlink": 9, "mkdir": 4, "move_dir": 3,
             "rmdir": 3, "keep": 3, "fsync": 4, "sync": 4}

    def __init__(self, name, rng, durable=True):
        self.script = Script(name)
        self.rng = rng
        self.kept = False
        self.fresh = 0
        self.kinds = [kind for kind in self.STEPS if durable or "sync" not in kind]
        self.weights = [self.STEPS[kind] for kind in self.kinds]

    def make(self, count):
        while len(self.script.steps) < count:
            kind = self.rng.choices(self.kinds, self.weights)[0]
            getattr(self, kind)()
        return self.script

    def files(self):
        return sorted(path for path, file in self.script.now.names.items() if file)

    def dirs(self):
        return sorted(path for path, file in self.script.now.names.items() if file is None)

    def size(self, path):
        state = self.script.now
        return len(state.files[state.names[path]].data)

    def room(self):
        return MAX_BYTES - sum(self.size(path) for path in self.files())

    def new_path(self, directories=True):
        self.fresh += 1
        places = [""] + [f"{d}/" for d in self.dirs()] if directories else [""]
        return f"{self.rng.choice(places)}{self.rng.choice('abcdef')}{self.fresh}"

    def some_file(self):
        files = self.files()
        return self.rng.choice(files) if files else None

    def write(self, path, offset, count):
        if count > 0:
            self.script.add("w", path, offset, count, self.rng.randrange(1, 1 << 40))

    def create(self):
        if len(self.files()) < MAX_FILES:
            path = self.new_path()
            self.script.add("c", path)
            self.write(path, 0, min(self.rng.randrange(MAX_WRITE), self.room()))

    def append(self):
        path = self.some_file()
        if path:
            count = self.rng.choice([1, 100, 512, 1024, 2000, self.rng.randrange(MAX_WRITE)])
            self.write(path, self.size(path), min(count, self.room()))

    def overwrite(self):
        path = self.some_file()
        if path and self.size(path) > 0:
            offset = self.rng.randrange(self.size(path))
            if self.rng.random() < 0.5:
                offset -= offset % SECTOR
            self.write(path, offset, min(self.rng.randrange(1, MAX_WRITE), self.room()))

    def resize(self):
        path = self.some_file()
        if path:
            size = self.size(path)
            longer = size + min(self.rng.randrange(1, 5000), max(self.room(), 1))
            self.script.add("l", path, self.rng.choice([self.rng.randrange(size + 1), longer]))

    def clear(self):
        path = self.some_file()
        if path:
            self.script.add("t", path)
            self.write(path, 0, min(self.rng.randrange(4000), self.room()))

    def move(self):
        path = self.some_file()
        if path:
            self.script.add("r", path, self.new_path())

    def replace(self):
        """As programs do that must keep the old contents or the new: write a new file, rename it over the old."""
        path = self.some_file()
        if path:
            aside = self.new_path()
            self.script.add("c", aside)
            self.write(aside, 0, min(self.rng.randrange(1, MAX_WRITE), self.room()))
            self.script.add("r", aside, path)

    def link(self):
        path = self.some_file()
        if path and len(self.files()) < MAX_FILES:
            self.script.add("k", path, self.new_path())

    def unlink(self):
        path = self.some_file()
        if path and len(self.files()) > 2:
            self.script.add("u", path)

    def mkdir(self):
        if len(self.dirs()) < MAX_DIRS:
            self.script.add("m", self.new_path())

    def move_dir(self):
        dirs = self.dirs()
        if dirs:
            self.script.add("r", self.rng.choice(dirs), self.new_path(directories=False))

    def rmdir(self):
        empty = [d for d in self.dirs() if not self.script.now.below(d)]
        if empty:
            self.script.add("u", self.rng.choice(empty))

    def keep(self):
        """A file that stays open after an unlink, and may be an orphan for a time."""
        path = self.some_file()
        if self.kept:
            self.script.add("x")
        elif path:
            self.script.add("o", path)
            self.script.add("u", path)
        else:
            return
        self.kept = not self.kept

    def fsync(self):
        path = self.some_file()
        if path:
            self.script.add("f", path)

    def sync(self):
        self.script.add("s")
