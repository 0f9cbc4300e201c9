"""The image for the tests: all programs and the test programs, never the user's fs.img.  The report of
a test that failed shows the console of its machines."""
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "rig"))

import consolelog
import machine


def pytest_sessionstart(session):
    # ./test shows the last lines, which have a test's name and why it failed: not cut at 80 columns.
    if not sys.stdout.isatty():
        session.config.get_terminal_writer().fullwidth = 300


@pytest.fixture(scope="session")
def test_image():
    machine.make("all", "build/test.img")
    return os.path.join(machine.TOP, "build/test.img")


def pytest_runtest_setup():
    consolelog.begin()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    report = (yield).get_result()
    if report.failed and consolelog.paths:
        report.sections.append(("console", consolelog.told()))
