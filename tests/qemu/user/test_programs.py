"""What the programs print and the status they leave with, on one machine."""
import os
import re
import time

import pytest

from machine import TOP, Machine


@pytest.fixture(scope="module")
def m(test_image):
    with Machine(test_image, harts=2) as machine:
        machine.boot()
        machine.run("mkdir work; cd work; echo abc > one; echo axc > two; echo ab > short")
        machine.run("mkdir sub; echo text > sub/which; echo text > here; cp /README wc")
        yield machine


def status(m, line):
    """The status of a line, and what it prints."""
    out = m.run(line + "; echo status $?")
    text, _, number = out.rpartition("status ")
    return int(number), text


@pytest.mark.parametrize("folder,want", [
    ("/", "/\n"),
    ("/work", "/work\n"),
    ("/work/sub/../sub", "/work/sub\n"),
])
def test_pwd(m, folder, want):
    assert status(m, f"cd {folder}; pwd") == (0, want)
    m.run("cd /work")


def test_more_names_than_xv6_takes(m):
    code, out = status(m, "cd /; echo *; cd /work")
    assert code == 0 and len(out.split()) > 31 and {"cat", "init", "work"} <= set(out.split()), out
    m.run("mkdir names; cd names; touch x")
    for first in "abcdefgh":
        m.run("; ".join(f"echo x > {first}{i}" for i in range(8)))
    assert status(m, "ls * * * | wc -w") == (0, "195\n")
    assert status(m, "cat * * * * * * * * | wc -l") == (0, "512\n")
    assert status(m, "cd ..; rm -r names") == (0, "")


def test_pwd_wants_no_arguments(m):
    code, out = status(m, "/pwd sub")  # the program, not the builtin of the shell
    assert code == 2 and out.startswith("usage: pwd"), out


def test_pwd_in_a_directory_that_is_gone(m):
    code, out = status(m, "mkdir gone; cd gone; rm -r /work/gone; /pwd")
    assert (code, out) == (1, "pwd: the current directory: No such file or directory\n")
    assert status(m, "cd /work; /pwd") == (0, "/work\n")


@pytest.mark.parametrize("line,want", [
    ("cmp one one", (0, "")),
    ("cp one same; cmp one same", (0, "")),
    ("cmp one two", (1, "one two differ: char 2, line 1\n")),
    ("cmp -l one two", (1, "2 142 170\n")),
    ("cmp -s one two", (1, "")),
    ("cmp -s one same", (0, "")),
    ("cmp one short", (1, "one short differ: char 3, line 1\n")),
    ("cmp -l one short", (1, "3 143 12\ncmp: EOF on short after byte 3\n")),
    ("cmp -s one short", (1, "")),
    ("(cat one; echo x) > longer; cmp longer one", (1, "cmp: EOF on one after byte 4\n")),
    ("(cat one; echo x) > longer; (cat one; echo y) > other; cmp longer other",
     (1, "longer other differ: char 5, line 2\n")),
    ("touch nothing; cmp nothing one", (1, "cmp: EOF on nothing, which is empty\n")),
    ("touch nothing; cmp nothing nothing", (0, "")),
    ("cat one | cmp - one", (0, "")),
    ("cat one | cmp two -", (1, "two - differ: char 2, line 1\n")),
])
def test_cmp(m, line, want):
    assert status(m, line) == want


@pytest.mark.parametrize("line,want", [
    ("mkdir -p r/s/t; rmdir r", (1, "rmdir: r: Directory not empty\n")),
    ("rmdir r/s/t/; ls r/s", (0, "")),
    ("mkdir r/s/t; rmdir -p r/s//t; ls r", (1, "ls: r: No such file or directory\n")),
    ("mkdir -p r/s; touch r/x; rmdir -p r/s", (1, "rmdir: r: Directory not empty\n")),
    ("ls r; rm -r r", (0, "x\n")),
    ("rmdir one nosuch", (1, "rmdir: one: Not a directory\nrmdir: nosuch: No such file or directory\n")),
    ("rmdir /", (1, "rmdir: /: ")),
    ("rmdir", (2, "usage: rmdir [-p] DIR...\n")),
])
def test_rmdir(m, line, want):
    code, out = status(m, line)
    assert (code, out[:len(want[1])]) == want and (want[1] or not out)


