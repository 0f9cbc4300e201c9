"""Lines for two shells: this computer's and the machine's.  What is printed and the status have to be the same; of
what goes to standard error only that there is something."""
import os
import subprocess

from machine import TOP, Machine


def run_here(folder, line):
    done = subprocess.run(["sh", "-c", line], cwd=folder, env=dict(os.environ, LC_ALL="C"), encoding="latin1",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout, bool(done.stderr)


def make_files(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="latin1")
    return folder


def machine_with(image, folder, files):
    """A machine with those files in /work."""
    machine = Machine(image, harts=2)
    paths = [f"{folder / name}:work/{name}" for name in files]
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", machine.image, *paths], check=True,
                   stdout=subprocess.DEVNULL)
    return machine


def check(machine, folder, line, exact):
    """Unless @exact, a line that fails here may fail there with any status but 0."""
    code, out, complains = run_here(folder, line)
    # Not to the terminal: the output may contain a prompt.
    shown = machine.run(f"({line}) > /out 2> /err < nothing; echo $?; wc -c < /err; xxd -p /out").split()
    status, errors, shown = int(shown[0]), int(shown[1]), bytes.fromhex("".join(shown[2:])).decode("latin1")
    assert shown == out
    assert bool(errors) == complains, machine.run("cat /err")
    assert status == code if code == 0 or exact else status > 0
