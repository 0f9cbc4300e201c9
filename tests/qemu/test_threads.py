"""Threads, from programs: POSIX names with picolibc, and the layer for xv6 programs."""
import os
import re
import shutil
import subprocess

import pytest

from machine import TOP, Machine, make, run_to_end


@pytest.fixture(scope="module", params=[1, 4])
def m(request, test_image):
    with Machine(test_image, harts=request.param) as machine:
        machine.boot()
        yield machine


@pytest.mark.parametrize("case,want", [
    ("own", "ok\n"),       # errno and thread-local data, with the values of the start
    ("self", "ok\n"),
    ("mutex", "ok\n"),
    ("cond", "ok\n"),
    ("forever", "ok\n"),   # to the largest time that there is
    ("once", "ok\n"),
    ("malloc", "ok\n"),    # from all threads at once
    ("stdio", "ok\n"),     # no character is lost
    ("flockfile", "first, again, the other, ok\n"),
    ("waiting", "printed, ok\n"),
    ("limit", "ok\n"),
    ("itself", "ok\n"),    # it detaches itself, and its creator runs later
    ("detached", "ok\n"),  # what they had is used again
    ("exit", "first, ok\nlater, "),
])
def test_posix_names(m, case, want):
    assert m.run(f"threads {case}") == want


def test_stack_is_as_large_as_asked_for_and_guarded(m):
    out = m.run("threads stack")
    assert out.endswith("ok\n") and out.count("unexpected scause") == 1, out


def test_program_of_another_thread_has_its_own_name(m):
    assert re.fullmatch(r"\d+ another: unknown sys call 999\nok\n", m.run("threads exec"))


def test_ps_and_kill_know_one_process(m):
    """Its threads are no processes, and end with it."""
    m.run("threads sleep &")
    lines = [line for line in m.run("ps").splitlines() if line.endswith("threads")]
    assert len(lines) == 1, lines
    m.run(f"kill {lines[0].split()[0]}")
    assert not re.search(r"^(?!.* zombie ).* threads$", m.run("sleep 2; ps"), re.M)


@pytest.mark.parametrize("harts", [1, 2, 4])
def test_xv6_layer(test_image, tmp_path, harts):
    image = str(tmp_path / "fs.img")
    make("XV6=tests/qemu/programs/threads_xv6.c", "build/xv6/threads_xv6")
    shutil.copyfile(test_image, image)
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", image, "build/xv6/threads_xv6"], cwd=TOP, check=True)
    status, output = run_to_end(image, "threads_xv6", harts=harts, timeout=300)
    assert status == 0 and "FAIL" not in output, output
    for case in ("count", "queue", "again", "self", "guard", "all"):
        assert f"{case}: OK\n" in output, output
