"""less, edit and the lines of the shell, by typing and looking at the screen."""
import time

import pytest

from machine import TOP, Machine
from screenrig import Person

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, END, DELETE, PAGE_UP, PAGE_DOWN = "\x1b[H", "\x1b[F", "\x1b[3~", "\x1b[5~", "\x1b[6~"
STOP, FIND, CUT, QUIT, SAVE, PASTE, UNDO = "\x03", "\x06", "\x0b", "\x11", "\x13", "\x15", "\x1a"
LINES = "\n".join(str(i) for i in range(1, 24))


def utf8(text):
    """For the console, which takes bytes."""
    return text.encode().decode("latin1")


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        machine.run("mkdir work; cd work; seq 1 2000 > numbers")
        yield machine


@pytest.fixture
def p(m):
    """A person at a clear screen of 80 columns and 24 rows."""
    person = Person(m)
    person.type("clear\n")
    person.see_line(0, "$")
    yield person
    person.settle()
    if person.terminal.other:  # after a failure
        person.type(STOP + "q" + QUIT + "n")
        person.settle()
    if (person.terminal.columns, person.terminal.lines) != (80, 24):
        person.resize(80, 24)
        learn(person)  # the next person's size
    person.type("\x15\n")
    person.settle()


def learn(p):
    """The shell asks for the size a second after a key of its editor."""
    p.type("\x15x" + LEFT)
    p.read(1.5)


def back(p):
    """The program has ended, and its screen with it."""
    p.wait(lambda: not p.terminal.other and p.lines()[p.terminal.cursor.y] == "$", "the prompt")


def content(m, name):
    """The bytes of a file, in hexadecimal."""
    return "".join(line.partition(": ")[2].partition("  ")[0] for line in m.run(f"xxd {name}").splitlines()).replace(" ", "")


class Shell:
    """Machine.run() for a shell that may draw the line again while it is typed: the echo comes twice then."""

    def __init__(self, m):
        self.m = m

    def run(self, line, **options):
        return self.m.run(line, **options).rpartition(line + "\n")[2]


def after(p, m):
    """Once the shell is back: what runs a line in it."""
    p.settle()
    return Shell(m)


# --- a program that is killed --------------------------------------------------


@pytest.mark.parametrize("line", ["less numbers", "edit numbers", "less -N numbers"])
@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_a_killed_program_gives_the_terminal_back(p, line, signal):
    """less and edit do it for most signals, the shell for all."""
    p.type(f"(sleep 3s; killall -s {signal} {line.split()[0]}) & {line}\n")
    p.wait(lambda: p.terminal.other, "the second screen")
    back(p)
    p.type("echo ty''ped\n")
    p.see("typed")


# --- less ---------------------------------------------------------------------


def test_less_pages(p):
    p.type("less numbers\n")
    p.see_line(-1, "numbers 0%  h: help, q: quit")
    assert p.text().startswith(LINES + "\n")
    p.type(" ")
    p.see_line(0, "24")
    p.type(PAGE_DOWN + "f")
    p.see_line(0, "70")
    p.type("b" + PAGE_UP)
    p.see_line(0, "24")
    p.type("d")
    p.see_line(0, "36")
    p.type("u")
    p.see_line(0, "24")
    p.type("j" + DOWN + "\r")
    p.see_line(0, "27")
    p.type("k" + UP)
    p.see_line(0, "25")
    p.type("G")
    p.see_line(-2, "2000")
    p.see_line(-1, "numbers (END)  h: help, q: quit")
    p.type("  j")
    p.settle()
    assert p.lines()[-2] == "2000"
    p.type("g")
    p.see_line(0, "1")
    p.type("1234g")
    p.see_line(0, "1234")
    p.type("50%")
    p.wait(lambda: 990 < int(p.lines()[0]) < 1120, "the middle")
    p.type("q")
    p.see_line(1, "$")
    assert p.lines()[0] == "$ less numbers" and p.lines()[2:] == [""] * 22


