"""Lines for two shells: this computer's and the machine's.  What is printed and the status have to be the same; of
what goes to standard error only that there is something."""
import os
import subprocess

import pytest

from machine import TOP, Machine

FILES = {
    "fruit": "pear 3 red\napple 10 green\nfig 2 blue\nApple 1 red\nbanana 10 yellow\napple 10 green\n",
    "sorted": "a 1\nb 2\nb 3\nd 4\ne 5\n",
    "other": "a x\nb y\nc z\nd w\n",
    "colons": "k:1:x\nl::y\nm:3:\n",
    "colons2": "k:one\nm:two\nn:three\n",
    "noeol": "one\ntwo",
    "nothing": "",
    "tabs": "\ta\tb\n  \tx\ty\nabcdefgh\ti\n",
    "blanks": "  two\n\n\nfour\n  \nsix\n",
    "sections": "\\:\\:\\:\nhead\n\\:\\:\nbody\n\nbody2\n\\:\nfoot\n\\:\\:\nagain\n",
    "long": "the quick brown fox jumps over the lazy dog and runs away from it\n" * 3,
    "wide": "x" * 100000 + "\nshort\n" + "ab " * 40000 + "\n",
    "bytes": "".join(map(chr, range(256))),
    "zeros": "\0" * 100 + "end\n",
    "nul": "first\nsec\0ond\nthird first\n",
    "numbers": "".join(f"{n}\n" for n in range(1, 31)),
    "top/one": "needle\nhay\n",
    "top/b/two": "hay\nNeedle needles\n",
    "top/b/three": "nothing here\n",
}


def run_here(folder, line):
    done = subprocess.run(["sh", "-c", line], cwd=folder, env=dict(os.environ, LC_ALL="C"),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode("latin1"), bool(done.stderr)


def make_files(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="latin1")
    return folder


def machine_with(image, folder, files):
    """A machine with those files in /work."""
    machine = Machine(image, harts=2)
    paths = [f"{folder / name}:work/{name}" for name in files]
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", machine.image, *paths], check=True,
                   stdout=subprocess.DEVNULL)
    return machine


def check(machine, folder, line, exact):
    """Unless @exact, a line that fails here may fail there with any status but 0."""
    code, out, complains = run_here(folder, line)
    # Not to the terminal: the output may contain a prompt.
    shown = machine.run(f"({line}) > /out 2> /err < nothing; echo $?; wc -c < /err; xxd -p /out").split()
    status, errors, shown = int(shown[0]), int(shown[1]), bytes.fromhex("".join(shown[2:])).decode("latin1")
    assert shown == out
    assert bool(errors) == complains, machine.run("cat /err")
    assert status == code if code == 0 or exact else status > 0


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_files(tmp_path_factory.mktemp("here"), FILES)


@pytest.fixture(scope="module")
def m(test_image, here):
    with machine_with(test_image, here, FILES) as machine:
        machine.boot()
        machine.run("cd work")
        yield machine