def test_help_fits_on_a_screen(m):
    """On a terminal: all names, by groups."""
    lines = m.run("help").splitlines()
    assert len(lines) <= 23 and max(map(len, lines)) <= 79, lines
    groups = "\n".join(line[14:] for line in lines if line[:1] != "`").split()
    told = m.run("help -l").split("\n\nhelp NAME says")[0].splitlines()
    names = [line.split()[0] for line in told if line and not line.startswith("Built into")]
    assert len(names) > 100 and set(names) <= set(groups), set(names) - set(groups)


def test_each_name_of_a_shared_file_is_a_program(m):
    inode = {name: number for number, name in re.findall(r"(\d+) (\S+)\n", m.run("ls -1i /"))}
    shared = [name for name in inode if inode[name] == inode["whoami"]]
    assert len(shared) > 20 and not set(shared) - set(m.run("help").split())


def test_man_is_help(m):
    assert m.run("man rmdir cd") == m.run("help rmdir cd")
    assert status(m, "man") == (2, "usage: man NAME...\n`man --help` says more.\n")


def test_ls_makes_columns_on_a_terminal(m):
    m.run("mkdir cols; cd cols; touch " + " ".join(f"file{n:02}" for n in range(30)) + "; mkdir dir")
    lines = m.run("ls").splitlines()
    assert 3 <= len(lines) <= 5 and lines[0].startswith("dir ") and max(map(len, lines)) <= 79, lines
    assert m.run("ls -1").splitlines() == m.run("ls | cat").splitlines() and len(m.run("ls -1").splitlines()) == 31
    assert m.run("cd ..; rm -r cols") == ""


def test_programs_that_share_a_file(m):
    """The names of user/box are hard links, and box runs them by their first argument."""
    inodes = {m.run(f"stat -c %i /{name}") for name in ("od", "expr", "nl", "yes")}
    assert len(inodes) == 1 and m.run("stat -c %i /more") == m.run("stat -c %i /less")
    assert m.run("ln /od box; ./box expr 6 '*' 7; rm box") == "42\n"
    assert status(m, "ln /od nobody; ./nobody; rm nobody") == (0, "usage: box PROGRAM [ARGUMENT...]\n")


@pytest.mark.parametrize("line,want", [
    ("ls --colors", (2, "ls: --colors: no such option\n")),
    ("ls --", (0, None)),
    ("sort --reverse=x", (2, "sort: --reverse=x: no such option\n")),
    ("ls -y", (2, "ls: -y: no such option\n")),
    ("head -n", (2, "head: -n: its argument is missing\n")),
    ("ls --help=3", (2, "ls: --help=3: no such option\n")),
])
def test_wrong_options(m, line, want):
    code, out = status(m, line)
    assert code == want[0] and want[1] in (None, out), out


@pytest.mark.parametrize("line,code", [("init", 1), ("init -x", 2), ("init --help", 0), ("help init", 0)])
def test_init_is_started_once(m, line, code):
    got, out = status(m, line)
    assert got == code and out.startswith("usage: init\nThe kernel starts it"), out
    assert m.run("ps").count(" init\n") == 1


def test_help_explains_a_name(m):
    assert m.run("help rmdir kill") == m.run("rmdir --help; /kill --help")
    assert m.run("help cd").startswith("usage: cd [DIR]\n")
    for name, purpose in (("false", "fail"), ("true", "succeed"), ("test EXPR", "compare texts")):
        code, out = status(m, "help " + name.split()[0])
        assert code == 0 and re.match(rf"usage: {name} *\n{purpose}", out), out
    assert status(m, "help nosuch") == (1, "help: nosuch: no program or builtin of ours has that name\n")


@pytest.mark.parametrize("line,want", [
    ("/printf '%05.1f|%s|' 2.25 x 1 y; echo", (0, "002.2|x|001.0|y|\n")),
    ("/printf '%d\\n' 7 8x", (1, "7\nprintf: 8x: not a number to its end\n8\n")),
    ("/printf", (2, "usage: printf FORMAT [ARG...]\n")),
    ("/printf %q x", (1, "printf: %q: no such conversion\n")),
])
def test_printf(m, line, want):
    assert status(m, line) == want


