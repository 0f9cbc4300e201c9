"""The decoder of scope's page, in WebAssembly, tells the very same of a machine's RAM as the native one."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import labrig
from machine import TOP, make
from test_scope import Scope, image  # noqa: F401  (a fixture)

UNIT = os.path.join(TOP, "build/test/page/unit")


def magic():
    text = (labrig.ROOT / "kernel/uapi/descriptor.h").read_text(encoding="utf-8")
    return (re.search(r'DESCRIPTOR_MAGIC "([^"]*)"', text)[1].encode() + b"\0").hex()


@pytest.fixture(scope="module")
def unit_tests():
    """The tests as node runs them; ./test host makes them, too."""
    if not shutil.which("node") or not shutil.which("clang"):
        pytest.skip("node or clang is missing")
    now = subprocess.run(["tools/check/page.py", "--digest"], cwd=TOP, capture_output=True, text=True).stdout.strip()
    made_of = pathlib.Path(TOP, "build/test/page/made-of")
    if not made_of.exists() or made_of.read_text() != now:
        made = subprocess.run(["tools/check/page.py", "--rebuild"], cwd=TOP, capture_output=True, text=True)
        if made.returncode == 77:
            pytest.skip("npm, or what the page is made of, is missing")
        assert made.returncode == 0, made.stdout
    make("build/scope.wasm")
    return os.path.join(UNIT, "decode.test.mjs")


@pytest.mark.parametrize("boot", ["events=on", "isolate=on", "fork=copy"])
def test_same_text_as_native(image, unit_tests, boot):  # noqa: F811
    with Scope(image, harts=2, boot=f"vmprint=off {boot}") as s:
        s.machine.boot()
        s.run("scopeload; held")
        s.stop()
        env = {**os.environ, "RAM": s.ram, "MAGIC": magic(), "SCOPE": os.path.join(TOP, "build/scope"),
               "WASM": os.path.join(TOP, "build/scope.wasm")}
        told = subprocess.run(["node", "--test", unit_tests], env=env, capture_output=True, text=True, timeout=300)
        assert told.returncode == 0 and "\n# pass 3\n" in told.stdout, told.stdout
