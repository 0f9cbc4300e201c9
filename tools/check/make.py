#!/usr/bin/env python3
"""Tests make from outside: what is built again, compilers, disk images, gdb and graders.

usage: make.py [CASE ...]
Prints `ok NAME` or `FAILED NAME: why` for each case; status 1 if one failed.
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
import time

import rig
from rig import IMAGE, OUT, TIMEOUT, expect, make, run, with_path, xv6_program


def test_what_a_program_is_made_from_is_what_runs():
    """Sources of one name, another list of sources, a source older than its object: all are rebuilt."""
    one = xv6_program(OUT / "one/user/find.c", '"one"', age=10)
    two = xv6_program(OUT / "two/user/find.c", '"two"', age=1000)
    expect(run("--xv6", one, "-c", "find"), (0, "one\n", ""))
    expect(run("--xv6", two, "-c", "find"), (0, "two\n", ""))
    expect(run("--xv6", one, "-c", "find"), (0, "one\n", ""))
    xv6_program(OUT / "one/user/find.c", '"old"', age=5000)
    expect(run("--xv6", one, "-c", "find"), (0, "old\n", ""))
    # the list of sources: without what.c, main.c has the weak what() of the header
    xv6_program(OUT / "list/main.c", "what()", ["what.h"])
    (OUT / "list/what.h").write_text('__attribute__((weak)) char *what(void) { return "alone"; }\n')
    (OUT / "list/what.c").write_text('char *what(void) { return "both"; }\n')
    for sources, said in (("main.c+what.c", "both\n"), ("main.c", "alone\n")):
        expect(run("--xv6", sources, "-c", "main", cwd=OUT / "list"), (0, said, ""))


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


def test_build_is_silent_where_sigpipe_is_ignored():
    """As in what Python and some CI systems start: what a command left unread is no error."""
    build, source, shell = OUT / "pipe", xv6_program(OUT / "pipe.c", '"x"'), OUT / "slow-sh"
    shell.write_text("#!/bin/sh\ntrap '' PIPE\n" + "".join(
        f'{name}() {{ sleep 0.2; command {name} "$@"; }}\n' for name in ("echo", "printf")) + 'eval "$2"\n')
    shell.chmod(0o755)
    keys = [f"{build}/{key}" for key in ("host-flags", f"xv6/obj-elf/of/{source}.o.key")]
    expect(make("-s", f"SHELL={shell}", f"BUILD={build}", f"XV6={source}", *keys), (0, ""))


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


def test_folder_with_files_of_somebody_else():
    """BUILD must not be one: `make clean` would remove it.  What a build made is removed with its folder."""
    folder = OUT / "mine"
    folder.mkdir(exist_ok=True)
    (folder / ".letter").write_text("dear")
    environment = {**os.environ, "BUILD": str(folder.resolve())}
    for words in (["make", "-s", "clean"], ["make", "-s", "kernel-only"], ["./run", "-c", "true"], ["./test", "checks"]):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 2 and str(folder) in done.stderr, (words, done)
        expect([file.name for file in folder.iterdir()], [".letter"])
    environment["BUILD"] = "/dev/null/build"  # what cannot be made
    done = subprocess.run(["./run", "-c", "true"], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and done.stderr.startswith("/dev/null/build: ") and "BUILD=" in done.stderr, done
    expect(done.stderr.count("\n"), 1)
    (folder / ".letter").unlink()
    for words in (["host-flags"], ["clean"]):
        expect(make(f"BUILD={folder.resolve()}", *(f"{folder.resolve()}/{w}" if "-" in w else w for w in words))[0], 0)
    assert not folder.exists()


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


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def probe(port):
    """Whether the port is free."""
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


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
                    r"process 2 \(sh\), running, parent 1", r"0x10000 - +0x[0-9a-f]+ r-x image",
                    r"rw- stack", r" 1 +\d+ \w+ +init"):
        assert re.search(pattern, gdb.stdout), f"{pattern} is not in\n{gdb.stdout}{gdb.stderr}"
    assert refused.returncode != 0 and "open already" in refused.stderr, refused.stderr
    assert probe(port), "QEMU listens 5 s after SIGTERM"


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


def test_gdbport():
    done = subprocess.run(["make", "-s", "--no-print-directory", "print-gdbport"], capture_output=True, text=True)
    expect(done.stdout, f"{os.getuid() % 5000 + 25000}\n")


def test_network():
    """The machine's card and ports, as the labs' Makefile has them; the server that a lab's test asks."""
    uid = os.getuid() % 5000
    status, out = make("-s", "NET=1", "print-qemu")
    expect(status, 0)
    for part in (f"hostfwd=udp::{uid + 25999}-:2000,hostfwd=udp::{uid + 30999}-:2001", "file=packets.pcap",
                 "-device e1000,netdev=net0,bus=pcie.0"):
        assert part in out, (part, out)
    assert "virtio-net-device" in make("-s", "NET=virtio", "print-qemu")[1]
    assert "netdev" not in make("-s", "print-qemu")[1]
    status, out = make("-s", "NET=x", "print-qemu")
    assert status != 0 and "NET=" in out, out
    assert f"port {uid + 25999} " in make("-s", "print-net")[1]
    expect(make("-s", str(pathlib.Path("build/udp-server")))[0], 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        s.settimeout(TIMEOUT)
        port = s.getsockname()[1] + 1
        server = subprocess.Popen(["make", "-s", "--no-print-directory", "server", f"SERVERPORT={port}"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert str(port) in server.stdout.readline()
        s.sendto(b"a message from xv6!", ("127.0.0.1", port))
        expect(s.recv(100), b"this is the host!")
        assert "a message from xv6!" in server.stdout.readline()
        server.terminate()
        server.wait(TIMEOUT)
        server.stdout.close()


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
    subprocess.run(["build/fsck", "-q", str(IMAGE)], check=True)  # our own image, after all these tests


def test_new_program_goes_into_our_image():
    subprocess.run(["build/mkfs", "--add", str(IMAGE), "LICENSE:kept"], check=True, stdout=subprocess.PIPE)
    pathlib.Path("build/user/echo").touch()
    status, out = make(f"IMAGE={IMAGE}", str(IMAGE))
    assert status == 0 and "IMAGE" not in out, "it is the same program: " + out
    # the image has another file of that name
    subprocess.run(["build/mkfs", "--add", str(IMAGE), "README.md:echo"], check=True, stdout=subprocess.PIPE)
    pathlib.Path("build/user/echo").touch()
    status, out = make(f"IMAGE={IMAGE}", str(IMAGE))
    assert status == 0 and re.search(r"IMAGE .*disk.img: echo\b", out), out
    expect(run("-c", "echo new; cat kept"), (0, "new\n" + pathlib.Path("LICENSE").read_text(), ""))


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
    expect(subprocess.run(["build/mkfs", "--get", str(image), "same", "-"], check=True, stdout=subprocess.PIPE,
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
            expect(subprocess.run(["build/mkfs", "--get", str(image), name, "-"], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout, "mine\n")
            pathlib.Path("build/user/echo").touch()


def layout(image):
    return subprocess.run(["build/mkfs", "--layout", str(image)], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


def test_images_of_the_file_system_lab():
    """FSBIG=1, or the boot option, makes one, and it stays one when make is called without."""
    image, words = OUT / "large.img", OUT / "words"
    for asked in "FSBIG=1", "BOOTARGS=fsbig=on":
        image.unlink(missing_ok=True)
        status, out = make(asked, f"IMAGE={image}", str(image))
        assert status == 0, out
        expect((image.stat().st_size, layout(image)), (200000 * 1024, "big"))
        assert image.stat().st_blocks < 20000, "the image is not sparse"
        assert "fsbig=on" in make(asked, "print-qemu")[1]
    for n, more in enumerate(([], ["FSBIG=1"])):
        words.write_text(f"{n}\n")
        status, out = make(f"ADD={words}", f"IMAGE={image}", *more, str(image))
        assert status == 0 and "large.img: words" in out, out
    subprocess.run(["build/fsck", "-q", "--big", str(image)], check=True)
    assert "fsbig" not in make("print-qemu")[1]
    assert "fsbig=off fsbig=on" in make("BOOTARGS=fsbig=off", "FSBIG=1", "print-qemu")[1]  # the first counts


def test_tools_see_which_inodes_an_image_has():
    """A repair as if they were others would take the files apart."""
    image, words = OUT / "small.img", OUT / "words"
    words.write_bytes(bytes(range(256)) * 2000)  # two tables, and a table of them, in a large image
    for kind, other, longest in ("big", "plain", words), ("plain", "big", "docs/labs.md"):
        subprocess.run(["build/mkfs", *(["--big"] if kind == "big" else []), "-s", "3000", str(image),
                        f"{longest}:long", "LICENSE"], check=True)
        before = image.read_bytes()
        for tool, status in ((["fsck", "-y"], 0), (["fsck", "-y", f"--{kind}"], 0), (["fsck", "-y", f"--{other}"], 8),
                             (["mkfs", f"--{other}", "--list"], 1), (["mkfs", f"--{other}", "--add"], 1),
                             (["mkfs", "--list"], 0)):
            done = subprocess.run([f"build/{tool[0]}", *tool[1:], str(image)], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            expect((tool, done.returncode), (tool, status))
            assert not status or f"leave out --{other}" in done.stdout, done.stdout
            expect(image.read_bytes() == before, True)
        found = subprocess.run(["build/mkfs", "--get", str(image), "long", "-"], check=True, stdout=subprocess.PIPE)
        expect(found.stdout == pathlib.Path(longest).read_bytes(), True)


def test_image_that_cannot_have_large_files():
    image = OUT / "plain.img"
    subprocess.run(["build/mkfs", str(image), "docs/labs.md:labs"], check=True)
    before = image.read_bytes()
    status, out = make("FSBIG=1", f"IMAGE={image}", "ADD=LICENSE", str(image))
    assert status != 0 and f"mv {image} " in out and f"rm {image}" in out, out
    expect(image.read_bytes(), before)


def test_size_of_a_new_image():
    image = OUT / "sized.img"
    for size, words in ((10000, ["FSSIZE=10000"]), (70000, ["FSBIG=1", "FSSIZE=70000"])):
        image.unlink(missing_ok=True)
        expect(make(*words, f"IMAGE={image}", str(image))[0], 0)
        expect(image.stat().st_size, size * 1024)


def tree(name, files=()):
    """A folder with our Makefile, with its own kernel/ and user/, and with FILES, which are texts by path."""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for part in ("kernel", "user", "xv6"):
        shutil.copytree(part, folder / part, ignore=shutil.ignore_patterns("kernel.*"))
    for part in ("Makefile", "docs", "mk", "tools", "tests", "README.md", "test"):
        (folder / part).symlink_to(os.path.abspath(part))
    for path in files:
        write(folder / path, files[path])
    return folder


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_help_lists_programs_of_any_name():
    """And knows which of them would run if it were asked for --help."""
    folder = tree("names", {"user/bin/My_2nd.c": "/* My_2nd - say hello */\nint main(void)\n{\n\treturn 0;\n}\n"})
    table = "build/user/include/help_table.h"
    done = subprocess.run(["make", "-s", table], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = (folder / table).read_text().splitlines()
    assert '{ "My_2nd", "say hello", "user/bin", false },' in lines, lines
    expect([line.split('"')[1] for line in lines if "false }" in line], ["My_2nd", "false", "test", "true"])


def machine_of(folder, *words, **variables):
    """What make would start: (processors, boot options)."""
    environment = {k: v for k, v in os.environ.items() if k not in ("LAB", "CPUS", "BOOTARGS", "XV6", "ADD")}
    done = subprocess.run(["make", "-s", "--no-print-directory", *words, "print-qemu"], cwd=folder, text=True,
                          env={**environment, **variables}, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr
    append = re.search(r"-append '([^']*)'", done.stdout)
    return int(re.search(r"-smp (\d+)", done.stdout).group(1)), append.group(1).split() if append else []


LABS = "util syscall pgtbl traps lazy cow thread net lock fs mmap".split()


def test_lab_chooses_processors_and_options():
    found = {lab: machine_of(".", f"LAB={lab}") for lab in LABS}
    expect({lab: cpus for lab, (cpus, _) in found.items() if cpus != 3}, {"lock": 4, "fs": 1})
    for lab, option in (("util", "stack=2"), ("pgtbl", "stats=lab"), ("pgtbl", "utop=usyscall"),
                        ("lazy", "heap=lazy"), ("traps", "backtrace=pause"), ("lock", "stats=lock")):
        assert option in found[lab][1], found[lab]
    expect(machine_of("."), (3, []))
    # the kernel takes the first of two
    expect(machine_of(".", "LAB=lazy", "CPUS=2", "BOOTARGS=heap=eager")[1].index("heap=eager"), 0)
    expect(machine_of(".", "LAB=lock", "CPUS=2")[0], 2)
    # the kernel knows all of them; fsbig=on is for another image
    words = sorted({word for _, options in found.values() for word in options} - {"fsbig=on"})
    expect(run("--boot", " ".join(words), "-c", "echo up"), (0, "up\n", ""))


def test_places_where_a_lab_is_named():
    """The command line wins over the environment, and that over conf/lab.mk; so it is for each variable."""
    folder = tree("named", {"conf/lab.mk": "LAB=lock \nBOOTARGS=fork=copy\n"})
    expect(machine_of(folder)[0], 4)
    assert "fork=copy" in machine_of(folder)[1]
    expect(machine_of(folder, LAB="fs")[0], 1)
    expect(machine_of(folder, "LAB=util", LAB="fs")[0], 3)
    expect(machine_of(folder, "LAB=")[0], 3)
    expect(machine_of(folder, CPUS="2")[0], 2)
    options = machine_of(folder, BOOTARGS="heap=lazy")[1]
    assert "heap=lazy" in options and "fork=copy" not in options, options
    write(folder / "conf/lab.mk", "LAB=pgtbl\nCPUS=7\n")
    expect(machine_of(folder)[0], 7)


def test_wrong_lab_says_what_there_is():
    for lab in ("nosuch", "util fs"):
        status, out = make("-n", f"LAB={lab}")
        assert status != 0 and lab in out and all(name in out for name in LABS), out


def test_programs_see_their_lab():
    """As -D of the lab's own Makefile; the library is not compiled anew."""
    source = xv6_program(OUT / "which.c", "WHICH")
    text = pathlib.Path(source).read_text()
    pathlib.Path(source).write_text('#if defined(SOL_PGTBL) && defined(LAB_PGTBL)\n#define WHICH "pgtbl"\n#else\n'
                                    '#define WHICH "none"\n#endif\n' + text)
    expect(run("--xv6", source, "-c", "which"), (0, "none\n", ""))
    expect(run("--xv6", source, "--lab", "pgtbl", "-c", "which"), (0, "pgtbl\n", ""))
    expect(run("--xv6", source, "--lab", "lazy", "-c", "which"), (0, "none\n", ""))


def test_files_of_a_lab_lie_in_user():
    """Programs in user/ itself are compiled, but not xv6's library; README and scripts go into the image."""
    folder = tree("lying", {
        "conf/lab.mk": "LAB=thread\n", "user/mine.c": "int\nmain(int argc, char *argv[])\n", "user/two.c": "int main()\n",
        "user/two_switch.S": "", "user/ulib.c": "void start()\n{\n  extern int main();\n  exit(main());\n}\n",
        "user/try.sh": "", "README": ""})

    def commands(*words):
        return subprocess.run(["make", "-n", "fs.img", *words], cwd=folder, stdout=subprocess.PIPE, check=True,
                              text=True, timeout=TIMEOUT).stdout.replace("\\\n", "")
    line = next(line for line in commands().split("\n") if "mk/image.sh" in line)
    asked = re.split(r"\s--\s", line)[2].split()
    expect(sorted(asked), sorted(["build/xv6/mine", "build/xv6/two", "README", "user/try.sh"]))
    assert "two_switch.S" in commands() and "build/xv6/mine" not in commands("LAB=")


GRADER = "#!/bin/sh\necho graded as $0 $*\nexec make -s --no-print-directory print-qemu 2>&1\n"


def grade(folder, *words):
    """make grade: (status, all that it printed after `make clean`)."""
    write(folder / "build/old", "")
    done = subprocess.run(["make", "-s", "--no-print-directory", *words, "grade"], cwd=folder, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT)
    return done.returncode, done.stdout, not (folder / "build").exists()


def test_make_grade_runs_the_grader_that_lies_there():
    folder = tree("graded")
    write(folder / "grade-lab-lock", GRADER)
    # found by itself; make's own words must not come before QEMU's, which the grader waits for
    for words in ([], ["LAB=lock"], ["-j2", "LAB=lock"]):
        status, out, cleaned = grade(folder, *words, "MEM=64M", "XV6=user/bin/true.c user/bin/false.c")
        lines = out.split("\n")
        assert status == 0 and cleaned and lines[0] == "graded as ./grade-lab-lock -v", out
        assert lines[1].startswith("qemu-system-riscv64 ") and "-smp 4" in lines[1] and "-m 64M" in lines[1], out
    status, out, cleaned = grade(folder, "LAB=fs")
    assert status != 0 and "grade-lab-fs" in out and not cleaned, out
    write(folder / "grade-lab-fs", "#!/usr/bin/env python3\nfrom gradelib import *\n")
    status, out, cleaned = grade(folder, "LAB=fs")
    assert status != 0 and "gradelib.py" in out and not cleaned, out
    status, out, cleaned = grade(folder)
    assert status != 0 and "fs lock" in out and not cleaned, out
    write(folder / "grade-lab-lock", "#!/bin/sh\nexit 3\n")
    assert grade(folder, "LAB=lock")[0] != 0, "a grader that fails"


def test_make_grade_takes_the_grader_of_an_own_lab():
    folder = tree("own-lab")
    write(folder / "grade-lab-heap", GRADER)
    write(folder / "conf/lab.mk", "LAB=heap\nBOOTARGS = heap=lazy\n")
    status, out, cleaned = grade(folder, "XV6=")
    assert status == 0 and cleaned and "heap=lazy" in out, out
    (folder / "grade-lab-heap").unlink()
    status, out, cleaned = grade(folder)
    assert status != 0 and "heap" in out and "pgtbl" in out, out


def test_make_grade_without_a_grader_says_what_to_copy():
    folder = tree("ungraded")
    (folder / "test").unlink()
    write(folder / "test", "#!/bin/sh\necho all tests\n")
    status, out, cleaned = grade(folder)
    assert status != 0 and not cleaned and "grade-lab-NAME" in out and "all tests" not in out, out


rig.main(globals())
