"""./run in a window of tmux, as a person has it: keys, screens, another size, leaving."""
import os
import re
import shutil
import subprocess
import time

import pytest

from machine import HANG, TOP

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


class Window:
    def __init__(self, socket, command):
        self.socket = str(socket)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command)
        self.tmux("set-option", "-g", "window-size", "manual")

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, *words], stdout=subprocess.PIPE, text=True, check=True,
                              timeout=HANG)
        return done.stdout

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def type(self, line):
        self.tmux("send-keys", "-l", line)
        self.keys("Enter")

    def screen(self):
        return [line.rstrip() for line in self.tmux("capture-pane", "-p").split("\n")]

    def wait(self, found):
        """Until found(lines of the screen, without empty ones) holds; returns the lines."""
        end = time.monotonic() + HANG
        while time.monotonic() < end:
            lines = [line for line in self.screen() if line]
            if lines and found(lines):
                return lines
            time.sleep(0.1)
        raise AssertionError("the screen is:\n" + "\n".join(self.screen()))

    def run(self, line):
        """Clears the screen and runs a command, to the next prompt; returns its lines."""
        self.keys("C-l")
        self.wait(lambda lines: lines == ["$"])
        self.type(line)
        return self.wait(lambda lines: lines[-1] == "$" and len(lines) > 1)[1:-1]

    def gone(self):
        return subprocess.run(["tmux", "-S", self.socket, "has-session"], stderr=subprocess.DEVNULL,
                              check=False).returncode != 0


@pytest.fixture(scope="module")
def window(test_image, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tmux")
    image = folder / "disk.img"
    shutil.copy(test_image, image)
    w = Window(folder / "socket", f"exec {os.path.join(TOP, 'run')} --harts 2 --image {image}")
    w.wait(lambda lines: lines[-1] == "$")
    yield w
    if not w.gone():
        w.tmux("kill-server")


def test_the_first_screen(window):
    lines = [line for line in window.screen() if line]
    assert re.fullmatch(r"Pagoda - .* \(2 harts, 128 MiB, booted in \d+\.\d s\)",
                        next(line for line in lines if line.startswith("Pagoda"))), lines
    assert any("help" in line for line in lines) and max(map(len, lines)) < 80


def test_a_line_is_edited_and_found_again(window):
    window.tmux("send-keys", "-l", "echo wxld")
    window.keys("Left", "Left", "BSpace", "o", "Right", "Left", "r", "End", "Enter")
    window.wait(lambda lines: lines[-2:] == ["world", "$"])
    window.run("true")
    window.keys("C-r")
    window.tmux("send-keys", "-l", "wor")
    window.keys("Enter")
    window.wait(lambda lines: lines[-2:] == ["world", "$"])


def test_the_tools_fit_the_window(window):
    for line in ("maps 1", "pt sh", "ps", "free", "wss -n 1 true", "ls"):
        # A line that was too long would go on in the next row; tmux joins such rows with -J.
        window.run(line)
        joined = window.tmux("capture-pane", "-p", "-J").split("\n")
        assert max(len(row.rstrip()) for row in joined) <= 79, line


def test_less_and_back(window):
    window.run("true")
    window.type("seq 100 | less")
    window.wait(lambda lines: lines[0] == "1" and lines[22] == "23")
    window.keys("Space")
    window.wait(lambda lines: lines[0] == "24")
    window.keys("q")
    window.wait(lambda lines: lines[-1] == "$" and "24" not in lines)


def test_interrupted_and_stopped(window):
    window.run("true")
    window.type("sh -c 'echo begun; sleep 60s'")
    window.wait(lambda lines: lines[-1] == "begun")
    window.keys("C-z")
    window.wait(lambda lines: "Stopped" in lines[-2] and lines[-1] == "$")
    window.type("fg")
    window.wait(lambda lines: lines[-1] not in ("$", "$ fg"))
    window.keys("C-c")
    window.wait(lambda lines: lines[-1] == "$")
    assert window.run("echo $?") == ["130"]


def test_leaving(window):
    window.keys("C-a", "x")
    end = time.monotonic() + HANG
    while not window.gone() and time.monotonic() < end:
        time.sleep(0.1)
    assert window.gone()
