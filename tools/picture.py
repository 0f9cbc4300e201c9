#!/usr/bin/env python3
"""Draws docs/pagoda.svg, the picture of README.md, from what pt and wss print in the machine.

usage: picture.py           runs the commands and draws
       picture.py --again   draws the text of the picture again
       picture.py --check   status 1 if the picture is not what its text draws

The picture keeps the output that it was drawn from, as the text of its <desc>.
"""
import html
import pathlib
import re
import subprocess
import sys

PICTURE = pathlib.Path("docs/pagoda.svg")
COMMANDS = [
    "walk -i 60000 seq 64K >/dev/null & sleep 2s; pt walk 0x3fff6f1000; kill $!",
    "wss -i 50 walk -r -n 3 seq 64M",
]
WIDTH, HEIGHT, PANEL = 880, 380, 432
COLOURS = {"@": "#ffb454", "#": "#ffb454", "+": "#c2703d", "-": "#5b4a52", ".": "#35343f", " ": "#1f212b"}
STYLE = """
text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #d8dae3; white-space: pre }
.title { font-weight: bold; fill: #ffffff }
.dim { fill: #9ea3b5 }
.hot { fill: #ffb454 }
.box { fill: #1f212b; stroke: #5c6275 }
.entry { fill: #ffb454 }
.arrow { fill: none; stroke: #ffb454; stroke-width: 1.5 }
"""


def text(x, y, words, kind=""):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{kind}>{html.escape(words)}</text>'


def arrow(x, y, to_x, to_y):
    half = (x + to_x) / 2
    return (f'<path class="arrow" d="M{x:g} {y:g} C{half:g} {y:g} {half:g} {to_y:g} {to_x - 5:g} {to_y:g}"/>'
            f'<path class="entry" d="M{to_x - 7:g} {to_y - 4:g} l7 4 l-7 4 z"/>')


def tree(output, left, top):
    """The walk to an address, as pt prints it: a box for each table, an arrow from each entry."""
    where, name = re.search(r"^address (\w+) of \d+ \((\w+)\)", output, re.M).groups()
    levels = re.findall(r"^level (\d) entry +(\d+) at +\w+: +\w+ (.*?)  (\w+) (\w+)$", output, re.M)
    out = [text(left, top, f"pt {name} 0x{where}", "title"), text(left, top + 20, "the walk to an address", "dim")]
    box_top, box_height, step = top + 62, 176, 106
    for i, (level, entry, bits, kind, to) in enumerate(levels):
        x, at = left + i * step, box_top + 6 + int(entry) / 511 * (box_height - 16)
        out += [text(x, box_top - 10, f"level {level}", "dim"),
                f'<rect class="box" x="{x}" y="{box_top}" width="66" height="{box_height}" rx="4"/>',
                f'<rect class="entry" x="{x + 2}" y="{at:.1f}" width="62" height="4"/>',
                text(x + 8, at - 6 if at > box_top + 24 else at + 20, entry),
                arrow(x + 66, at + 2, x + step, box_top + (14 if i < 2 else 80))]
        out.append(text(left, box_top + box_height + 24 + 18 * i, f"{level}: {bits} {kind} {to}",
                        "hot" if i == 2 else "dim"))
    x = left + 3 * step
    out += [f'<rect class="box" x="{x}" y="{box_top + 56}" width="76" height="48" rx="4"/>',
            text(x + 12, box_top + 50, levels[2][3]), text(x + 8, box_top + 85, levels[2][4], "hot")]
    return out + [text(left, HEIGHT - 22, re.search(r"^area: +(.*)$", output, re.M)[1])]


def samples(output):
    """[(seconds, the largest area's characters, bytes a character)] of wss."""
    found, unit = [], 0
    for line in output.splitlines():
        scale = re.search(r"\| = (\d+)([KM])$", line)
        if scale:
            unit = int(scale[1]) / (1 if scale[2] == "M" else 1024)
        row = re.match(r" +(\d+\.\d) +\d+ +\d+ +\d+ +(.*)\|$", line)
        if row:
            found.append((row[1], max(row[2].split("|"), key=len), unit))
    return found


def heat(output, left, top):
    """The largest area over time: a row for each sample of wss, hot pages bright."""
    rows = samples(output)
    size = max(len(cells) * unit for _, cells, unit in rows)
    height, width = min(20, 210 / len(rows)), 352
    out = [text(left, top, "wss " + COMMANDS[1][COMMANDS[1].index("walk"):], "title"),
           text(left, top + 20, "the pages that a program touches, over time", "dim"),
           text(left + 40, top + 52, f"{size:.0f} MiB of addresses", "dim")]
    for i, (when, cells, unit) in enumerate(rows):
        y = top + 62 + i * height
        if i % 3 == 0:
            out.append(text(left, y + height, when, "dim"))
        cell = width * unit / size
        for j, heat_of in enumerate(cells):
            x = left + 40 + j * cell
            out.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{cell - 1:.1f}" height="{height - 1.5:.1f}" '
                       f'fill="{COLOURS[heat_of]}"/>')
    y = top + 62 + 210 + 24
    for i, (mark, what) in enumerate((("#", "now"), ("+", "just now"), ("-", "before"), (" ", "never"))):
        out += [f'<rect x="{left + 40 + 92 * i}" y="{y - 10}" width="12" height="12" fill="{COLOURS[mark]}"/>',
                text(left + 57 + 92 * i, y, what, "dim")]
    return out + [text(left, HEIGHT - 22, "seconds down, addresses across")]


def drawn(outputs):
    """The picture, from the output of each command."""
    kept = "".join(f"$ {command}\n{output}" for command, output in zip(COMMANDS, outputs))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
             'role="img">', f"<desc>\n{html.escape(kept)}</desc>", f"<style>{STYLE}</style>",
             f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#14151b"/>']
    parts += tree(outputs[0], 24, 34) + heat(outputs[1], PANEL + 24, 34)
    return "\n".join(parts) + "\n</svg>\n"


def outputs_kept():
    kept = html.unescape(re.search(r"<desc>\n(.*?)</desc>", PICTURE.read_text(), re.S)[1])
    found = []
    for command in COMMANDS:
        before, kept = kept.split(f"$ {command}\n")
        found.append(before)
    return found[1:] + [kept]


def main():
    if sys.argv[1:] == ["--check"]:
        if drawn(outputs_kept()) != PICTURE.read_text():
            print(f"{PICTURE} is not what its text draws: run `make docs-picture`")
            return 1
        return 0
    if sys.argv[1:] == ["--again"]:
        PICTURE.write_text(drawn(outputs_kept()))
        return 0
    PICTURE.write_text(drawn([subprocess.run(["./run", "-c", command], check=False, stdout=subprocess.PIPE, text=True,
                                             timeout=300).stdout for command in COMMANDS]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