def test_less_searches(p):
    p.type("less numbers\n")
    p.see_line(0, "1")
    p.type("/^1(0|5)5$\r")
    p.see_line(0, "105")
    assert p.terminal.buffer[0][2].reverse and not p.terminal.buffer[1][0].reverse
    p.type("n")
    p.see_line(0, "155")
    p.type("N")
    p.see_line(0, "105")
    p.type("/nowhere\r")
    p.see_line(-1, "not found: nowhere")
    assert p.lines()[0] == "105"
    p.type("G?55$\r")
    p.see_line(0, "1955")
    p.type("2n")
    p.see_line(0, "1755")
    p.type("N")
    p.see_line(0, "1855")
    p.type("/(\r")
    p.see("balanced")
    p.type("/x\x1b")
    p.settle()
    p.type("q")
    back(p)
    p.type("less +/777 -N numbers\n")
    p.see_line(0, "    777 777")
    p.type("q")


def test_less_wraps_numbers_and_cuts(p, m):
    p.type("printf '%0100d|\\na\\tb\\001\\351\\303\\251\\344\\270\\255.\\n' 7 > odd; clear; less odd\n")
    p.see_line(0, "0" * 80)
    p.see_line(1, "0" * 19 + "7|")
    p.wait(lambda: p.lines()[2].replace(" ", "") == "ab^A<E9>é中.", "a line with control characters")
    assert p.lines()[2].startswith("a       b^A") and p.terminal.buffer[2][9].reverse
    assert p.lines()[3] == "~"
    p.type("-N")
    p.see_line(0, "      1 " + "0" * 72)
    p.see_line(1, "        " + "0" * 27 + "7|")
    p.type("-N-S")
    p.wait(lambda: p.lines()[1].startswith("a "), "a line that is cut off")
    p.type(RIGHT)
    p.see_line(0, "0" * 59 + "7|")
    p.type(LEFT + "-S")
    p.see_line(1, "0" * 19 + "7|")
    p.type("q")


def test_less_reads_a_pipe(p):
    p.type("seq 1 100000 | less\n")
    p.see_line(0, "1")
    p.type("G")
    p.see_line(-2, "100000")
    p.type("q")
    back(p)
    p.type("clear; (echo early; sleep 600) | less\n")
    p.see_line(0, "early")
    p.type("G")
    p.see("(^C: stop)")
    p.type(STOP)
    p.see_line(-1, "stopped")
    p.type("q")
    p.settle()
    p.type(STOP)  # the sleep


def test_less_of_a_text_without_end(p):
    p.type("cat /dev/zero | less\n")
    p.see_line(0, "^@" * 40)
    p.type("G")
    p.see("(^C: stop)")
    p.type(STOP)
    p.see_line(-1, "stopped")
    p.type("q")


def test_less_takes_files_and_help(p):
    p.type("less numbers nowhere /work /README\n")
    p.see_line(0, "1")
    p.type(":n")
    p.see_line(0, "# Pagoda")
    p.type(":n")
    p.see_line(-1, "no file after this one")
    p.type("h")
    p.see("usage: less")
    p.see_line(-1, "help (END)  q: back")
    p.type("q")
    p.see_line(0, "# Pagoda")
    p.type(":p")
    p.see_line(0, "1")
    p.type("q")
    p.see("less: nowhere: No such file or directory\nless: /work: Is a directory")


def test_less_without_a_terminal_is_cat(p, m):
    after(p, m)
    assert m.run("less numbers numbers | wc -l") == "4000\n"
    assert m.run("seq 1 3 | less | cat") == "1\n2\n3\n"
    assert m.run("less nowhere | cat; less numbers > /dev/full; echo $?").endswith("1\n")


