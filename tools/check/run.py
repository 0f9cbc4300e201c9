#!/usr/bin/env python3
"""Tests ./run from outside, as a person uses it.

usage: run.py [CASE ...]
Prints `ok NAME` or `FAILED NAME: why` for each case; status 1 if one failed.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import time

import rig
from rig import IMAGE, OUT, TIMEOUT, expect, make, run

HELLO = """#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	printf("hello %d\\n", argc);
	exit(argc + 40);
}
"""


def test_output_is_the_commands_alone():
    expect(run("-c", "echo hi"), (0, "hi\n", ""))


def test_panic_is_kept():
    status, out, err = run("--boot", "ktest=panic", "-c", "echo hi")
    expect((status, out), (101, ""))
    found = re.search(r"^The kernel panicked. All that the console showed is in (\S+)\.$", err, re.M)
    assert found, err
    assert -1 < err.find("panic: as asked for") < found.start(), err  # what is last stays on the screen
    log = pathlib.Path(found.group(1))
    text = log.read_text().replace("\r", "")
    log.unlink()
    for wanted in ("OpenSBI", "\npanic: as asked for\nhart ", "\nbacktrace:\n", "thread_entry+"):
        assert wanted in text, f"{wanted!r} is not in {text}"
    assert re.search(r"^The lines of these functions, the innermost first:\n(?:.*\n)*.* at kernel/core/\w+\.c:\d+\n", err, re.M), err
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


def test_ram_in_a_file_outlives_the_machine():
    pathlib.Path("build/scope").unlink(missing_ok=True)  # it is made when it can be needed
    with tempfile.TemporaryDirectory() as folder:
        ram = os.path.join(folder, "ram")
        for size in "64", "65M":
            expect(run("--ram", ram, "--mem", size, "-c", "echo hi")[:2], (0, "hi\n"))
            expect(os.path.getsize(ram), int(size.rstrip("M")) << 20)
            told = subprocess.run(["build/scope", ram, "processes"], capture_output=True, text=True)
            assert told.returncode == 0 and told.stdout.endswith(" init\n"), told
            status, out, err = run("--ram", ram, "-c", "echo hi")
            assert (status, out) == (2, "") and "exists already" in err, (status, out, err)
            os.remove(ram)
        assert run("--ram", os.path.join(folder, "a,b"), "-c", "echo hi")[0] == 2


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


def test_programs_of_an_image_are_those_of_the_page():
    """Nothing is in a new image but README and what docs/commands.md lists, under those names or another."""
    image = OUT / "programs.img"
    expect(make(f"IMAGE={image}", str(image))[0], 0)
    listed = subprocess.run(["build/mkfs", "--list", str(image)], check=True, stdout=subprocess.PIPE, text=True).stdout
    names = set(re.findall(r"/(\S+)$", listed, re.M))
    page = set(re.findall(r"^\| `(\S+)` \|", pathlib.Path("docs/commands.md").read_text(), re.M))
    assert page and page <= names, page - names
    expect(names - page, {"README", "egrep", "fgrep", "vi"})


def test_shell_that_takes_no_command():
    """The command is typed at the prompt.  One that did not run never has status 0.  What it wrote is kept."""
    image = foreign_image("sh")
    expect(run_foreign(image, "nosuch a"), (127, "exec nosuch failed\n"))
    expect(run_foreign(image, "echo " + "x" * 100, words="cannot be typed"), (125, ""))
    # a command that ends the machine has its own status
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


def at_terminal(words, keys, *arguments):
    """./run with a terminal as its input, on which KEYS are typed when WORDS appear: (status, its errors)."""
    keyboard, terminal = os.openpty()
    with subprocess.Popen(["./run", "--image", str(IMAGE), *arguments], stdin=terminal, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as booted:
        line = ""
        while line is not None and words not in line:
            line = booted.stdout.readline() or None
        os.write(keyboard, keys)
        _, err = booted.communicate(timeout=TIMEOUT)
    os.close(terminal)
    os.close(keyboard)
    assert line, f"{words} does not appear"
    return booted.returncode, err


def test_warnings_come_again_at_the_end():
    """In a terminal the firmware's messages hide those of the compiler, so they are shown once more."""
    source = OUT / "unused.c"
    source.write_text("int main(void)\n{\n\tint unused;\n\n\treturn 0;\n}\n")
    _, err = at_terminal("Leave with", b"\npoweroff\n", "--prog", str(source))
    first, _, again = err.partition("The build had said:\n")
    assert "unused variable" in first and again == first, err


