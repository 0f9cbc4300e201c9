"""Scripts that run in our shell and in dash: what they print and their status has to be the same."""
import glob
import os
import re
import shutil
import signal
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
	sh /s/$name 2> /w/stderr < /s/EMPTY > /w/stdout
	status=$?; cat /w/stdout
	echo "@= $status"
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
                          stderr=subprocess.DEVNULL, timeout=60,
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))  # not as nohup has it
    return done.stdout.decode("latin1"), done.returncode


def run_here(names, image, folder):
    """What our shell makes of these scripts, on one machine; an image has room for so many."""
    os.mkdir(folder)
    shutil.copyfile(image, f"{folder}/image")
    texts = {"driver": DRIVER, "s/NAMES": "".join(f"s{number}\n" for number in range(len(names))), "s/EMPTY": ""}
    texts |= {f"s/s{number}": CASES[name] for number, name in enumerate(names)}
    files = []
    for number, (path, text) in enumerate(texts.items()):
        with open(f"{folder}/f{number}", "w", encoding="ascii") as f:
            f.write(text)
        files.append(f"{folder}/f{number}:{path}")
    subprocess.run([f"{TOP}/build/mkfs", "--add", f"{folder}/image", *files], check=True, stdout=subprocess.DEVNULL)
    with Machine(f"{folder}/image", harts=2) as m:
        m.boot()
        m.run("mkdir /w")
        m.console.sendline("sh driver")
        m.console.expect_exact("@@ end\r\n", timeout=600)
        out = m.console.before.replace("\r\n", "\n")
    parts = re.split(r"@@ s(\d+)\n", out)[1:]
    results = {}
    for number, text in zip(parts[::2], parts[1::2]):
        text, _, status = text.rpartition("@= ")
        results[names[int(number)]] = text, int(status)
    return results


@pytest.fixture(scope="module")
def here(test_image, tmp_path_factory):
    """What our shell makes of all scripts."""
    folder, names, results = tmp_path_factory.mktemp("shell"), list(CASES), {}
    for start in range(0, len(names), 60):
        results |= run_here(names[start:start + 60], test_image, f"{folder}/{start}")
    return results


@pytest.mark.skipif(not shutil.which("dash"), reason="dash is not installed")
@pytest.mark.parametrize("name", CASES)
def test_as_dash(here, tmp_path, name):
    assert here[name] == on_host(name, str(tmp_path))


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2, mem="64M") as machine_:
        machine_.boot()
        yield machine_


@pytest.mark.parametrize("line,want", [
    ("f() { f; }; f; echo gone", "sh: commands are nested too deeply\n"),
    ("f() { eval f; }; f; echo gone", "sh: commands are nested too deeply\n"),
    ("echo '. ./loop' > loop; . ./loop; echo gone", "sh: commands are nested too deeply\n"),
    ("(" * 120 + "echo" + ")" * 120, 'sh: syntax error: "nesting" unexpected\n'),
    ("echo ${x?is not there}; echo gone", "sh: x: is not there\n"),
    ("echo $((1 / 0)); echo gone", "sh: 1 / 0: division by zero\n"),
    ("readonly r=1; r=2; echo gone", "sh: r: is read only\n"),
    ("nosuch; echo $?", "sh: nosuch: not found\n127\n"),
    ("./nosuch; echo $?", "sh: ./nosuch: not found\n127\n"),
    ("mkdir dir; ./dir 2> err; echo $?; cat err | wc -l", "126\n1\n"),
    ("echo > no/such; echo $?", "sh: cannot create no/such: No such file or directory\n2\n"),
    ("cat < nosuch; echo $?", "sh: cannot open nosuch: No such file or directory\n2\n"),
    ("sh -c 'kill -9 $$' | cat; sh -c 'kill -FPE $$'; echo $?", "Floating point exception\n136\n"),
    ("(kill -9 $(exec sh -c 'echo $PPID')); echo $?; timeout 1 sleep 60; echo $?", "Killed\n137\n124\n"),
    ("[ a == a ]; echo $?; test a == b; echo $?", "0\n1\n"),
    ("fi", 'sh: syntax error: "fi" unexpected\n'),
    ("cd nosuch; echo $?", "sh: cd: nosuch: No such file or directory\n2\n"),
    ("(exec 3>a 4>a 5>a 6>a 7>a 8>a 9>a; { { { { { { { echo x; } > b; } > c; } > d; } > e; } > f; } > g; } > h; "
     "echo $?) 2>&1 | tail -n 1", "2\n"),
])
def test_mistakes(m, line, want):
    assert m.run(line) == want
    assert m.run("echo alive $(echo too)") == "alive too\n"


def test_kill_is_in_the_status(m):
    assert m.run("sleep 600 & kill $!; wait $!; echo status $?").endswith("status 143\n")


def test_memory_that_runs_out(m):
    """What does not fit is told, and the shell goes on.  What it took for that serves it the next time."""
    def available():
        return int(m.run("free").splitlines()[1].split()[2])
    left = []
    for _ in range(3):
        out = m.run("x=xxxxxxxx; while :; do x=$x$x; done; echo gone", timeout=300)
        assert out.endswith(("out of memory\n", "Not enough space\n", "Cannot allocate memory\n")), out
        assert m.run("x=; echo alive") == "alive\n"
        left.append(available())
    assert left[2] > left[1] - 1024, left


def test_loops_do_not_grow(m):
    """A loop whose commands have words, redirections, texts and functions gives all memory back."""
    for text in ("f() { { echo $1; } > out; case $1 in *[a-z]*) y=${1#x};; esac; read z <<E", "text $1 $y", "E"):
        m.console.sendline(text)
        m.console.expect_exact("\r\n> ")
    m.run("}")
    line = "i=0; while [ $i -lt 300 ]; do f x$i; i=$((i + 1)); done; ps | grep ' sh$'"
    sizes = [m.run(line).split()[-3] for _ in range(3)]
    assert sizes[1] == sizes[2], sizes


@pytest.mark.parametrize("loop", ["while :; do :; done", "for i in 1 2 3; do sleep 600; done", "f() { sleep 600; f; }; f",
                                  "until false; do x=$(sleep 600); done", "while read x; do :; done"])
def test_interrupt_ends(m, loop):
    m.console.sendline(loop)
    m.console.expect_exact(loop + "\r\n")
    m.console.send("\x03")
    m.console.expect_exact("$ ")
    m.console.sendline("echo a'l'ive")
    m.console.expect_exact("\r\nalive\r\n$ ")


def test_unfinished_lines(m):
    m.console.sendline("if true")
    m.console.expect_exact("\r\n> ")
    m.console.sendline("then echo yes")
    m.console.expect_exact("\r\n> ")
    assert m.run("fi") == "yes\n"
    m.console.sendline("cat <<E")
    m.console.expect_exact("\r\n> ")
    m.console.sendline("text")
    m.console.expect_exact("\r\n> ")
    assert m.run("E") == "text\n"
