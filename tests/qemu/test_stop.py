"""Jobs that stop and go on, typed as a person would: ^Z, fg, bg, jobs, kill %1."""
import os
import subprocess

import pytest

from machine import Machine

INTERRUPT, SUSPEND, END = "\x03", "\x1a", "\x04"


@pytest.fixture(scope="module")
def machine_of_all(test_image):
    with Machine(test_image, harts=2) as m:
        m.boot()
        yield m


@pytest.fixture
def m(machine_of_all):
    """Each case leaves the shell at its prompt; jobs that are left are killed."""
    yield machine_of_all
    pids = machine_of_all.run("jobs -p").split()
    if pids:
        machine_of_all.run("kill -9 " + " ".join(f"%{n}" for n in range(1, 10)) + "; wait")
        machine_of_all.run("jobs")
    assert machine_of_all.run("jobs") == ""


def key(m, what, shows):
    m.console.send(what)
    m.console.expect_exact(shows + "\r\n")


def start(m, line, shows="go"):
    """Types a line, and waits until it has printed @shows."""
    m.console.send(line + "\n")
    m.console.expect_exact(line + "\r\n")
    m.console.expect_exact(shows + "\r\n")


def prompt(m):
    """What comes before the next prompt."""
    m.console.expect_exact("$ ")
    return m.console.before.replace("\r\n", "\n")


def suspend(m):
    key(m, SUSPEND, "^Z")
    return prompt(m)


def interrupt(m):
    key(m, INTERRUPT, "^C")
    return prompt(m)


def states(m, program):
    """The states that ps tells of processes with this name."""
    found = [line.split() for line in m.run("ps").splitlines()]
    return [words[2] for words in found if words[0].isdigit() and words[-1] == program]


def test_stops_and_goes_on(m):
    start(m, "echo go; sleep 60s")
    assert suspend(m) == "[1] + Stopped   sleep 60s\n"
    assert m.run("echo $?") == "146\n"  # 128 + TSTP
    assert states(m, "sleep") == ["stopped"]
    assert m.run("jobs") == "[1] + Stopped   sleep 60s\n"
    start(m, "fg", "sleep 60s")
    assert suspend(m) == "[1] + Stopped   sleep 60s\n"
    assert m.run("bg") == "[1] sleep 60s\n"
    assert states(m, "sleep") == ["sleeping"]
    assert m.run("jobs") == "[1] + Running   sleep 60s\n"
    # It is in the background: ^C is not for it.
    interrupt(m)
    assert states(m, "sleep") == ["sleeping"]
    start(m, "fg %1", "sleep 60s")
    assert interrupt(m) == ""
    assert m.run("echo $?") == "130\n"
    assert states(m, "sleep") == []


def test_rest_of_the_line_is_dropped(m):
    start(m, "echo go; for i in 1 2; do sleep 60s; echo no; done; echo no")
    assert suspend(m) == "[1] + Stopped   sleep 60s\n"
    start(m, "echo go; sleep 70s && echo no || echo no")
    assert suspend(m) == "[2] + Stopped   sleep 70s && echo no || echo no\n"
    assert m.run("jobs").splitlines() == ["[1] - Stopped   sleep 60s", "[2] + Stopped   sleep 70s && echo no || echo no"]


def test_pipeline_is_one_job(m):
    start(m, "echo go; (sleep 60s; echo no) | cat | cat")
    assert suspend(m) == "[1] + Stopped   (sleep 60s; echo no) | cat | cat\n"
    assert states(m, "cat") == ["stopped"] * 2 and states(m, "sleep") == ["stopped"]
    m.run("bg")
    assert states(m, "cat") == ["sleeping"] * 2 and states(m, "sleep") == ["sleeping"]
    m.run("kill -STOP %1")
    assert states(m, "cat") == ["stopped"] * 2 and states(m, "sleep") == ["stopped"]
    assert m.run("jobs") == "[1] + Stopped (SIGSTOP) (sleep 60s; echo no) | cat | cat\n"
    m.run("kill -CONT %1")
    assert states(m, "cat") == ["sleeping"] * 2
    m.run("kill %1; wait %1")
    assert states(m, "cat") == [] and states(m, "sleep") == []


def test_kill_ends_a_stopped_job(m):
    start(m, "echo go; sleep 60s")
    suspend(m)
    assert "status 143" in m.run("kill %1; wait %1; echo status $?")
    start(m, "echo go; sleep 60s")
    suspend(m)
    assert "status 137" in m.run("kill -9 %1; wait %1; echo status $?")


def test_program_that_reads(m):
    """What is typed while it is stopped is for the shell; in the background it does not get it either."""
    m.console.send("cat\n")
    m.console.expect_exact("cat\r\n")
    m.console.send("one\n")
    m.console.expect_exact("one\r\none\r\n")
    m.console.send("dropped")
    m.console.expect_exact("dropped")
    assert suspend(m) == "[1] + Stopped   cat\n"
    assert m.run("echo shell") == "shell\n"
    m.run("bg")
    # It notices that it may not read; then the shell tells of it.
    said = ""
    for _ in range(20):
        said += m.run("sleep 1")
        if "Stopped" in said:
            break
    assert "[1] + Stopped (SIGTTIN) cat\n" in said
    assert m.run("echo shell") == "shell\n"
    start(m, "fg", "cat")
    m.console.send("two\n")
    m.console.expect_exact("two\r\ntwo\r\n")
    m.console.send(END)
    assert prompt(m) == "\x04"