def test_less_follows_the_size_of_the_terminal(p):
    p.type("less /README\n")
    p.wait(lambda: p.lines()[-1].startswith("README "), "README")
    p.resize(40, 10)
    p.wait(lambda: p.lines()[9].startswith("README "), "ten rows")
    p.see_line(2, "A small Unix kernel for RISC-V that show")
    p.resize(100, 30)
    p.wait(lambda: p.lines()[-1].startswith("README ") and len(p.lines()) == 30, "thirty rows")
    p.type("q")


def test_the_screen_comes_back_after_a_list_of_processes(p):
    p.type("less numbers\n")
    p.see_line(0, "1")
    p.type("\x10")
    p.settle()
    assert p.text().startswith(LINES + "\n")
    p.type("q")


# --- edit ---------------------------------------------------------------------


def test_edit_makes_a_file(p, m):
    p.type("edit new\n")
    p.see("new: a new file")
    p.type(utf8("first lne\rsecond ü" + UP + HOME + RIGHT * 7 + "i"))
    p.see_line(0, "first line")
    p.see_cursor(0, 8)
    p.type(END + DOWN + "!")
    p.see_line(1, "second ü!")
    p.see("new (changed)")
    p.type(LEFT + "\x7f" + HOME + DELETE)
    p.see_line(1, "econd !")
    p.type(SAVE)
    p.see("new: saved")
    p.type(QUIT)
    back(p)
    assert content(after(p, m), "new") == b"first line\necond !".hex()


def test_edit_keeps_every_byte(p, m):
    after(p, m).run("dd if=/sh of=bytes bs=5000 count=1; cp bytes before")
    p.type("clear; edit bytes\n")
    p.see("^?ELF")
    p.type("x" + SAVE)
    p.see("saved")
    p.type("\x7f" + SAVE)
    p.see_line(-1, "^S save  ^Q quit  ^F find  ^Z undo  ^K cut line  ^U paste")
    p.settle()
    p.type(QUIT)
    back(p)
    assert after(p, m).run("cmp bytes before && echo same") == "same\n"


def test_edit_follows_a_link(p, m):
    """What it leads to is changed, and the link stays one."""
    after(p, m).run("mkdir in; echo old > in/real; ln -s in/real link")
    p.type("clear; edit link\n")
    p.see_line(0, "old")
    p.type("x" + SAVE)
    p.see("link: saved")
    p.type(QUIT)
    back(p)
    assert after(p, m).run("cat in/real; readlink link; ls in") == "xold\nin/real\nreal\n"


def test_edit_cuts_pastes_and_undoes(p, m):
    after(p, m).run("seq 1 9 > nine")
    p.type("clear; edit nine\n")
    p.see_line(8, "9")
    p.type(DOWN + CUT + CUT)
    p.see_line(1, "4")
    p.type(PAGE_DOWN + PASTE)
    p.see_line(8, "3")
    p.type("ab\rc")
    p.see_line(10, "c")
    p.type(UNDO * 2)
    p.see_line(9, "")
    p.type(UNDO)
    p.see_line(7, "")
    p.type(UNDO * 2)
    p.see_line(1, "2")
    p.settle()
    assert "changed" not in p.text()
    p.type(UNDO)
    p.see("nothing to undo")
    p.type(PAGE_UP + HOME + "\x7f" + PAGE_DOWN + END + DELETE)  # nothing is there to delete
    p.see("line 10, column 1")
    p.settle()
    assert "changed" not in p.text()
    p.type(QUIT)
    back(p)


def test_edit_searches(p):
    p.type("edit numbers\n")
    p.see_line(0, "1")
    p.type(FIND + "1234\r")
    p.see("line 1234, column 1")
    p.type(FIND + "99\r")
    p.see("line 1299, column 3")
    p.type(FIND + "\r")
    p.see("line 1399, column 3")
    p.type(FIND + "1\x7f\x7f")
    p.type(FIND + "nowhere\r")
    p.see("nowhere: not found")
    p.type(PAGE_UP)
    p.see("line 1378, column 3")
    p.type(QUIT)


