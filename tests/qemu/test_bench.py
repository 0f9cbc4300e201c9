"""./bench: figures that repeat, budgets that hold, results for programs and as a picture."""
import json
import os
import re
import subprocess
import xml.etree.ElementTree

import machine
import pytest

BENCH = os.path.join(machine.TOP, "bench")
KERNEL = os.path.join(machine.TOP, "build/bench/kernel")
IMAGE = os.path.join(machine.TOP, "build/bench/plain.img")
SVG = "{http://www.w3.org/2000/svg}"


def bench(*words, cwd=machine.TOP, status=0):
    """./bench with @words, which has to end with @status; returns what it printed."""
    done = subprocess.run([BENCH, *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=600)
    assert done.returncode == status, done.stdout
    return done.stdout


def row_of(text, name):
    """The figures in the table's line of row @name."""
    line = re.search(rf"^{name} .*$", text, re.M)
    assert line, text
    return [float(word) for word in re.findall(r"(?<= )\d+(?:\.\d+)?(?= )", line.group())]


def test_same_kernel_same_counts(tmp_path):
    """The same kernel again, and with an image that gets the programs, whose shell does not take the
    command, so that it is typed at the prompt, and that has too few inodes for one row."""
    machine.make("bench-files", "XV6=tests/qemu/programs/plainsh.c", "build/xv6/plainsh")
    image = tmp_path / "plain.img"
    files = ["README.md:README", "build/xv6/plainsh:sh", "build/user/init:init"]
    subprocess.run(["build/mkfs", "-i", "150", image, *files], cwd=machine.TOP, check=True)
    bench("--count", "--rows", "getpid,pipe4k,again500,each5,fork1000", "--json", "out.json",
          "--against", f"copy={KERNEL},{IMAGE}", "--against", f"typed={KERNEL},{image}", cwd=tmp_path)
    kernels = json.loads((tmp_path / "out.json").read_text())["kernels"]
    assert [k["name"] for k in kernels] == ["Pagoda", "copy", "typed"]
    counts = [{name: row["instructions"]["median"] for name, row in k["rows"].items() if "instructions" in row}
              for k in kernels]
    # A tick of the clock that comes late, as the host is busy, may be counted.
    assert len(counts[0]) == 5 and counts[0] == pytest.approx(counts[1], rel=0.003)
    assert set(counts[0]) - set(counts[2]) == {"again500"}
    assert counts[2]["getpid"] == counts[0]["getpid"] > 20
    assert counts[2]["pipe4k"] == pytest.approx(counts[0]["pipe4k"], rel=0.02)


def test_a_row_is_counted_without_the_commit_of_the_one_before():
    """Row after row, from before the time when a kernel would commit what each5 changed until after it."""
    with machine.Machine(IMAGE, kernel=KERNEL, harts=1, extra=["-icount", "shift=0"]) as m:
        m.boot()
        m.run("bench count each5; sleep 0.3")
        text = m.run("for i in 1 2 3 4 5 6 7 8; do bench count " + "fork1000 " * 10 + "; done", timeout=120)
    counts = [int(n) for n in re.findall(r"^@ fork1000 (\d+) 10\r?$", text, re.M)]
    assert len(counts) == 80 and max(counts) < min(counts) * 1.003


def test_time_and_harts(tmp_path):
    """Rounds, spread, parallel rows; and the files."""
    text = bench("--rows", "getpid,fork,boot,par-getpid", "--rounds", "2", "--json", "out.json", "--svg", "out.svg",
                 cwd=tmp_path)
    result = json.loads((tmp_path / "out.json").read_text())
    rows = result["kernels"][0]["rows"]
    assert result["rounds"] == 2 and len(result["load"]) == 2 and result["qemu"].startswith("QEMU")
    assert result["kernels"][0]["clocks"] == ["instret", "time"]
    for name in ("getpid", "fork", "boot"):
        time = rows[name]["ns"]
        assert len(time["rounds"]) == 2 and 0 < time["low"] <= time["median"] <= time["high"]
    assert rows["fork"]["ns"]["low"] > 10 * rows["getpid"]["ns"]["low"]
    assert rows["boot"]["instructions"]["median"] > 1e6
    check_parallel(text, rows)
    assert row_of(text, "getpid")[0] == pytest.approx(rows["getpid"]["instructions"]["median"], abs=0.5)
    check_picture(tmp_path / "out.svg", ["getpid", "fork", "boot", "boot3"])


def check_parallel(text, rows):
    """With a parallel row comes the one that never enters the kernel, and the table relates them."""
    speedup = {}
    for name in ("par-compute", "par-getpid"):
        loops = [rows[name][f"loops{n}"] for n in (1, 2, 4)]
        assert all(figure["low"] > 1000 and len(figure["rounds"]) == 2 for figure in loops)
        speedup[name] = loops[1]["median"] / loops[0]["median"]
        assert rows[name]["speedup2"] == pytest.approx(speedup[name], abs=0.001)
        assert row_of(text, name)[3:] == pytest.approx([speedup[name], 100 * rows[name]["of_host"]], abs=0.5)
    assert rows["par-compute"]["of_host"] == 1
    assert rows["par-getpid"]["of_host"] == pytest.approx(speedup["par-getpid"] / speedup["par-compute"], abs=0.002)


def check_picture(path, names):
    """Well-formed; a bar and a name for each row, all inside the picture."""
    picture = xml.etree.ElementTree.parse(path).getroot()
    width, height = (float(picture.get(side)) for side in ("width", "height"))
    texts = picture.findall(f"{SVG}text")
    bars = [bar for bar in picture.findall(f"{SVG}rect") if bar.get("class") == "k0"][1:]
    assert len(bars) == len(names) and set(names) <= {text.text for text in texts}
    for bar in bars:
        assert float(bar.get("width")) > 0 and float(bar.get("x")) + float(bar.get("width")) < width
        assert float(bar.get("y")) + float(bar.get("height")) < height
    assert all(0 <= float(text.get("x")) < width and 0 <= float(text.get("y")) < height for text in texts)


def test_profile_adds_up():
    text = bench("--profile", "getpid")
    total = float(re.search(r"([\d.]+) instructions an operation", text).group(1))
    program = float(re.search(r"([\d.]+) of them the program's", text).group(1))
    functions = re.findall(r"^ +([\d.]+) +[\d.]+ +([\d.]+)  (\w+)$", text, re.M)
    assert sum(float(found[0]) for found in functions) + program == pytest.approx(total, abs=1)
    assert dict((name, float(calls)) for _, calls, name in functions)["sys_getpid"] == 1
    for name, times in (("ecall", 1), ("sret", 1), ("satp", 0), ("sfence", 0)):
        assert re.search(rf"^ +{times}.00  {name}$", text, re.M), text
    assert float(re.search(r"^ +([\d.]+)  csr$", text, re.M).group(1)) >= 4


def test_profile_of_a_parallel_row():
    """The same on one hart and on two.  Two that fork wait for each other; how long, the host decides."""
    text = bench("--profile", "par-fork")
    lines = re.findall(r"^ +([\d.]+) +([\d.]+) +([+-][\d.]+)  (\w+)$", text, re.M)
    figures = {name: (float(one), float(two), float(more)) for one, two, more, name in lines}
    one, two, more = figures["all"]
    assert 5000 < one < two and two - one == pytest.approx(more, abs=0.15)
    assert figures["spin_contend"][1] > figures["spin_contend"][0] == 0
    shown = sum(row[2] for name, row in figures.items() if name != "all")
    assert shown == pytest.approx(more, rel=0.3), text


def test_profile_sees_satp():
    """A fork changes to the child's root and back, which the plugin has to see."""
    text = bench("--profile", "fork")
    assert float(re.search(r"^ +([\d.]+)  satp$", text, re.M).group(1)) >= 2


def test_budgets(tmp_path):
    """A row that is over its budget fails, and so does one that has none; budgets go down alone, and keep
    their comment."""
    budgets = tmp_path / "budgets"
    words = ("--rows", "getpid,ugetpid", "--budgets", str(budgets))
    budgets.write_text("# head\nmine-1 getpid instructions 20000\nmine-1 ugetpid instructions 1.0\n"
                       "mine-1 getpid csr 1\n")
    text = bench("--check", "--compiler", "mine-1", *words, status=1)
    assert re.search(r"^ok getpid: .* instructions", text, re.M)
    assert re.search(r"^FAILED ugetpid: ", text, re.M) and re.search(r"^FAILED getpid: .* csr", text, re.M)
    assert "FAILED getpid: satp has no budget" in text and "FAILED getpid: sfence has no budget" in text
    text = bench("--check", "--compiler", "mine-1", "--rows", "open", "--budgets", str(budgets), status=1)
    assert "FAILED open: it has no budget" in text

    bench("--lower", "--compiler", "mine-1", *words)
    lines = budgets.read_text().splitlines()
    assert lines[0] == "# head" and "mine-1 ugetpid instructions 1.0" in lines and "mine-1 getpid csr 1.0" in lines
    reached = float(re.search(r"mine-1 getpid instructions ([\d.]+)", "\n".join(lines)).group(1))
    assert 20 < reached < 2000

    # A compiler without budgets has those of gcc-12, with a margin that is said.
    others = "gcc-12 ugetpid instructions 5\n" + "".join(f"gcc-12 getpid {what} 9\n" for what in ("csr", "satp", "sfence"))
    budgets.write_text(f"{others}gcc-12 getpid instructions {reached / 1.1:.1f}\n")
    text = bench("--check", "--compiler", "other-9", *words)
    assert "no budgets of other-9: those of gcc-12, and 15 % more" in text
    budgets.write_text(f"{others}gcc-12 getpid instructions {reached / 1.2:.1f}\n")
    bench("--check", "--compiler", "other-9", *words, status=1)


def test_options(tmp_path):
    """What copying costs a fork shows; what an option does not change is not there.  The table replaces
    the one between the markers of a text."""
    begin, end = "<!-- options: made by ./bench -->\n", "<!-- end of options -->\n"
    docs = tmp_path / "text.md"
    docs.write_text(f"before\n{begin}old\n{end}after\n")
    text = bench("--options", "--count", "--rows", "getpid,fork", f"--docs={docs}")
    shown = docs.read_text()
    assert shown.startswith(f"before\n{begin}\n") and shown.endswith(f" |\n\n{end}after\n")
    assert "`fork=copy`" in shown and "old" not in shown
    assert re.search(r"^\| `fork=copy` \| fork \+\d+ % \|$", text, re.M), text
    assert re.search(r"^\| `heap=lazy` \| none \|$", text, re.M), text
    assert "uaccess=walk" in text and "ktest" not in text


def test_refusals(tmp_path):
    assert "there is no row or group nothing" in bench("--rows", "getpid,nothing", status=2)
    assert "there is no such row" in bench("--profile", "boot", status=2)
    assert "wants NAME=KERNEL,IMAGE" in bench("--against", "x=y", status=2)
    assert "cannot be read" in bench("--linux", str(tmp_path / "none"), status=2)
    for rounds in ("0", "3x", "100"):
        assert "must be from 1 to 99" in bench("--rounds", rounds, status=2)
    for option in ("--json", "--svg"):
        text = bench("--count", "--rows", "getpid", option, str(tmp_path / "none" / "file"), status=2)
        assert "No such file" in text and "instructions" not in text  # before anything is measured
    assert "only one of them" in bench("--count", "--time", status=2)
    assert "are not counted" in bench("--count", "--rows", "par,boot3", status=2)
    assert "./bench --help lists" in bench("--nothing", status=2)
    assert "usage:" in bench("--help")
    assert re.search(r"^core  getpid ", bench("--list"), re.M)


def test_a_kernel_that_does_not_boot_is_an_error(tmp_path):
    """What it said is shown, and the status says that the run failed."""
    text = bench("--count", "--rows", "getpid", "--boot", "nonsense=1", status=1)
    assert "boot option 'nonsense' is unknown" in text and "the machine ended" in text and "OpenSBI" not in text
    image = tmp_path / "empty.img"
    image.write_bytes(bytes(1 << 20))
    text = bench("--count", "--rows", "getpid", "--against", f"bad={KERNEL},{image}", status=2)
    assert "cannot be copied" in text
