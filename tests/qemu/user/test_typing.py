"""The shell as a person types at it: commands of several lines, completion, prompts; and what it does
with input that is no script, or too large."""
import pytest

from machine import Machine
from screenrig import Person

UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
LOOP = ["for i in 1 2", "do echo round $i", "done"]


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2, mem="64M") as machine:
        machine.boot()
        machine.run("mkdir work; cd work; echo spaced > 'a file'; echo other > 'a folk'; mkdir 'in dir'; "
                    "echo deep > 'in dir/x y'; longvar=value; long2=2")
        yield machine


@pytest.fixture(params=[80, 40])
def p(m, request):
    """A person at a clear screen, wide or narrow."""
    person = Person(m, columns=request.param)
    person.type("\x02")  # the shell asks for the size a second after a key
    person.read(1.5)
    person.type("clear\n")
    person.see_line(0, "$")
    yield person
    person.settle()
    person.type("\x03\n")
    person.settle()


def type_loop(p):
    for line in LOOP:
        p.type(line + "\n")
        p.settle()


def shown(p):
    return [line for line in p.lines() if line]


def test_a_command_of_lines_comes_back(p):
    type_loop(p)
    p.see("round 2\n$")
    p.type("echo between\n")
    p.see("between\n$")
    p.type("clear\n")
    p.see_line(0, "$")
    p.type(UP * 3)
    p.see_line(2, "done")
    assert shown(p) == ["$ " + LOOP[0], *LOOP[1:]]
    p.see_cursor(2, 4)
    p.type(DOWN + UP + LEFT * 5 + "!")
    p.see_line(1, "do echo round $i!")
    p.type("\n")
    p.see("round 1!\nround 2!\n$")


def test_a_search_finds_all_of_it(p):
    type_loop(p)
    p.see("round 2\n$")
    p.type("echo done\nclear\n")
    p.see_line(0, "$")
    p.type("\x12do echo")
    p.see("$ (search) `do echo': for i in 1 2\ndo echo round $i\ndone")
    p.type("\n")
    p.see("\nround 1\nround 2\n$")


def test_a_here_document_comes_back(p):
    p.type("cat <<-E | cat\n")
    p.see("\n>")
    p.type(" one\ntwo\n")
    p.settle()
    p.type("E\n")
    p.see(" one\ntwo\n$")
    p.type("clear\n")
    p.see_line(0, "$")
    p.type(UP + UP + "\n")
    p.see("$ cat <<-E | cat\n one\ntwo\nE\n one\ntwo\n$")


def test_a_quote_and_a_backslash_come_back(p):
    p.type("echo 'a\n")
    p.see("\n>")
    p.type("b' c \\\n")
    p.settle()
    p.type("d\n")
    p.see("\na\nb c d\n$")
    p.type(UP + "\n")
    p.see("$ echo 'a\nb' c \\\nd\na\nb c d\n$")


def test_pasted_lines(p):
    p.type("f() {\n\tcat <<-E\n\t\tgot $1\n\tE\n}\nf it; f them\n")
    p.see("got it\ngot them\n$")
    p.type("\x15clear\n")
    p.see_line(0, "$")
    p.type(UP * 3)
    p.see("$ f() {\n cat <<-E\n  got $1\n E\n}")


def test_history_and_fc(p):
    type_loop(p)
    p.see("round 2\n$")
    p.type("history 2\n")
    p.see("for i in 1 2\n        do echo round $i\n        done\n")
    p.type("echo one two\n")
    p.see("\none two\n$")
    p.type("fc -s one=1 'echo one'\n")
    p.see("fc -s one=1 'echo one'\necho 1 two\n1 two\n$")
    p.type(UP)
    p.see("\n$ echo 1 two")
    p.type("\x15" "clear; fc -ln -2 -1\n")
    p.see("        echo 1 two\n$")
    p.type("FCEDIT=true fc -1\n")
    p.see("clear; fc -ln -2 -1")
    p.type("\nfc nosuch\n")
    p.see("sh: fc: nosuch: no such command\n$")


def test_deleted_text_is_put_back(p):
    p.type("echo one two three\x17\x17\x19\x19\n")
    p.see("\none two two\n$")
    p.type("echo first last\x1bb\x1bd\x1bb\x19\n")
    p.see("\nlastfirst\n$")
    p.type("echo kept\x0c")
    p.see_line(0, "$ echo kept")
    assert shown(p) == ["$ echo kept"]
    p.type("\n")
    p.see("\nkept\n$")


def test_completion_of_names_with_blanks(p):
    p.type("cat a\til\t\n")
    p.see("$ cat a\\ file\nspaced\n$")
    p.type("cat 'a fo\t\n")
    p.see("$ cat 'a folk'\nother\n$")
    p.type('cat "in\tx\t\n')
    p.see('$ cat "in dir/x y"\ndeep\n$')
    p.type("cat i\tx\t\n")
    p.see("$ cat in\\ dir/x\\ y\ndeep\n$")


def test_completion_of_variables(p):
    p.type("echo $longv\tx\n")
    p.see("$ echo $longvar x\nvalue x\n$")
    p.type('echo "${longv\t"\n')
    p.see('$ echo "${longvar}"\nvalue\n$')
    p.type("echo $lon\t\t")
    p.see("long2    longvar\n$ echo $long")
    p.type("\x15")