def test_edit_asks_before_it_ends(p, m):
    after(p, m).run("echo old > asked")
    p.type("clear; edit asked\n")
    p.see_line(0, "old")
    p.type("x" + QUIT)
    p.see("Save the changes?")
    p.type(STOP + "y")
    p.see_line(0, "xyold")
    p.type(QUIT + "n")
    back(p)
    assert after(p, m).run("cat asked") == "old\n"
    p.type("clear; edit asked\n")
    p.see_line(0, "old")
    p.type("z" + QUIT + "y")
    back(p)
    assert after(p, m).run("cat asked") == "zold\n"


def test_edit_leaves_a_link_to_no_file(m):
    """What is saved would take the place of the link."""
    assert m.run("ln -s gone astray; edit astray; echo $?") == "edit: astray: No such file or directory\n1\n"
    assert m.run("readlink astray; rm astray") == "gone\n"


def test_edit_says_what_it_cannot_open(p, m):
    m = after(p, m)
    assert m.run("edit /work; echo $?") == "edit: /work: Is a directory\n1\n"
    assert m.run("edit /dev/null; echo $?") == "edit: /dev/null: is a device\n1\n"
    assert m.run("edit numbers/x; echo $?") == "edit: numbers/x: Not a directory\n1\n"
    assert m.run("edit numbers > /dev/null; echo $?").endswith("1\n")


def test_edit_never_loses_the_old_file(p, m):
    """On a disk that is full; a file is left that the disk cannot hold twice."""
    m = after(p, m)
    m.run("seq 1 40000 > large; cp large before; for i in $(seq 1 60); do cat /dev/zero > fill$i; done", timeout=300)
    p.type("clear; edit large\n")
    p.see_line(0, "1")
    p.type("x" + SAVE)
    p.see("large: No space left on device")
    p.type(QUIT + "y")
    p.see("large: No space left on device")
    p.type(QUIT + "n")
    back(p)
    m = after(p, m)
    assert m.run("cmp large before && echo same") == "same\n"
    assert m.run("rm fill* before; echo .edit*") == ".edit*\n"


def test_edit_takes_a_large_file(p, m):
    after(p, m).run("seq 1 40000 > large")
    p.type("clear; edit large\n")
    p.see_line(0, "1")
    p.type(FIND + "40000\r")
    p.see("line 40000, column 1")
    p.type("x" + SAVE)
    p.see("large: saved")
    p.type(QUIT)
    back(p)
    assert after(p, m).run("tail -n 1 large; rm large") == "x40000\n"


def test_edit_scrolls_sideways_and_follows_the_size(p):
    p.type("printf '%0100d|\\n' 7 > wide; clear; edit wide\n")
    p.see_line(0, "0" * 80)
    p.type(END)
    p.see("column 102")
    p.wait(lambda: p.lines()[0].endswith("7|"), "the end of the line")
    p.resize(60, 12)
    p.see_line(11, "^S save  ^Q quit  ^F find  ^Z undo  ^K cut line  ^U paste")
    p.wait(lambda: p.lines()[0].endswith("7|"), "the end of the line")
    p.type(HOME)
    p.see_line(0, "0" * 60)
    p.type(QUIT)


# --- the shell ------------------------------------------------------------------


def test_the_shell_learns_the_size(p):
    p.resize(40, 24)
    p.type("echo " + "w" * 60 + LEFT + "x")
    p.settle()
    p.read(1.5)
    assert p.lines()[:2] == ["$ echo " + "w" * 33, "w" * 26 + "xw"]
    p.see_cursor(1, 27)
    p.resize(50, 24)
    p.see_line(0, "$ echo " + "w" * 43)
    p.see_line(1, "w" * 16 + "xw")
    p.see_cursor(1, 17)
    p.resize(20, 24)
    p.see_line(3, "w" * 6 + "xw")
    p.see_cursor(3, 7)
    p.type(HOME + "\x7f" + END + "\n")
    p.settle()
    assert ("w" * 59 + "xw") in p.text().replace("\n", "")


