"""Power cuts.  Whenever the power goes, the disk is consistent once its log is replayed, and has
all that was durable: everything that a sync or fsync followed, or that was over a second old.

One part records what the guest writes and tries the images that a cut could have left, by
the thousand, outside of QEMU; the other kills QEMU at random moments.
"""
import concurrent.futures
import os
import pathlib
import random
import time

import pytest

import fsread
import machine
import powerlab
import powermodel

SEED = int(os.environ.get("POWER_SEED", "1"))
CUTS = int(os.environ.get("POWER_CUTS", "1500"))     # images tried for one record
KILLS = int(os.environ.get("POWER_KILLS", "50"))
PAUSE = 16             # ticks of 0.1 s: the second that the kernel may take, and the commit itself
OUT = powerlab.ROOT / "build/test"


@pytest.fixture(scope="module")
def powerload(tmp_path_factory):
    machine.make("all")
    target = tmp_path_factory.mktemp("power") / "powerload"
    powerlab.build_powerload(target)
    return target


@pytest.fixture
def directory():
    with powerlab.scratch_directory() as path:
        yield pathlib.Path(path)


def image_with(directory, powerload, scripts, blocks):
    """A disk with the programs, the scripts and @blocks free blocks."""
    files = [powerload]
    for script in scripts:
        path = directory / f"s.{script.name}"
        path.write_text(script.text())
        files.append(path)
    image = directory / "disk.img"
    powerlab.make_image(image, files, blocks)
    return image


# --- checking one image ---------------------------------------------------------------------

def check_image(data, scripts, bounds, scratch):
    """Raises AssertionError if @data, a bytearray, is not what a cut may leave.

    Returns {name: step} found, and the number of blocks that the log had."""
    scratch.write_bytes(data)
    status, output = powerlab.fsck(scratch)
    assert status == 0, f"fsck:\n{output}"
    image = fsread.Image(data)
    homes = image.replay()
    found = {}
    for script in scripts:
        found[script.name] = script.check(image.walk(script.name), bounds.get(script.name, 0))
    return found, len(homes)


