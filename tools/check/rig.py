"""What the scripts with cases have in common: ./run and make as children, and the running of cases.

A case is a function `test_...`.  Each script works on an image of its own, OUT/disk.img.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

OUT = pathlib.Path("build/test") / pathlib.Path(sys.argv[0]).stem
IMAGE = OUT / "disk.img"
TIMEOUT = 60


class Skipped(Exception):
    """What a case needs, and this computer does not have."""


def run(*arguments, stdin=None, cwd=None):
    """./run with ARGUMENTS: (status, standard output, standard error)."""
    program = os.path.abspath("run")
    done = subprocess.run([program, "--image", os.path.abspath(IMAGE), *arguments], cwd=cwd, timeout=TIMEOUT,
                          input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def with_path(path, *command, **variables):
    """COMMAND with PATH, and no choice of a compiler but VARIABLES: (status, standard output, standard error)."""
    environment = {k: v for k, v in os.environ.items() if k not in ("TOOLPREFIX", "LLVM", "PICOLIBC")}
    done = subprocess.run(command, env={**environment, "PATH": path, **variables}, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def expect(found, wanted):
    assert found == wanted, f"got {found!r}, expected {wanted!r}"


def make(*words):
    """make with WORDS: (status, all that it printed)."""
    done = subprocess.run(["make", "--no-print-directory", *words], stdin=subprocess.DEVNULL, timeout=TIMEOUT * 5,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def xv6_program(path, text, includes=(), age=0):
    """A source that prints TEXT, AGE seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["kernel/types.h", "user/user.h", *includes]
    path.write_text("".join(f'#include "{line}"\n' for line in lines)
                    + f'int main(void) {{ printf("%s\\n", {text}); exit(0); }}\n')
    os.utime(path, (time.time() - age,) * 2)
    return str(path)


def main(names, make=("make", "-s")):
    """Makes the image with MAKE, and runs the cases among NAMES, the script's globals(): all, or those
    that the command line names."""
    chosen = sys.argv[1:]
    unknown = [name for name in chosen if name not in names]
    if unknown:
        sys.exit(f"there is no case {' '.join(unknown)}")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    subprocess.run([*make, f"IMAGE={IMAGE}", str(IMAGE)], check=True, stdin=subprocess.DEVNULL)
    # A shell leaves these ignored in what it runs in the background; no child could catch them.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    failed = 0
    for name, case in list(names.items()):
        if not name.startswith("test_") or chosen and name not in chosen:
            continue
        try:
            case()
            print(f"ok {name}", flush=True)
        except Skipped as e:
            print(f"skipped {name}: {e}", flush=True)
        except (AssertionError, subprocess.SubprocessError, OSError) as e:
            print(f"FAILED {name}: {e}", flush=True)
            failed += 1
    sys.exit(failed > 0)