def test_panic_at_the_prompt_has_its_lines():
    """The machine stands still; what was on the console is told when it is left."""
    _, err = at_terminal("the machine stands still", b"\x01x", "--boot", "ktest=panic")
    found = re.search(r"^The kernel panicked. All that the console showed is in (\S+)\.$", err, re.M)
    assert found and "\npanic: as asked for\n" in pathlib.Path(found[1]).read_text(), err
    assert re.search(r"^thread_entry at kernel/core/sched.c:\d+$", err, re.M), err
    os.remove(found[1])
    # a machine that does not panic has none, whatever it prints
    expect(at_terminal("Leave with", b"\necho panic: no; poweroff\n"), (0, ""))


def test_fsbig_makes_an_image():
    """Of any name, as --disk does."""
    image = OUT / "made-big.img"
    expect(run("--image", str(image.resolve()), "--fsbig", "-c", "df | tail -n 1 | cut -c 1-30"),
           (0, "virtio-blk         200000     \n", ""))


def test_output_that_nobody_reads():
    """`./run -c ... | head` ends without a word, as other programs do."""
    done = subprocess.run(["sh", "-c", f"{{ ./run --image {IMAGE} -c 'seq 1 100000'; echo $? >&2; }} | head -n 1"],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    expect((done.stdout, done.stderr), ("1\n", "141\n"))


def test_errors_break_between_words():
    """On a terminal, which may have 80 columns; for programs an error is one line."""
    for words in (["--lab", "nosuch"], ["--image", "nosuch.img"], ["--harts", "99"], ["a  command of *"]):
        ours, terminal = os.openpty()
        done = subprocess.run(["./run", *words], stderr=terminal, check=False)
        shown = os.read(ours, 4000).decode().replace("\r", "")
        os.close(terminal)
        os.close(ours)
        told = subprocess.run(["./run", *words], capture_output=True, text=True, check=False).stderr
        expect((done.returncode, shown.split()), (2, told.split()))
        assert max(map(len, shown.splitlines())) <= 79 and shown.endswith("\n") and told.count("\n") == 1, shown


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
                      ["--add", "/nosuch"], ["--xv6", "/nosuch.c"], ["-c", ""], ["--harts", ""],
                      ["--lab", "nosuch"], ["--lab", ""], ["--lab", "util fs"], ["ls", "-l"]):
        status, out, err = run(*arguments)
        assert status == 2 and out == "" and err.count("\n") == 1, (arguments, status, out, err)
    assert "-c 'ls -l'" in err, err


def test_help():
    status, out, _ = run("--help")
    expect(status, 0)
    for option in ("--harts", "--mem", "--boot", "--add", "--xv6", "--image", "-c", "--gdb", "--legacy",
                   "--examples", "--lab", "--fsbig", "--net", "--prog", "--get", "--disk", "--ram",
                   "--view", "--view=only", "--record"):
        assert option in out, option


def network_ports():
    """Others may use the usual ports meanwhile."""
    for name in ("FWDPORT", "FWDPORT2"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("0.0.0.0", 0))
            os.environ[name] = str(s.getsockname()[1])
    os.environ["PCAP"] = str(OUT / "packets.pcap")


