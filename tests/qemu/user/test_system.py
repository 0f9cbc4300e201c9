"""df, uname, dmesg, top, ps aux, time: what they say of the machine and its processes."""
import re
import time

import pytest

from machine import Machine


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        yield machine


def status(m, line):
    text, _, number = m.run(line + "; echo status $?").rpartition("status ")
    return int(number), text


def disk(m):
    code, text = status(m, "df")
    head, row = text.splitlines()
    assert code == 0 and head.split() == "Filesystem 1024-blocks Used Available Capacity Mounted on".split()
    name, blocks, used, left, percent, where = row.split()
    assert name == "virtio-blk" and where == "/"
    blocks, used, left = int(blocks), int(used), int(left)
    assert blocks == 4000 and used + left == blocks
    assert percent == f"{-(-used * 100 // blocks)}%"
    return used


def test_df(m):
    m.run("true > /big; rm /big; sync")  # a directory that has grown for it does not shrink
    before = disk(m)
    m.run("dd if=/dev/zero of=/big bs=1024 count=100 2> /dev/null; sync")
    assert 100 <= disk(m) - before <= 102
    m.run("rm /big; sync")
    assert disk(m) == before
    assert re.search(r"^virtio-blk +4\.0M +\S+[MK] +\S+[MK] +\d+% /$", status(m, "df -h /")[1], re.M)
    assert status(m, "df nosuch") == (1, "df: nosuch: No such file or directory\n")


@pytest.mark.parametrize("line,want", [
    ("uname", (0, "Pagoda\n")),
    ("uname -s", (0, "Pagoda\n")),
    ("uname -m", (0, "riscv64\n")),
    ("uname -mn", (0, "pagoda riscv64\n")),
    ("uname -a", (0, "Pagoda pagoda 1 Pagoda riscv64\n")),
])
def test_uname(m, line, want):
    assert status(m, line) == want


def test_dmesg(m):
    code, text = status(m, "dmesg")
    assert code == 0 and "fs: virtio-blk, 4000 KiB" in text and "harts: 2" in text, text
    m.run("trace 65536 echo new")
    assert re.search(r"^\d+: syscall write -> 4$", m.run("dmesg"), re.M)
    # Only the newest are kept, and whole up to the end.
    m.run("trace 65536 seq 300 > /dev/null; for i in 1 2 3 4 5 6 7 8 9; do trace 2147483647 ls / > /dev/null; done")
    assert m.run("dmesg | wc -c").strip() == "8192"
    assert m.run("dmesg").endswith("\n")


def test_ps_as_others_have_it(m):
    code, text = status(m, "ps aux")
    lines = text.splitlines()
    assert code == 0 and lines[0].split() == "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND".split()
    assert re.fullmatch(r"root +1 +\d+\.\d +\d+\.\d +\d+ +\d+ console +S +(\d\d:\d\d|-) +\d+:\d\d init", lines[1])
    assert all(len(line) <= 79 for line in lines)
    assert re.search(r" R .* ps$", lines[-1]), lines
    plain = m.run("ps").splitlines()[0]
    for other in "ps -ef", "ps ax", "ps -A":
        assert m.run(other).splitlines()[0] == plain
    assert status(m, "ps nosuch")[0] == 2


def test_ps_of_some_processes(m):
    text = m.run("""sh -c 'sleep 600 & echo $!; ps -p 1,$!; ps aux -p "1 $!"; ps -p $! -p 1 -p 1 | wc -l; kill $!'""")
    [pid], *rows = (line.split() for line in text.splitlines())
    assert [row[0] for row in rows[:3]] == ["PID", "1", pid] and rows[1][-1] == "init", text
    assert [row[1] for row in rows[3:6]] == ["PID", "1", pid] and rows[6] == ["3"], text
    code, text = status(m, "ps -p 9999")
    assert code == 1 and text.splitlines() == [m.run("ps").splitlines()[0]]
    for wrong in "x", "1,x", "0", "":
        code, text = status(m, f"ps -p '{wrong}'")
        assert code in (1, 2), (wrong, text)


