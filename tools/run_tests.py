#!/usr/bin/env python3
"""Runs the test suites; ./test is the way to call it.

usage: run_tests.py [SUITE ...]      default: all suites

A suite is a list of jobs; a job is a command, its output goes to
build/test/NAME.log, and it counts as one test or as those that its output
reports.  A job that runs longer than its limit has failed.  The last line is
`N passed, N failed`, with `, N skipped` if a job's tool is missing.
"""
import concurrent.futures
import glob
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

OUT = pathlib.Path("build/test")
WORKERS = min(os.cpu_count() or 1, 4)
PYTHON = sys.executable
TAIL_LINES = 30
PANIC_LINES = 60
REASON = 400  # characters
SKIPPED = 77  # the status of a job whose tool is missing

HOST_FLAGS = ("-std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
              " -fno-omit-frame-pointer -Wall -Wextra -Werror")
FUZZ_FLAGS = ("-std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined"
              " -fno-sanitize-recover=all -Wall -Wextra -Werror")
FUZZ_RUNS = 20000


class Job:
    def __init__(self, name, command, limit=300, count=None, first=False):
        self.name = name
        self.command = command  # a list, or a string for the shell
        self.limit = limit      # seconds; a hang detector
        self.first = first      # the suite's other jobs start after it
        self.count = count      # output -> (passed, failed, skipped), or None: the job is one test


class Result:
    def __init__(self, job, status, output, seconds):
        self.job = job
        self.seconds = seconds
        self.output = output
        self.skipped = int(status == SKIPPED)
        self.passed, self.failed = (0, 0) if self.skipped else (1, 0)
        if job.count and not self.skipped:
            self.passed, self.failed, self.skipped = job.count(output)
        if status not in (0, SKIPPED) and self.failed == 0:
            self.failed = 1
            if not job.count:
                self.passed = 0
        if status == 0 and self.passed + self.failed == 0:
            self.failed = 1  # a test that ran nothing has not passed


# --- what outputs say ----------------------------------------------------------

def count_cmocka(output):
    passed = len(re.findall(r"^\[       OK \]", output, re.M))
    failed = len(set(re.findall(r"^\[  FAILED  \] (\w+)$", output, re.M)))
    return passed, failed, 0


def count_lines(output):
    return tuple(len(re.findall(rf"^{word} ", output, re.M)) for word in ("ok", "FAILED", "skipped"))


def count_pytest(output):
    def number(word):
        found = re.findall(rf"(\d+) {word}", output[-400:])
        return int(found[-1]) if found else 0
    return number("passed"), number("failed") + number("errors?"), number("skipped")


# --- the suites -----------------------------------------------------------------

def checks():
    """layers, headers, names, form, sizes, docs, page, unused code, mutants"""
    return [
        Job("layers", ["tools/check/layers.py"]),
        Job("headers", ["tools/check/headers.sh"]),
        Job("xv6-headers", ["xv6/tests/headers.sh"]),
        Job("names", ["tools/check/names.py"]),
        Job("form", ["tools/format.sh", "--check"]),
        Job("sizes", ["tools/check/sizes.py"]),
        Job("widths", ["tools/check/widths.py"]),
        Job("docs", ["tools/gen_docs.py", "--check"]),
        Job("docs-picture", ["tools/picture.py", "--check"]),
        Job("docs-names", ["tools/check/docs.py"]),
        Job("described", ["tools/check/described.py"]),
        Job("page", ["tools/check/page.py"]),
        Job("unused", ["tools/check/unused.py"]),
        Job("mutants", ["tests/mutants/run.py", "--check"]),
    ]


def build():
    """kernel, programs and tools with gcc and clang, warnings are errors"""
    def variant(name, options, targets):
        return Job(name, f"make -s -O --no-print-directory BUILD=build/test/{name} WERROR=1 {options} {targets}",
                   limit=900)
    examples = "EXAMPLES=1 XV6FLAGS='-Wall -Wextra -Werror'"
    return [
        variant("gcc-elf", f"TOOLPREFIX=riscv64-unknown-elf- {examples}",
                "kernel-only programs host-tools guest-tests bench-programs"),
        variant("gcc-linux", f"TOOLPREFIX=riscv64-linux-gnu- {examples}", "kernel-only programs bench-programs"),
        variant("clang", f"LLVM=1 {examples}", "kernel-only programs guest-tests bench-programs"),
        variant("scope-wasm", "", "build/test/scope-wasm/scope.wasm"),
        variant("host-clang", "HOSTCC=clang", "host-tools"),
        variant("gcc-check", "TOOLPREFIX=riscv64-unknown-elf- CHECK=1", "kernel-only"),
        variant("clang-check", "LLVM=1 CHECK=1", "kernel-only"),
    ]


