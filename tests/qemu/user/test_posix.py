"""The C library and the programs that show it: each case runs here and on the host, and has to give the same."""
import glob
import os
import re
import shutil
import subprocess
import time

import pytest

from machine import TOP, Machine, make, scratch

SOURCES = [os.path.join(TOP, "tests/qemu/programs", name)
           for name in ("posix.c", "library/posixfiles.c", "library/posixcalls.c")]


def program(source):
    return os.path.splitext(os.path.basename(source))[0]


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        machine.run("mkdir work; cd work; " + FILES)
        yield machine


@pytest.fixture(scope="module")
def host():
    """A folder on the host with the same files, and the programs."""
    folder = scratch()
    for source in SOURCES:
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-w", "-pthread", "-o", f"{folder}/{program(source)}", source,
                        "-lm"], check=True)
    subprocess.run(["mkdir", f"{folder}/work"], check=True)
    subprocess.run(["sh", "-c", FILES + "; chmod -R +x ."], check=True, cwd=f"{folder}/work")
    yield folder
    shutil.rmtree(folder)


# Scripts for the search along PATH.
FILES = ("mkdir a; mkdir b; echo 'exit 3' > a/one; echo 'exit 4' > b/one; echo 'exit 5' > b/two; "
         "echo 'exit 6' > here")


def on_host(host, line):
    done = subprocess.run(["sh", "-c", line], cwd=f"{host}/work", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, timeout=60,
                          env={"LC_ALL": "C", "PATH": f"{os.environ['PATH']}:{host}", "HOME": "/"})
    return done.stdout + f"status {done.returncode}\n"


def here(m, line):
    return m.run(f"({line}) 2> errors; echo status $?")


CASES = [f"{program(source)} {line.split(chr(34))[1]}" for source in SOURCES
         for line in open(source, encoding="ascii") if line.startswith("\t{ \"")]


@pytest.mark.parametrize("case", CASES)
def test_same_as_on_the_host(m, host, case):
    assert here(m, f"/{case}") == on_host(host, f"{host}/{case}")


@pytest.mark.parametrize("line", [
    "env -i A=b C=d env",
    "env -i A=b A=c B=x=y env",
    "env -i env -u HOME printenv",
    "env - A=b printenv A",
    "env -u HOME printenv HOME",
    "env HOME=/x printenv HOME",
    "env A=1 -i printenv",
    "env nosuch",
    "env -u A=B env",
    "env -i A= printenv A",
    "env false",
    "env A=1 env -u A env -u HOME printenv A HOME",
    "printenv HOME",
    "printenv HOME NOSUCH HOME",
    "printenv NOSUCH",
    "printenv HOM",
])
def test_programs_of_the_environment(m, host, line):
    assert here(m, line) == on_host(host, line)


@pytest.mark.parametrize("line", [
    "echo gone > /dev/null; cat /dev/null",
    "wc -c < /dev/null",
    "cat /dev/null a/one > copy; cat copy",
    "dd if=/dev/zero bs=1000 count=3 2> err | wc -c",
    "echo typed > /dev/full",
    "cat a/one > /dev/full",
    "grep x /dev/null",
    "cmp /dev/null /dev/null",
])
def test_devices(m, host, line):
    assert here(m, line) == on_host(host, line)


def test_device_folder(m):
    assert m.run("ls /dev").split() == ["console", "full", "null", "tty", "zero"]
    assert m.run("echo seen > /dev/tty; echo twice > /dev/console") == "seen\ntwice\n"
    assert m.run("cd /; echo de*; cd work") == "dev\n"


@pytest.mark.parametrize("line", [
    "date -u +%Y-%m-%d",
    "date +",
    "date +%%-%n",
    "date -u +%Z%z",
    "date +%Y +%m",
    "time true 2> /dev/null",
    "time -p false 2> /dev/null",
    "time nosuch 2> /dev/null",
])
def test_date_and_time(m, host, line):
    if line.startswith("time"):
        line = "env " + line
    want = on_host(host, line) if line != "date +%Y +%m" else "status 2\n"
    if line.startswith("env time") and not shutil.which("time"):
        want = {"true": "status 0\n", "fals": "status 1\n", "nosu": "status 127\n"}[line.split()[-3][:4]]
    assert here(m, line) == want


@pytest.mark.skipif(not shutil.which("riscv64-unknown-elf-g++"), reason="no C++ compiler")
def test_cplusplus(m):
    assert m.run("/cxx") == ("made once\n25 9 2 4 4\n0 1\nsignals 1\nsquare 5 is gone\nend of main\nsquare 3 is gone\n")


def test_date_is_that_of_the_host(m):
    assert abs(int(m.run("date +%s")) - time.time()) < 5


def test_time_tells_what_was_used(m):
    words = m.run("time sleep 5").split()
    assert words[0::2] == ["real", "user", "sys"]
    assert 0.4 <= float(words[1]) < 5 and float(words[3]) < 0.4


def listed(what):
    """The names in that table of docs/posix.md."""
    text = open(os.path.join(TOP, "docs/posix.md"), encoding="ascii").read()
    table = text.partition(f"<!-- {what}:")[2].partition(f"<!-- end of {what}")[0]
    return {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", "|".join(row.split("|")[2:3]))}


def test_functions_that_docs_list():
    """The build links those that docs/posix.md says there are; the others must not exist."""
    make("guest-tests")
    table = subprocess.run(["riscv64-unknown-elf-nm", "build/guest/functions.sym"], cwd=TOP, check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    linked = set(re.findall(r" [A-Za-z] (\w+)$", table, re.M))
    assert len(listed("functions")) > 150 and listed("functions") <= linked, listed("functions") - linked
    objects = glob.glob(os.path.join(TOP, "build/user/obj-*/user/lib/**/*.o"), recursive=True)
    library = glob.glob("/usr/lib/picolibc/riscv64-unknown-elf/lib/rv64i*fd*/lp64d/libc.a")[0]
    table = subprocess.run(["riscv64-unknown-elf-nm", library, *objects], cwd=TOP, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True).stdout
    defined = set(re.findall(r" [TDBRW] (\w+)$", table, re.M))
    assert "fopen" in defined and len(listed("missing")) > 30
    assert not listed("missing") & defined
