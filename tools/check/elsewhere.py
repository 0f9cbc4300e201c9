#!/usr/bin/env python3
"""Tests what other systems and other places need: tools that are not GNU's, no picolibc, a checkout that
nobody may write, packages of other names, containers and editors.

usage: elsewhere.py [CASE ...]
Prints `ok NAME` or `FAILED NAME: why` for each case; status 1 if one failed.
"""
import fcntl
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import socket
import struct
import subprocess
import tempfile

import rig
from rig import IMAGE, OUT, TIMEOUT, Skipped, expect, make, run, xv6_program

NOBODY = 65534
BUILD_TIMEOUT = 500

# Commands that a build and a boot may use as they are.
PLAIN_TOOLS = """sh awk cat cc gcc as ld chmod cksum cmp dirname expr getconf git id ln mkdir mv printf rm stty sync
 tar tr uname qemu-system-riscv64""".split()
# What the BSDs' tools lack, as patterns for arguments.  All lack long options.
BSD_LACKS = {"sed": ["-s*", "-z*", "-i", "-n[sz]*", r"*'\|'*", r"*'\+'*", r"*'\?'*"], "grep": ["-*P*", r"*'\|'*"],
             "stat": ["-c*"], "readlink": ["-f"], "date": ["-d*"], "xargs": ["-r*"], "cp": ["-t*", "-*u*"],
             "install": ["-D*", "-t*"], "sort": ["-V*"], "head": ["-*[!0-9n]*", "-n-*"], "find": ["-printf"],
             "od": ["-w*"], "touch": ["-d*"], "ls": [], "dd": ["status=*", "*flag=*"], "mktemp": ["-p*"], "wc": []}


def bsd_path(folder):
    """A folder for PATH whose tools write what GNU's alone can do into the file FOLDER/refused, and fail.
    make is as before version 4.0."""
    folder.mkdir()
    refused = folder / "refused"
    refused.touch()
    refused.chmod(0o666)
    for name in PLAIN_TOOLS:
        (folder / name).symlink_to(shutil.which(name))
    for file in pathlib.Path("/usr/bin").glob("riscv64-unknown-elf-*"):
        (folder / file.name).symlink_to(file)
    wrapper = """#!/bin/sh
for word; do
	case $word in
	%s) echo "%s: $word" >> %s; exit 64 ;;
	esac
done
exec %s "$@"
"""
    for name, lacks in BSD_LACKS.items():
        file = folder / name
        file.write_text(wrapper % ("|".join(["--?*", *lacks]), name, refused, shutil.which(name)))
        file.chmod(0o755)
    file = folder / "make"
    file.write_text(f"""#!/bin/sh
case " $* " in
' --help ') exit 0 ;;
*' -O '*) echo "make: $*" >> {refused}; exit 2 ;;
esac
exec {shutil.which("make")} "$@"
""")
    file.chmod(0o755)
    return str(folder)


def checkout(folder):
    """A copy of this tree that nobody may write."""
    skipped = ("build", ".git", "fs.img", "__pycache__", ".pytest_cache", "kernel.sym", "kernel.asm", "packets.pcap")

    def ignored(where, names):
        return [n for n in names if n in skipped or n == "kernel" and os.path.isfile(os.path.join(where, n))]
    shutil.copytree(".", folder, symlinks=True, ignore=ignored)
    for where, _, files in os.walk(folder):
        for path in (where, *(os.path.join(where, name) for name in files)):
            os.chmod(path, 0o555 if os.access(path, os.X_OK) else 0o444)


def listing(folder):
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def as_somebody(command, **variables):
    """COMMAND with just these VARIABLES, as an ordinary user: (status, output, errors)."""
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(command, env={"HOME": "/nonexistent", **variables}, cwd="/", stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=BUILD_TIMEOUT, **user)
    return done.returncode, done.stdout, done.stderr


