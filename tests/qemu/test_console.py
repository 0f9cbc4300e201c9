"""The console as a person uses it: erasing, editing, history, control keys."""
import re
import subprocess

import pytest

import machine
from machine import Machine

UP, LEFT, RIGHT, HOME = "\x1b[A", "\x1b[D", "\x1b[C", "\x1b[H"
QEMU_CTRL_A = "\x01\x01"  # one of them is for QEMU


@pytest.fixture
def m(test_image):
    with Machine(test_image) as machine:
        machine.boot()
        yield machine


def answer(m, keys):
    """Types keys and Enter; returns what comes out before the next prompt."""
    m.console.send(keys + "\r")
    m.console.expect_exact("$ ")
    return m.console.before.replace("\r\n", "\n")


def test_erase_one(m):
    out = answer(m, "echo abx\x7fc")
    assert out == "echo abx\b \bc\nabc\n"


def test_erase_line(m):
    assert answer(m, "nonsense\x15echo ok").endswith("\nok\n")


def test_echo_is_bare(m):
    m.console.send("echo x\n")
    m.console.expect_exact("$ ")
    assert m.console.before == "echo x\r\nx\r\n"  # \r is the pseudo terminal's


def test_edit_in_the_middle(m):
    assert answer(m, "echo acd" + LEFT * 2 + "b").endswith("\nabcd\n")
    assert answer(m, "cho line" + HOME + "e").endswith("\nline\n")


def test_edit_keys(m):
    """Those of Emacs; the first one that is typed starts the editor."""
    assert answer(m, "cho a bb cc\x17\x17d" + QEMU_CTRL_A + "e\x05!").endswith("\na d!\n")
    assert answer(m, "echo one two" + "\x02" * 4 + "\x0b").endswith("\none\n")


def test_edit_a_line_that_wraps(m):
    text = "w" * 100
    assert answer(m, "echo " + text + HOME + RIGHT * 5 + "b" + "\x05e").endswith(f"\nb{text}e\n")


def test_keys_typed_ahead(m):
    answer(m, "echo first")
    m.console.send("sleep 5\n")
    m.console.expect_exact("sleep 5\r\n")
    m.console.send("echo ac" + LEFT + "b\n" + UP * 3 + "\n")
    m.console.expect_exact("\r\nabc\r\n$ ")
    m.console.expect_exact("\r\nfirst\r\n$ ")


def test_interrupt_while_editing(m):
    m.console.send("echo lost" + LEFT * 3 + "\x03")
    m.console.expect_exact("^C\r\n$ ")
    assert answer(m, "echo $?") == "echo $?\n130\n"


def test_end_of_input_while_editing(m):
    answer(m, "sh")
    m.console.send(LEFT + "\x04")
    m.console.expect_exact("$ ")
    assert answer(m, "ps").count(" sh\n") == 1


def test_editor_gives_back_the_console(m):
    """What a program reads after a line was edited is echoed and erased by the kernel."""
    answer(m, "echo x" + LEFT + "y")
    m.console.send("ca" + LEFT + RIGHT + "t\n")
    m.console.expect_exact("\r\n")
    m.console.send("onx\x7fe" + "\n")
    m.console.expect_exact("onx\b \be\r\none\r\n")
    m.console.send("\x04")
    m.console.expect_exact("$ ")


def test_history(m):
    answer(m, "echo first")
    answer(m, "echo second")
    assert answer(m, UP).endswith("\nsecond\n")
    assert answer(m, UP * 2).endswith("\nfirst\n")


def test_search(m):
    answer(m, "echo first")
    answer(m, "echo second")
    assert answer(m, "\x12fir").endswith("\nfirst\n")


def test_completion(m):
    answer(m, "mkdir work; cd work; echo 1 > alpha; echo 2 > alpine; mkdir sub; echo 3 > sub/file")
    assert answer(m, "cat alph\t").endswith("\n1\n")
    assert answer(m, "cat al\tin\t").endswith("\n2\n")
    assert answer(m, "cat s\tf\t").endswith("\n3\n")
    assert answer(m, "upti\t; prin\tf\t done").endswith("done")
    m.console.send("cat al\t\t")
    m.console.expect(r"alpha   alpine\r\n\r?\$ cat al")
    m.console.send("\x15")
    assert answer(m, "echo alive").endswith("\nalive\n")