def header_lines(path):
    """The `// sources:` and `// cflags:` lines that a test starts with."""
    found = {"sources": "", "cflags": ""}
    for line in pathlib.Path(path).read_text().splitlines()[:5]:
        match = re.match(r"// (sources|cflags):(.*)", line)
        if match:
            found[match.group(1)] = match.group(2).strip()
    return found


def compile_command(compiler, flags, path, program, libraries):
    head = header_lines(path)
    folder = os.path.dirname(path)
    return (f"{compiler} {flags} -I{folder} -Itests/host/shim -Itests/host -Ikernel -Itools/image {head['cflags']}"
            f" -o {program} {path} {head['sources']} {libraries}")


def host():
    """kernel files on this computer under cmocka, ASan, UBSan; scope's page"""
    jobs = [Job("page-rebuild", ["tools/check/page.py", "--rebuild"], limit=600, count=count_lines)]
    for path in sorted(glob.glob("tests/host/*/test_*.c")):
        name = path[len("tests/host/"):-2].replace("/", "-")
        program = OUT / "host" / name
        command = compile_command("cc", HOST_FLAGS, path, program, "-lcmocka")
        jobs.append(Job(name, f"{command} && {program}", count=count_cmocka))
    return jobs


def fuzz():
    """ELF files, disk images, ... under libFuzzer, a fixed number of runs"""
    jobs = []
    for path in sorted(glob.glob("tests/fuzz/fuzz_*.c")):
        name = path[len("tests/fuzz/"):-2]
        program = OUT / "fuzz" / name
        corpus = f"tests/fuzz/corpus/{name[len('fuzz_'):]}"
        seeds = corpus if os.path.isdir(corpus) else ""
        new = OUT / "fuzz" / f"{name}-new"
        command = compile_command("clang", FUZZ_FLAGS, path, program, "")
        jobs.append(Job(name, f"{command} && rm -rf {new} && mkdir {new} && "
                        f"{program} -seed=1 -runs={FUZZ_RUNS} -timeout=20 -rss_limit_mb=2048 "
                        f"-artifact_prefix={OUT}/fuzz/{name}- {new} {seeds}", limit=600))
    return jobs


def guest():
    """the kernel in QEMU: costs, programs, boots, console, power cuts"""
    make = f"make -s -O -j{WORKERS} --no-print-directory"
    pytest = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    # abi builds nothing, so it may run beside those that do; it takes the longest.
    return [
        Job("guest-build", f"{make} boot-files guest-tests test.img", limit=600, first=True),
        # Alone: it measures the kernel that was built just now.
        Job("budgets", ["./bench", "--check"], limit=600, count=count_lines, first=True),
        Job("abi", [*pytest, "tests/qemu/test_abi.py"], limit=1800, count=count_pytest),
        Job("ktest", ["tools/check/ktest.py"], count=count_lines),
        Job("run", ["tools/check/run.py"], limit=600, count=count_lines),
        Job("view", ["tools/check/view.py"], count=count_lines),
        Job("make", ["tools/check/make.py"], limit=900, count=count_lines),
        Job("elsewhere", ["tools/check/elsewhere.py"], limit=900, count=count_lines),
        Job("qemu", [*pytest, "tests/qemu", "--ignore=tests/qemu/test_abi.py"], limit=2700, count=count_pytest),
    ]


SUITES = [checks, build, host, fuzz, guest]
# How many jobs run at once.  make runs in parallel itself; a machine has several harts.
AT_ONCE = {"build": 1, "guest": min(WORKERS, 2)}


# --- running --------------------------------------------------------------------

running = set()
print_lock = threading.Lock()


def identity(path):
    """Tells a device from what a test that runs as root may leave in its place."""
    status = os.stat(path)
    return oct(status.st_mode), status.st_rdev


