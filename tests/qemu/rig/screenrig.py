"""A terminal for a machine, as a person has one: keys go in, and the screen can be looked at.  It is
python3-pyte's; what that does not have, a second screen and its cursor, is added."""
import codecs
import copy
import time

import pexpect
import pyte


class Terminal(pyte.Screen):
    """A VT100 that answers questions for its cursor (ESC [ 6 n), if @answer is given."""

    def __init__(self, columns, rows, answer=None):
        super().__init__(columns, rows)
        self.answer = answer
        self.other = None  # what the first screen shows, while the second one is shown

    def write_process_input(self, data):
        if self.answer:
            self.answer(data)

    def set_mode(self, *modes, **kwargs):
        super().set_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes:
            self.other = copy.deepcopy(self.buffer), copy.copy(self.cursor)
            self.erase_in_display(2)

    def reset_mode(self, *modes, **kwargs):
        super().reset_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes and self.other:
            self.buffer, self.cursor = self.other
            self.cursor.y = min(self.cursor.y, self.lines - 1)
            self.other = None


class Person:
    """Types at the console of a Machine and looks at its screen."""

    def __init__(self, machine, columns=80, rows=24, answers=True):
        self.console = machine.console
        self.terminal = Terminal(columns, rows, self.console.send if answers else None)
        self.stream = pyte.Stream(self.terminal)
        # a character may come in two parts
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, seconds):
        """Takes in what comes for so long; false if nothing did."""
        end = time.monotonic() + seconds
        came = False
        while time.monotonic() < end:
            try:
                text = self.console.read_nonblocking(65536, timeout=0.05)
            except pexpect.TIMEOUT:
                continue
            came = True
            self.stream.feed(self.decoder.decode(text.encode("latin1")))
        return came

    def lines(self):
        return [line.rstrip() for line in self.terminal.display]

    def text(self):
        return "\n".join(self.lines())

    def wait(self, ready, what, seconds=20):
        """Waits until ready() is true."""
        end = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < end, f"{what} is not on the screen:\n{self.text()}"
            self.read(0.1)

    def see(self, text, seconds=20):
        self.wait(lambda: text in self.text(), repr(text), seconds)

    def see_line(self, row, text):
        """Row @row, from 0 on, or from the end, is @text."""
        self.wait(lambda: self.lines()[row] == text, f"{text!r} in row {row}")

    def see_cursor(self, row, column):
        self.wait(lambda: (self.terminal.cursor.y, self.terminal.cursor.x) == (row, column),
                  f"cursor at {row}, {column} (it is at {self.terminal.cursor.y}, {self.terminal.cursor.x})")

    def type(self, keys):
        self.console.send(keys)

    def resize(self, columns, rows):
        """As xterm does: what does not fit is cut off."""
        self.terminal.resize(rows, columns)
        self.terminal.cursor.x = min(self.terminal.cursor.x, columns - 1)
        self.terminal.cursor.y = min(self.terminal.cursor.y, rows - 1)

    def settle(self):
        """Waits until nothing comes for a moment."""
        while self.read(0.3):
            pass