def test_colours_on_demand(m):
    m.run("mkdir /c; mkdir /c/dir; echo an apple > /c/file")
    assert m.run("ls --color /c | cat") == "\x1b[1;34mdir\x1b[m\nfile\n" == m.run("ls --color=always -1 /c")
    assert m.run("ls -l --color=never /c; ls -l --color=auto /c").count("\x1b") == 0
    assert m.run("grep --color=always apple /c/file") == "an \x1b[31mapple\x1b[m\n"
    assert status(m, "ls --color=sometimes") == (2, "ls: sometimes: --color takes auto, always or never\n")
    assert status(m, "cat --color /c/file; rm -r /c") == (0, "cat: --color: no such option\n")


def test_no_modes(m):
    assert status(m, "mkdir -m 755 /d") == (2, "mkdir: -m: files have no modes here\n")
    assert status(m, "ls -d /d")[0] == 1


def test_top_in_a_pipe(m):
    code, text = status(m, "top -n 2 -d 0.5 < /dev/null | cat")
    assert code == 0 and text.count("PID  PPID S  %CPU") == 2 and "\033" not in text, text
    assert status(m, "top -n 0")[0] == 2
    # the first list counts from the start of each process, not from the boot on
    _, text = status(m, "sleep 30; seq 1 99999999 > /dev/null & sleep 10; top -b -n 1; kill $!; wait")
    line = re.search(r" R +([\d.]+) .* seq$", text, re.M)
    assert line and 20 < float(line[1]) <= 101, text


def test_top_on_a_terminal(m):
    m.run("walk -n 1000000 seq 64K > /dev/null &")
    m.console.sendline("top -d 1")
    m.console.expect(r"\x1b\[H\x1b\[2Jup \d", timeout=20)
    m.console.expect(r"\x1b\[H\x1b\[2Jup [^$]*NAME\r\n +\d+ +\d+ R +\d+\.\d .* walk\r\n", timeout=20)
    m.console.send(" ")
    m.console.expect(r"\x1b\[H\x1b\[2Jup \d", timeout=20)
    m.console.send("q")
    m.console.expect(r"\$ ", timeout=20)
    assert m.run("kill $!; echo lines again").startswith("lines again\n")  # before what the shell says of the job


def seconds(text):
    found = dict(re.findall(r"^(real|user|sys) (\d+\.\d\d)$", text, re.M))
    return [float(found[name]) for name in ("real", "user", "sys")]


def test_time_of_programs_and_of_the_kernel(m):
    real, user, system = seconds(m.run("time dd if=/dev/zero of=/dev/null bs=65536 count=8000"))
    assert system > 4 * user and 0.8 * real < user + system < 1.1 * real + 0.02, (real, user, system)
    real, user, system = seconds(m.run("time sh -c 'seq 400000 > /dev/null'"))
    assert user > 2 * system, (real, user, system)


def test_time_counts_instructions_where_there_is_a_counter(m, test_image):
    """Without it, QEMU gives the host's time as the counter."""
    assert "instructions" not in m.run("time true")
    with Machine(test_image, harts=1, extra=["-icount", "shift=0"]) as counting:
        counting.boot()
        counting.run("time seq 1")  # from the disk
        few, more, most = (int(re.search(r"^instructions (\d+)$", counting.run(f"time seq {n} > /dev/null"), re.M)[1])
                           for n in (1, 2001, 4001))
        assert "instructions" not in counting.run("time -p true")
    assert most - more == pytest.approx(more - few, rel=0.1) and 50 * 2000 < more - few < 2000 * 2000, (few, more, most)


@pytest.mark.parametrize("line,code", [("sleep 0.2s", 0), ("kill -9 -l", 0), ("ls -lhR /dev", 0)])
def test_habits(m, line, code):
    assert status(m, line)[0] == code