def test_checkout_that_nobody_may_write():
    """With BUILD elsewhere ./run, make and ./test write there alone.  The build uses no tool of GNU, and of
    GNU make what version 3.81 has; without picolibc there is a small shell."""
    if as_somebody(["sh", "-c", ": > /dev/null"], PATH="/usr/bin:/bin")[0] != 0:
        raise rig.Skipped(f"ordinary users may not write /dev/null here, mode {os.stat('/dev/null').st_mode:o}")
    top = pathlib.Path(tempfile.mkdtemp(prefix="pagoda-elsewhere-"))
    try:
        top.chmod(0o755)
        tree, build = top / "tree", top / "build"
        checkout(tree)
        build.mkdir()
        build.chmod(0o777)
        before = listing(tree)
        path = bsd_path(top / "bin")
        usual = {"PATH": path, "BUILD": str(build)}
        expect(as_somebody([tree / "run", "-c", "seq 3 | wc -l; echo done > f; help | head -n 1"], **usual),
               (0, "3\nbasename  print the last part of a path\n", ""))
        expect(as_somebody([tree / "run", "-c", "cat f"], **usual), (0, "done\n", ""))
        expect(as_somebody(["make", "-s", "-C", tree, "kernel/kernel.asm", "fs.img"], **usual), (0, "", ""))
        assert (build / "kernel/kernel.asm").stat().st_size > 100000
        check_without_picolibc(tree, build, usual)
        status, _, err = as_somebody([tree / "test", "nosuch"], **{**usual, "PATH": os.environ["PATH"]})
        assert status == 2 and "there is no suite" in err, err
        assert (build / "tree/test").exists(), "./test made no copy"
        expect((top / "bin/refused").read_text(), "")
        expect(listing(tree), before)
        as_somebody(["make", "-s", "-C", tree, "clean"], **usual)  # all but the folder, which is not its own
        expect(list(build.iterdir()), [])
    finally:
        for where, _, _ in os.walk(top):
            os.chmod(where, 0o755)
        shutil.rmtree(top)


def check_without_picolibc(tree, build, usual):
    """The first build says what is missing, and how to get it; xv6 programs run."""
    nothing = {**usual, "PICOLIBC": "none"}
    (build / "fs.img").unlink()
    script = "echo a b | cat > f; cat < f; echo 'c  d' >> f; cat f | cat; mkdir e; cd e; cat ../f > /g; cat /g"
    status, out, err = as_somebody([tree / "run", "--examples", "-c", script], **nothing)
    expect((status, out), (0, "a b\n" + "a b\nc  d\n" * 2))
    assert "picolibc is not in none" in err and "docs/install.md" in err and "status is not known" in err, err
    for line, said in (("primes | head -n 2; nosuch", "prime 2\nprime 3\n"), ("ls nosuch", ""),
                       ("echo a |", ""), ("echo 'a", ""), ("echo a >", "")):
        status, out, err = as_somebody([tree / "run", "-c", line], **nothing)
        assert said in out or said in err, (line, out, err)
        assert "picolibc is not" not in err, err
        assert status == (127 if "nosuch" in line and "ls" not in line else 0), (line, status)