def test_line_of_any_length(m):
    word = "".join(f"{i:04}" for i in range(700))
    assert answer(m, f"{LEFT}x={word}; echo ${{#x}}").endswith(f"\n{len(word)}\n")


def test_background_shows_its_number(m):
    out = answer(m, "sleep 600 &")
    number, pid = re.search(r"\n\[(\d+)\] (\d+)\n", out).groups()
    assert number == "1" and answer(m, "echo $!").endswith(f"\n{pid}\n")
    assert "\n[2] " in answer(m, "sleep 700 &")
    assert answer(m, "jobs").endswith("\n[1] - Running   sleep 600\n[2] + Running   sleep 700\n")
    assert answer(m, "jobs -p").split()[-2] == pid
    assert answer(m, "kill %1; wait %1; echo $?").endswith("\n143\n")
    assert answer(m, "kill %sleep; wait %2").endswith("wait %2\n")
    assert answer(m, "jobs").endswith("jobs\n")
    assert answer(m, "wait %1; echo $?").endswith("\nsh: %1: no such job\n127\n")
    answer(m, "sleep 0 & wait $!")
    assert answer(m, "jobs").endswith("jobs\n")


def test_end_of_a_job_is_told(m):
    answer(m, "sleep 1 &")
    assert answer(m, "sleep 2").endswith("\n[1] + Done      sleep 1\n")
    assert answer(m, "(exit 3) & sleep 1").endswith("\n[1] + Done(3)   (exit 3)\n")
    assert answer(m, "wait $!; echo $?").endswith("\n3\n")
    assert answer(m, "jobs").endswith("jobs\n")


def test_foreground(m):
    answer(m, "(sleep 3; exit 4) &")
    assert answer(m, "fg; echo $?").endswith("\n(sleep 3; exit 4)\n4\n")
    answer(m, "sleep 600 &")
    m.console.send("fg %1\n")
    m.console.expect_exact("\nsleep 600\r\n")
    m.console.send("\x03")
    m.console.expect_exact("$ ")
    assert answer(m, "echo $?").endswith("\n130\n")
    assert answer(m, "wait $!; echo $?").endswith("\n127\n")  # fg has told of its end


def test_alias(m):
    answer(m, "alias hi='echo hello'")
    assert answer(m, "hi there").endswith("\nhello there\n")
    assert answer(m, "h\x7fhi\x1b[D\x1b[C you").endswith("\nhello you\n")
    text = "0123456789" * 8
    answer(m, f"alias many='echo {text} '")
    assert answer(m, "many many").endswith(f"\n{text} echo {text}\n")


def test_end_of_input_ends_cat(m):
    m.console.send("cat\n")
    m.console.send("one\n")
    m.console.expect_exact("one\r\none\r\n")
    m.console.send("\x04")
    m.console.expect_exact("$ ")


def test_interrupt_ends_a_loop(m):
    m.console.send("cat | cat | cat\n")
    m.console.send("\x03")
    m.console.expect_exact("$ ")
    assert answer(m, "echo alive").endswith("\nalive\n")


