"""Programs of all years, linked as their Makefiles do, in one image: which calls they get."""
import os
import re
import shutil
import subprocess

import pytest

import years
from machine import TOP, Machine, run_to_end

CALLS = """
typedef unsigned long uint64;
int pipe(int *); int fork(void); int wait(int *); int getpid(void); int exec(const char *, char **);
void exit(int) __attribute__((noreturn));
PROTOTYPES
int main(int argc, char **argv)
{
	char pid[12], *s = pid + 11, *args[] = { "maps", "-v", 0, 0 };
	int n = getpid();

	CALL_ALL
	*s = 0;
	do
		*--s = '0' + n % 10;
	while (n /= 10);
	args[2] = s;
	if (fork() == 0) {
		exec("/maps", args);
		exit(1);
	}
	wait(0);
	exit(0);
}
"""

SLOW = {"rwlktest"}
# The others refuse arguments of -1, or do no harm; these must not act on them.
WITH_ZEROS = {"interpose", "sigalarm", "trace"}


def lab_of(year, more=()):
    return years.FIXED[year] + list(more)


def calls_source(lab):
    names = [name for name, _ in lab if name not in SLOW]
    prototypes = "".join(f"uint64 {name}();\n" for name in names)
    calls = "".join(f"{name}({', '.join(['0' if name in WITH_ZEROS else '-1'] * 6)});\n\t" for name in names)
    return CALLS.replace("PROTOTYPES", prototypes).replace("CALL_ALL", calls)


def kernel_calls():
    text = open(os.path.join(TOP, "kernel/uapi/syscalls.h")).read()
    return set(re.findall(r"X\(\d+, (\w+), \d\)", text))


def expected(lab):
    """{number: the call that `maps -v` shows}"""
    known = kernel_calls()
    meant = {}
    for name, number in lab:
        if name in SLOW:
            continue
        if name == "pgaccess" and number >= 38 and "pgaccess2026" in known:
            name = "pgaccess2026"
        name = {"sleep": "pause"}.get(name.removeprefix("sys_"), name.removeprefix("sys_"))
        meant[number] = name if name in known else "none"
    return meant


PROGRAMS = {  # name: (year, stubs of the lab)
    "net20": ("2020", lab_of("2020")),
    "pgtbl21": ("2021", lab_of("2021")),
    "net24": ("2024", lab_of("2024")),
    "net25": ("2025", lab_of("2025")),
    "lock25": ("2025lock", lab_of("2025lock")),
    "base26": ("2026base", lab_of("2026base")),
    "pgtbl26": ("2026", lab_of("2026")),
    "mmap26": ("2026base", lab_of("2026base", [("mmap", 28), ("munmap", 29)])),
}
NAMED = {
    "sysc21": ("2021", [("trace", 22), ("sysinfo", 23)]),
    "traps22": ("2021", [("sigalarm", 22), ("sigreturn", 23)]),
    "mmap23": ("2021", [("mmap", 22), ("munmap", 23), ("symlink", 24)]),
    "sysc25": ("2025", [("interpose", 22)]),
    "own": ("2026", [("munmap", 61), ("sysinfo", 40), ("mystery", 50), ("sys_symlink", 63)]),
}


def rows(output, program):
    """{number: (stub, call, what told)} of the table that a program's `maps -v` printed."""
    found = {}
    part = output.split(f"== {program}\n")[1].split("== ")[0]
    # Not the kernel's `unknown sys call: 3 more`, which comes when a second is over.
    for number, stub, call, told in re.findall(r"^(\d\d) +[0-9a-f]{10} (\S+) +(\S+) +(.+)$",
                                               part.split("calls by the numbers")[1], re.M):
        found[int(number)] = stub, call, told
    return found