def test_clean_leaves_an_image_in_use():
    folder = OUT / "used"
    folder.mkdir(exist_ok=True)
    (folder / ".pagoda-build").touch()
    image = folder / "fs.img"
    image.write_bytes(b"files")
    with open(image, "r+b") as f:  # with the lock that QEMU has on it
        fcntl.fcntl(f, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
        done = subprocess.run(["make", "-s", f"BUILD={folder.resolve()}", "clean"], capture_output=True, text=True)
        assert done.returncode != 0 and "is in use by a running QEMU" in done.stderr and image.exists(), done
    expect(make(f"BUILD={folder.resolve()}", "clean")[0], 0)
    assert not folder.exists()


def test_list_needs_nothing():
    """No make, no Python, no compiler; and the list is that of tools/run_tests.py."""
    done = subprocess.run(["/bin/sh", os.path.abspath("test"), "--list"], cwd="/", env={"PATH": "/nonexistent"},
                          capture_output=True, text=True)
    source = pathlib.Path("tools/run_tests.py").read_text()
    names = re.search(r"^SUITES = \[(.*)\]", source, re.M).group(1).split(", ")
    expect((done.returncode, done.stderr), (0, ""))
    expect([line.split()[0] for line in done.stdout.splitlines()], names)
    assert all(len(line.split()) > 2 and len(line) < 80 for line in done.stdout.splitlines()), done.stdout


def test_help_of_bench_builds_its_tool_alone():
    """Not the kernel and the programs that it measures, which take minutes on a slow computer."""
    if platform.system() != "Linux":
        raise Skipped("./bench runs on Linux only")
    folder = OUT / "bench"
    folder.mkdir(parents=True)
    (folder / "make").write_text(f'#!/bin/sh\necho "$*" >> {folder.resolve()}/asked\nexec {shutil.which("make")} "$@"\n')
    (folder / "make").chmod(0o755)
    for option, said in (("--help", "usage: ./bench"), ("--list", "getpid")):
        done = subprocess.run(["./bench", option], capture_output=True, text=True,
                              env={**os.environ, "PATH": f"{folder.resolve()}:{os.environ['PATH']}"})
        expect((done.returncode, done.stderr, said in done.stdout), (0, "", True))
    asked = (folder / "asked").read_text()
    assert "build/bench-tool" in asked and "bench-files" not in asked, asked


def test_archive_of_the_sources():
    """The checks find the same files where there is no git."""
    folder = OUT / "archive"
    shutil.rmtree(folder, ignore_errors=True)
    files = subprocess.run(["tools/check/tracked.sh"], capture_output=True, text=True, check=True).stdout.splitlines()
    files = [name for name in files if os.path.lexists(name)]
    for name in [*files, "build/made.c", "kernel/kernel", "tools/__pycache__/rig.pyc"]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    shutil.copy("tools/check/tracked.sh", folder / "tools/check")
    for folders in ([], ["kernel", "tools"]):
        command = ["tools/check/tracked.sh", *folders]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                              env={**os.environ, "GIT_CEILING_DIRECTORIES": os.path.abspath(folder.parent)})
        expect((done.returncode, done.stderr), (0, ""))
        wanted = [name for name in files if not folders or name.split("/")[0] in folders]
        expect(sorted(done.stdout.splitlines()), sorted(wanted))


def test_make_help():
    """Every target that is listed exists, and every one that is for users is listed."""
    inner = {"FORCE", "qemu-nox", "qemu-fs", "boot-files", "kernel-only", "guest-tests", "bench-programs",
             "bench-files"}
    status, out = make("-s", "help")
    expect(status, 0)
    listed = re.findall(r"^  make ([a-z][a-z.-]*)", out, re.M)
    for target in listed:
        status, said = make("-n", f"IMAGE={IMAGE}", target)
        assert "No rule to make" not in said, said
    known = set()
    for file in (pathlib.Path("Makefile"), *pathlib.Path("mk").glob("*.mk"), *pathlib.Path(".").glob("*/build.mk"),
                 pathlib.Path("tests/guest/build.mk")):
        for line in re.findall(r"^\.PHONY: (.*)", file.read_text(), re.M):
            known |= {word for word in line.split() if "print-" not in word and "/" not in word and word != "fs.img"}
    assert known - inner - {"all"} <= set(listed), f"not in make help: {known - inner - {'all'} - set(listed)}"
    assert inner <= known, f"no targets: {inner - known}"