@pytest.mark.parametrize("line", ["cmp one nosuch", "cmp -s nosuch one", "cmp one sub", "cmp one", "cmp -l -s one two",
                                  "cmp one two three", "cmp -x one two"])
def test_cmp_errors(m, line):
    code, out = status(m, line)
    assert code == 2 and out, out


@pytest.mark.parametrize("line,want", [
    ("which cat", (0, "/cat\n")),
    ("which cat ls", (0, "/cat\n/ls\n")),
    ("which wc", (0, "/wc\n")),
    ("which -a wc", (0, "/wc\n/work/wc\n")),
    ("which here", (0, "/work/here\n")),
    ("which ./here sub/which", (0, "./here\nsub/which\n")),
    ("which sub", (1, "which: sub: no such program\n")),
    ("which nosuch cat", (1, "which: nosuch: no such program\n/cat\n")),
    ("which cd", (1, "which: cd: built into the shell\n")),
    ("which kill", (1, "which: kill: built into the shell\n")),
    ("which -a kill", (1, "which: kill: built into the shell\n/kill\n")),
    ("cd /; which -a cat; cd work", (0, "/cat\n")),
])
def test_which(m, line, want):
    assert status(m, line) == want


def test_which_wants_a_name(m):
    code, out = status(m, "which")
    assert code == 2 and out.startswith("usage: which"), out


def test_vmctl_lists_all_options(m):
    *rows, legend = m.run("vmctl").splitlines()
    assert legend.startswith("[ ] in effect"), legend
    lines = {line[3:].split()[0]: line for line in rows}
    source = open(os.path.join(TOP, "kernel/core/option/options.h"), encoding="ascii").read()
    rows = source.split("\tX(")[1:]
    assert len(rows) == len(lines)
    for row in rows:
        name, what, *words = re.findall(r'"(.*?)"', row)
        first = words[0] if words else (re.findall(r"initial = (\d+)", row) or [""])[0]
        assert lines[name].endswith(what) and len(lines[name]) <= 79, lines[name]
        # values that are too long for their column do not run on into the words
        assert lines[name][39:] == what or lines[name].endswith(" - " + what), lines[name]
        if name == "fsbig":
            assert "[off]" in lines[name]  # auto became what the image is
        elif name == "uaccess":
            assert re.search(r"auto .*\[(strict|open)\]", lines[name])  # auto became one
        elif name not in ("vmprint", "panic", "cmd", "asid"):
            assert f"[{first}]" in lines[name], lines[name]
    assert lines["vmprint"].startswith("*  ") and "on [off]" in lines["vmprint"]  # given at boot
    assert lines["panic"].startswith("*+ ") and lines["fork"].startswith(" + ")


@pytest.mark.parametrize("line,code,wanted", [
    ("vmctl fork", 0, ["fork=tables\n", "tables (default) cow copy", "not given", "vmctl fork=VALUE",
                        "  copy      changes instructions: fork +"]),
    ("vmctl isolate", 0, ["isolate=off\n", "off (default) on", "./run --boot 'isolate=VALUE'"]),
    ("vmctl asid=17", 2, ["asid=17: the values are: on off 0-16"]),
    ("vmctl asid=16", 1, ["./run --boot 'asid=16'"]),
    ("vmctl -n fork heap", 0, ["tables\neager\n"]),
    ("vmctl isolate=on", 1, ["at boot only", "./run --boot 'isolate=on'"]),
    ("vmctl isolate=maybe", 2, ["isolate=maybe: the values are: off on"]),
    ("vmctl fork=maybe", 2, ["fork=maybe: the values are: tables cow copy"]),
    ("vmctl columns=1", 2, ["columns=1: the values are: 2-9999"]),
    ("vmctl nosuch", 2, ["nosuch: no such option"]),
    ("vmctl nosuch=1 isolate=on", 2, ["nosuch: no such option", "at boot only"]),
    ("vmctl fork=copy; vmctl fork; vmctl fork=cow", 0, ["fork=copy\n", "since     changed"]),
    ("vmctl --help", 0, ["usage: vmctl"]),
])
def test_vmctl(m, line, code, wanted):
    found, out = status(m, line)
    assert found == code, out
    for text in wanted:
        assert text in out, out


