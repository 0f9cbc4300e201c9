"""Programs of user/text and user/file beside their namesakes of this computer: each line is typed into one
machine, and run here by sh.  What is printed and the status have to be the same; of what goes to standard
error only that there is something."""
import os
import subprocess

import pytest

from machine import TOP, Machine

FILES = {
    "fruit": "pear 3 red\napple 10 green\nfig 2 blue\nApple 1 red\nbanana 10 yellow\napple 10 green\n",
    "table": "a:b:c\nd:e\nno delimiter\n:::\nx:y:z:w\n",
    "numbers": "10\n9\n-3\n2.5\n\n0\n-0.5\n1000000000000000000000\n007\nabc\n2.50\n",
    "runs": "a\na\nb\nc\nc\nc\na\nx 1\ny 1\nz 2\n",
    "prose": "the quick brown fox\njumps over\n\nthe lazy dog\n  two leading blanks\n",
    "noeol": "one\ntwo",
    "nothing": "",
}

SORT = """
sort fruit
sort -r fruit
sort -u fruit
sort -f fruit
sort -fu fruit
sort -n numbers
sort -nr numbers
sort -nu numbers
sort -k 2n fruit
sort -k2,2n -k1,1 fruit
sort -k2,2n -s fruit
sort -k 3 -k 1r fruit
sort -k 1.2,1.3 fruit
sort -b -k 2.2 fruit
sort -t : -k 2 table
sort -t: -k2,2 -k1r table
sort -t : -k 3.1,3.1 table
sort -d prose
sort -bf prose
sort noeol fruit
sort - noeol < fruit
cat fruit | sort -o sorted; cat sorted
cp fruit same; sort -o same same; cat same
sort -c fruit
sort -C fruit
sort -c sorted
sort -cu sorted
sort -m sorted noeol
sort nothing
sort nosuch
sort -k 0 fruit
sort -k 1x fruit
sort -t ab fruit
"""

UNIQ = """
uniq runs
uniq -c runs
uniq -d runs
uniq -u runs
uniq -f 1 runs
uniq -s 1 runs
uniq -f 1 -c runs
uniq -s 2 -d runs
cat runs | uniq - made; cat made
uniq noeol
uniq nothing
uniq nosuch
uniq a b c
uniq -f x runs
"""

CUT = """
cut -c 1-3 fruit
cut -c 2 fruit
cut -c 3-,1 fruit
cut -b -2 fruit
cut -d : -f 2 table
cut -d: -f2- table
cut -d: -f 1,3 table
cut -d : -f 3,1 -s table
cut -d ' ' -f 2 fruit prose
cut -f 1 table
cat table | cut -d: -f4
cut -c 1 noeol
cut -f 0 table
cut -f 3-1 table
cut -f x table
cut table
cut -c 1 nosuch
"""

TR = r"""
tr a-z A-Z < fruit
tr '[:lower:]' '[:upper:]' < fruit
tr -d aeiou < fruit
tr -s ' ' < prose
tr -cs 'a-zA-Z' '\n' < prose
tr -cd '[:digit:]\n' < fruit
tr -ds aeiou p < fruit
tr -s a-z < fruit
tr abc x < fruit
tr 'a-e' '[x*2]yz' < fruit
tr 'a-e' 'x[y*]z' < fruit
tr '\141\n' 'b ' < fruit
tr '[=a=]' z < fruit
tr -c 'a-z\n' . < fruit
tr '[a-c]' '<x-z>' < table
tr ab '\\/' < table
tr a
tr -d a b < fruit
tr
tr z-a b < fruit
"""

TEE = """
tee copy < fruit; cat copy
echo more | tee -a copy; cat copy
echo x | tee one two three; cat one two three
echo x | tee nosuch/file
"""

SEQ = """
seq 5
seq 2 5
seq 1 2 10
seq 10 -3 1
seq 3 1
seq -2 2
seq -- -2 2
seq 0 .1 .5
seq 0.1 0.1 0.3
seq 1 0.25 2
seq -w 8 11
seq -w 1 2 10
seq -w 0.5 10
seq -w -5 5 10
seq -s , 4
seq -s ', ' 1 3
seq -f '%05.2f' 3
seq -f 'no. %g!' 3
seq -f '%e%%' 2
seq 1e3 1e3 3e3
seq 0
seq x
seq 1 0 5
seq -f '%d' 3
seq
seq 1 2 3 4
"""

EXACT = {"sort", "diff", "xargs", "test"}  # others may fail with any status but 0

HERE = [line for table in (SORT, UNIQ, CUT, TR, TEE, SEQ) for line in table.strip().split("\n")]


def run_here(folder, line):
    done = subprocess.run(["sh", "-c", line], cwd=folder, env=dict(os.environ, LC_ALL="C"), encoding="latin1",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout, bool(done.stderr)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("here")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def m(test_image, here):
    machine = Machine(test_image, harts=2)
    paths = [f"{here / name}:work/{name}" for name in FILES]
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", machine.image, *paths], check=True,
                   stdout=subprocess.DEVNULL)
    with machine:
        machine.boot()
        machine.run("cd work")
        yield machine


@pytest.mark.parametrize("line", HERE)
def test_same_as_here(m, here, line):
    code, out, complains = run_here(here, line)
    shown = m.run(f"({line}) 2> /err < nothing; echo status $?; wc -c /err")
    shown, _, rest = shown.rpartition("status ")
    status, errors = int(rest.split()[0]), int(rest.split()[1])
    assert shown == out
    assert bool(errors) == complains, m.run("cat /err")
    assert status == code if code == 0 or line.split()[0] in EXACT else status > 0
