"""strace: its lines, options and status; trace, which has the lines of xv6's lab."""
import re

import pytest

from machine import Machine


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        machine.run("mkdir calls; cd calls; echo abc > one; seq 2000 > long")
        yield machine


def status(m, line):
    text, _, number = m.run(line + "; echo status $?").rpartition("status ")
    return int(number), text


def calls(m, line):
    """Status and the lines of strace alone."""
    code, text = status(m, f"strace -o /calls/out {line} > /calls/printed; echo was $?; cat /calls/out")
    was, _, rest = text.partition("\n")
    return int(was.rpartition(" ")[2]), rest.splitlines()


def test_arguments_names_and_errors(m):
    code, lines = calls(m, "cat one nosuch 2> /dev/null")
    assert code == 1
    assert re.fullmatch(r'execve\("/cat", \["cat", "one", "nosuch"\], 0x[0-9a-f]+\) = 3', lines[0]), lines
    assert 'open("one", O_RDONLY) = 3' in lines, lines
    assert 'read(3, "abc\\n", 4096) = 4' in lines, lines
    assert 'write(1, "abc\\n", 4) = 4' in lines, lines
    assert 'open("nosuch", O_RDONLY) = -1 ENOENT (No such file or directory)' in lines, lines
    assert lines[-2:] == ["exit(1) = ?", "+++ exited with 1 +++"], lines


@pytest.mark.parametrize("command,line", [
    ("cat long", r'read\(3, "1\\n2\\n3\\n.{0,40}"\.\.\., 4096\) = 4096'),
    ("dd if=one of=two", r'open\("two", O_RDWR\|O_CREAT\) = \d'),
    ("walk seq 8K", r"mmap\(NULL, 8192, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0\) = 0x\w+"),
    ("tail -n1 one", r"fstat\(3, \{st_mode=S_IFREG, st_size=4, \.\.\.\}\) = 0|read\(3, \"abc\\n\".*"),
    ("sh -c 'true | true'", r"pipe\(\[3, 4\]\) = 0"),
    ("sh -c 'true | true'", r"wait4\(\d+, \[0\], WAIT_POSIX\) = \d+"),
    ("sh -c 'echo x > one'", r"fcntl\(3, FCNTL_DUP_TO, 1\) = 1|fcntl\(1, F_DUPFD, 10\) = \d+"),
    ("rmdir nosuch", r'unlinkat\(AT_FDCWD, "nosuch", AT_REMOVEDIR\) = -1 ENOENT \(No such file or directory\)'),
    ("kill 9999", r"sigsend\(9999, 0, SIGTERM\) = -1 ESRCH \(No such process\)"),
    ("kill -0 9999", r"sigsend\(9999, 0, 0\) = -1 ESRCH \(No such process\)"),
    (r"printf 'a\001\0012\r\\\n'", r'write\(1, "a\\1\\0012\\r\\\\\\n", 7\) = 7'),
])
def test_how_arguments_are_shown(m, command, line):
    _, lines = calls(m, command + " 2> /dev/null")
    assert any(re.fullmatch(line, found) for found in lines), "\n".join(lines)
    m.run("echo abc > one")


def test_only_some(m):
    _, lines = calls(m, "-e open,close cat one")
    assert lines == ['open("one", O_RDONLY) = 3', "close(3) = 0", "+++ exited with 0 +++"]
    assert calls(m, "-e trace=open cat one")[1][0].startswith("open(")


def test_children_only_if_asked(m):
    code, lines = calls(m, "sh -c 'echo x | wc'")
    assert code == 0 and not any(line.startswith("[pid") for line in lines[1:]), lines
    code, lines = calls(m, "-f sh -c 'echo x | wc; exit 3'")
    assert code == 3
    ends = [line for line in lines if "+++" in line]
    assert len(ends) == 3 and ends[-1].endswith("+++ exited with 3 +++"), lines
    # the other child may make a call meanwhile
    written = r'\[pid +\d+\] write\(1, "x\\n", 2(\) = 2| <unfinished \.\.\.>)'
    assert any(re.match(written, line) for line in lines), lines
    text = "\n".join(lines)
    assert text.count("<unfinished ...>") == text.count(" resumed>"), text


def test_counts(m):
    _, lines = calls(m, "-c cat one")
    rows = {line.split()[-1]: line.split()[:-1] for line in lines}
    assert rows["open"][1:] == ["1", "0"] and rows["read"][1:] == ["2", "0"], lines
    assert int(rows["total"][0]) == sum(int(r[1]) for n, r in rows.items() if n not in ("syscall", "total"))
    _, lines = calls(m, "-c cat nosuch 2> /dev/null")
    assert any(line.split()[1:] == ["1", "1", "open"] for line in lines), lines