def test_makefiles_keep_to_make_3_81():
    """What came later (GNU make's NEWS): macOS has 3.81."""
    later = (r"\$[({](file|let|intcmp|guile)\s|^\.(ONESHELL|SHELLFLAGS|RECIPEPREFIX|EXTRA_PREREQS)\b|^[\w.-]+\s*!=|::="
             r"|^\s*(private|undefine|load)\s|\s&:|^define\s+\S+\s*[:?+!]?=|\.SHELLSTATUS|MAKE_TERM|\.NOTINTERMEDIATE")
    files = [pathlib.Path("Makefile"), *pathlib.Path(".").glob("*/*.mk"), pathlib.Path("tests/guest/build.mk")]
    assert len(files) > 10
    found = [f"{file}: {line}" for file in files for line in file.read_text().splitlines() if re.search(later, line)]
    expect(found, [])


def test_awk_prints_comparisons_in_parentheses():
    """POSIX's grammar has none without them in the list of print and printf; the awk of the BSDs and macOS
    refuses such a program."""
    files = [pathlib.Path(name) for name in ("run", "test", "bench")]
    files += [f for g in ("*.sh", "*.awk", "*.mk", "pagoda-*") for d in ("mk", "tools", "tools/check", "user", "xv6")
              for f in pathlib.Path(d).glob(g)]
    assert pathlib.Path("tools/lines.awk") in files and pathlib.Path("mk/ksyms.sh") in files
    for file in files:
        for line in file.read_text().splitlines():
            words = re.sub(r'"(\\.|[^"\\])*"', '""', (re.findall(r"\bprintf? (.*)", line) or [""])[0])
            while re.search(r"\([^()]*\)", words):
                words = re.sub(r"\([^()]*\)", "", words)
            assert not re.search(r"[!=<>]=|~", words), f"{file}: {line.strip()}"


def test_host_tools_without_linux():
    """Neither headers nor functions that only Linux's C library has."""
    headers = """arpa/inet.h ctype.h dirent.h errno.h fcntl.h getopt.h netinet/in.h poll.h signal.h stdarg.h stdbool.h
        stddef.h stdint.h stdio.h stdlib.h string.h sys/socket.h sys/stat.h sys/types.h sys/wait.h termios.h time.h
        unistd.h""".split()
    for file in pathlib.Path("tools").glob("*/*.[ch]"):
        text = re.sub(r"^#ifdef __linux__\n.*?^#endif", "", file.read_text(), flags=re.M | re.S)
        foreign = set(re.findall(r"^#include <(.*)>", text, re.M)) - set(headers)
        assert not foreign or file.parent.name == "bench", (file, foreign)
    # Each of these has another name, which no library has.
    functions = """pipe2 accept4 dup3 ppoll memfd_create prctl strchrnul mempcpy memrchr rawmemchr qsort_r
        secure_getenv program_invocation_name clock_nanosleep sigtimedwait get_current_dir_name fallocate
        canonicalize_file_name fopencookie strverscmp copy_file_range euidaccess posix_fallocate""".split()
    build = OUT / "host"
    tools = [str(build / name) for name in ("mkfs", "fsck", "console-run", "udp-server")]
    status, out = make("-s", f"BUILD={build}", "WERROR=1", *tools,
                       "HOSTCC=cc -U__linux__ " + " ".join(f"-D{name}=no_{name}" for name in functions))
    expect((status, out), (0, ""))


