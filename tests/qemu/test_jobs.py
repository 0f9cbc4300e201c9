"""^C and jobs, typed as a person would: under our shell, which tells the kernel what is in the
background, and under one that tells it nothing, like those of xv6."""
import os
import subprocess

import pytest

import machine
from machine import Machine

INTERRUPT, END = "\x03", "\x04"
PROGRAMS = ["init", "sh", "cat", "echo", "ps", "sleep", "poweroff"]
FOREIGN = ["tests/qemu/programs/plainsh.c", "tests/qemu/programs/hop.c"]


def make_image(path, **names):
    """An image with our programs; each NAME=FILE replaces one of them or is added."""
    programs = {name: f"build/user/{name}" for name in PROGRAMS}
    programs.update(names)
    subprocess.run([os.path.join(machine.TOP, "build/mkfs"), path, "README.md:README",
                    *(f"{file}:{name}" for name, file in programs.items())], cwd=machine.TOP, check=True)


@pytest.fixture(scope="module")
def images(test_image, tmp_path_factory):
    """The image of each kind of shell."""
    assert test_image  # all programs are there
    machine.make("XV6=" + " ".join(FOREIGN), "build/xv6/plainsh", "build/xv6/hop")
    folder = tmp_path_factory.mktemp("jobs")
    paths = {"ours": str(folder / "ours.img"), "plain": str(folder / "plain.img")}
    make_image(paths["ours"], hop="build/xv6/hop", xv6sh="build/xv6/plainsh")
    make_image(paths["plain"], sh="build/xv6/plainsh", oursh="build/user/sh")
    return paths


@pytest.fixture
def ours(images):
    with Machine(images["ours"]) as m:
        m.boot()
        yield m


@pytest.fixture(params=["ours", "plain"])
def either(images, request):
    with Machine(images[request.param]) as m:
        m.boot()
        yield m


def start(m, line, shows):
    """Types a line, and waits until it has printed @shows."""
    m.console.send(line + "\n")
    m.console.expect_exact(line + "\r\n")
    if shows:
        m.console.expect_exact(shows + "\r\n")


def interrupt(m):
    """Types ^C; returns what comes before the next prompt."""
    m.console.send(INTERRUPT)
    m.console.expect_exact("^C\r\n")
    m.console.expect_exact(machine.PROMPT)
    return m.console.before.replace("\r\n", "\n")


def use(m):
    """Has an inner shell start a program.  From then on the kernel takes it for a shell, even if it tells nothing."""
    assert m.run("echo used") == "used\n"


def count(m, program):
    """How many processes of this name ps lists."""
    return m.run("ps").count(f" {program}\n")


def check_gone(m, program):
    """Checks that all processes of this name end.  A shell that waits for its child alone may have its prompt
    while grandchildren that ^C ended are still on their way out on another hart."""
    for _ in range(50):
        if not count(m, program):
            return
    assert count(m, program) == 0


def check_quiet(m):
    """Checks that the prompt that was seen is the last: the next line gets its own output."""
    assert m.run("echo alive") == "alive\n"


def test_ends_a_job(either):
    start(either, "echo go; sleep 600", "go")
    interrupt(either)
    assert count(either, "sleep") == 0
    check_quiet(either)


def test_ends_all_of_a_pipeline(either):
    start(either, "echo go; cat | cat | cat", "go")
    interrupt(either)
    check_gone(either, "cat")
    check_quiet(either)


def test_background_of_an_earlier_line_goes_on(either):
    either.run("sleep 600 &")
    start(either, "echo go; sleep 600", "go")
    interrupt(either)
    assert count(either, "sleep") == 1
    check_quiet(either)


def test_background_of_the_same_line_goes_on(either):
    start(either, "sleep 600 & sleep 500 & echo go; cat", "go")
    interrupt(either)
    assert count(either, "sleep") == 2
    assert count(either, "cat") == 0
    check_quiet(either)


def test_background_alone_goes_on(either):
    either.run("sleep 600 &")
    interrupt(either)
    interrupt(either)
    assert count(either, "sleep") == 1
    check_quiet(either)


def test_group_in_the_background_goes_on(ours):
    start(ours, "(sleep 50; echo second) & echo go; sleep 600", "go")
    interrupt(ours)
    assert count(ours, "sleep") == 1
    ours.console.expect_exact("second\r\n")


def test_background_in_a_group_goes_on(ours):
    start(ours, "(sleep 600 & echo go; cat)", "go")
    interrupt(ours)
    assert count(ours, "sleep") == 1
    assert count(ours, "sh") == 1
    check_quiet(ours)


def test_at_the_prompt(either):
    for _ in range(3):
        interrupt(either)
    either.console.send("echo not th")
    either.console.expect_exact("echo not th")
    interrupt(either)
    check_quiet(either)
    assert count(either, "sh") == 1