@pytest.fixture(scope="module")
def image(test_image, tmp_path_factory):
    folder = tmp_path_factory.mktemp("years")
    files = []
    for name, (year, lab) in {**PROGRAMS, **NAMED}.items():
        files.append(years.make(folder, name, year, lab, calls_source(lab)))
        if name in PROGRAMS:
            files.append(years.make(folder, f"{name}s", year, lab, calls_source(lab), strip=True))
    files.append(years.make(folder, "masks", "2026base",
                            lab_of("2026base", [("trace", 23), ("mmap", 28), ("munmap", 29), ("mystery", 30)]),
                            MASKS))
    for year, size in BIGARG:
        files.append(years.make(folder, f"bigarg{year[2:4]}", year, [], BIG_ARGUMENTS.replace("SIZE", str(size))))
    image = str(folder / "fs.img")
    shutil.copyfile(test_image, image)
    subprocess.run([os.path.join(TOP, "build/mkfs"), "--add", image, *map(str, files)], check=True)
    return image


@pytest.fixture(scope="module")
def output(image):
    names = [*PROGRAMS, *(f"{name}s" for name in PROGRAMS), *NAMED]
    status, text = run_to_end(image, "; ".join(f"echo == {name}; {name}" for name in names), harts=2)
    assert status == 0, text[-2000:]
    return text


@pytest.mark.parametrize("name", [*PROGRAMS, *NAMED])
def test_by_name(output, name):
    _, lab = {**PROGRAMS, **NAMED}[name]
    found = rows(output, name)
    assert {number: call for number, (_, call, _) in found.items()} == expected(lab)
    for stub, number in lab:
        if stub not in SLOW:
            assert found[number][0] == stub and "the stub's name" in found[number][2]


@pytest.mark.parametrize("name", PROGRAMS)
def test_stripped_by_the_run_of_stubs(output, name):
    _, lab = PROGRAMS[name]
    found = rows(output, f"{name}s")
    assert {number: call for number, (_, call, _) in found.items()} == expected(lab)
    assert all(stub == "-" and "the stubs around it" in told for stub, _, told in found.values())


BIGARG = [("2023", 220), ("2025", 400)]
# As usertests does it: a child execs echo, and its parent looks for what it left if that failed.
BIG_ARGUMENTS = """
int open(const char *, int), fork(void), wait(int *), close(int), unlink(const char *), write(int, const char *, int);
int exec(const char *, char **);
void exit(int) __attribute__((noreturn));
static char big[SIZE];
static void print(const char *s) { write(1, s, strlen(s)); }
int main(int argc, char **argv)
{
	static char *args[32];
	int status, fd;

	unlink("bigarg-ok");
	print("test bigargtest: ");
	if (fork() == 0) {
		for (int i = 0; i < SIZE - 1; i++)
			big[i] = ' ';
		for (int i = 0; i < 31; i++)
			args[i] = big;
		exec("echo", args);
		close(open("bigarg-ok", 0x200));
		exit(0);
	}
	wait(&status);
	fd = open("bigarg-ok", 0);
	print(status == 0 && fd >= 0 ? "OK\\n" : "FAILED\\n");
	exit(0);
}
"""


def test_31_long_arguments_are_refused(image):
    """With our echo, which has a large stack."""
    with Machine(image, harts=3) as machine:
        machine.boot()
        for year, _ in BIGARG:
            assert "test bigargtest: OK" in machine.run(f"bigarg{year[2:4]}").splitlines()


MASKS = """
unsigned long trace(int), mmap(), munmap(), sync(void), mystery(void);
int write(int, const char *, int), fork(void), wait(int *);
void exit(int) __attribute__((noreturn));
int main(int argc, char **argv)
{
	trace(1 << 29 | 1 << 30);
	sync();
	munmap(-1, -1);
	mmap(-1, -1, -1, -1, -1, -1);
	mystery();
	exit(0);
}
"""


def test_masks_go_by_the_programs_own_numbers(image):
    status, text = run_to_end(image, "masks; trace 2147483647 masks", harts=1)
    assert re.search(r"^\d+ masks: unknown sys call 30$", text, re.M), text
    lines = [line for line in text.splitlines() if "syscall" in line]
    assert status == 0
    first = [line.split(": ")[1] for line in lines if "trace" not in line][:1]
    assert first == ["syscall munmap -> -1"], text
    # trace asks for all numbers below 32; masks then asks for its own two.
    shown = [line.split(": ")[1] for line in lines[1:]]
    assert shown == ["syscall trace -> 0", "syscall exec -> 1", "syscall munmap -> -1"], text