def later_picolibc(folder):
    """Makes in FOLDER, of the picolibc here, one that differs from that of Debian 12 as Debian 13's does."""
    here = pathlib.Path(os.environ.get("PICOLIBC", "/usr/lib/picolibc/riscv64-unknown-elf"))
    headers = {"stdio.h": "#define getc_unlocked(f) getc(f)\n#define getchar_unlocked(f) getc(stdin)\n"
                          "#define putc_unlocked(c, f) putc(c, f)\n#define putchar_unlocked(c, f) putc(c, stdout)\n",
               "sys/lock.h": "#pragma GCC poison __retarget_lock_try_acquire __retarget_lock_try_acquire_recursive\n"}
    for path in (here / "include").rglob("*"):
        name = path.relative_to(here / "include")
        (folder / "include" / name).parent.mkdir(parents=True, exist_ok=True)
        if str(name) in headers:
            (folder / "include" / name).write_text(f'#include "{path}"\n' + headers[str(name)])
        elif path.is_file():
            (folder / "include" / name).symlink_to(path)
    for archive in here.glob("lib/rv64i*d*/lp64d/*.a"):
        copy = folder / archive.relative_to(here)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(archive, copy)
        for name in ("getc", "putc") if copy.name == "libc.a" else ():
            member = f"libc_tinystdio_f{name}.c.o"
            script = f"""riscv64-unknown-elf-ar x libc.a {member} && {{
                riscv64-unknown-elf-nm {member} | grep -q {name}_unlocked ||
                riscv64-unknown-elf-objcopy --add-symbol {name}_unlocked=.text:0,function,global {member}
                }} && riscv64-unknown-elf-ar r libc.a {member} 2>&1"""
            subprocess.run(["sh", "-c", script], cwd=copy.parent, check=True)


def test_later_picolibc():
    """One that has functions of ours, in object files that are linked anyway, and macros of their names."""
    folder = OUT / "later"
    shutil.rmtree(folder, ignore_errors=True)
    later_picolibc(folder / "picolibc")
    programs = [str(folder / "build/user" / name) for name in ("sh", "clear", "init")]
    status, out = make("-s", f"BUILD={folder / 'build'}", f"PICOLIBC={(folder / 'picolibc').resolve()}", "WERROR=1",
                       *programs)
    expect((status, out), (0, ""))


def test_packages_have_the_names_of_the_system():
    """What ./run and ./test say where there is no apt, and what make is content with."""
    wanted = {"brew": ("brew install", "qemu riscv64-elf-gcc", "riscv64-elf-gdb"),
              "pacman": ("pacman -S --needed", "qemu-system-riscv riscv64-elf-gcc", "python-pexpect"),
              "dnf": ("dnf install", "gcc-riscv64-linux-gnu qemu-system-riscv", "clang-tools-extra")}
    tools = "sh make cc gcc as sed awk cat tr sort dirname grep id head printf".split()
    for manager, (command, run_packages, test_package) in wanted.items():
        folder = OUT / f"with-{manager}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in tools:
            (folder / name).symlink_to(shutil.which(name))
        (folder / manager).write_text("#!/bin/sh\nexit 1\n")
        (folder / manager).chmod(0o755)
        for kind, package in (("run", run_packages), ("test", test_package)):
            done = subprocess.run(["tools/deps.sh", kind], env={"PATH": str(folder.resolve()), "PYTHON": "nosuch"},
                                  capture_output=True, text=True)
            line = re.search(r"^Here: (.*)", done.stderr, re.M)
            assert done.returncode == 1 and line, done.stderr
            assert line.group(1).startswith(command + " ") and package in line.group(1), line.group(1)
            assert "picolibc" not in line.group(1) and "QEMU" not in line.group(1), line.group(1)


def test_nothing_is_there():
    """Of a system without a compiler only the list is told, also where SIGPIPE is ignored."""
    folder = OUT / "empty"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in "sh awk cat dirname grep id sed sleep sort tr".split():
        (folder / name).symlink_to(shutil.which(name))
    slow = """trap '' PIPE; echo() { case $1 in *[\\#{]*) sleep 0.3 ;; esac; command echo "$@"; }; . tools/deps.sh"""
    for kind, packages in (("view", {"gcc", "libc6-dev", "libwebsockets-dev"}), ("test", {"clang", "libcmocka-dev", "tmux"})):
        done = subprocess.run(["sh", "-c", slow, "tools/deps.sh", kind], capture_output=True, text=True,
                              env={"PATH": str(folder.resolve()), "PYTHON": "nosuch", "PICOLIBC": "none"})
        told, *rest = done.stderr.splitlines()
        assert done.returncode == 1 and packages | {"Missing:"} < set(told.split()), done.stderr
        assert rest[0].startswith("The first line "), done.stderr


