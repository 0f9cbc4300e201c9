#!/usr/bin/env python3
"""Makes the parts of docs/ and README.md that are between markers.

    docs/locking.md   the lock ranks, from kernel/core/sync/lock_rank.h
    docs/map.md       what each file is, from its first line
    docs/commands.md  what each program does, from its first line
    README.md         what operations cost, from docs/performance.md

usage: gen_docs.py           writes them
       gen_docs.py --check   status 1 if one is not current, or if
                             docs/options.md leaves out a boot option of
                             kernel/core/option/options.h or one of its values
"""
import pathlib
import re
import sys

RANKS = pathlib.Path("kernel/core/sync/lock_rank.h")
PERFORMANCE = pathlib.Path("docs/performance.md")
OPTIONS = pathlib.Path("kernel/core/option/options.h")
KINDS = {"mutex": "sleeping", "spin": "spinning", "irq": "spinning, interrupts off"}

FOLDERS = [
    ("kernel/uapi", "shared with user programs: numbers, structs, flags"),
    ("kernel/lib", "pure C, no locks, no hardware"),
    ("kernel/arch/riscv", "all that is RISC-V"),
    ("kernel/arch/riscv/uaccess", "loads and stores of user memory that may fault"),
    ("kernel/core", "harts, threads, time, traps"),
    ("kernel/core/sync", "locks and waiting"),
    ("kernel/core/report", "messages, panics, names of functions"),
    ("kernel/core/option", "boot options"),
    ("kernel/mm/phys", "physical memory: frames, slabs, reclaim, the direct map"),
    ("kernel/mm/xlate", "translation: tables, gather, ASIDs, the kernel half"),
    ("kernel/mm/space", "one address space: areas, entries, page cache"),
    ("kernel/mm", "what is done to address spaces: faults, fork, mappings, copies"),
    ("kernel/dev", "devices"),
    ("kernel/dev/virtio", "virtio: disks and networks"),
    ("kernel/dev/net", "network devices and their packets"),
    ("kernel/dev/tty", "the terminal"),
    ("kernel/ipc", "between processes"),
    ("kernel/net", "the network: ARP, IPv4, ICMP echo, UDP, ports"),
    ("kernel/fs", "the file system: files and their pages"),
    ("kernel/fs/store", "blocks of the disk: buffers, log, allocation"),
    ("kernel/fs/name", "directories and paths"),
    ("kernel/proc", "processes and system calls"),
    ("kernel/proc/trace", "what strace is told"),
    ("kernel/proc/lab", "what the labs add to processes: alarms, sandboxes"),
    ("kernel/obs", "looking inside; only reads, and nothing depends on it"),
    ("kernel/init", "booting"),
    ("user/bin", "programs, one file each: the machine, and what has no other room"),
    ("user/proc", "programs about processes and time"),
    ("user/file", "programs that work on files"),
    ("user/text", "programs that read lines, or bytes, and write others"),
    ("user/net", "programs that use the network"),
    ("user/obs", "programs that look inside the kernel"),
    ("user/box", "the small programs that share one file, with a hard link for each"),
    ("user/edit", "the program edit"),
    ("user/less", "the program less"),
    ("user/sed", "the program sed"),
    ("user/lib", "between picolibc and the system calls"),
    ("user/lib/tool", "what our own programs share; user/include/tool.h"),
    ("user/lib/screen", "programs that use the whole screen; keys of the terminal"),
    ("user/lib/posix", "functions of POSIX that picolibc has not"),
    ("user/lib/names", "those of them that are about names of files and trees of directories"),
    ("user/sh", "the shell: its state, variables, messages"),
    ("user/sh/syntax", "the shell's grammar: from text to a tree; no system calls"),
    ("user/sh/word", "from words to arguments: variables, arithmetic, fields, file names"),
    ("user/sh/run", "running trees: processes, redirections, jobs"),
    ("user/sh/builtin", "the builtin commands"),
    ("user/sh/line", "lines that a person types: editing, history, completion"),
    ("xv6/lib", "what xv6 programs are linked with"),
    ("xv6/examples", "xv6 programs that the labs ask for, each with its idea"),
    ("xv6/basic", "the programs of an image that is made without picolibc"),
    ("scope", "scope: shows the RAM of a machine on the host"),
    ("scope/ram", "the RAM of a machine, and the kernel's memory in it: pure C, no I/O, also for browsers"),
    ("scope/decode", "what the kernel's memory means; pure C, too"),
    ("scope/view", "each view as JSON; pure C, too"),
    ("scope/track", "which pages of RAM changed since somebody saw them, and recordings of that; no network"),
    ("scope/serve", "the server: a page and which pages of RAM changed, on 127.0.0.1; libwebsockets"),
    ("tools", "what runs on the host"),
    ("tools/image", "disk images: mkfs and fsck"),
    ("tools/console", "console-run, for ./run -c"),
    ("benches", "the programs that ./bench runs in the machine, and the budgets"),
    ("tools/bench", "bench-tool, for ./bench"),
    ("tools/net", "a server for tests of the network"),
    ("tools/check", "what ./test runs besides the tests' own programs"),
    ("tools/gdb", "commands for gdb"),
]
COSTS = [
    ("getpid", "getpid()"),
    ("pipe1", "1 byte into a pipe and out again"),
    ("fork", "fork, exit, wait"),
    ("fork8m", "the same with 8 MiB of touched memory"),
    ("exec", "fork, exec, exit, wait"),
    ("open", "open, close"),
    ("read", "read 4 KiB of a file that is cached"),
]
PROGRAM_ROOMS = ("user/bin", "user/proc", "user/file", "user/text", "user/net", "user/obs")