def keep_failure(data, name, why):
    """Saves the image, because the test's directory is removed."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.img"
    path.write_bytes(data)
    return f"{why}\nthe image, log not replayed, is {path}"


def cut_problem(cut, events, scripts, scratch):
    """None, or what is wrong with the image of @cut; and the blocks in its log."""
    data = cut.image()
    raw = bytes(data)
    bounds = powerlab.bounds_of(event[1] for event in events[:cut.position] if event[0] == "line")
    try:
        return None, check_image(data, scripts, bounds, scratch)[1]
    except (AssertionError, fsread.Damaged) as problem:
        text = f"{cut}, durable are {bounds}:\n{problem}"
        return keep_failure(raw, f"power-cut-{cut.position}", text), 0


def check_cuts(cuts, events, scripts, directory):
    """Tries them all; returns how many of them had something in the log."""
    logs = 0
    problems = []
    for cut in cuts:
        problem, homes = cut_problem(cut, events, scripts, directory / "cut.img")
        logs += homes > 0
        if problem:
            problems.append(problem)
            if len(problems) == 5:
                break
    assert not problems, f"{len(problems)} or more bad images:\n" + "\n\n".join(problems)
    return logs


def choose(boundaries, others, count, seed):
    """@count cuts: those at flushes first, and others at random."""
    rng = random.Random(seed)
    room = max(count - len(boundaries), 0)
    if len(boundaries) > count:
        boundaries = rng.sample(boundaries, count)
    return boundaries + (others if len(others) <= room else rng.sample(others, room))


def check_places(events, start):
    """No write may go to the boot block or the superblock, nor past the end of the file system."""
    size = fsread.Image(bytearray(start)).size * fsread.BLOCK
    for event in events:
        if event[0] == "write":
            assert 2 * fsread.BLOCK <= event[1] and event[1] + len(event[2]) <= size


def check_console(lines):
    bad = [line for line in lines if "FAIL" in line or "panic" in line or "fs: cannot" in line]
    assert not bad, bad


# --- the record -------------------------------------------------------------------------------

def record_load(powerload, directory, scripts, seed):
    """(the disk before, the record) of a run that ends with a power-off."""
    # Just enough room, so that blocks are used again as soon as they are free.
    blocks = sum(script.most_blocks() for script in scripts) + 8
    start = image_with(directory, powerload, scripts, blocks).read_bytes()
    recorder = powerlab.Recorder(start, seed)
    names = " ".join(script.name for script in scripts)
    status = recorder.run(f"powerload {names}")
    check_console(recorder.console)
    assert status == 0, recorder.console[-20:]
    return start, recorder


def describe(events):
    count = {kind: sum(event[0] == kind for event in events) for kind in ("write", "flush")}
    return f"{count['write']} writes, {count['flush']} flushes"


@pytest.mark.parametrize("seed", [SEED, SEED + 1, SEED + 2])
def test_any_cut_of_a_record(powerload, directory, seed):
    """Three processes at work: two that sync, and one that leaves it to the kernel."""
    rng = random.Random(seed)
    scripts = [powermodel.Maker("a", rng).make(250), powermodel.Maker("b", rng).make(250),
               powermodel.Maker("lazy", rng, durable=False).make(300)]
    start, recorder = record_load(powerload, directory, scripts, seed)
    events = recorder.events
    check_places(events, start)

    boundaries, others = powerlab.all_cuts(start, events, seed)
    cuts = choose(boundaries, others, CUTS, seed)
    logs = check_cuts(cuts, events, scripts, directory)
    print(f"\n{describe(events)}; {len(cuts)} of {len(boundaries) + len(others)} images tried, "
          f"{logs} with a log to replay")
    assert logs > len(cuts) // 50, "the cuts miss the commits"

    # After a power-off all is on the disk, and no log is left to replay.
    ends = {script.name: len(script.steps) for script in scripts}
    _, homes = check_image(bytearray(recorder.data), scripts, ends, directory / "end.img")
    assert homes == 0


def test_commit_in_the_background(powerload, directory):
    """Nobody syncs: after a second all is durable, with changes of names and of data alone."""
    rng = random.Random(SEED)
    maker = powermodel.Maker("lazy", rng, durable=False)
    maker.make(40)
    maker.script.add("p", PAUSE)
    data_only(maker)
    maker.script.add("p", PAUSE)
    maker.make(len(maker.script.steps) + 40)
    maker.script.add("p", PAUSE)
    scripts = [maker.script]
    start, recorder = record_load(powerload, directory, scripts, SEED)
    events = recorder.events
    bounds = powerlab.bounds_of(recorder.console)
    assert bounds == {"lazy": len(maker.script.steps)}
    boundaries, others = powerlab.all_cuts(start, events, SEED)
    check_cuts(choose(boundaries, others, 400, SEED), events, scripts, directory)


def data_only(maker):
    """Overwrites the first half of files: names, sizes and block numbers stay."""
    script = maker.script
    files = [path for path in maker.files() if mapped_whole(script.now, path)]
    assert len(files) > 1
    for path in files:
        maker.write(path, 0, maker.size(path) // 2)


def mapped_whole(state, path):
    version = state.files[state.names[path]]
    return len(version.data) > 1 and len(version.mapped) == powermodel.block_count(len(version.data))


def recoverable(cuts, count, rng):
    """Cuts with the most in the log, at most one for each write or flush, in random order."""
    rng.shuffle(cuts)
    found = {}
    for cut in cuts:
        if cut.position not in found and len(fsread.Image(cut.image()).logged()) >= 3:
            found[cut.position] = cut
            if len(found) == count:
                break
    return list(found.values())


def test_recovery_by_the_kernel(powerload, directory):
    """The kernel itself replays the log of such images, and may be cut off while it does."""
    rng = random.Random(SEED)
    scripts = [powermodel.Maker(name, rng).make(60) for name in ("a", "b")]
    start, recorder = record_load(powerload, directory, scripts, SEED)
    events = recorder.events
    boundaries, others = powerlab.all_cuts(start, events, SEED)
    cuts = recoverable(boundaries + others, 6, rng)
    assert len(cuts) == 6
    for cut in cuts:
        check_recovery(cut, events, scripts, directory)


def check_recovery(cut, events, scripts, directory):
    bounds = powerlab.bounds_of(event[1] for event in events[:cut.position] if event[0] == "line")
    broken = bytes(cut.image())
    found, homes = check_image(bytearray(broken), scripts, bounds, directory / "cut.img")

    second = powerlab.Recorder(broken, cut.position)
    assert second.run("echo") == 0, second.console[-20:]
    check_console(second.console)
    replayed = [line for line in second.console if line.startswith("recovering tail ")]
    assert len(replayed) == homes, f"{cut}: {homes} blocks in the log, replayed: {replayed}"
    check_places(second.events, broken)

    # What was found must not change, whenever the recovery is cut off, nor after it.
    boundaries, others = powerlab.all_cuts(broken, second.events, cut.position)
    for again in choose(boundaries, others, 60, cut.position):
        state, _ = check_image(again.image(), scripts, bounds, directory / "cut.img")
        assert state == found, f"{cut}, then in the recovery {again}: {found} became {state}"
    end = directory / "end.img"
    state, homes = check_image(bytearray(second.data), scripts, bounds, end)
    assert state == found and homes == 0
    status, output = powerlab.fsck(end, "-S")  # orphans are reclaimed, too
    assert status == 0, output


# --- kills --------------------------------------------------------------------------------------

KILLS_OF_IMAGE = 5
WORKERS = 2
READY = "powerload: start"


class Chain:
    """Boots one image, loads it and kills QEMU, again and again; what the check after
    a kill found must stay as it was."""

    def __init__(self, powerload, seed, kills):
        self.powerload = powerload
        self.seed = seed
        self.kills = kills
        self.rng = random.Random(seed)
        self.left = {}       # script -> what was found of it: {path: (type, size, bytes)}
        self.in_log = 0      # kills that left something in the log
        self.cut_short = 0   # kills before the load was done

    def run(self):
        with powerlab.scratch_directory() as name:
            directory = pathlib.Path(name)
            rounds = [[powermodel.Maker(f"{who}{i}", self.rng).make(500) for who in "ab"]
                      for i in range(self.kills)]
            image = image_with(directory, self.powerload, sum(rounds, []), 1200)
            for scripts in rounds:
                self.run_and_kill(image, scripts)
                self.check(image, scripts, directory)
            self.boot_to_the_end(image)
        return self

    def run_and_kill(self, image, scripts):
        names = " ".join(script.name for script in scripts)
        with powerlab.Qemu(powerlab.file_disk(image), f"powerload {names}") as qemu:
            # Now and then the kill comes in the boot, which recovers from the last kill.
            if self.rng.random() < 0.9:
                assert qemu.wait_for(READY, 30), qemu.text()
            time.sleep(self.rng.uniform(0, 0.3))
            qemu.kill()
            qemu.drain()
            self.lines = qemu.lines
        self.cut_short += "powerload: end" not in self.lines

    def check(self, image, scripts, directory):
        check_console(self.lines)
        data = bytearray(image.read_bytes())
        raw = bytes(data)
        bounds = powerlab.bounds_of(self.lines)
        try:
            _, homes = check_image(data, scripts, bounds, directory / "killed.img")
            tree = fsread.Image(data)
            for script, before in self.left.items():
                assert contents(tree, script) == before, f"/{script} has changed"
        except (AssertionError, fsread.Damaged) as problem:
            text = f"chain of seed {self.seed}, durable are {bounds}:\n{problem}"
            raise AssertionError(keep_failure(raw, f"power-kill-{self.seed}", text)) from None
        self.in_log += homes > 0
        for script in scripts:
            self.left[script.name] = contents(tree, script.name)

    def boot_to_the_end(self, image):
        with powerlab.Qemu(powerlab.file_disk(image), "echo") as qemu:
            assert not qemu.wait_for("(the console ends)", 30)
            check_console(qemu.lines)
            assert qemu.process.wait(10) == 0, qemu.text()
        status, output = powerlab.fsck(image, "-S")
        assert status == 0, output
        tree = fsread.Image(bytearray(image.read_bytes()))
        assert not tree.logged()
        for script, before in self.left.items():
            assert contents(tree, script) == before, f"/{script} has changed"


def contents(image, path):
    tree = image.walk(path)
    if tree is None:
        return None
    return {name: (inode.type, inode.size, inode.read()) for name, inode in tree.items()}


def test_random_kills(powerload):
    chains = [Chain(powerload, SEED * 1000 + i, min(KILLS_OF_IMAGE, KILLS - at))
              for i, at in enumerate(range(0, KILLS, KILLS_OF_IMAGE))]
    print(f"\nseeds {[chain.seed for chain in chains]}")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(Chain.run, chains))
    short = sum(chain.cut_short for chain in done)
    print(f"{KILLS} kills, {short} in boot or load, {sum(chain.in_log for chain in done)} with a log")
    assert short > KILLS // 2, "the load is too short: most kills came after it"