def test_vmctl_changes_stats(m):
    assert status(m, "cat /statistics > text && tail -n 1 text") == (0, m.run("tail -n 1 text")), "its end is no error"
    full = m.run("cat /statistics 2> err | wc -l")
    lab = m.run("vmctl stats=lab; cat /statistics 2> err | wc -l; vmctl stats=full")
    assert int(lab) == 2 < int(full)


@pytest.mark.parametrize("line,want", [
    ("echo x | cat one -", "abc\nx\n"),
    ("echo x | cat - one", "x\nabc\n"),
    ("echo x | cat -- - one", "x\nabc\n"),
    ("echo x | head -n 1 - | wc -l -", "1\n"),
])
def test_dash_is_standard_input(m, line, want):
    assert m.run(line) == want


NO_SPACE = "No space left on device"

# line, its status (None: any but 0), what the program says
ON_A_FULL_DISK = [(f"{program} > out", None, f"{program.split()[0]}: standard output: {NO_SPACE}\n")
                  for program in ("echo a", "wc one", "head one", "grep a one", "ls", "cat one", "echo --help",
                                  "sleep --help", "cmp -l one ../two", "uptime", "which cat", "why 0 0", "stats -a",
                                  "sh --help", "streams return", "streams exit")] + [
    ("streams open", 1, f"streams: a file: {NO_SPACE}\n"),
    ("streams reopen", 1, f"streams: standard output: {NO_SPACE}\n"),
    ("streams close", 7, ""),      # fclose() has told the program
    ("streams clear > out", 0, ""),  # the program knows
]


def test_output_that_cannot_be_written_is_an_error(m):
    """Each program runs with no free block on the disk."""
    m.run("mkdir full; cd full; touch out; cp ../one one")
    for line, _, _ in ON_A_FULL_DISK:
        m.run(f"echo '{line}; echo status $?' >> script")
    # The kernel's messages about the disk come up to a second later.
    out = m.run("streams fill; sh script; cd /work; rm -r full; sleep 12")
    found = re.findall(r"(.*?)status (\d+)\n", re.sub("balloc: out of blocks.*\n", "", out), re.S)
    assert len(found) == len(ON_A_FULL_DISK), out
    for (line, code, said), (text, number) in zip(ON_A_FULL_DISK, found):
        assert text == said and int(number) == code or code is None and number != "0", f"{line}: {text}{number}"


@pytest.mark.parametrize("line,want", [
    ("streams numbers", "1.500000 6.25 0.1 1.234568e+04 2.5\n"),
    ("streams open made; cat made", "kept\n"),  # never closed, but exit() writes it
    ("streams close made; cat made", "kept\n"),
    ("streams reopen made; streams append made; wc -l made", "3 made\n"),
    ("streams clear | wc -l", "1\n"),
    ("streams return | true", ""),
])
def test_streams_of_users(m, line, want):
    assert status(m, line) == (0, want)


def test_help_lists_everything(m):
    out = m.run("help -l")
    assert m.run("help | cat") == out
    for name in ("cat", "pwd", "cmp", "which", "vmctl", "free"):
        assert f"\n{name} " in "\n" + out, name
    programs, built_in = out.split("Built into the shell:\n")
    for line in ("cd [DIR] ", "exit [STATUS] ", "wait ", ": "):
        assert "\n" + line in "\n" + built_in and "\n" + line not in programs, line
    assert "poweroff" in built_in


def test_help_lists_what_the_shell_has(m):
    names = [line.split()[0] for line in m.run("help -l").split("Built into the shell:\n")[1].split("\n\n")[0].splitlines()]
    assert len(names) > 20 and "cd" in names
    told = m.run("type " + " ".join(names)).splitlines()
    assert [line.split()[0] for line in told if line.endswith(" shell builtin")] == names


@pytest.mark.parametrize("arguments,code", [
    ("", 2), ("--help", 0), ("-h", 0), ("-9", 2), ("-x 5", 2), ("-95 5", 2), ("--", 2), ("-- -9", 2), ("12x", 2),
    ("0", 2), ("4294967297", 2), ("1000000000", 1), ("-9 1000000000", 1), ("1000000000 -9", 1),
    ("1000000000 5x 5", 2), ("1000000000 999999999", 1), ("-0 init", 0), ("-0 1000000000 init", 1), ("-0 nosuch init", 1),
])
def test_kill_is_the_same_in_the_shell(m, arguments, code):
    inside, outside = (status(m, f"{name} {arguments}") for name in ("kill", "/kill"))
    assert inside == outside and inside[0] == code and bool(inside[1].strip()) == (code > 0 or "h" in arguments)
    assert m.run(f"kill {arguments} > said 2>&1; cat said") == inside[1]


