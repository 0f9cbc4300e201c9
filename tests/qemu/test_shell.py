"""Scripts that run in our shell and in dash: what they print and their status has to be the same."""
import glob
import os
import re
import shutil
import subprocess

import pytest

import machine
from machine import TOP, Machine

FOLDER = os.path.join(TOP, "tests/qemu/programs/scripts")
# Runs each script in an empty folder of its own.
DRIVER = """
cd /w
for name in $(cat /s/NAMES); do
	mkdir $name; cd $name
	echo "@@ $name"
	sh /s/$name 2> /w/stderr < /s/EMPTY
	echo "@= $?"
	cd /w; rm -r $name
done
echo "@@ end"
"""


def cases():
    """All scripts by name."""
    found = {}
    for path in sorted(glob.glob(FOLDER + "/*.txt")):
        for part in open(path, encoding="ascii").read().split("#--- ")[1:]:
            name, _, text = part.partition("\n")
            assert name not in found, name
            found[name] = text
    return found


CASES = cases()


def on_host(name, folder):
    """What dash makes of a script, and its status."""
    script, work = os.path.join(folder, "script"), os.path.join(folder, name)
    os.mkdir(work)
    with open(script, "w", encoding="ascii") as f:
        f.write(CASES[name])
    # So that scripts that run sh get dash, too.
    tools = os.path.join(folder, "bin")
    if not os.path.isdir(tools):
        os.mkdir(tools)
        os.symlink(shutil.which("dash"), os.path.join(tools, "sh"))
    env = {"PATH": f"{tools}:/usr/bin:/bin", "LC_ALL": "C"}
    done = subprocess.run(["dash", script], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=60)
    return done.stdout.decode("latin1"), done.returncode


@pytest.fixture(scope="module")
def here(test_image, tmp_path_factory):
    """What our shell makes of all scripts, on one machine."""
    folder = tmp_path_factory.mktemp("shell")
    image = str(folder / "image")
    shutil.copyfile(test_image, image)
    files = []
    for number, (name, text) in enumerate(CASES.items()):
        (folder / f"f{number}").write_text(text)
        files.append(f"{folder}/f{number}:s/s{number}")
    (folder / "names").write_text("".join(f"s{number}\n" for number in range(len(CASES))))
    (folder / "empty").write_text("")
    (folder / "driver").write_text(DRIVER)
    files += [f"{folder}/names:s/NAMES", f"{folder}/empty:s/EMPTY", f"{folder}/driver:driver"]
    subprocess.run([f"{TOP}/build/mkfs", "--add", image, *files], check=True, stdout=subprocess.DEVNULL)
    with Machine(image, harts=2) as m:
        m.boot()
        m.run("mkdir /w")
        m.console.sendline("sh driver")
        m.console.expect_exact("@@ end\r\n", timeout=600)
        out = m.console.before.replace("\r\n", "\n")
    parts = re.split(r"@@ s(\d+)\n", out)[1:]
    results = {}
    for number, text in zip(parts[::2], parts[1::2]):
        text, _, status = text.rpartition("@= ")
        results[list(CASES)[int(number)]] = text, int(status)
    return results


@pytest.mark.skipif(not shutil.which("dash"), reason="dash is not installed")
@pytest.mark.parametrize("name", CASES)
def test_as_dash(here, tmp_path, name):
    assert here[name] == on_host(name, str(tmp_path))
