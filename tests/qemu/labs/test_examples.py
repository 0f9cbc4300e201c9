"""The programs of xv6/examples, run as graders of the first labs run such programs."""
import os
import re
import shutil
import subprocess

import pytest

import labrig
import machine

NAMES = sorted(path.stem for path in (labrig.ROOT / "xv6/examples").glob("*.c"))
PRIMES = [n for n in range(2, 281) if all(n % d for d in range(2, n))]


@pytest.fixture(scope="module")
def image():
    labrig.OUT.mkdir(parents=True, exist_ok=True)
    files = {"open-end": b"7 10", "bytes": bytes([0x80, 0x01, 0xf0, 0xf1, 0xf2, 0xf3, 0x84, 0x85, 0x86, 0x87])}
    for name, data in files.items():
        (labrig.OUT / name).write_bytes(data)
    return labrig.make_image("examples.img", [], "EXAMPLES=1", "ADD=" + " ".join(str(labrig.OUT / name) for name in files))


@pytest.fixture(scope="module")
def clang_image(image):
    """The same programs, made by clang."""
    build = "build/test/examples-clang"
    programs = [f"{build}/xv6/{name}" for name in NAMES]
    machine.make("LLVM=1", f"BUILD={build}", "EXAMPLES=1", *programs)
    copy = labrig.OUT / "examples-clang.img"
    shutil.copy(image, copy)
    subprocess.run(["build/mkfs", "--add", copy, *programs], cwd=labrig.ROOT, check=True, stdout=subprocess.PIPE)
    return copy


def said(image, lines, boot=None, harts=None):
    """What each line printed."""
    output = labrig.graded(image, lines, boot, harts, extra=["LAB=util"])
    parts = output.split("\n$ ")
    assert len(parts) == len(lines) + 2, output[-4000:]
    for line, part in zip(lines, parts[1:]):
        assert part.partition("\n")[0] == line, output[-4000:]
    return [part.partition("\n")[2] for part in parts[1:-1]]


def test_primes_on_one_page_of_stack(image):
    """As ./run --examples starts it; LAB=util has two pages."""
    assert said(image, ["primes"], boot="stack=1") == ["\n".join(f"prime {n}" for n in PRIMES)]


# What one line prints, exactly.
EXACT = [
    ("sleep", "usage: sleep TICKS"),
    ("sleep z", "usage: sleep TICKS"),
    ("sleep 0", ""),
    ("primes", "\n".join(f"prime {n}" for n in PRIMES)),
    ("echo 12 30 7 xv6 6x /6, 8-20 0012 3000000000000000000000030 | sixfive",
     "12\n30\n6\n20\n12\n3000000000000000000000030"),
    ("sixfive open-end", "10"),
    ("sixfive nosuch", "sixfive: cannot open nosuch"),
    ("echo 5 > five", ""),
    ("sixfive five nosuch five", "5\nsixfive: cannot open nosuch\n5"),
    ("memdump", "Example 1:\n61810\n2026\nExample 2:\na string\nExample 3:\nanother\n"
     "Example 4:\nBD0\n1819438967\n100\nz\nxyzzy\nExample 5:\nhello\nw\no\nr\nl\nd"),
    ("echo deadbeef | memdump hhcccc", "25956\n25697\nb\ne\ne\nf"),
    ("echo abcdefgh | memdump p", "6867666564636261"),
    ("memdump hp < bytes", "384\n87868584F3F2F1F0"),
    ("memdump hh < bytes", "384\n-3600"),
    ("echo ab | memdump cS", "a\nb\n"),
    ("echo a | memdump i", "memdump: not enough data"),
    ("echo a | memdump hc", "memdump: not enough data"),
    ("memdump i i", "Usage: memdump [FORMAT]"),
    ("echo a | memdump x", "memdump: the letters of a format are i p h c s S"),
    ("mkdir a", ""),
    ("mkdir a/aa", ""),
    ("echo hello > a/aa/b", ""),
    ("echo hello > a/b", ""),
    ("echo hello > b", ""),
    ("find . b", "./a/aa/b\n./a/b\n./b"),
    ("find a aa", "a/aa"),
    ("mkdir a/aa/fourteen.chars", ""),
    ("echo > a/aa/fourteen.chars/x", ""),
    ("find . x", "./a/aa/fourteen.chars/x"),
    ("find . fourteen.chars", "./a/aa/fourteen.chars"),
    ("find a/b b", "a/b"),
    ("find / aa", "/a/aa"),
    ("find . nosuch", ""),
    ("find nosuch b", "find: cannot open nosuch"),
    ("find . b -exec echo hi", "hi ./a/aa/b\nhi ./a/b\nhi ./b"),
    ("find . b | xargs grep hello", "hello\nhello\nhello"),
    ("echo hello too | xargs echo bye", "bye hello too"),
    ("echo a b c > words", ""),
    ("cat words b | xargs echo", "a b c\nhello"),
    ("head -n 3 README | xargs echo", "# Pagoda\n" + (labrig.ROOT / "README.md").read_text().split("\n")[2]),
    ("head -n 1 b five", "==> b <==\nhello\n\n==> five <==\n5"),
    ("cat five five b b b five > runs", ""),
    ("head -n 3 < runs", "5\n5\nhello"),
    ("head -3 < runs", "5\n5\nhello"),
    ("head -n 0 runs", ""),
    ("uniq runs", "5\nhello\n5"),
    ("uniq -c < runs", "2 5\n3 hello\n1 5"),
    ("uniq -d runs", "5\nhello"),
    ("echo HELLO > large", ""),
    ("cat b large b | uniq -i -c", "3 hello"),
]


