"""What the kernel writes on the console, to the letter, and what reads of the console return."""
import re
import time

import pytest

from machine import HANG, Machine

# who died of what, and why the access was refused: kernel/proc/fault_words.c, kernel/obs/explain.c
EXPLAINED = r"abitest \(pid \d+\): .*\n(?:  .*\n)*"


@pytest.fixture
def m(test_image):
    with Machine(test_image) as machine:
        machine.boot()
        yield machine


def test_traced_calls(m):
    out = m.run("abitest @trace")
    found = re.fullmatch(r"(\d+): syscall trace -> 0\n"
                         r"\1: syscall getpid -> \1\n"
                         r"\1: syscall close -> -1\n"
                         r"(?:\1: syscall fork -> (\d+)\n|(\d+): syscall getpid -> \3\n){2}", out)
    assert found and found.group(2) == found.group(3), out


def test_unknown_call(m):
    out = m.run("abitest call.unknown")
    assert re.match(r"\d+ abitest: unknown sys call 0\n\d+ abitest: unknown sys call 63\n", out), out


@pytest.mark.parametrize("what,line,label", [
    ("calls", r"\d+ abitest: unknown sys call 63", "unknown sys call"),
    ("inodes", "ialloc: no inodes", "ialloc: no inodes"),
])
def test_floods_are_cut(m, what, line, label):
    """At most ten are printed in a second; a line says how many were left out, even if no more come."""
    m.run("sleep 20; mkdir flood")
    for n in 9, 3000:
        out = m.run(f"cd flood; abitest @flood {what} {n}; sleep 20; cd /")
        said = len(re.findall(f"^{line}$", out, re.M))
        more = [int(x) for x in re.findall(f"^{label}: (\\d+) more$", out, re.M)]
        assert said + sum(more) == n, (said, more)
        assert said <= 10 * (len(more) + 1) and (n > 10) == bool(more), (said, more)
    m.run("rm -r flood")


@pytest.mark.parametrize("address", ["80000000", "3fffffe000", "4000000000", "ffffffffffffffff"])
def test_refused_access(m, address):
    out = m.run(f"abitest @fault {address}")
    assert re.fullmatch(r"usertrap\(\): unexpected scause 0xd pid=\d+\n"
                        rf" {{12}}sepc=0x[0-9a-f]+ stval=0x{address}\n" + EXPLAINED, out), out


def type_into(m, reads, size, keys):
    """The results of @reads reads of @size bytes while @keys are typed."""
    m.console.sendline(f"abitest @console {reads} {size}")
    m.console.expect_exact(f"{size}\r\n")
    m.console.send(keys)
    m.console.expect_exact("$ ")
    return re.findall(r"-?\d+ \[.*?\]", m.console.before)


def test_one_line_a_read(m):
    assert type_into(m, 2, 100, "one\ntwo\n") == ["4 [one|]", "4 [two|]"]


def test_line_in_pieces(m):
    assert type_into(m, 4, 5, "hello world\nx\n") == ["5 [hello]", "5 [ worl]", "2 [d|]", "2 [x|]"]


def test_end_of_input(m):
    assert type_into(m, 2, 100, "\x04x\n") == ["0 []", "2 [x|]"]
    # the ^D delivers what stands before it, and has no other effect
    assert type_into(m, 2, 100, "ab\x04cd\n")[0] == "2 [ab]"


def test_end_of_input_in_the_middle_of_a_short_read(m):
    # the bytes before the ^D fill the read; it is kept for the next one
    assert type_into(m, 3, 2, "ab\x04c\n") == ["2 [ab]", "0 []", "2 [c|]"]


def test_erasing(m):
    assert type_into(m, 1, 100, "ax\x7fb\x08c\n") == ["3 [ac|]"]
    assert type_into(m, 1, 100, "\x7f\x7fok\n") == ["3 [ok|]"]
    assert type_into(m, 1, 100, "gone\x15kept\n") == ["5 [kept|]"]


def test_carriage_return_is_newline(m):
    assert type_into(m, 2, 100, "a\rb\n") == ["2 [a|]", "2 [b|]"]


def test_nul_is_dropped(m):
    assert type_into(m, 1, 100, "a\x00b\n") == ["3 [ab|]"]


def test_128_bytes_are_delivered_without_a_newline(m):
    keys = "".join(chr(ord("a") + i % 26) for i in range(128))
    assert type_into(m, 1, 128, keys) == [f"128 [{keys}]"]


def test_echo_while_a_program_runs(m):
    m.console.send("sleep 10\n")
    m.console.expect_exact("sleep 10\r\n")
    m.console.send("echo typed\n")
    m.console.expect_exact("echo typed\r\n$ typed\r\n$ ")


def test_shell_prompts_at_the_console_alone(m):
    m.console.send("echo 'echo one' > script; echo \"echo 't\" >> script; echo \"wo'\" >> script\n")
    m.console.expect_exact("$ ")
    for line in ("sh < script", "cat script | sh"):
        m.console.send(line + "\n")
        m.console.expect_exact(line + "\r\none\r\nt\r\nwo\r\n$ ")
    m.console.send("sh\n")
    m.console.expect_exact("sh\r\n$ ")


def test_orphans_are_reclaimed(test_image):
    """The power goes while unlinked files are open: the next boot frees them."""
    with Machine(test_image) as first:
        first.boot()
        first.console.sendline("abitest @orphans")
        first.console.expect_exact("orphans: ready")
        first.console.close(force=True)
        with Machine(first.image, keep=True) as second:
            before = second.boot()
            found = re.findall(r"^ireclaim: orphaned inode (\d+)$", before, re.M)
            assert len(set(found)) == 4, before
            second.run("sync")
        with Machine(first.image, keep=True) as third:
            assert "ireclaim" not in third.boot()


def test_terminal_that_takes_nothing(m):
    """It stops no hart that prints: 400 processes die, and then a file reaches the disk.  How much
    was lost is printed when the terminal reads again."""
    mark = b"written while nobody read the console"
    m.console.sendline(f"abitest @deaths 400; echo {mark.decode()} > mark; sync")
    end = time.monotonic() + HANG
    while time.monotonic() < end:
        with open(m.image, "rb") as f:
            if mark in f.read():
                break
        time.sleep(0.5)
    else:
        pytest.fail("the machine does not go on")
    m.console.expect_exact("bytes of messages are lost)", timeout=HANG)
    m.console.expect_exact("$ ")
    assert m.run("echo hello") == "hello\n"