def test_network():
    """Both cards, and none without --net."""
    network_ports()
    status, out, err = run("--net", "-c", "ping 127.0.0.1 1 && ping -i 1 10.0.2.2 2")
    assert status == 0 and "1 sent, 1 received" in out and "2 sent, 2 received" in out, (status, out, err)
    status, out, err = run("--net=virtio", "--legacy", "-c", "ping 10.0.2.2 1")
    assert status == 0 and "1 sent, 1 received" in out, (status, out, err)
    status, out, err = run("-c", "ping 10.0.2.2 1")
    assert status == 1 and "not configured" in out + err, (status, out, err)
    status, out, err = run("--net=pigeon", "-c", "true")
    assert status == 2 and "pigeon" in err, (status, out, err)


def test_network_port_in_use_is_explained():
    network_ports()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("0.0.0.0", int(os.environ["FWDPORT"])))
        status, out, err = run("--net", "-c", "true")
    assert status != 0 and "FWDPORT" in err, (status, out, err)


def test_xv6_source():
    (OUT / "hello.c").write_text(HELLO)
    expect(run("--xv6", "hello.c", "-c", "hello a b", cwd=OUT), (43, "hello 3\n", ""))


def test_lab_and_examples():
    """A lab chooses processors and options, and what is asked for wins."""
    for words, heap in (([], "[eager] lazy"), (["--lab", "lazy"], "eager [lazy]"),
                        (["--lab", "lazy", "--boot", "heap=eager"], "[eager] lazy")):
        status, out, _ = run(*words, "-c", "vmctl | grep heap")
        assert status == 0 and heap in out, (words, out)
    for words, harts in (([], 3), (["--lab", "lock"], 4), (["--lab", "lock", "--harts", "2"], 2)):
        status, out, _ = run("--verbose", *words, "-c", "true")
        assert status == 0 and f"\nharts: {harts}," in out, (words, out)
    status, _, err = run("--lab", "nosuch", "-c", "true")
    assert status == 2 and "nosuch" in err and "pgtbl" in err, err
    expect(run("--examples", "-c", "echo a b | xargs echo"), (0, "a b\n", ""))


def test_add():
    (OUT / "words").write_text("some words\n")
    expect(run("--add", "words", "-c", "cat words", cwd=OUT), (0, "some words\n", ""))
    expect(run("--add", "words:other", "-c", "cat other", cwd=OUT), (0, "some words\n", ""))


TWICE = """#include <stdio.h>
#include "twice.h"

int main(int argc, char **argv)
{
	printf("%s %d\\n", argv[0], twice(argc));
	return 3;
}
"""


def twice_folder(name):
    """A program of two files, in a folder."""
    folder = OUT / name
    folder.mkdir()
    (folder / "main.c").write_text(TWICE)
    (folder / "twice.h").write_text("int twice(int n);\n")
    (folder / "twice.c").write_text('#include "twice.h"\n\nint twice(int n)\n{\n\treturn 2 * n;\n}\n')
    return folder


def test_programs_from_anywhere():
    """Files, folders, what has changed since, and errors with their reason."""
    folder = twice_folder("double")
    expect(run("--prog", "main.c+twice.c", "-c", "main x", cwd=folder), (3, "main 4\n", ""))
    expect(run("--prog", "double/", "-c", "double x y", cwd=OUT), (3, "double 6\n", ""))
    (folder / "twice.h").write_text("int twice(int n);\n#define twice(n) 70\n")
    (folder / "twice.c").unlink()
    expect(run("--prog", ".", "-c", "double", cwd=folder), (3, "double 70\n", ""))
    (OUT / "plus.cc").write_text("struct two { virtual int more(int n) { return n + 2; } };\n"
                                 "int main(int argc, char **) { two *t = new two; return t->more(argc); }\n")
    expect(run("--prog", "plus.cc", "-c", "plus", cwd=OUT), (3, "", ""))
    expect(run("plus.cc", cwd=OUT), (2, "", "./run: plus.cc is no option; a program of your own is built by --prog: "
                                     "./run --prog plus.cc\n"))
    # a program takes the place of ours
    (OUT / "true.c").write_text('int main(void)\n{\n\treturn 9;\n}\n')
    expect(run("--prog", "true.c", "-c", "/true", cwd=OUT)[0], 9)
    (OUT / "wrong.c").write_text("int main(void) { return nosuch; }\n")
    (OUT / "with blank.c").write_text("int main(void) { return 0; }\n")
    (OUT / "none").mkdir()
    for path, why in (("wrong.c", "wrong.c:1"), ("with blank.c", "blank"), ("none", "no .c file"), ("no.c", "no such")):
        status, out, err = run("--prog", path, "-c", "true", cwd=OUT)
        expect((status, out), (2, ""))
        assert why in err, err


