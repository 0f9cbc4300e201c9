#!/usr/bin/env python3
"""Tests ./run --view from outside.

usage: view.py [CASE ...]
Prints `ok NAME` or `FAILED NAME: why` for each case; status 1 if one failed.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess

import rig
from rig import IMAGE, OUT, TIMEOUT, expect, run, with_path


def ram_files():
    """Those of --view with a name, for all ./run of this user."""
    return set(pathlib.Path("/dev/shm").glob(f"pagoda-{os.getuid()}-*")) | set(pathlib.Path("build").glob("run-*/ram"))


def test_view():
    """Nothing but the address is added; the RAM has no name once the machine runs."""
    before = ram_files()
    for words, status, out in ((["-c", "echo hi; exit 7"], 7, "hi\n"), (["--mem", "64", "-c", "wc -l"], 0, "2\n"),
                               (["--boot", "ktest=panic", "-c", "true"], 101, "")):
        found = run("--view", *words, stdin="a\nb\n")
        expect(found[:2], (status, out))
        assert re.match(r"The machine can be seen at http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{32}\n", found[2]), found
        assert words[0] == "--boot" or found[2].count("\n") == 1, found
        expect(ram_files() - before, set())
    status, out, err = run("--view", stdin="echo piped\npoweroff 4\n")
    assert status == 4 and "\npiped\n" in out and "seen at" in err, (status, out, err)
    for words in (["--view=only", "-c", "true"], ["--view=all"], ["--view", "--get", "sh"],
                  ["--record", "new"], ["--view", "--record", str(IMAGE)]):
        status, out, err = run(*words)
        assert status == 2 and out == "" and err.count("\n") == 1, (words, status, out, err)


def test_view_ends_with_a_signal():
    before = ram_files()
    with subprocess.Popen(["./run", "--view", "--image", str(IMAGE), "-c", "echo on; sleep 100"], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        expect(child.stdout.readline(), "on\n")
        expect(ram_files() - before, set())
        child.terminate()
        expect((child.wait(TIMEOUT), child.stdout.read()), (128 + signal.SIGTERM, ""))
        assert child.stderr.read().count("\n") == 1  # all have ended that had it


def test_scope_without_libwebsockets():
    """It has its text, and says what the page needs; once the library is there, it is made again."""
    folder = OUT / "without"
    folder.mkdir()
    compiler = folder / "cc"
    compiler.write_text(f"""#!/bin/sh
case " $* " in
*' -E '* | *' -lwebsockets '*) [ ! -e {folder.resolve()}/none ] || exit 1 ;;
esac
exec {shutil.which("cc")} "$@"
""")
    compiler.chmod(0o755)
    (folder / "pkg-config").write_text("#!/bin/sh\nexit 1\n")
    (folder / "pkg-config").chmod(0o755)
    scope = folder / "build/scope"
    path = f"{folder.resolve()}:{os.environ['PATH']}"
    for there in (False, True):
        (folder / "none").touch()
        if there:
            (folder / "none").unlink()
        status, out, err = with_path(path, "make", "-s", f"BUILD={folder / 'build'}", f"HOSTCC={compiler.resolve()}",
                                     "WERROR=1", str(scope))
        expect((status, out, err), (0, "", ""))
        text = subprocess.run([scope, "/nosuch", "processes"], capture_output=True, text=True, check=False)
        assert text.returncode == 2 and "cannot be opened" in text.stderr, text
        page = subprocess.run([scope, "/nosuch"], capture_output=True, text=True, check=False)
        assert page.returncode == 2 and ("libwebsockets-dev" in page.stderr) == (not there), page


rig.main(globals())