def test_prompts(p):
    p.type("PS1='[$?] ' PS2='more: '\nfalse\n")
    p.see("[1]")
    p.type("echo \"a\n")
    p.see("more:")
    p.type("b\"\n")
    p.see("\na\nb\n[0]")
    p.type("PS1=\"$(printf '\\033[1mbold\\033[0m> ')\"\n")
    p.see("\nbold>")
    p.type("clear\n")
    p.see_line(0, "bold>")
    p.type("ho a\x01\x01ec")  # one ^A is for QEMU
    p.see_line(0, "bold> echo a")
    p.see_cursor(0, 8)
    p.type("\n")
    p.see("bold> echo a\na\nbold>")
    p.type("unset PS1 PS2\n")
    p.see("unset PS1 PS2\n$")


# --- what is no script ------------------------------------------------------------------


@pytest.mark.parametrize("line,want", [
    ("sh /cat; echo $?", "sh: /cat: cannot run binary file\n126\n"),
    ("cp /cat prog; dd if=/cat of=half bs=100 count=1 2> err; ./half; echo $?", "sh: ./half: Exec format error\n126\n"),
    ("{ echo echo yes; cat /cat; } > late; sh late; echo $?", "sh: late: cannot run binary file\n126\n"),
    ("printf 'ab\\001\\n' > control; sh control; echo $?", "sh: control: cannot run binary file\n126\n"),
    ("printf 'echo \\303\\244\\t\\033[m\\n' > text; sh text | wc -c", "7\n"),
    ("(. /cat; echo no); echo $?", "sh: /cat: cannot run binary file\n2\n"),
    ("mkdir folder; sh folder; echo $?; sh nosuch; echo $?",
     "sh: folder: Is a directory\n126\nsh: nosuch: No such file or directory\n127\n"),
])
def test_no_text(m, line, want):
    assert m.run(line) == want


@pytest.mark.parametrize("script,want", [
    (r"read x\nline for read\necho $x", "line for read\n"),
    (r"cat\nthe rest\nof it\n", "the rest\nof it\n"),
    (r"(read x; echo sub $x)\nfor sub\necho end\n", "sub for sub\nend\n"),
    (r"while read l; do echo got $l; done\n1\n2\n", "got 1\ngot 2\n"),
    (r"f() {\nread z\n}\nf\nfed\necho $z\n", "fed\n"),
    (r"exec cat\nrest\n", "rest\n"),
    (r"sh\necho inner\nexit 3\n", "inner\n"),
])
def test_commands_leave_the_rest_to_others(m, script, want):
    assert m.run(f"printf '{script}' | sh") == want


def test_a_loop_ends_when_nobody_reads(m):
    assert m.run("while :; do echo y; done | head -n 1; (while true; do printf '%s\\n' z; done) | head -n 1; "
                 "echo $?") == "y\nz\n0\n"


@pytest.mark.parametrize("line,want", [
    ("set -o pipefail; (exit 3) | true; echo $?; true | (exit 4) | (exit 5) | true; echo $?; true | true; echo $?; "
     "set +o pipefail; false | true; echo $?", "3\n5\n0\n0\n"),
    ("ulimit -n; ulimit; ulimit -s; ulimit -n 16; ulimit -n 17; echo $?",
     "16\nunlimited\n8192\nsh: ulimit: 17: limits cannot be changed\n2\n"),
    ("umask 077; (umask 0; umask); umask; umask 8; echo $?; umask 0",
     "0000\n0077\nsh: umask: 8: is no mask of rights\n2\n"),
    ("type echo history fc", "echo is a shell builtin\nhistory is a shell builtin\nfc is a shell builtin\n"),
    ("set() { :; }; echo gone", "sh: set: a special builtin can be no function\n"),
    ("printf 'echo $LINENO\\n\\nf() {\\necho $LINENO\\n}\\nf; echo a\\\\\\n$LINENO\\necho $LINENO\\n' > n; sh n",
     "1\n4\na6\n8\n"),
    ("echo a > f; read -p 'what? ' x < f; echo $x; read -q x; echo $?", "a\nsh: read: -q: no such option\n2\n"),
])
def test_what_dash_has_not(m, line, want):
    assert m.run(line) == want


def test_large_input(m):
    """Lines of 1 MB, and commands within commands without end, are run or are an error."""
    m.run("dd if=/dev/zero bs=1000 count=250 2> err | tr '\\0' a > as")
    assert m.run("wc -c < as") == "250000\n"
    assert m.run("{ printf 'x='; cat as as as as as; echo '; echo ${#x}'; } | sh; echo $?",
                 timeout=120) == "1250000\n0\n"
    for text in ("(", "{ ", "if true; then ", "$(", "${x-", "$((", "`", "f() ", "a | ", "! ", "a && ", "case x in x) "):
        out = m.run(f"i=0; t=; while [ $i -lt 251 ]; do i=$((i+1)); t=\"$t\"'{text}'; done; sh -c \"echo $t\"; "
                    "sh -c \"$t\"; echo $?", timeout=60)
        assert out.endswith("\n2\n") and "syntax error" in out, out
    assert m.run("echo alive") == "alive\n"


def test_little_memory(test_image):
    """A machine with hardly any memory: what does not fit is told, and the shell goes on."""
    with Machine(test_image, harts=1, mem="16M") as little:
        little.boot()
        little.run("dd if=/dev/zero bs=1000 count=250 2> err | tr '\\0' a > as; a='as as as as as'; a=\"$a $a $a $a\"")
        for line in ("x=$(cat $a); echo gone", "echo $(cat $a); echo gone",
                     "{ printf 'x='; cat $a; } | sh; echo status $?", "f() { x=$x$(cat as); f; }; f; echo gone"):
            out = little.run(line, timeout=120)
            assert "gone\n" not in out and ("memory" in out or "space" in out), (line, out)
            assert "status 0" not in out, out
            assert little.run("x=; echo alive") == "alive\n"
