"""What the guest's tools print of its memory, taken apart."""
import re


def free_rows(out):
    """{what: KiB} of `free -v`, parts as 'whole/part'."""
    rows, whole = {}, ""
    for line in out.splitlines()[1:]:
        found = re.fullmatch(r"( *)(\d+)  (.*)", line)
        if len(found[1] + found[2]) == 10:
            whole = found[3] or "in all: the RAM of the machine"
            rows[whole] = int(found[2])
        else:
            rows[f"{whole}/{found[3]}"] = int(found[2])
    return rows


def ps_rows(out):
    """{PID: [parent, state, hart, size, memory, name]} of `ps`; KiB."""
    rows = {}
    for line in out.splitlines()[1:]:
        pid, parent, state, hart, size, mem, _, name = line.split()
        rows[int(pid)] = [int(parent), state, int(hart), int(size[:-1]), int(mem[:-1]), name]
    return rows


def maps_rows(out):
    """[range, pages, memory, shared, large, touched, dirty, rights, kind] of each area of `maps PID`."""
    lines = [line.split() for line in out[:out.index("\nall ")].splitlines()[2:]]
    return [[line[0], *map(int, line[1:7]), *line[7:]] for line in lines]


def pt_entries(out):
    """(root, user root, entries, tables) of `pt -a`: entries are (level, index, va, pte, users, area), tables too
    but for the last three."""
    lines = out.splitlines()
    found = re.fullmatch(r"page table of \d+ \(\w+\), root (\w+)(?:, in user mode (\w+))?", lines[0])
    entries, tables = [], []
    for line in lines[2:-1]:
        words = line.split()
        level = 2 - (len(line) - len(line.lstrip())) // 2
        if words[2] == "table" or words[3] == "table":
            tables.append((level, int(words[0]), int(words[1], 16)))
            continue
        index, va, pte, _, _, users, *_, area = words
        entries.append((level, int(index), int(va, 16), int(pte, 16), int(users.replace("-", "0")), area))
    return int(found[1], 16), int(found[2] or "0", 16), entries, tables


def why_path(out):
    """(level, index, pte, rest) of each entry of `why`; the rest of the last one is what the access does."""
    return [(int(level), int(index), int(pte, 16), rest) for level, index, pte, rest in
            re.findall(r"^  level (\d) entry +(\d+): 0x(\w+) +(.*)$", out, re.M)]
