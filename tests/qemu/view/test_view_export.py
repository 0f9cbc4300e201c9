"""What the page of ./run --view exports as a picture, in a real browser: it looks as the view does, and is not much
larger than what it shows."""
import contextlib
import os

import pytest

import pagerig
from machine import make
from pagerig import Browser, Guest

pagerig.needed()

# Keeps what is to be saved.
CATCH = "URL.createObjectURL = (blob) => { window.caught = blob; return ''; }"
TEXT = "const done = arguments[0]; window.caught.text().then(done)"
# Of the view as it is on the screen (a picture of the window, base64) and as the saved one draws it: the number
# of squares whose colours differ, as a share of those that are not of the ground, and how many these are.
DIFFERENCE = """
const [shown, box, done] = arguments;
const SIDE = 4; /* of a square that is compared: the edges of letters may lie within a point */
const load = async (url) => { const image = new Image(); image.src = url; await image.decode(); return image; };
const squares = (image, x, y) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [box.width, box.height];
    const g = canvas.getContext("2d");
    g.drawImage(image, -x, -y);
    const { data } = g.getImageData(0, 0, box.width, box.height), out = [];
    for (let top = 0; top + SIDE <= box.height; top += SIDE)
        for (let left = 0; left + SIDE <= box.width; left += SIDE) {
            const sum = [0, 0, 0];
            for (let i = 0; i < SIDE * SIDE; i++)
                for (let k = 0; k < 3; k++)
                    sum[k] += data[4 * ((top + Math.floor(i / SIDE)) * box.width + left + i % SIDE) + k];
            out.push(sum.map((n) => n / (SIDE * SIDE)));
        }
    return out;
};
(async () => {
    const svg = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await window.caught.text())}`;
    const a = squares(await load(`data:image/png;base64,${shown}`), box.x, box.y);
    const b = squares(await load(svg), 0, 0);
    const far = (p, q) => p.some((n, k) => Math.abs(n - q[k]) > 48);
    const drawn = a.filter((p) => far(p, a[0])).length;
    const differ = a.filter((p, i) => far(p, b[i])).length;
    return { differ: differ / drawn, drawn };
})().then(done, (e) => done(String(e)));
"""


def told_figure(what):
    if "PAGODA_FIGURES" in os.environ:
        print(f"\n{what}")


@pytest.fixture(scope="module")
def page(test_image):
    make("build/scope")
    with Guest(test_image, "--harts", "2", "--boot", "events=on") as g, Browser(g.address) as b:
        b.js(CATCH)
        yield g, b
        assert not b.errors()


def picture(b):
    """The SVG of the view that is shown."""
    b.js("window.caught = undefined")
    b.click("#export-svg")
    b.until(lambda: b.js("return !!window.caught"))
    return b.driver.execute_async_script(TEXT)


def looks_alike(b):
    """The picture as a viewer draws it."""
    b.js("for (const time of deep('pagoda-time')) time.shouldUpdate = () => false")  # curves go on with the clock
    picture(b)
    shown = b.driver.get_screenshot_as_base64()
    box = b.js("""const e = deep("#view")[0], { x, y } = e.getBoundingClientRect();
        return { x, y, width: e.clientWidth, height: e.clientHeight }""")
    found = b.driver.execute_async_script(DIFFERENCE, shown, box)
    told_figure(found)
    assert isinstance(found, dict) and found["drawn"] > 300 and found["differ"] < 0.01, found


@contextlib.contextmanager
def paused(b):
    b.pause()
    try:
        yield
    finally:
        b.go_on()


def test_of_a_long_comparison(page):
    """Hundreds of entries: a row of seven texts has less than 1 KB."""
    g, b = page
    b.until(lambda: b.texts("#processes tbody tr"))
    b.key("a")
    b.show("compare", "#mark-a")
    b.until(lambda: "no moment is marked" not in b.texts(".marks div")[0])
    g.console.send("seq 1 400000 | sort | (read x; sleep 10000)\r")
    b.show("processes", "#processes tbody tr")
    b.until(lambda: any(row[1].endswith("sleep") for row in b.rows("#processes")))
    with paused(b):
        b.key("b")
        b.show("compare", "#words li")
        rows = b.js("return deep('tbody tr').length")
        assert len(b.rows("#entries")) > 400
        svg = picture(b)
        told_figure(f"{rows} rows: {len(svg)} bytes")
        assert len(svg) < 1000 * rows, (len(svg), rows)
        looks_alike(b)


@pytest.mark.parametrize("view", ["processes", "space", "tables", "memory", "time", "kernel"])
def test_of_each_view(page, view):
    _, b = page
    b.show(view, pid=2)
    with paused(b):
        svg = picture(b)
        told_figure(f"{view}: {len(svg)} bytes")
        assert len(svg) < 500_000, len(svg)
        looks_alike(b)