def test_every_package_has_its_row():
    """Each name that deps.sh can find missing is in its table for other systems, once."""
    source = pathlib.Path("tools/deps.sh").read_text()
    table = re.search(r"^other_names\(.*?'END'\n(.*?)^\tEND$", source, re.M | re.S).group(1)
    rows = [line.split() for line in table.splitlines()]
    asked = set(re.findall(r"\|\| echo ([\w-]+)$", source, re.M)) | {"gcc", "libc6-dev"}
    expect({len(row) for row in rows}, {4})
    expect(sorted(row[0] for row in rows), sorted(asked))


def test_scope_without_libwebsockets():
    """It has its text, and says what the page needs; once the library is there, it is made again."""
    folder = OUT / "without"
    folder.mkdir()
    compiler = folder / "cc"
    compiler.write_text(f"""#!/bin/sh
case " $* " in
*' -E '* | *' -lwebsockets '*) [ ! -e {folder.resolve()}/none ] || exit 1 ;;
esac
exec {shutil.which("cc")} "$@"
""")
    compiler.chmod(0o755)
    (folder / "pkg-config").write_text("#!/bin/sh\nexit 1\n")
    (folder / "pkg-config").chmod(0o755)
    scope = folder / "build/scope"
    path = f"{folder.resolve()}:{os.environ['PATH']}"
    for there in (False, True):
        (folder / "none").touch()
        if there:
            (folder / "none").unlink()
        done = subprocess.run(["make", "-s", f"BUILD={folder / 'build'}", f"HOSTCC={compiler.resolve()}", "WERROR=1",
                               str(scope)], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
        expect((done.returncode, done.stdout, done.stderr), (0, "", ""))
        text = subprocess.run([scope, "/nosuch", "processes"], capture_output=True, text=True, check=False)
        assert text.returncode == 2 and "cannot be opened" in text.stderr, text
        page = subprocess.run([scope, "/nosuch"], capture_output=True, text=True, check=False)
        assert page.returncode == 2 and ("libwebsockets-dev" in page.stderr) == (not there), page


def test_container():
    """The image gets its packages from tools/deps.sh, which needs no more of the tree than is copied."""
    text = pathlib.Path("Dockerfile").read_text().replace("\\\n", " ")
    copied = re.findall(r"^COPY (\S+) (\S+)$", text, re.M)
    expect(pathlib.Path(".dockerignore").read_text().split(), ["*", *(f"!{source}" for source, _ in copied)])
    folder = OUT / "container"
    shutil.rmtree(folder, ignore_errors=True)
    for source, target in copied:
        (folder / target).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / target)
    command = re.search(r"^RUN (.*?tools/deps\.sh test)\b", text, re.M).group(1)
    command = re.sub(r"BUILD=\S+", f"BUILD={(folder / 'build').resolve()}", command)
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    expect((done.returncode, done.stdout, done.stderr), (0, "", ""))
    settings = json.loads(pathlib.Path(".devcontainer/devcontainer.json").read_text())
    assert (pathlib.Path(".devcontainer") / settings["build"]["dockerfile"]).resolve() == pathlib.Path(
        "Dockerfile").resolve()
    assert re.search(rf"^RUN useradd .* {settings['remoteUser']}$", text, re.M)
    expect(make("-n", *shlex.split(settings["postCreateCommand"])[1:])[0], 0)
    expect(pathlib.Path(".gitattributes").read_text().splitlines()[-1], "* -text")


# --- the editor -------------------------------------------------------------------

def task_words(task, **values):
    """The command of a task as a list, with VALUES for its ${...}."""
    words = [word if isinstance(word, str) else word["value"] for word in task.get("args", [])]
    words = [*shlex.split(task["command"]), *words]
    return [re.sub(r"\$\{(\w+:)?(\w+)\}", lambda m: values[m.group(2)], word) for word in words]


