"""The guided tour and the heat in the page of ./run --view, in a real browser, from the first stop to the end."""
import re

import pytest

import pagerig
from pagerig import Browser, Guest

pagerig.needed()

SITUATIONS = ("fork", "heap", "stack", "exec", "mmap", "large", "set")
# The element that shows a situation below what the tour says.
SHOWN = {"fork": "pagoda-tables", "mmap": "pagoda-tables", "large": "pagoda-tables", "set": "pagoda-heat"}


@pytest.fixture(scope="module")
def page(test_image):
    with Guest(test_image, "--harts", "2") as g, Browser(g.address) as b:
        yield g, b
        assert not b.errors()


def press(b, title):
    """The button of the tour, or of the heat, with that title."""
    pressed = b.js("""const found = deep("#view button").concat(deep("pagoda-tour >> button"), deep("pagoda-heat >> button"))
        .filter((e) => text(e) === arguments[0]); found[0]?.click(); return found.length > 0""", title)
    assert pressed, (title, b.all_text()[-1000:])


def test_tour(page):
    """Each stop says what the program says, above the view of the process and the address that it names."""
    _, b = page
    b.show("tour")
    press(b, "Start")
    for name in SITUATIONS:
        for number in 1, 2:
            b.until(lambda n=name, i=number: b.texts("pagoda-tour >> h2") == [f"{n} stop {i}"])
            told = b.text("pagoda-tour >> .stop")
            pid, va = re.search(r"Process (\d+), address 0x([0-9a-f]+)\.", told).groups()
            shown = SHOWN.get(name, "pagoda-space")
            if (name, number) != ("stack", 2):  # its child is dead
                b.until(lambda s=shown: len(b.texts(s)) == 1)
                assert b.js("return deep(arguments[0])[0].pid", shown) == int(pid)
            if shown == "pagoda-tables":
                assert b.js("return deep('pagoda-tables')[0].va.toString(16)") == va
            press(b, "Next")
    b.until(lambda: not b.texts("pagoda-tour >> h2"))


# Of the columns that are drawn: the kernel's rounds, the times in ms; the moment that is shown.
COLUMNS = """
const { columns } = deep("pagoda-heat")[0];
return [columns.map((c) => c.round), columns.map((c) => c.time), deep("pagoda-app")[0].session.shown];
"""


def test_heat(page):
    """The button types the command; the picture then has columns, and says how much was touched.  An earlier moment
    has those up to it, also of a process that nobody had picked then, and when heat is off again."""
    g, b = page
    b.show("heat", pid=1)
    b.until(lambda: "is off" in b.all_text())
    press(b, "Type vmctl heat=100")
    b.until(lambda: len(b.js(COLUMNS)[0]) > 30)
    assert re.search(r"touched in the last round .* A column is a round of 100 ms", b.all_text())
    rounds, times, _ = b.js(COLUMNS)
    for list_ in rounds, times:
        assert list_ == sorted(set(list_)), list_
    b.key(",,")
    b.until(lambda: b.text("#moment").endswith("ago"))
    b.until(lambda: len(b.js(COLUMNS)[0]) > 5)
    past, then, shown = b.js(COLUMNS)
    assert then[-1] <= shown < times[-1] and set(past) & set(rounds) and past[-1] < rounds[-1], (past, rounds)
    b.show("heat", pid=2)
    b.until(lambda: b.js(COLUMNS)[0][-1:] == past[-1:])
    b.key("l")
    g.told("vmctl heat=off")
    b.until(lambda: "is off" in b.all_text())
    b.js("deep('pagoda-app')[0].session.seek(arguments[0])", shown)
    b.until(lambda: b.js("return deep('pagoda-heat').length && !!deep('pagoda-heat >> canvas').length")
            and b.js(COLUMNS)[0][-1:] == past[-1:])
    b.key("l")
    b.until(lambda: "is off" in b.all_text())