def ranks_table():
    text = RANKS.read_text()
    ranks = re.findall(r'X\((\w+),\s*(\w+),\s*"([^"]*)"\)', text[text.index("#define LOCK_RANKS"):])
    lines = ["| rank | kind | what it guards |", "|---|---|---|"]
    for name, kind, guards in ranks:
        if name != "none":
            lines.append(f"| `{name}` | {KINDS[kind]} | {guards} |")
    return "\n".join(lines) + "\n"


def first_words(path):
    """What the head of a file says it is: up to the first full stop or the comment's end."""
    text = path.read_text(errors="replace")
    if path.suffix == ".py":
        found = re.search(r'"""(.*?)("""|\n\n)', text, re.S)
    elif path.suffix == ".sh":
        found = re.search(r"^# \S+\.sh - (.*?)\n(#\n|[^#])", text, re.S | re.M)
    else:
        found = re.match(r"/\* \S+( \(\w+\))? - (?P<what>.*?)(\*/|\n \*\s*\n)", text, re.S)
    if not found:
        return None
    what = found.group("what") if "what" in found.re.groupindex else found.group(1)
    what = re.sub(r"\s*\n\s*[*#]?\s*", " ", what).strip()
    return re.split(r"\.( |$)", what)[0].replace("|", "\\|")


def is_described_by_header(path):
    """foo.c next to foo.h, whose head says `see foo.h`, needs no line of its own."""
    return path.suffix == ".c" and path.with_suffix(".h").exists()


def files_tables():
    out = []
    for folder, what in FOLDERS:
        rows = []
        for path in sorted(pathlib.Path(folder).glob("*")):
            if path.suffix not in (".c", ".h", ".S", ".py", ".sh") or is_described_by_header(path):
                continue
            says = first_words(path)
            if says:
                name = path.name
                if path.suffix == ".h" and path.with_suffix(".c").exists():
                    name = f"{path.stem}.h, .c"
                rows.append(f"| `{name}` | {says} |")
        if rows:
            out.append(f"### {folder}/: {what}\n\n| file | what it is |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(out)


def programs_table():
    programs = {path.stem: first_words(path) for room in PROGRAM_ROOMS for path in pathlib.Path(room).glob("*.c")}
    for path in pathlib.Path("user").glob("*/main.c"):
        programs[path.parent.name] = first_words(path)
    del programs["box"]
    for path in pathlib.Path("user/box").glob("*.c"):
        programs.update(re.findall(r"^/\* (\w+) - (.*) \*/$", path.read_text(), re.M))
    programs.update({"more": "the same as `less`", "man": "the same as `help`"})
    rows = [f"| `{name}` | {what} |" for name, what in sorted(programs.items())]
    return "| program | what it does |\n|---|---|\n" + "\n".join(rows) + "\n"


def cost_table():
    """The instructions of COSTS: here and on Linux from the last full run, on xv6 from the table of it."""
    text = PERFORMANCE.read_text()
    last = text[text.index("<!-- run: "):text.index("<!-- end of run -->")]
    rows = ["| operation | row of `./bench` | Pagoda | Linux | xv6 |", "|---|---|--:|--:|--:|"]
    for name, what in COSTS:
        here, linux = re.search(rf"^{name} +([\d.]+) .* \.\. +[\d.]+ +([\d.]+) ", last, re.M).groups()
        xv6 = re.search(rf"^\| {name} \| ([^|]+) \|", text, re.M).group(1)
        rows.append(f"| {what} | `{name}` | {float(here):,.0f} | {float(linux):,.0f} | {xv6} |")
    return "\n".join(rows) + "\n"


PARTS = [
    (pathlib.Path("README.md"), "costs", cost_table),
    (pathlib.Path("docs/commands.md"), "programs", programs_table),
    (pathlib.Path("docs/locking.md"), "ranks", ranks_table),
    (pathlib.Path("docs/map.md"), "files", files_tables),
]


def current(path, name, make):
    """The text of path, with a new part between the markers of name."""
    begin = f"<!-- {name}: made by tools/gen_docs.py -->\n"
    end = f"<!-- end of {name} -->\n"
    doc = path.read_text()
    before, rest = doc.split(begin)
    _, after = rest.split(end)
    return before + begin + "\n" + make() + "\n" + end + after


def options_left_out():
    """Each option has a row in docs/options.md, which begins with the first value: | `NAME=VALUE`, `VALUE` |"""
    rows = OPTIONS.read_text().split("\tX(")[1:]
    assert rows, f"{OPTIONS} has no options"
    table = pathlib.Path("docs/options.md").read_text()
    for row in rows:
        name = re.search(r'"(\w+)"', row).group(1)
        words = re.findall(r'\bW\(\w+, "(\w+)"\)', row)
        described = re.search(rf"^\| `{name}=.*", table, re.M)
        if not described:
            yield f"{name}="
            continue
        for word in words:
            want = f"{name}={word}" if word == words[0] else word
            if f"`{want}`" not in described.group():
                yield f"{name}={word}"


def main():
    if "--check" not in sys.argv[1:]:
        for path, name, make in PARTS:
            path.write_text(current(path, name, make))
        return 0
    bad = 0
    for path, name, make in PARTS:
        if current(path, name, make) != path.read_text():
            print(f"{path} is not up to date: run 'make docs'")
            bad = 1
    for name in options_left_out():
        print(f"docs/options.md does not mention the boot option {name}")
        bad = 1
    return bad


sys.exit(main())