def test_the_shell_tells_the_kernel_the_size(p):
    """As soon as it knows: for the command that follows, also if the answer comes just before that."""
    p.resize(60, 12)
    learn(p)
    p.type("\x15clear; vmctl | grep -E '(rows|columns) '\n")
    p.see("columns   [60] ")
    p.see("rows      [12] ")
    p.resize(50, 10)
    p.type("clear; vmctl | grep -E '(rows|columns) '" + LEFT)
    time.sleep(1.5)  # now there is a question, which this terminal answers after the newline
    p.type("\n")
    p.see("columns   [50] ")
    p.see("rows      [10] ")
    p.type("seq 1000 1040 > n; mkdir d; cd d; touch $(cat ../n); clear; ls\n")
    p.see_line(0, "1000  1006  1012  1018  1024  1030  1036")
    p.type("cd ..; rm -r d; clear\n")


@pytest.mark.parametrize("keys,want", [
    ("abc", ["$ true", "$ abc"]),
    ("acd" + LEFT * 2 + "b", ["$ true", "$ abcd"]),
    ("echo hi\necho ho\nend", ["$ true", "$ echo hi", "hi", "$ echo ho", "ho", "$ end"]),
    ("\x0cab", ["$ ab"]),
    ("e" + "x" * 200, ["$ true", "$ e" + "x" * 77, "x" * 80, "x" * 43]),
])
def test_keys_before_the_answer_are_for_the_next_line(p, keys, want):
    learn(p)  # an answer is awaited only of a terminal that gives one
    p.type("\x15clear\n")
    p.see_line(0, "$")
    p.type("true" + LEFT)
    time.sleep(1.5)  # now there is a question, and nobody has read it here
    p.type("\n" + keys)
    p.wait(lambda: [line for line in p.lines() if line] == want, f"{want} alone")


@pytest.mark.parametrize("keys", ["\x0c", "\x0cab", "ab\x0c"])
def test_a_key_that_clears_while_a_command_runs(p, keys):
    p.type("clear; sleep 5\n")
    p.see_line(0, "")
    p.type(keys)
    p.see_line(0, ("$ " + keys.replace("\x0c", "")).rstrip())
    p.type("\x15echo next\n")
    p.see("$ echo next\nnext\n$")


def test_vmctl_stays_until_the_size_changes(p):
    learn(p)
    p.type("\x15vmctl rows=7\n")
    p.settle()
    learn(p)
    p.type("\x15clear; vmctl | grep rows\n")
    p.see("rows      [7] ")
    p.resize(80, 20)
    learn(p)
    p.type("\x15clear; vmctl | grep rows\n")
    p.see("rows      [20] ")


def test_programs_fill_the_rows_that_the_kernel_was_told(p):
    p.type("vmctl rows=7; clear; top\n")
    p.see("NAME")
    p.settle()
    few = [line for line in p.lines() if line]
    p.type("q")
    p.settle()
    p.type("vmctl rows=4; clear; top\n")
    p.see("NAME")
    p.settle()
    fewer = [line for line in p.lines() if line]
    p.type("q")
    p.settle()
    p.type("vmctl columns=30; clear; top -n 1\n")
    p.see("PPID")
    p.settle()
    assert all(len(line) < 30 for line in p.lines()), p.text()
    p.type("vmctl columns=80; vmctl rows=24; clear\n")
    p.see_line(0, "$")
    assert len(fewer) == 3 < len(few) <= 6


def test_a_terminal_that_does_not_answer(m, p):
    deaf = Person(m, answers=False)
    deaf.type("clear; less numbers\n")
    deaf.see_line(-1, "numbers 0%  h: help, q: quit")
    deaf.type("G")
    deaf.see_line(-2, "2000")
    deaf.type("q")
    deaf.settle()
    p.stream.feed("\r\n$ ")
