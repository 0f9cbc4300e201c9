"""A machine whose RAM is a file, and what scope says of it."""
import json
import os
import subprocess

import netrig
from machine import TOP, Machine


class Scope:
    """A machine whose RAM is a file."""

    def __init__(self, image, harts=1, mem="128M", boot="vmprint=off", **options):
        self.machine = Machine(str(image), harts=harts, mem=mem, boot=boot, **options)
        self.ram = os.path.join(self.machine.folder, "ram")
        self.qmp = netrig.Qmp(self.machine.folder)
        self.machine.options["extra"] = [
            *self.qmp.options(), "-machine", "memory-backend=ram",
            "-object", f"memory-backend-file,id=ram,size={mem},mem-path={self.ram},share=on"]
        self.run = self.machine.run

    def __enter__(self):
        self.machine.__enter__()
        return self

    def __exit__(self, *why):
        self.machine.__exit__(*why)

    def stop(self):
        self.qmp.do(("stop", {}))

    def go_on(self):
        self.qmp.do(("cont", {}))

    def scope(self, *words, status=(0,)):
        done = subprocess.run([os.path.join(TOP, "build/scope"), self.ram, *map(str, words)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode in status and not done.stderr, (words, done)
        return done.stdout

    def json(self, *words, status=(0,)):
        return json.loads(self.scope("--json", *words, status=status))