def test_kill_takes_a_name(m):
    for kill in ("kill", "/kill"):
        for option, code in (("-9", 137), ("", 143)):
            m.run("sleep 600 & seq 3000 > seen")
            assert m.run(f"{kill} {option} sleep; wait $!; echo status $?").endswith(f"status {code}\n")
        assert status(m, f"{kill} nosuch") == (1, "kill: nosuch: no process has that name\n")
    out = m.run("sleep 600 & echo $!; sleep 600 & echo $!; seq 3000 > seen; rm seen")
    one, two = re.findall(r"^(\d+)$", out, re.M)
    said = status(m, "kill sleep")
    assert said == (1, f"kill: sleep: several processes have that name: {one} {two}\n")
    assert status(m, "/kill sleep") == said
    assert m.run("kill -0 %1 %2 && kill %1 %2; wait; ps").count(" sleep\n") == 0


def listed(m, name):
    """The pids of the processes of that name, as ^P lists them."""
    m.console.send("\x10\n")
    m.console.expect_exact("$ ")
    return re.findall(rf"^(\d+) +\w+ +{name}\b", m.console.before.replace("\r", ""), re.M)


def test_kill_works_when_no_process_can_start(m):
    for _ in range(7):
        m.run("sleep 9000 & " * 9)
    assert "fork: " in m.run("ps")
    pids = listed(m, "sleep")
    assert len(pids) > 50, m.console.before
    assert m.run(f"kill {' '.join(pids[:10])}") == ""
    assert m.run(f"kill {' '.join(pids[10:])}; wait; ps").count(" sleep\n") == 0


def test_kill_ends_a_program_that_forks_without_end(m):
    m.run("sh")  # a shell that the console's shell has started stays, too
    m.run("sleep 9000 & streams bomb &")
    assert m.run("kill -1; wait") == ""
    out = m.run("ps; exit")
    assert [line.split()[-1] for line in out.splitlines()] == ["NAME", "init", "sh", "sh", "ps"], out


def parse_free(out):
    """[(KiB, what, [(KiB, what), ...]), ...] of `free -v`, the sum line last."""
    rows = []
    for line in out.splitlines()[1:]:
        number, what = re.match(r" *(\d+)  (.*)", line).groups()
        if re.match(r" {10} ", line):
            rows[-1][2].append((int(number), what))
        else:
            rows.append((int(number), what, []))
    return rows


def check_free(out):
    """Checks that all parts add up; returns the rows by name."""
    *rows, (total, _, _) = parse_free(out)
    assert total == 128 * 1024 == sum(row[0] for row in rows), out
    for kib, what, parts in rows:
        assert not parts or kib == sum(part[0] for part in parts), f"{what}\n{out}"
    return {what: (kib, parts) for kib, what, parts in rows}


def test_free_accounts_for_every_frame(m):
    code, out = status(m, "free -v")
    rows = check_free(out)
    assert code == 0 and "started or ended" not in out and "were freed" not in out, out  # nothing else runs
    for kind in ("page tables", "memory of processes"):
        owners = [re.sub(r"\d+ ", "", what) for _, what in rows[kind][1]]
        for name in ("(init)", "(sh)", "(free)"):
            assert name in owners, out
    tables = dict((what, kib) for kib, what in rows["page tables"][1])
    assert tables["1 (init)"] == 5 * 4, out  # root, 2 + 2
    assert rows["kernel image"][0] > 200 and rows["descriptors of frames, 64 bytes each"][0] == 2048
    assert {what.split()[-1] for _, what in rows["small kernel objects"][1]} >= {"vma", "aspace"}


