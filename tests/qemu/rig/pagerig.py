"""scope's page in a real browser: Debian's chromium without a window, driven by selenium.

What a test reads is what is on the screen: texts of the page's elements, and pixels of its pictures.
"""
import json
import os
import re
import shutil
import subprocess
import time

import pytest

from machine import HANG, TOP
from viewrig import Viewed

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

# Elements of the page have shadow roots; document.querySelector does not look into them.  A selector
# "OUTER >> INNER" is for an INNER in the shadow root of an OUTER.
DEEP = """
const deep = (selector, root = document) => {
	const [outer, ...inner] = selector.split(" >> ");
	if (inner.length) return deep(outer, root).flatMap((e) => deep(inner.join(" >> "), e.shadowRoot));
	const found = [...root.querySelectorAll(selector)];
	for (const e of root.querySelectorAll("*"))
		if (e.shadowRoot) found.push(...deep(selector, e.shadowRoot));
	return found;
};
const whole = (node) => node.nodeType === 3 ? node.data : node.nodeName === "STYLE" ? "" :
	[...(node.shadowRoot ?? node).childNodes].map(whole).join(" ");
const text = (e) => e.textContent.replace(/\\s+/g, " ").trim();
"""


def needed():
    """Skips all tests of a module where there is no browser to drive."""
    pytest.importorskip("selenium", reason="python3-selenium is not installed")
    if not CHROMIUM or not DRIVER:
        pytest.skip("chromium or its driver is not installed (Ubuntu has it only as a snap, which cannot be driven)",
                    allow_module_level=True)


class Browser:
    """with Browser(address) as b: the page in a browser of its own, at its first view."""

    def __init__(self, address, width=1280, height=900, dark=False, opens=True):
        self.address = address
        self.opens = opens
        self.size = width, height
        self.dark = dark

    def __enter__(self):
        # pylint: disable=import-outside-toplevel
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                     "--hide-scrollbars", f"--window-size={self.size[0]},{self.size[1]}"):
            options.add_argument(word)
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_script_timeout(HANG)
        features = [{"name": "prefers-color-scheme", "value": "dark" if self.dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": self.size[0], "height": self.size[1], "deviceScaleFactor": 1, "mobile": False})
        if self.opens:
            self.driver.get(self.address)
            self.until(lambda: self.texts(".power") and self.state() != "lost")
        return self

    def __exit__(self, *_):
        self.driver.quit()

    # --- what is on the screen --------------------------------------------------------

    def js(self, code, *arguments):
        return self.driver.execute_script(DEEP + code, *arguments)

    def texts(self, selector):
        """Of each element that is shown, with single blanks."""
        return self.js("return deep(arguments[0]).map(text)", selector)

    def text(self, selector):
        """Of the only one."""
        found = self.texts(selector)
        assert len(found) == 1, (selector, found)
        return found[0]

    def raw(self, selector):
        found = self.js("return deep(arguments[0]).map((e) => e.textContent)", selector)
        assert len(found) == 1, (selector, found)
        return found[0]

    def rows(self, selector):
        """Of a table: the texts of the cells of each row of its body."""
        return self.js("""return deep(arguments[0] + " > tbody > tr").map((row) => [...row.cells].map(text))""",
                       selector)

    def data(self, selector, name):
        """{what data-NAME is: the text} of the elements."""
        return dict(self.js("return deep(arguments[0]).map((e) => [e.dataset[arguments[1]], text(e)])", selector, name))

    def state(self):
        return self.js("return deep('.power')[0]?.dataset.state")

    def until(self, true, limit=HANG):
        """Waits until this is true, and returns it."""
        end = time.monotonic() + limit
        while True:
            found = true()
            if found:
                return found
            assert time.monotonic() < end, self.all_text()[-3000:]
            time.sleep(0.1)

    def same(self, shown, told, limit=30):
        """What is shown is, as soon as all of it has been read, what was told."""
        end = time.monotonic() + limit
        while shown() != told and time.monotonic() < end:
            time.sleep(0.1)
        assert shown() == told

    def all_text(self):
        """Of the page, that of its elements' shadow roots, too."""
        return re.sub(r"\s+", " ", self.js("return whole(deep('pagoda-app')[0] ?? document.body)"))

    def settle(self):
        """Waits for two pictures, and until no part of the view is still being read."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))")
        self.until(lambda: not re.search(r"Reading( the memory of the machine)? \.\.\.", self.all_text()))

    # --- what a user does ---------------------------------------------------------------

    def show(self, view, ready=None, **place):
        """Goes to a place by the page's address; what is shown has settled, and `ready` selects something of it."""
        words = "&".join(f"{name}={value:#x}" if name in ("va", "pa") else f"{name}={value}"
                         for name, value in place.items() if value is not None)
        self.js("location.hash = arguments[0]", f"#view={view}" + (f"&{words}" if words else ""))
        self.until(lambda: self.js("return deep('#view')[0]?.dataset.part") == view)
        self.settle()
        if ready:
            self.until(lambda: self.texts(ready))
            self.settle()

    def click(self, selector):
        found = self.js("return deep(arguments[0])", selector)
        assert len(found) == 1, (selector, len(found))
        found[0].click()

    def key(self, keys):
        from selenium.webdriver.common.by import By  # pylint: disable=import-outside-toplevel
        self.driver.find_element(By.TAG_NAME, "body").send_keys(keys)

    def press(self, where, key):
        """A key on the element of this number among those that the selector finds."""
        selector, number = where
        self.js("""deep(arguments[0])[arguments[1]].dispatchEvent(
            new KeyboardEvent("keydown", { key: arguments[2], bubbles: true, composed: true }))""", selector, number, key)

    def pause(self):
        self.click("#pause")
        self.until(lambda: self.state() == "paused")
        self.settle()

    def go_on(self):
        self.click("#pause")
        self.until(lambda: self.state() == "running")

    def renderers(self):
        """The processes that run pages, below the driver: ours, and one in reserve, which sleeps."""
        found = subprocess.run(["ps", "-e", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        table = [line.split(None, 2) for line in found.splitlines()]
        below = {str(self.driver.service.process.pid)}
        for _ in range(6):
            below |= {pid for pid, parent, *_ in table if parent in below}
        return [int(pid) for pid, _, args in table if pid in below and "--type=renderer" in args]

    def errors(self):
        """What the console of the browser has got since the last call, without mere notes."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def plain(out):
    return re.sub(r"\x1b\[[0-9;]*m", "", out.replace("\r\n", "\n"))


class Guest(Viewed):
    """A machine of ./run --view whose tools are asked for what the page shows."""

    def told(self, line):
        """What a line prints, without colours."""
        return plain(self.run(line)).partition("\n")[2]

    def scope(self, *words):
        """The same of the text tool."""
        done = subprocess.run([os.path.join(TOP, "build/scope"), self.ram, "--json", *map(str, words)],
                              capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, (words, done)
        return json.loads(done.stdout)


def size(number):
    """Bytes as the page writes them: in the largest unit of which there is one, with one digit unless it is whole."""
    value, unit = float(number), 0
    while value >= 1024 and unit < 4:
        value, unit = value / 1024, unit + 1
    name = ["B", "KiB", "MiB", "GiB", "TiB"][unit]
    return f"{value:.0f} {name}" if value == int(value) else f"{int(10 * value + 0.5) / 10} {name}"


def pages(n):
    return size(4096 * n)