def pagoda_cc(*words, cwd=OUT, stdin=None, program="tools/pagoda-cc"):
    done = subprocess.run([os.path.abspath(program), *words], cwd=cwd, timeout=TIMEOUT * 3, input=stdin or "",
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_compiler_for_makefiles_elsewhere():
    """docs/example in another folder, and what configure scripts and Makefiles do with a compiler."""
    expect(make("-s", "sdk"), (0, ""))
    place = OUT / "a place"
    shutil.copytree("docs/example", place)
    status = subprocess.run(["make", "-s", "-C", str(place), f"CC='{os.path.abspath('tools/pagoda-cc')}'", "letters"],
                            timeout=TIMEOUT, capture_output=True, text=True)
    assert status.returncode == 0, status.stderr
    (OUT / "letters").write_bytes((place / "letters").read_bytes())
    folder = twice_folder("steps")
    for words in (["-c", "-g", "-O2", "-fPIC", "-MMD", "main.c"], ["-c", "twice.c", "-o", "twice.o"],
                  ["-g", "main.o", "twice.o", "-lm", "-lpthread", "-pthread", "-pie", "-o", "steps"]):
        expect(pagoda_cc(*words, cwd=folder), (0, "", ""))
    assert (folder / "main.d").exists() and (folder / "steps.sym").stat().st_size > (folder / "steps").stat().st_size
    # its own functions have the names of ours
    own = "#include <stdio.h>\nint err(int n)\n{\n\treturn printf(\"own %d\\n\", n);\n}\n\nint main(void)\n" \
          "{\n\treturn err(5) != 6;\n}\n"
    expect(pagoda_cc("-x", "c", "-", "-o", "own", stdin=own), (0, "", ""))
    expect(run("--add", "letters", "--add", "steps/steps:steps", "--add", "own", "-c",
               "echo abba | letters | head -n 2; steps; own", cwd=OUT), (0, "a 2\nb 2\nsteps 2\nown 5\n", ""))
    # questions of configure scripts
    for words, wanted in ((["--version"], "Free Software Foundation|clang"), (["-dumpmachine"], "riscv64"),
                          (["-E", "-dM", "-x", "c", "/dev/null"], "__pagoda__ 1"),
                          (["-M", "steps/main.c"], "twice.h")):
        status, out, _ = pagoda_cc(*words)
        assert status == 0 and re.search(wanted, out), (words, out)
    program = "int main(void)\n{\n\treturn %s();\n}\n"
    for words, text, wanted in (([], "int getline();\n" + program % "getline", 0), ([], program % "nosuch_call", 1),
                                (["-ldl"], program % "main", 1), (["-shared"], program % "main", 1)):
        status, _, err = pagoda_cc("-w", "-x", "c", "-", "-o", "conftest", *words, stdin=text)
        assert (status != 0) == wanted and bool(err) == wanted, (words, text, err)


def test_trees_in_and_out():
    """A folder goes into the image and comes out as it was; what a command made comes out, too."""
    tree = OUT / "mytree"
    (tree / "sub/deep").mkdir(parents=True)
    (tree / "empty").mkdir()
    (tree / "a b").write_text("blank\n")
    (tree / "sub/deep/long").write_text("0123456789\n" * 15000)
    (tree / "sub/link").symlink_to("../a b")
    expect(run("--add", "mytree", "-c", "cat /mytree/sub/link && echo made > /mytree/new", "--get", "mytree", "out",
               cwd=OUT), (0, "blank\n", ""))
    expect((OUT / "out/new").read_text(), "made\n")
    (OUT / "out/new").unlink()
    subprocess.run(["diff", "-r", "--no-dereference", tree, OUT / "out"], check=True, stdout=subprocess.DEVNULL)
    expect((OUT / "out/empty").is_dir(), True)
    # no boot; a folder that is there gets it inside; a link that is there is replaced, not followed
    (OUT / "outside").write_text("kept\n")
    (OUT / "new").symlink_to("outside")
    expect(run("--get", "/mytree/new", cwd=OUT), (0, "", ""))
    expect(((OUT / "new").read_text(), (OUT / "outside").read_text()), ("made\n", "kept\n"))
    expect(run("--get", "/mytree/new", "-"), (0, "made\n", ""))
    for words, status in (([], 1), (["-c", "true"], 1), (["-c", "exit 7"], 7)):
        found, _, err = run(*words, "--get", "/nosuch", cwd=OUT)
        assert found == status and err.endswith("./run: /nosuch: no such file in the image\n"), (words, found, err)
    (tree / "a name of 15 by").write_text("")
    status, _, err = run("--add", "mytree", "-c", "true", cwd=OUT)
    assert status == 2 and "a name of 15 by" in err and "14 bytes" in err, err
    (tree / "a name of 15 by").unlink()
    (tree / "long").write_bytes(bytes(300000))
    status, _, err = run("--add", "mytree", "-c", "true", cwd=OUT)
    assert status == 2 and "mytree/long: file too large: 300000 bytes, but 274432 is the most\n" in err, err
    assert "./run --disk" in err, err


def test_larger_disks():
    image = str((OUT / "larger.img").resolve())
    command = "dd if=/dev/zero of=/long bs=64k count=80 && wc -c < /long"
    for disk in ["--disk", "32M"], []:
        status, out, err = run("--image", image, *disk, "-c", command)
        assert status == 0 and out.endswith("5242880\n"), (status, out, err)
    expect(subprocess.run(["build/fsck", "-q", image], check=False).returncode, 0)
    expect(os.path.getsize(image), 32 << 20)
    for size in "64M", "1M", "lots", "9999999G":
        status, out, err = run("--image", image, "--disk", size, "-c", "true")
        assert status == 2 and out == "" and size in err, (size, status, err)
    status, _, err = run("--image", "/nosuch.img", "-c", "true")
    assert status == 2 and "no such file" in err and "--disk" in err, err


def test_what_does_not_end_is_ended_by_the_keyboard():
    keyboard, terminal = os.openpty()
    with subprocess.Popen(["./run", "--image", str(IMAGE), "-c", "echo begin; cat; echo end"], stdin=terminal,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        expect(child.stdout.readline(), "begin\n")
        os.write(keyboard, b"\x03")
        child.communicate(timeout=TIMEOUT)
    os.close(terminal)
    os.close(keyboard)
    assert child.returncode != 0, "the command was interrupted"


def test_file_system_lab():
    image = OUT / "large.img"
    expect(make("FSBIG=1", f"IMAGE={image}", str(image))[0], 0)
    for options in ["--fsbig"], []:
        status, out, _ = run("--image", str(image), *options, "-c", "vmctl")
        assert status == 0 and re.search(r"fsbig .*\[on\]", out), out
    before = IMAGE.read_bytes()
    status, out, err = run("--fsbig", "-c", "echo hi")
    expect((status, out), (2, ""))
    assert "mv " in err and "rm " in err, err
    expect(IMAGE.read_bytes(), before)


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


rig.main(globals())