@pytest.mark.parametrize("line,code,says", [
    ("strace nosuch", 127, "strace: nosuch: No such file or directory"),
    ("strace -e nosuch cat one", 2, "strace: nosuch: no such system call"),
    ("strace -e , cat one", 2, "strace: -e: names no system call"),
    ("strace", 2, "usage: strace"),
    ("strace -o /nosuch/out cat one", 1, "strace: /nosuch/out: No such file or directory"),
    ("strace -o /dev/full cat one > /dev/null", 1, "No space left on device"),
    ("trace", 2, "usage: trace"),
    ("trace x echo", 2, "trace: x: is no mask"),
    ("trace 2 nosuch", 127, "trace: nosuch: No such file or directory"),
])
def test_complaints(m, line, code, says):
    got, text = status(m, line)
    assert got == code and says in text, text


def test_a_command_that_is_killed(m):
    code, lines = calls(m, "-e kill sh -c 'kill -9 $$'")
    assert code == 137 and lines[-1] == "+++ killed by SIGKILL +++", lines
    code, lines = calls(m, "-e kill sh -c 'kill $$'")
    assert code == 143 and lines[-1] == "+++ killed by SIGTERM +++", lines


@pytest.mark.parametrize("command", ["time", "stats", "vmtrace", "wss -n 1 -i 1", "env", "strace -o /dev/null"])
def test_status_of_a_command_that_a_signal_ended(m, command):
    for signal, want in ("TERM", 143), ("HUP", 129), ("KILL", 137):
        code, text = status(m, f"{command} sh -c 'kill -s {signal} $$' > out 2> out2")
        assert code == want, text


def test_watch_and_xargs_tell_of_a_signal(m):
    code, text = status(m, "watch -e 'kill -s HUP $$' > out")
    assert code == 129, text
    code, text = status(m, "echo 'kill $$' | xargs -0 sh -c")
    assert code == 125 and "xargs: sh: Terminated\n" in text, text


@pytest.mark.parametrize("case,line", [
    ("steady", r"sigaction\(SIGALRM, \{0x\w+, \[\], 0\}, \w+\) = 0"),
    ("steady", r"sigtimer\(\{value=0\.010000000, interval=0\.010000000\}, \w+\) = 0"),
    ("restart", r"sigaction\(SIG\w+, \{0x\w+, \[\], SA_RESTART\}, \w+\) = 0"),
    ("mask", r"sigmask\(SIG_BLOCK, \[USR1\]\) = 0"),
    ("suspend", r"sigmask\(SIGMASK_SUSPEND, \[.*\]\) = -1 EINTR \(.*\)"),
    ("fault", r"--- SIGSEGV ---"),
])
def test_signals(m, case, line):
    _, lines = calls(m, "steady" if case == "steady" else f"-f signals {case}")
    assert any(re.fullmatch(r"(\[pid +\d+\] )?" + line, found) for found in lines), "\n".join(lines)


def test_signals_lose_no_record(m):
    """The program waits for a slow reader while its alarms come."""
    m.run("(strace steady; echo status $?) 2>&1 | (sleep 3; cat) > /calls/out")
    *lines, end = m.run("cat /calls/out").splitlines()
    made = [int(line[len('write(3, "call '):line.index('",')]) for line in lines if line.startswith('write(3, "call ')]
    assert made == list(range(len(made))) and len(made) >= 1000
    assert all(re.fullmatch(r"\w+\(.*\) = .*|--- SIGALRM ---", line) for line in lines[:-1]), "\n".join(lines)
    handlers = lines.count("--- SIGALRM ---")
    assert handlers >= 5 and handlers == sum(line.startswith("sigresume()") for line in lines)
    assert lines[-1] == "+++ exited with 0 +++" and end == "status 0", lines[-3:]


def test_the_end_of_strace_is_no_broken_pipe(m):
    m.run("strace -o /calls/out sh -c 'sleep 2; echo goes on > /calls/printed' & sleep 1; kill -9 $!; sleep 3")
    assert m.run("cat /calls/printed") == "goes on\n"


def test_trace_has_the_lines_of_the_lab(m):
    code, text = status(m, "trace 65536 echo hi")  # write
    assert code == 0 and re.fullmatch(r"hi\n\d+: syscall write -> 3\n", text), text
