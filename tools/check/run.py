#!/usr/bin/env python3
"""Tests ./run and make from outside, as a person uses them.

Works on copies of the disk image in build/test/.  Prints `ok NAME` or
`FAILED NAME: why` for each case; status 1 if one failed.
"""
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

OUT = pathlib.Path("build/test/run")
IMAGE = OUT / "run.img"
TIMEOUT = 60

HELLO = """#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	printf("hello %d\\n", argc);
	exit(argc + 40);
}
"""


def run(*arguments, stdin=None, cwd=None):
    """./run with ARGUMENTS: (status, standard output, standard error)."""
    program = os.path.abspath("run")
    done = subprocess.run([program, "--image", os.path.abspath(IMAGE), *arguments], cwd=cwd, timeout=TIMEOUT,
                          input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def expect(found, wanted):
    assert found == wanted, f"got {found!r}, expected {wanted!r}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# --- the cases -------------------------------------------------------------------

def test_output_is_the_commands_alone():
    expect(run("-c", "echo hi"), (0, "hi\n", ""))


def test_panic_is_kept():
    status, out, err = run("--boot", "ktest=panic", "-c", "echo hi")
    expect((status, out), (101, ""))
    found = re.search(r"^The kernel panicked. All that the console showed is in (\S+)\.$", err, re.M)
    assert found, err
    log = pathlib.Path(found.group(1))
    text = log.read_text().replace("\r", "")
    log.unlink()
    for wanted in ("OpenSBI", "\npanic: as asked for\nhart ", "\nbacktrace:\n", "thread_entry+"):
        assert wanted in text, f"{wanted!r} is not in {text}"
    # with the same status
    expect(run("-c", "echo panic; exit 101"), (101, "panic\n", ""))


def test_status():
    for status in (0, 1, 7, 255):
        expect(run("-c", f"exit {status}"), (status, "", ""))


def test_quoting():
    expect(run("-c", "echo 'a  b' \"c;d\" | cat; echo e%20f 'x=y'"), (0, "a  b c;d\ne%20f x=y\n", ""))


def test_redirection_stays_in_the_image():
    expect(run("-c", "echo kept > kept; cat kept")[0], 0)
    expect(run("-c", "cat kept"), (0, "kept\n", ""))


def test_input_is_typed():
    expect(run("-c", "cat > typed; cat typed", stdin="one\ntwo\n")[:2], (0, "one\ntwo\n"))
    expect(run("--boot", "echo=on", "-c", "head -n 1 > typed; cat typed", stdin="one\ntwo\n")[1][:4], "one\n")


def test_all_readers_come_to_the_end_of_the_input():
    for text, out in (("x\n", "x\n"), ("", ""), (None, ""), ("no newline", "no newline")):
        expect(run("-c", "cat; wc -c; (cat); cat | wc -c; sh; cat -; echo end", stdin=text)[:2],
               (0, out + "0\n0\nend\n"))
    # a script of many lines is no conversation: no prompts
    expect(run("-c", "sh; cat; cat", stdin="echo 'one\nmore'\nhead -n 1\nline\necho two\n"),
           (0, "one\nmore\nline\ntwo\n", ""))
    # nobody reads the input: the machine ends all the same
    expect(run("-c", "sleep 3; echo end", stdin="x\n")[:2], (0, "end\n"))
    # with an echo, too
    status, out, _ = run("--boot", "echo=on", "-c", "cat; wc -c", stdin="x\n")
    assert status == 0 and out.endswith("0\n"), (status, out)


def test_reboot_is_an_end():
    expect(run("-c", "echo once; reboot")[:2], (0, "once\n"))


def test_harts_and_memory():
    expect(run("--harts", "1", "--mem", "64M", "-c", "echo small")[:2], (0, "small\n"))
    expect(run("--harts", "4", "--mem", "1G", "--legacy", "-c", "echo large")[:2], (0, "large\n"))


def test_verbose_shows_the_boot():
    status, out, _ = run("--verbose", "-c", "echo hi")
    expect(status, 0)
    assert "OpenSBI" in out and "memory:" in out and out.endswith("hi\n"), out


def test_unknown_boot_option_is_explained():
    status, out, err = run("--boot", "nonsense=1", "-c", "echo hi")
    assert status not in (0, None) and out == "", (status, out)
    assert "nonsense" in err and "OpenSBI" not in err, err


def console_run(script):
    """build/console-run with a shell script in the place of QEMU."""
    done = subprocess.run(["build/console-run", "sh", "-c", script], stdin=subprocess.DEVNULL, timeout=TIMEOUT,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_switching_off_is_no_failure():
    for command, status in (("poweroff", 0), ("poweroff 3", 3), ("reboot", 0), ("echo hi | cat; poweroff", 0)):
        expect(run("-c", command), (status, "hi\n" if "hi" in command else "", ""))


def test_what_is_typed_early_does_not_hide_the_start():
    expect(console_run("echo boot; echo ls -l@@pagoda-start@@; echo hi"), (0, "hi\n", ""))
    expect(console_run("echo @@pagoda-start@@@@pagoda-start@@; exit 5"), (5, "", ""))


def test_commands_that_never_start():
    for script, wanted, words in (("echo reason; exit 4", 4, "before the command could start"),
                                  ("echo reason", 125, "was switched off"),
                                  ("echo @@pagoda-start@@ reason; exit 1", 1, "before the command could start"),
                                  ("echo reason; echo @pagoda-start@@", 125, "was switched off")):
        status, out, err = console_run(script)
        expect((status, out), (wanted, ""))
        assert "reason" in err and words in err, err


def foreign_image(*replaced):
    """An image with our programs, but with a shell (and an init) that ignores the option cmd."""
    foreign = {"sh": "plainsh", "init": "plaininit"}
    image = OUT / "foreign.img"
    sources = " ".join(f"tests/qemu/programs/{foreign[name]}.c" for name in replaced)
    built = [f"build/xv6/{foreign[name]}" for name in replaced]
    status, out = make("-s", f"XV6={sources}", "all", *built)
    assert status == 0, out
    ours = [f"build/user/{name}" for name in ("init", "sh", "echo", "cat", "mkdir", "poweroff", "sleep")]
    files = [f"{file}:{name}" for file, name in zip(built, replaced)]
    subprocess.run(["build/mkfs", str(image), *ours, *files], check=True)
    return image


def run_foreign(image, command, stdin=None, words="status is not known"):
    """As run(), but the errors are without the messages about the shell."""
    status, out, err = run("--image", str(image.resolve()), "-c", command, stdin=stdin)
    assert words in err, (status, out, err)
    return status, out


def test_shell_that_takes_no_command():
    """The command is typed at the prompt; what did not run has no status 0; what it wrote is kept."""
    image = foreign_image("sh")
    expect(run_foreign(image, "nosuch a"), (127, "exec nosuch failed\n"))
    expect(run_foreign(image, "echo " + "x" * 100, words="cannot be typed"), (125, ""))
    # what ends the machine by itself has its status
    expect(run("--image", str(image.resolve()), "-c", "poweroff 7"), (7, "", ""))
    image = foreign_image("init", "sh")
    expect(run_foreign(image, "mkdir made; cat", stdin="some\nlines\n"), (0, "some\nlines\n"))
    listed = subprocess.run(["build/mkfs", "--list", str(image)], check=True, stdout=subprocess.PIPE, text=True)
    assert "/made" in listed.stdout, listed.stdout
    # our shell, which prompts only when a person types
    script = """case "$*" in *=stays*) exec sleep 100 ;; esac
                printf '$ '; read line; echo "got $line"; printf '$ '; read line"""
    done = subprocess.run(["build/console-run", "-t", "1", "-c", "a b", "sh", "-c", script, "x", "y eof=stays z"],
                          stdin=subprocess.DEVNULL, timeout=TIMEOUT, capture_output=True, text=True)
    expect((done.returncode, done.stdout), (0, "got a b\n"))


def terminal_run(keys, *arguments):
    """./run with a terminal as its input: (status, standard output, what the terminal showed)."""
    keyboard, terminal = os.openpty()
    with subprocess.Popen(["./run", *arguments], stdin=terminal, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as child:
        os.write(keyboard, keys)
        out = child.communicate(timeout=TIMEOUT)[0]
        cooked = bool(termios.tcgetattr(terminal)[3] & termios.ICANON)
    os.close(terminal)
    os.close(keyboard)
    return child.returncode, out.replace("\r", ""), cooked


def test_commands_at_a_terminal():
    """What is typed reaches the command, and the terminal is left as it was."""
    expect(terminal_run(b"typed\n", "--image", str(IMAGE), "-c", "head -n 1; exit 4"),
           (4, "typed\ntyped\n", True))  # with its echo
    image = foreign_image("sh", "init")
    expect(terminal_run(b"", "--image", str(image), "-c", "sleep 1; echo end"), (0, "end\n", True))


def test_nobody_takes_the_command():
    done = subprocess.run(["build/console-run", "-t", "1", "-c", "true", "sh", "-c", "echo boot; exec sleep 100"],
                          stdin=subprocess.DEVNULL, timeout=TIMEOUT, capture_output=True, text=True)
    assert done.returncode != 0 and "Nobody took the command" in done.stderr, done


def test_input_before_the_machine_is_up():
    """What is piped into a session is typed at the prompt, whole."""
    status, out, err = run(stdin="echo first | cat\ncat\nsome\nlines\n\x04poweroff 3\n")
    assert (status, err) == (3, "") and "OpenSBI" in out, (status, err)
    out = out[out.index("$ "):].replace("\r", "")
    assert "\nfirst\n" in out and "lines\n" in out and "failed" not in out, out


def test_wrong_options():
    for arguments in (["--harts", "9"], ["--mem", "lots"], ["--mem", "1M"], ["--nonsense"], ["-c"],
                      ["--add", "/nosuch"], ["--xv6", "/nosuch.c"], ["-c", ""]):
        status, out, err = run(*arguments)
        assert status == 2 and out == "" and err, (arguments, status, out, err)


def test_help():
    status, out, _ = run("--help")
    expect(status, 0)
    for option in ("--harts", "--mem", "--boot", "--add", "--xv6", "--image", "-c", "--gdb", "--legacy"):
        assert option in out, option


def test_xv6_source():
    (OUT / "hello.c").write_text(HELLO)
    expect(run("--xv6", "hello.c", "-c", "hello a b", cwd=OUT), (43, "hello 3\n", ""))


def xv6_program(path, text, includes=(), age=0):
    """A source that prints TEXT, AGE seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["kernel/types.h", "user/user.h", *includes]
    path.write_text("".join(f'#include "{line}"\n' for line in lines)
                    + f'int main(void) {{ printf("%s\\n", {text}); exit(0); }}\n')
    os.utime(path, (time.time() - age,) * 2)
    return str(path)


def test_what_a_program_is_made_from_is_what_runs():
    """Sources of one name, another list of sources, a source older than its object: all are rebuilt."""
    one = xv6_program(OUT / "one/user/find.c", '"one"', age=10)
    two = xv6_program(OUT / "two/user/find.c", '"two"', age=1000)
    expect(run("--xv6", one, "-c", "find"), (0, "one\n", ""))
    expect(run("--xv6", two, "-c", "find"), (0, "two\n", ""))
    expect(run("--xv6", one, "-c", "find"), (0, "one\n", ""))
    xv6_program(OUT / "one/user/find.c", '"old"', age=5000)
    expect(run("--xv6", one, "-c", "find"), (0, "old\n", ""))
    # the list: without what() in a file of its own there is a weak one
    xv6_program(OUT / "list/main.c", "what()", ["what.h"])
    (OUT / "list/what.h").write_text('__attribute__((weak)) char *what(void) { return "alone"; }\n')
    (OUT / "list/what.c").write_text('char *what(void) { return "both"; }\n')
    for sources, said in (("main.c+what.c", "both\n"), ("main.c", "alone\n")):
        expect(run("--xv6", sources, "-c", "main", cwd=OUT / "list"), (0, said, ""))


def make(*words):
    """make with WORDS: (status, all that it printed)."""
    done = subprocess.run(["make", "--no-print-directory", *words], stdin=subprocess.DEVNULL, timeout=TIMEOUT * 5,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def test_what_a_build_is_made_with_is_part_of_it():
    """Another value of a variable rebuilds, and the same one does not."""
    build = OUT / "keys"
    source = xv6_program(OUT / "keys.c", '"x"')
    for target, variable in (("mkfs", "HOST_CFLAGS=-O0"), ("host-flags", "HOSTCC=gcc"),
                             ("guest/obj/elf/stress.c.o", "CC_USER=riscv64-linux-gnu-gcc"),
                             ("kernel-elf/kernel/lib/string.c.o", "KERNEL_EXTRA_CFLAGS=-DX"),
                             ("user/obj-elf/user/bin/true.c.o", "WERROR=1"),
                             ("xv6/keys", "XV6FLAGS=-DX='y'"), ("xv6/keys", "LLVM=1")):
        found = []
        for words in ([], [], [variable]):
            expect(make(f"BUILD={build}", f"XV6={source}", "TOOLPREFIX=riscv64-unknown-elf-", *words,
                        str(build / target))[0], 0)
            found.append((build / target).stat().st_mtime_ns)
        assert found[0] == found[1], f"{target} was made twice"
        assert found[1] != found[2], f"{target} was kept with {variable}"


def test_headers_of_a_programs_own_tree():
    """As with -I of the source's own root; of two headers of one name, that of xv6/ is used."""
    source = xv6_program(OUT / "tree/user/own.c", "MINE", ["user/mine.h", "kernel/param.h"])
    (OUT / "tree/kernel").mkdir(exist_ok=True)
    (OUT / "tree/kernel/param.h").write_text("#error xv6/kernel/param.h comes first\n")
    for text in ("first", "second"):
        (OUT / "tree/user/mine.h").write_text(f'#define MINE "{text}"\n')
        os.utime(OUT / "tree/user/mine.h", (1, 1))  # older than the object
        expect(run("--xv6", source, "-c", "own"), (0, text + "\n", ""))


def test_names_that_do_not_work_are_named():
    (OUT / "c++").mkdir(exist_ok=True)
    (OUT / "with blank").mkdir(exist_ok=True)
    for folder, word in (("c++", "+"), ("with blank", "blank")):
        source = xv6_program(OUT / folder / "x.c", '"x"')
        for status, out, err in (run("--xv6", source, "-c", "x"), run("--xv6", "x.c", "-c", "x", cwd=OUT / folder)):
            expect((status, out), (2, ""))
            assert word in err and folder in err, err
        status, out = make(f"XV6={source}", "programs")
        assert status != 0 and "XV6=" in out and word in out and folder in out, out
    for words in (["ADD=with blank/x.c", "fs.img"], ["IMAGE=with blank.img", "fs.img"], ["BUILD=a b", "programs"],
                  ["XV6=a=b.c", "programs"], ["XV6=nosuch.c", "programs"]):
        status, out = make("-n", *words)
        assert status != 0 and words[0].split("=", 1)[1] in out, (words, out)
    first, second = (xv6_program(OUT / f"{name}/same.c", '"x"') for name in ("one", "two"))
    for words in (f"XV6={first} {second}", f"USER_PROG_SRCS={first} {second}"):
        status, out = make("-n", words, "programs")
        assert status != 0 and "two programs" in out, out


def bare_path(**scripts):
    """A folder for PATH: all of this system's commands but compilers for RISC-V and what installs
    packages; and SCRIPTS, with - for _ in their names."""
    folder = OUT / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in [*pathlib.Path("/usr/bin").iterdir(), *pathlib.Path("/bin").iterdir()]:
        if not re.match("riscv64-|clang|apt|sudo", file.name) and not (folder / file.name).is_symlink():
            (folder / file.name).symlink_to(file)
    for name, text in scripts.items():
        file = folder / name.replace("_", "-")
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
    return str(folder.resolve())


def with_path(path, *command, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("TOOLPREFIX", "LLVM", "PICOLIBC")}
    done = subprocess.run(command, env={**environment, "PATH": path, **variables}, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_compilers_by_each_name():
    """./run and make find the same gcc, under its usual names and by TOOLPREFIX."""
    gcc = f'exec {shutil.which("riscv64-unknown-elf-gcc")} "$@"'
    for prefix, variables in (("riscv64_elf_", {}), ("riscv64_none_elf_", {}), ("riscv64_unknown_linux_gnu_", {}),
                              ("riscv64_elf_", {"TOOLPREFIX": ""}), ("mine_", {"TOOLPREFIX": "mine-"})):
        path = bare_path(**{prefix + "gcc": gcc, prefix + "ld": "exit 1"})
        expect(with_path(path, "tools/deps.sh", "run", **variables)[0], 0)
        status, out, _ = with_path(path, "make", "-s", "print-kernel-cc", **variables)
        assert status == 0 and out.startswith(prefix.replace("_", "-") + "gcc "), (prefix, out)
    path = bare_path(mine_gcc=gcc, mine_ld="exit 1")
    status, _, err = with_path(path, "tools/deps.sh", "run")
    assert status != 0 and "gcc-riscv64-unknown-elf" in err, err
    expect(make("-s", "TOOLPREFIX=", "print-kernel-cc")[1].split()[0], "riscv64-unknown-elf-gcc")
    status, out, err = with_path(os.environ["PATH"], "./run", "-c", "true", TOOLPREFIX="nosuch-")
    assert (status, out) == (2, "") and "there is no nosuch-gcc" in err, err


def test_firmware_is_a_file():
    """A dangling link is no firmware."""
    folder = OUT / "firmware"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    firmware = folder / "opensbi-riscv64-generic-fw_dynamic.bin"
    path = bare_path(riscv64_elf_gcc="exit 0", riscv64_elf_ld="exit 0", qemu_system_riscv64=(
        f'case $1 in -L) echo /nosuch; echo "{folder.resolve()}" ;; *) echo "QEMU emulator version 7.2.0" ;; esac'))
    for target, found in ((None, False), ("/nosuch/fw.bin", False), (os.path.abspath("README.md"), True)):
        firmware.unlink(missing_ok=True)
        if target:
            firmware.symlink_to(target)
        status, _, err = with_path(path, "tools/deps.sh", "run")
        assert (status == 0, "opensbi" in err) == (found, not found), (target, err)


def test_add():
    (OUT / "words").write_text("some words\n")
    expect(run("--add", "words", "-c", "cat words", cwd=OUT), (0, "some words\n", ""))
    expect(run("--add", "words:other", "-c", "cat other", cwd=OUT), (0, "some words\n", ""))


def test_build_failure_shows_the_error_only():
    (OUT / "broken.c").write_text("int main(void) { return nosuch; }\n")
    status, out, err = run("--xv6", "broken.c", "-c", "echo hi", cwd=OUT)
    expect((status, out), (2, ""))
    assert "broken.c:1" in err and "nosuch" in err and "make" not in err, err


def test_image_in_use_is_explained():
    first = subprocess.Popen(["./run", "--image", str(IMAGE), "-c", "cat; cat"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    first.stdin.write("x\n")
    first.stdin.flush()
    first.stdout.readline()  # it runs
    status, out, err = run("-c", "echo hi")
    first.stdin.close()
    first.terminate()
    first.wait(TIMEOUT)
    assert status != 0 and out == "", (status, out)
    assert "in use" in err and "lock" not in err, err


def start_cat():
    """./run -c cat, which has read a line: the child, and the folder of the run."""
    child = subprocess.Popen(["./run", "--image", str(IMAGE), "-c", "cat"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    child.stdin.write("x\n")
    child.stdin.flush()
    child.stdout.readline()
    folder = pathlib.Path(f"build/run-{child.pid}")
    assert folder.is_dir()
    return child, folder


def test_signals_end_all_of_it():
    """It ends QEMU and removes its folder; after SIGKILL the next run removes the folder."""
    for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        child, folder = start_cat()
        child.send_signal(sig)
        expect(child.wait(TIMEOUT), 128 + sig if sig != signal.SIGKILL else -sig)
        expect(child.stdout.read().strip("x\n"), "")  # the pipe is closed: QEMU is gone
        expect(folder.exists(), sig == signal.SIGKILL)
    expect(run("-c", "echo free"), (0, "free\n", ""))
    assert not folder.exists(), "the next run left it"
    # while it builds
    (OUT / "slow").mkdir()
    (OUT / "slow/make").write_text("#!/bin/sh\nexec sleep 1000\n")
    (OUT / "slow/make").chmod(0o755)
    child = subprocess.Popen(["./run", "-c", "true"], stdin=subprocess.DEVNULL,
                             env={**os.environ, "PATH": f"{OUT.resolve()}/slow:{os.environ['PATH']}"})
    folder = pathlib.Path(f"build/run-{child.pid}")
    start = time.monotonic()
    while not (folder / "build").exists() and time.monotonic() - start < TIMEOUT:
        time.sleep(0.05)
    child.terminate()
    expect((child.wait(TIMEOUT), folder.exists()), (128 + signal.SIGTERM, False))


def test_gdb():
    """`make qemu-gdb`, the commands of tools/gdb, and the end by SIGTERM."""
    port = free_port()
    options = [f"GDBPORT={port}", f"IMAGE={IMAGE}"]
    make = subprocess.Popen(["make", "-s", "--no-print-directory", "qemu-gdb", *options],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert "make gdb" in make.stdout.readline()
    start = time.monotonic()
    while probe(port) and time.monotonic() - start < 5:
        time.sleep(0.1)  # the line comes before QEMU listens
    refused = subprocess.run(["make", "-s", "--no-print-directory", "qemu-gdb", *options],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
    script = OUT / "commands.gdb"
    script.write_text("break sys_write\ncontinue\nbt\ndelete\nuser sh\nbreak main\ncontinue\n"
                      "proc\nareas\nprocs\n")
    gdb = subprocess.run(["make", "-s", "gdb", f"GDB=gdb-multiarch -batch -x {script}"],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
    make.send_signal(signal.SIGTERM)
    start = time.monotonic()
    make.wait(5)
    while not probe(port) and time.monotonic() - start < 5:
        time.sleep(0.1)
    for pattern in (r"hit Breakpoint 1, sys_write", r"user_trap ", r"hit Breakpoint 2, main .*user/sh/main\.c",
                    r"process 2 \(sh\), running, parent 1", r"0x0 - +0x[0-9a-f]+ r-x image",
                    r"rw- stack", r" 1 +\d+ \w+ +init"):
        assert re.search(pattern, gdb.stdout), f"{pattern} is not in\n{gdb.stdout}{gdb.stderr}"
    assert refused.returncode != 0 and "open already" in refused.stderr, refused.stderr
    assert probe(port), "QEMU listens 5 s after SIGTERM"


def test_grader():
    """The steps of xv6's gradelib.py: a breakpoint by kernel.sym, then lines at the prompt."""
    port = free_port()
    make = subprocess.Popen(["make", "-s", "--no-print-directory", "qemu-gdb", f"GDBPORT={port}", f"IMAGE={IMAGE}"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            bufsize=0)
    try:
        output = make.stdout.readline()
        start = time.monotonic()
        while True:
            try:
                gdb = socket.create_connection(("127.0.0.1", port), timeout=1)
                break
            except ConnectionRefusedError:
                assert time.monotonic() - start < 2, "QEMU does not listen 2 s after the first line"
                time.sleep(0.05)
        symbols = dict(reversed(line.split()) for line in pathlib.Path("kernel/kernel.sym").read_text().splitlines())
        gdb.settimeout(20)
        address = int(symbols["sys_exec"], 16)
        send_packet(gdb, f"Z1,{address:x},1")
        send_packet(gdb, "c")
        packets = b""
        while b"T05" not in packets:
            got = gdb.recv(4096)
            assert got, f"no T05 in {packets!r}"
            packets += got
        send_packet(gdb, f"z1,{address:x},1")
        send_packet(gdb, "c")
        output = read_until(make.stdout, b"$ ")
        assert b"\r" not in output.split(b"MEDELEG")[1].split(b"\n", 1)[1], "\\r in what the kernel printed"
        make.stdin.write(b"echo graded\n")
        make.stdin.flush()
        output = read_until(make.stdout, b"$ ")
        assert b"\ngraded\n" in output, output
    finally:
        make.send_signal(signal.SIGTERM)
        make.wait(5)


def send_packet(gdb, text):
    gdb.send(f"${text}#{sum(text.encode()) % 256:02x}".encode())


def read_until(stream, wanted):
    output = b""
    deadline = time.monotonic() + 20
    while wanted not in output:
        ready = select.select([stream], [], [], max(0, deadline - time.monotonic()))[0]
        assert ready, f"no {wanted!r} in {output[-2000:]!r}"
        got = os.read(stream.fileno(), 4096)
        assert got, f"it ended: {output[-2000:]!r}"
        output += got
    return output


def probe(port):
    """Whether the port is free."""
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


def test_gdbport():
    done = subprocess.run(["make", "-s", "--no-print-directory", "print-gdbport"], capture_output=True, text=True)
    expect(done.stdout, f"{os.getuid() % 5000 + 25000}\n")


def test_symbols():
    lines = pathlib.Path("kernel/kernel.sym").read_text().splitlines()
    for line in lines:
        assert re.fullmatch(r"[0-9a-f]{16} \S+", line), line
    names = {line.split()[1] for line in lines}
    assert {"sys_sleep", "sys_pause"} <= names, "graders set breakpoints at these"


def test_image_is_kept():
    """make fs.img neither replaces an image nor touches one from elsewhere."""
    image = OUT / "kept.img"
    subprocess.run(["build/mkfs", "-s", "3000", str(image), "README.md:mine"], check=True)
    wanted = image.read_bytes()
    pathlib.Path("build/user/echo").touch()
    subprocess.run(["make", "-s", f"IMAGE={image}", str(image)], check=True, stdin=subprocess.DEVNULL)
    assert image.read_bytes() == wanted, "the image changed"
    subprocess.run(["build/fsck", "-q", str(IMAGE)], check=True)  # ours, after all that


def test_new_program_goes_into_our_image():
    pathlib.Path("build/user/echo").touch()
    status, out = make(f"IMAGE={IMAGE}", str(IMAGE))
    assert status == 0 and "IMAGE" not in out, "it is the same program: " + out
    # another one, which the image has in its place
    subprocess.run(["build/mkfs", "--add", str(IMAGE), "README.md:echo"], check=True, stdout=subprocess.PIPE)
    pathlib.Path("build/user/echo").touch()
    status, out = make(f"IMAGE={IMAGE}", str(IMAGE))
    assert status == 0 and re.search(r"IMAGE .*run.img: echo\b", out), out
    expect(run("-c", "echo new; cat kept"), (0, "new\nkept\n", ""))


def crash(image):
    """Leaves a committed log and a deleted file behind, as a crash does; returns the bytes."""
    data = bytearray(image.read_bytes())
    _, size, _, ninodes, _, logstart, inodestart, _ = struct.unpack_from("<8I", data, 1024)
    struct.pack_into("<2I", data, logstart * 1024, 1, size - 1)
    data[(logstart + 1) * 1024:(logstart + 2) * 1024] = b"logged.." * 128
    struct.pack_into("<4h", data, inodestart * 1024 + (ninodes - 1) * 64, 2, 0, 0, 0)
    image.write_bytes(data)
    return bytes(data)


def test_crashed_image_is_left_to_the_kernel():
    """An image is changed only if a file is missing or differs, with a message."""
    image, words = OUT / "crashed.img", OUT / "same"
    words.write_text("the same\n")
    subprocess.run(["build/mkfs", str(image), "README.md:README", str(words)], check=True)
    crashed = crash(image)
    for option in ("ADD", "-s ADD"):
        status, out = make(*f"{option}={words}".split(), f"IMAGE={image}", str(image))
        expect((status, image.read_bytes() == crashed), (0, True))
        assert "not shut down" not in out and "IMAGE" not in out, out
    words.write_text("another\n")
    status, out = make(f"ADD={words}", f"IMAGE={image}", str(image))
    assert status == 0 and "not shut down" in out and re.search(r"IMAGE .*crashed.img: same\b", out), out
    checked = subprocess.run(["build/fsck", str(image)], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "log-pending" not in checked and "orphan" not in checked, checked
    data = image.read_bytes()
    expect(data[-1024:-1016], b"logged..")
    expect(subprocess.run(["build/mkfs", "--extract", str(image), "same"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout, "another\n")


def test_asked_for_files_take_the_place_of_ours():
    """In a new image and in one that exists, by whatever path the name is written."""
    readme, words = OUT / "README", OUT / "words"
    readme.write_text("mine\n")
    for asked, name in ((f"{readme}", "README"), (f"{readme}:/echo", "echo"),
                        (f"{words} {readme}:words", "words")):
        words.write_text("theirs\n")
        image = OUT / "taken.img"
        image.unlink(missing_ok=True)
        for _ in range(2):
            status, out = make(f"ADD={asked}", f"IMAGE={image}", str(image))
            assert status == 0, out
            expect(subprocess.run(["build/mkfs", "--extract", str(image), name], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout, "mine\n")
            pathlib.Path("build/user/echo").touch()


def test_large_images_are_kept_large():
    image = OUT / "large.img"
    (OUT / "words").write_text("one\n")
    subprocess.run(["build/mkfs", "--big", "-s", "3000", str(image), "README.md:README"], check=True)
    status, out = make(f"ADD={OUT}/words", f"IMAGE={image}", "BOOTARGS=fsbig=on", str(image))
    assert status == 0, out
    subprocess.run(["build/fsck", "-q", "--big", str(image)], check=True)


# --- running them ----------------------------------------------------------------

def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    subprocess.run(["make", "-s", f"IMAGE={IMAGE}", str(IMAGE)], check=True, stdin=subprocess.DEVNULL)
    chosen = sys.argv[1:]
    unknown = [name for name in chosen if name not in globals()]
    if unknown:
        sys.exit(f"there is no case {' '.join(unknown)}")
    # A shell leaves these ignored in what it runs in the background; no child could catch them.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    failed = 0
    for name, case in list(globals().items()):
        if not name.startswith("test_") or chosen and name not in chosen:
            continue
        try:
            case()
            print(f"ok {name}", flush=True)
        except (AssertionError, subprocess.SubprocessError, OSError) as e:
            print(f"FAILED {name}: {e}", flush=True)
            failed += 1
    sys.exit(failed > 0)


main()