@pytest.mark.parametrize("boot,harts", [(None, None), ("", 1), ("heap=lazy fork=copy", 2), ("isolate=on", 4)])
def test_what_they_print(image, boot, harts):
    check_exact(image, boot, harts)


def test_what_they_print_when_made_by_clang(clang_image):
    check_exact(clang_image, None, None)


def check_exact(image, boot, harts):
    for (line, wanted), output in zip(EXACT, said(image, [line for line, _ in EXACT], boot, harts)):
        assert output.rstrip("\n") == wanted.rstrip("\n"), line


@pytest.mark.parametrize("harts", [1, 2, 3, 4])
def test_processes_and_threads(image, harts):
    pingpong, threads, before, _, after, trace = said(
        image, ["pingpong", "uthread", "uptime", "sleep 5", "uptime", "trace 2147483647 sleep 0"], None, harts)
    ping, pong = re.fullmatch(r"(\d+): received ping\n(\d+): received pong", pingpong).groups()
    assert ping != pong
    names = ("thread_c", "thread_a", "thread_b")
    wanted = [f"{name} started" for name in sorted(names)]
    wanted += [f"{name} {i}" for i in range(100) for name in names]
    wanted += [f"{name}: exit after 100" for name in names] + ["thread_schedule: no runnable threads"]
    assert threads.split("\n") == wanted
    up = [int(re.fullmatch(r"up (\d+) ticks", text).group(1)) for text in (before, after)]
    assert up[1] - up[0] >= 5, up
    calls = re.findall(r"^\d+: syscall (\w+) -> \d+$", trace, re.M)
    assert calls == ["trace", "exec", "pause"], trace


def test_sandbox(image):
    """Bit 15 is open, 1 fork, 7 exec."""
    readme = (labrig.ROOT / "README.md").read_text().split("\n", 1)[0]
    found = said(image, ["sandbox 32768 README head -n 1 README", "sandbox 32768 README head -n 1 sleep",
                         "sandbox 2 - pingpong", "sandbox 128 - sleep 0", "sandbox 128 sleep sleep 0", "sandbox 2 -"])
    assert found == [readme, "head: cannot open sleep", "pingpong: no process", "sandbox: cannot run sleep", "",
                     "usage: sandbox MASK PATH COMMAND [ARGUMENT...]"]


def test_sleep_makes_the_call(image):
    """The grader wants the machine to stop at the symbol, and the line to be there."""
    with labrig.Machine(image, None, None, extra=["LAB=util"]) as m:
        m.gdb.breakpoint(labrig.symbols()["sys_pause"])
        m.gdb.cont()
        m.run([])
        m.type("sleep 10")
        m.gdb.wait_stop()
        m.read_until(b"sleep 10\n")
        labrig.match(m.text(), r"\$ sleep 10", no=[r"exec sleep failed", r"sleep: not found"])


def test_an_example_gives_way_to_a_program_that_was_asked_for(tmp_path):
    source = tmp_path / "find.c"
    source.write_text('#include "kernel/types.h"\n#include "user/user.h"\n'
                      'int main(void) { printf("mine\\n"); exit(0); }\n')
    image = labrig.make_image("asked.img", [], "EXAMPLES=1", f"XV6={source}")
    assert said(image, ["find", "sleep"]) == ["mine", "usage: sleep TICKS"]
    os.unlink(image)