def test_interrupt_runs_a_trap(m):
    """The action runs, and then the rest of the line; with an empty one the rest runs, too."""
    answer(m, "trap 'echo trapped $?' INT")
    m.console.send("sleep 600; echo rest $?\n")
    m.console.expect_exact("rest $?\r\n")
    m.console.send("\x03")
    m.console.expect_exact("trapped 130\r\nrest 130\r\n$ ")
    m.console.send("while :; do sleep 600; trap - INT; done; echo after\n")
    m.console.expect_exact("after\r\n")
    m.console.send("\x03")
    m.console.expect_exact("trapped 130\r\n")
    m.console.send("\x03")
    m.console.expect_exact("$ ")
    assert answer(m, "echo alive").endswith("\nalive\n")
    m.console.send("trap 'echo once' INT\n")
    m.console.expect_exact("\r\n$ ")
    m.console.send("sleep 600 & wait; echo waited $?\n")
    m.console.expect_exact("waited $?\r\n")
    m.console.send("\x03")
    m.console.expect_exact("once\r\nwaited 130\r\n$ ")
    m.console.send("echo 'given\n")
    m.console.expect_exact("> ")
    m.console.send("\x03")
    m.console.expect_exact("once\r\n$ ")
    answer(m, "kill $!; wait; trap '' INT")
    m.console.send("sleep 10; echo rest $?\n")
    m.console.expect_exact("rest $?\r\n")
    m.console.send("\x03")
    m.console.expect_exact("rest 0\r\n$ ")
    answer(m, "trap - INT")


def test_interrupt_leaves_the_background_alone(m):
    answer(m, "sleep 600 &")
    m.console.send("sleep 600\n")
    m.console.expect_exact("sleep 600\r\n")
    m.console.send("\x03")
    m.console.expect_exact("$ ")
    assert answer(m, "ps").count(" sleep\n") == 1


def test_process_list(m):
    m.console.send("\x10")
    m.console.expect_exact("1 sleep init\r\n")
    assert answer(m, "echo ok").endswith("ok\n")


def test_type_ahead(m):
    m.console.send("sleep 3\necho one\necho two\n")
    m.console.expect_exact("one\r\n$ ")
    m.console.expect_exact("two\r\n$ ")


def test_long_line(m):
    words = " ".join(f"w{i}" for i in range(25))
    assert answer(m, "echo " + words).endswith(f"\n{words}\n")


@pytest.mark.parametrize("line,want", [
    ("echo a b  c", "a b c\n"),
    ("echo 'a  b' \"c  d\" \\;", "a  b c  d ;\n"),
    ("echo one; echo two", "one\ntwo\n"),
    ("echo one > f; echo two >> f; cat f; rm f", "one\ntwo\n"),
    ("cat < README | head -n 1 | wc -l", "1\n"),
    ("(echo one; echo two) | wc -l", "2\n"),
    ("false && echo no || echo yes", "yes\n"),
    ("mkdir d; cd d; echo x > y; ls; cd ..; rm -r d", "y\n"),
    ("nosuchprogram", "sh: nosuchprogram: not found\n"),
    ("false; echo $?", "1\n"),
])
def test_shell(m, line, want):
    assert m.run(line).replace(" ", "") == want.replace(" ", "")


@pytest.fixture(scope="module")
def plain_image(test_image, tmp_path_factory):
    """An image with a shell that never asks for another mode of the console, and a program that does."""
    assert test_image
    sources = ["tests/qemu/programs/plainsh.c", "tests/qemu/programs/rawmode.c"]
    machine.make("XV6=" + " ".join(sources), "build/xv6/plainsh", "build/xv6/rawmode")
    path = str(tmp_path_factory.mktemp("console") / "plain.img")
    files = ["README.md:README", "build/xv6/plainsh:sh", "build/xv6/rawmode:rawmode",
             *(f"build/user/{name}:{name}" for name in ("init", "cat", "echo"))]
    subprocess.run([f"{machine.TOP}/build/mkfs", path, *files], cwd=machine.TOP, check=True)
    return path


def test_raw_mode(plain_image):
    with Machine(plain_image) as m:
        m.boot()
        m.console.send("rawmode\n")
        m.console.expect_exact("ready\r\n")
        m.console.send("a\x7f\x15\r\x03\x04q")
        m.console.expect_exact("$ ")
        assert m.console.before.split() == ["97", "127", "21", "13", "3", "4", "113"]


def test_raw_mode_ends_with_its_program(plain_image):
    """However the program ends, what is typed afterwards is echoed, and is read in lines."""
    with Machine(plain_image) as m:
        m.boot()
        for end in ("fault", "kill", "run", "exit"):
            m.run(f"rawmode {end}")
            assert answer(m, "echo abx\x7fc") == "echo abx\b \bc\nabc\n", end