def run(job):
    start = time.monotonic()
    null = identity("/dev/null")
    log = OUT / f"{job.name}.log"
    with open(log, "w+b") as out:
        shell = isinstance(job.command, str)
        out.write(f"$ {job.command if shell else shlex.join(job.command)}\n".encode())
        out.flush()
        child = subprocess.Popen(job.command, shell=shell, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        running.add(child)
        try:
            status = child.wait(job.limit)
        except subprocess.TimeoutExpired:
            stop(child)
            status = 1
            out.seek(0, os.SEEK_END)
            out.write(f"\nstopped: it ran for more than {job.limit} s\n".encode())
        running.discard(child)
        out.seek(0)
        output = out.read().decode(errors="replace")
    if identity("/dev/null") != null:
        status = status or 1
        output += f"\nFAILED: /dev/null was {null} and is {identity('/dev/null')}\n"
    result = Result(job, status, output, time.monotonic() - start)
    report(result, log)
    return result


def stop(child):
    """Ends what run() started, and all its children."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sig)
        except ProcessLookupError:
            return
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            pass


def reasons(result):
    """The lines that say which tests of a job failed, and why; its last line if none does."""
    lines = [line for line in result.output.splitlines() if re.match(r"(\[  FAILED  \]|FAIL)", line)]
    return [line[:REASON] for line in (lines or result.output.splitlines()[-1:])[:TAIL_LINES]]


def tail_of(lines):
    """The last lines, and before them the kernel's panic if there was one."""
    panic = next((i for i, line in enumerate(lines) if re.search(r"\bpanic: ", line)), None)
    if panic is None or panic >= len(lines) - TAIL_LINES:
        return lines[-TAIL_LINES:]
    return [*lines[panic:panic + PANIC_LINES], "...", *lines[-TAIL_LINES:]]


def report(result, log):
    tests = result.passed + result.failed
    word = "FAILED" if result.failed else "skipped" if result.skipped and not tests else "ok"
    extra = f"{tests} tests, " if tests > 1 else ""
    if tests and result.skipped:
        extra += f"{result.skipped} skipped, "
    with print_lock:
        print(f"  {word:8}{result.job.name} ({extra}{result.seconds:.1f} s)", flush=True)
        if word != "ok":
            lines = result.output.splitlines()[1:]
            if len(lines) > TAIL_LINES:
                print(f"    ... all of it is in {log}")
            for line in tail_of(lines):
                print(f"    {line}")
            sys.stdout.flush()


def run_suite(suite):
    print(f"{suite.__name__}: {suite.__doc__}", flush=True)
    start = time.monotonic()
    workers = AT_ONCE.get(suite.__name__, WORKERS)
    jobs = suite()
    if suite is build:
        for job in jobs:
            job.command += f" -j{WORKERS}"
    results = [run(job) for job in jobs if job.first]
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        results += pool.map(run, [job for job in jobs if not job.first])
    if not results:
        print("  no tests here")
    return results, time.monotonic() - start


def main():
    known = {suite.__name__: suite for suite in SUITES}
    for name in sys.argv[1:]:
        if name not in known:
            print(f"there is no suite '{name}'; there are: {', '.join(known)}", file=sys.stderr)
            return 2
    chosen = [known[name] for name in sys.argv[1:]] or SUITES
    for folder in ("host", "fuzz"):
        (OUT / folder).mkdir(parents=True, exist_ok=True)

    table, failures = [], []
    for suite in chosen:
        results, seconds = run_suite(suite)
        sums = [sum(getattr(r, kind) for r in results) for kind in ("passed", "failed", "skipped")]
        table.append((suite.__name__, *sums, seconds))
        failures += [r for r in results if r.failed]

    print()
    for name, passed, failed, skipped, seconds in table:
        print(f"{name:8} {passed:5} passed {failed:4} failed {skipped:4} skipped {seconds:7.1f} s")
    if failures:
        for failure in failures:
            print(f"failed: {failure.job.name}; its output is in {OUT}/{failure.job.name}.log")
            for line in reasons(failure):
                print(f"  {line}")
    passed, failed, skipped = (sum(row[i] for row in table) for i in (1, 2, 3))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or passed == 0 else 0


def interrupted(sig, frame):
    for child in list(running):
        stop(child)
    os._exit(128 + sig)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    sys.exit(main())