def test_inner_shell(either):
    """It survives ^C at its prompt, and so does its parent, whatever is interrupted."""
    assert either.run("sh") == ""
    use(either)
    interrupt(either)
    interrupt(either)
    assert count(either, "sh") == 2
    start(either, "sleep 500 & echo go; sleep 600", "go")
    interrupt(either)
    assert count(either, "sleep") == 1
    assert count(either, "sh") == 2
    either.console.send(END)
    either.console.expect_exact(machine.PROMPT)
    assert count(either, "sh") == 1
    start(either, "echo go; sleep 600", "go")
    interrupt(either)
    assert count(either, "sleep") == 1
    check_quiet(either)


def test_line_goes_on_after_an_inner_shell(either):
    """After it has ended, its parent's job can be interrupted again, before the parent has prompted."""
    either.run("sh; echo go; sleep 600")
    use(either)
    interrupt(either)
    either.console.send(END)
    either.console.expect_exact("go\r\n")
    interrupt(either)
    assert count(either, "sleep") == 0
    check_quiet(either)


def test_program_that_only_reads_is_no_shell(images):
    """Neither the name of a shell nor a prompt makes a program a shell: ^C ends it."""
    with Machine(images["ours"]) as m:
        m.boot()
        m.run("xv6sh")
        interrupt(m)
        assert count(m, "xv6sh") == 0
        check_quiet(m)


def test_program_that_starts_others_unasked_is_no_shell(images):
    """Like xargs, it reads lines and starts a process for each, but has no prompt."""
    with Machine(images["ours"]) as m:
        m.boot()
        start(m, "xv6sh quiet", None)
        m.console.send("echo go\n")
        m.console.expect_exact("\r\ngo\r\n")
        interrupt(m)
        assert count(m, "xv6sh") == 0
        check_quiet(m)


@pytest.mark.parametrize("kind,inner", [("ours", "xv6sh"), ("plain", "oursh")])
def test_inner_shell_of_the_other_kind(images, kind, inner):
    with Machine(images[kind]) as m:
        m.boot()
        m.run(inner)
        use(m)
        interrupt(m)
        start(m, "sleep 500 & echo go; sleep 600", "go")
        interrupt(m)
        assert count(m, "sleep") == 1
        assert count(m, inner) == 1
        m.console.send(END)
        m.console.expect_exact(machine.PROMPT)
        assert count(m, inner) == 0
        start(m, "echo go; sleep 600", "go")
        interrupt(m)
        assert count(m, "sleep") == 1
        check_quiet(m)


def test_ends_the_whole_line(ours):
    start(ours, "echo go; sleep 600; echo no && sleep 600 || echo never", "go")
    assert interrupt(ours) == ""
    assert count(ours, "sleep") == 0
    check_quiet(ours)


def test_ends_a_script(ours):
    ours.run("echo 'echo go; sleep 600; echo no' > script")
    start(ours, "sh script", "go")
    assert interrupt(ours) == ""
    assert count(ours, "sleep") == 0
    assert count(ours, "sh") == 1
    start(ours, "sh < script", "go")
    assert interrupt(ours) == ""
    assert count(ours, "sh") == 1


def test_ends_waiting_for_the_background(ours):
    ours.run("sleep 600 &")
    start(ours, "echo go; wait; echo no", "go")
    assert interrupt(ours) == ""
    assert count(ours, "sleep") == 1
    check_quiet(ours)


def test_gives_up_an_unfinished_line(ours):
    ours.console.send("echo 'one\n")
    ours.console.expect_exact("\r\n> ")
    assert interrupt(ours) == ""
    assert ours.run("echo $?") == "130\n"
    check_quiet(ours)


def test_ends_a_program_that_forks_all_the_time(ours):
    for _ in range(10):
        ours.run("hop")
        # ps looks at one slot after the other, and may miss a process that moves
        assert any(count(ours, "hop") for _ in range(20))
        interrupt(ours)
        check_gone(ours, "hop")
        assert not any(count(ours, "hop") for _ in range(3))
    check_quiet(ours)


def test_background_reads_nothing(ours):
    """A background job gets no line that the shell should get, but can read a file or a pipe."""
    ours.run("cat &")
    ours.run("cat &")
    # the shell tells of jobs that have ended before the next prompt
    assert ours.run("echo mine").startswith("mine\n")
    assert count(ours, "cat") == 0
    ours.run("echo text > f")
    start(ours, "cat < f &", None)
    ours.console.expect_exact("text\r\n")
    start(ours, "(cat; echo ended) & sleep 1", "ended")
    ours.console.expect_exact(machine.PROMPT)
    start(ours, "echo piped | cat &", None)
    ours.console.expect_exact("piped\r\n")


def test_one_command(images):
    """^C ends a command of ./run -c, also one that has replaced the shell and reads."""
    with Machine(images["ours"], boot="vmprint=off cmd=echo%20go%3b%20cat") as m:
        m.console.expect_exact("go\r\n")
        m.console.send(INTERRUPT)
        assert m.end() == 130