def test_free_tells_what_a_program_takes(m):
    before = check_free(m.run("free -v"))
    m.run("sleep 100 & sleep 100 &")
    out = m.run("free -v")
    after = check_free(out)
    pids = re.findall(r"  (\d+) \(sleep\)$", out, re.M)
    assert len(set(pids)) == 2 and len(pids) == 4, out  # tables and memory, twice
    grown = after["page tables"][0] - before["page tables"][0]
    assert grown == 2 * 5 * 4, out
    m.run("kill " + " ".join(set(pids)) + "; sleep 2")
    rest = check_free(m.run("free -v"))
    for kind in ("page tables", "memory of processes", "trap frames", "kernel stacks"):
        assert rest[kind][0] == before[kind][0], kind


def test_free_while_all_changes(m):
    m.run("(cat /sh | wc; ls -l / | wc; cat /README | grep x | wc; ls -l / | wc; cat /sh | wc) > busy &")
    for _ in range(4):
        out = m.run("free -v")
        lines = [line for line in out.splitlines() if "were freed" not in line and not line.startswith("[")]  # a job
        *rows, (total, _, _) = parse_free("\n".join(lines))
        assert total == 128 * 1024 == sum(row[0] for row in rows), out
    m.run("sleep 5")


def test_maps_adds_up(m):
    lines = [line.split() for line in m.run("maps 1").splitlines()]
    assert lines[0] == "areas of 1 (init), in pages of 4 KiB".split()
    assert lines.pop()[0] == "large:" and lines.pop()[0] == "pages:"
    assert lines[1] == "range pages memory shared large touched dirty prot kind".split()
    *areas, all_line = lines[2:]
    for column in range(1, 7):
        assert int(all_line[column]) == sum(int(area[column]) for area in areas), column
    for area in areas:
        pages, memory, shared, large, touched, dirty = map(int, area[1:7])
        start, end = (int(x, 16) for x in area[0].split("-"))
        assert pages == (end - start) // 4096
        assert max(shared, large, touched, dirty) <= memory <= pages
    assert {"image", "guard", "stack", "usyscall", "trapframe", "trampoline"} <= {area[-1] for area in areas}


def test_free_and_maps_with_large_leaves(m):
    before = check_free(m.run("free -v"))
    m.run("abitest2 @holder &")
    deadline = time.monotonic() + 60
    while len(re.findall(r" sleeping .* abitest2$", m.run("ps"), re.M)) < 2:
        assert time.monotonic() < deadline, "no two holders sleep"
    out = m.run("free -v")
    after = check_free(out)
    assert "started or ended" not in out and "were freed" not in out, out  # tables kept beside 2 MiB leaves, too
    pids = re.findall(r"  (\d+) \(abitest2\)$", m.run("free -v"), re.M)
    pid = min(pids, key=int)
    shared = dict((what, kib) for kib, what in after["memory of processes"][1])["of several processes, counted once"]
    assert shared > 7 * 1024, out  # and not twice
    assert after["memory of processes"][0] - before["memory of processes"][0] < 10 * 1024, out
    heap = [line.split() for line in m.run(f"maps {pid}").splitlines() if line.endswith("heap")]
    pages, memory, _, large = map(int, heap[0][1:5])
    assert pages == memory == 2048 and large >= 2 * 512, heap
    m.run("kill " + " ".join(set(pids)) + "; sleep 3")
    left = check_free(m.run("free -v"))

    def owners(rows):  # but for the shell, whose heap grows with its jobs
        return [(kib, re.sub(r"\d+ ", "", what)) for kib, what in rows["memory of processes"][1] if "(sh)" not in what]
    assert owners(left) == owners(before)


def test_sed_keeps_the_file_or_its_copy(m):
    """A name of 14 bytes with a suffix is cut to the name itself."""
    m.run("mkdir place; cd place; echo x > abcdefghijklmn; echo y > other")
    assert status(m, "sed -i.bak s/x/z/ abcdefghijklmn; cat abcdefghijklmn") == (
        0, "sed: abcdefghijklmn.bak: File or path name too long\nx\n")
    assert status(m, "sed -i.bak s/x/z/ abcdefghijklmn other") [0] == 1
    assert status(m, "cat other other.bak") == (0, "y\ny\n")
    m.run("cd ..; rm -r place")


def test_sed_that_fails_leaves_no_file(m):
    m.run("mkdir place; cd place; echo x > f")
    assert status(m, "sed -i s//y/ f")[0] == 2
    assert m.run("ls -A; cat f") == "f\nx\n"
    m.run("cd ..; rm -r place")