def test_substitution_does_not_stop(m):
    """The shell reads its output: nobody could make it go on."""
    m.console.send("x=$(echo go >/dev/console; sleep 1s; echo out); echo got $x\n")
    m.console.expect_exact("echo got $x\r\ngo\r\n")
    m.console.send(SUSPEND)
    m.console.expect_exact("got out\r\n")
    prompt(m)


def test_stopped_from_elsewhere(m):
    """The shell notices that the job in the foreground was stopped, and that another goes on."""
    start(m, "(sleep 1s; kill -STOP $(pidof cat)) & echo go; cat")
    assert prompt(m).startswith("[2] + Stopped (SIGSTOP) cat\n")
    m.run("kill -CONT $(pidof cat)")
    said = "".join(m.run("sleep 1; jobs") for _ in range(3))
    assert "Stopped (SIGTTIN) cat" in said


def test_wait_does_not_wait_for_stopped_jobs(m):
    m.run("sleep 60s &")
    assert m.run("kill -STOP %1; wait %1; echo $?").startswith("145\n")
    assert m.run("wait; echo $?").endswith("0\n")


def test_wrong_names(m):
    assert m.run("fg %7") == "sh: %7: no such job\n"
    assert m.run("bg %7; echo $?") == "sh: %7: no such job\n1\n"
    assert m.run("kill %7") == "sh: %7: no such job\n"


def test_less_gives_the_screen_back(m):
    m.console.send("less README\n")
    m.console.expect_exact("\x1b[?1049h")
    m.console.expect_exact("Pagoda")
    m.console.send(SUSPEND)
    m.console.expect_exact("\x1b[?1049l")
    assert "Stopped   less README\n" in prompt(m)
    assert m.run("echo here") == "here\n"
    m.console.send("fg\n")
    m.console.expect_exact("\x1b[?1049h")
    m.console.expect_exact("Pagoda")
    m.console.send("q")
    m.console.expect_exact("\x1b[?1049l")
    prompt(m)


def test_exit_warns_once(test_image):
    with Machine(test_image, harts=2) as m:
        m.boot()
        m.run("sh")
        start(m, "echo go; sleep 60s")
        suspend(m)
        assert m.run("exit") == "sh: there are stopped jobs\n"
        assert m.run("jobs") == "[1] + Stopped   sleep 60s\n"
        m.console.send(END)
        assert "sh: there are stopped jobs\n" in prompt(m)
        m.console.send(END)
        prompt(m)
        # The inner shell has ended, and with it what nobody could have continued.
        assert len(states(m, "sh")) == 1
        for _ in range(20):
            if not states(m, "sleep"):
                break
        assert states(m, "sleep") == []


def test_killed_shell_leaves_nothing_stopped(test_image):
    with Machine(test_image, harts=2) as m:
        m.boot()
        m.run("sh")
        start(m, "echo go; (sleep 60s; true) | cat")
        suspend(m)
        m.run("kill -9 $$")
        for _ in range(20):
            if not states(m, "sleep") and not states(m, "cat"):
                break
        assert states(m, "sleep") == [] and states(m, "cat") == []


def test_inner_shell_stops_and_comes_back(test_image):
    with Machine(test_image, harts=2) as m:
        m.boot()
        m.run("sh")
        assert m.run("kill -STOP $$") == "[1] + Stopped (SIGSTOP) sh\n"
        assert len(states(m, "sh")) == 2
        m.console.send("fg\n")
        m.console.expect_exact("fg\r\nsh\r\n")
        m.console.send("echo inner $$\n")
        m.console.expect_exact("inner")
        prompt(m)
        start(m, "echo go; sleep 60s")
        assert suspend(m) == "[1] + Stopped   sleep 60s\n"


def test_without_job_control(test_image):
    """With ./run -c nobody could continue what ^Z stops: it is a key like others."""
    with Machine(test_image, boot="vmprint=off cmd=echo%20go%3b%20cat") as m:
        m.console.expect_exact("go\r\n")
        m.console.send("a" + SUSPEND + "b\n")
        m.console.expect_exact("a^Zb\r\na\x1ab\r\n")
        m.console.send(END)
        assert m.end() == 0


@pytest.mark.parametrize("boot", ["isolate=on", "asid=off super=off", "fork=copy heap=lazy", "uaccess=walk", "uaccess=strict"])
@pytest.mark.parametrize("harts", [1, 4])
def test_cases_with_options(test_image, boot, harts):
    with Machine(test_image, harts=harts, boot="vmprint=off " + boot) as m:
        m.boot()
        assert "19 passed, 0 failed" in m.run("abitest2 stop", timeout=300)
