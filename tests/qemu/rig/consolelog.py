"""Saves the whole console of each machine that a test starts, in build/test/console/TEST-NUMBER.log.  The report
of a failed test shows where it is, and all that the kernel said when it panicked."""
import os
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "build/test/console"
PANIC = re.compile(r"^.*\bpanic: ", re.M)

paths = []  # of the running test


def begin():
    """A test begins."""
    paths.clear()


def new():
    """The path of one more log."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "none").partition("::")[2].rpartition(" ")[0]
    name = re.sub(r"[^A-Za-z0-9_.=-]+", "-", test).strip("-")[:100] or "setup"
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths.append(FOLDER / f"{name}-{len(paths) + 1}.log")
    return paths[-1]


def save(text):
    new().write_text(text, encoding="latin-1", errors="replace")


def panic_of(text):
    """The text from the line of the panic on, or nothing."""
    found = PANIC.search(text)
    return text[found.start():] if found else ""


def told():
    """For the report of a failure."""
    lines = []
    for path in paths:
        lines.append(f"the whole console: {path}")
        lines.append(panic_of(path.read_text(encoding="latin-1").replace("\r", "")))
    return "\n".join(line for line in lines if line)
