"""The console as a person uses it: erasing, editing, history, keys that act."""
import pytest

from machine import Machine

UP, LEFT, RIGHT, HOME = "\x1b[A", "\x1b[D", "\x1b[C", "\x1b[H"


@pytest.fixture
def m(test_image):
    with Machine(test_image) as machine:
        machine.boot()
        yield machine


def answer(m, keys):
    """Types keys and Enter; what comes out until the next prompt."""
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


def test_history(m):
    answer(m, "echo first")
    answer(m, "echo second")
    assert answer(m, UP).endswith("\nsecond\n")
    assert answer(m, UP * 2).endswith("\nfirst\n")


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
    ("nosuchprogram", "exec nosuchprogram failed\n"),
    ("false; echo $?", "1\n"),
])
def test_shell(m, line, want):
    assert m.run(line).replace(" ", "") == want.replace(" ", "")
