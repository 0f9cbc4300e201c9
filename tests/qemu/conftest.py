"""The image for the tests: all programs and the test programs; never the user's fs.img."""
import os

import pytest

import machine


@pytest.fixture(scope="session")
def test_image():
    machine.make("all", "build/test.img")
    return os.path.join(machine.TOP, "build/test.img")