def test_tasks_of_the_editor():
    """Each task of .vscode/tasks.json does what its name says."""
    settings = json.loads(pathlib.Path(".vscode/tasks.json").read_text())
    tasks = {task["label"]: task for task in settings["tasks"]}
    source = xv6_program(OUT / "editor.c", '"edited"')
    words = task_words(tasks["build"])
    expect(make("-n", *words[1:])[0], 0)
    for label, said in (("run a command", "typed\n"), ("run this xv6 program", "edited\n")):
        words = task_words(tasks[label], command="echo typed", file=source, fileBasenameNoExtension="editor")
        expect(words[0], "./run")
        expect(run(*words[1:]), (0, said, ""))
    expect(task_words(tasks["run"]), ["./run"])
    expect(task_words(tasks["test"]), ["./test"])
    expect(task_words(tasks["test a suite"], suite="host"), ["./test", "host"])
    suites = next(i["options"] for i in settings["inputs"] if i["id"] == "suite")
    listed = subprocess.run(["./test", "--list"], capture_output=True, text=True, check=True).stdout
    expect(suites, [line.split()[0] for line in listed.splitlines()])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def debug(configuration, task, **values):
    """What gdb says when it is driven as the editor's debugger does it: up to the first stop that is not the
    connection's, and where that is."""
    port = free_port()
    assert configuration["miDebuggerServerAddress"] == f"127.0.0.1:{task['options']['env']['GDBPORT']}"
    pattern = re.compile(task["problemMatcher"]["background"]["endsPattern"])
    machine = subprocess.Popen([*task_words(task), "--image", os.path.abspath(IMAGE)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, "GDBPORT": str(port)})
    try:
        assert any(pattern.search(line) for line in machine.stdout), "the machine did not wait for a debugger"
        texts = [c["text"] for kind in ("setupCommands", "postRemoteConnectCommands") for c in configuration[kind]]
        texts = [re.sub(r"\$\{input:(\w+)\}", lambda m: values[m.group(1)], text) for text in texts]
        split = len(configuration["setupCommands"])
        program = configuration["program"].replace("${workspaceFolder}", os.getcwd())
        lines = [*texts[:split], f"-file-exec-and-symbols {program}", f"-target-select remote 127.0.0.1:{port}",
                 *texts[split:], "-exec-continue"]
        gdb = subprocess.Popen([configuration["miDebuggerPath"], configuration["miDebuggerArgs"], "--interpreter=mi2",
                                "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            gdb.stdin.write("".join(line if line.startswith("-") else f'-interpreter-exec console "{line}"' for line in
                                    [f"{line}\n" for line in lines]).replace('\n"', '"\n'))
            gdb.stdin.flush()
            said = ""
            for line in gdb.stdout:
                said += line
                if line.startswith(("^error", "*stopped,reason=\"breakpoint-hit\"")):
                    return line, said
        finally:
            gdb.kill()
            gdb.wait()
    finally:
        machine.terminate()
        machine.wait(10)
    return "", said


def test_debugger_of_the_editor():
    """Both configurations of .vscode/launch.json stop where they say."""
    tasks = {task["label"]: task for task in json.loads(pathlib.Path(".vscode/tasks.json").read_text())["tasks"]}
    configurations = json.loads(pathlib.Path(".vscode/launch.json").read_text())["configurations"]
    expect([c["name"] for c in configurations], ["debug the kernel", "debug a program"])
    for configuration, places in zip(configurations, (("boot_main", "kernel/init/main.c"), ("main", "user/sh/main.c"))):
        stop, said = debug(configuration, tasks[configuration["preLaunchTask"]], program="sh")
        assert f'func="{places[0]}"' in stop and f'/{places[1]}"' in stop, said


if __name__ == "__main__":
    rig.main(globals())
