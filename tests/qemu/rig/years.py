"""Makes programs as the Makefiles of the labs make them: one stub for each system call, all in one
file in the order of that year, names kept, linked at 0."""
import subprocess

BASE = [("fork", 1), ("exit", 2), ("wait", 3), ("pipe", 4), ("read", 5), ("write", 16), ("close", 21),
        ("kill", 6), ("exec", 7), ("open", 15), ("mknod", 17), ("unlink", 18), ("fstat", 8), ("link", 19),
        ("mkdir", 20), ("chdir", 9), ("dup", 10), ("getpid", 11), ("sbrk", 12), ("sleep", 13), ("uptime", 14)]

# From here on sbrk() has a mode, sleep is called pause, and programs begin at `start`.
MODERN = 2025

NET_2024 = [("bind", 29), ("unbind", 30), ("send", 31), ("recv", 32), ("pgpte", 33), ("kpgtbl", 34)]
FIXED = {  # what MIT's own trees have
    "2020": [("connect", 29)],
    "2021": [("connect", 29), ("pgaccess", 30)],
    "2024": NET_2024,
    "2025": NET_2024,
    "2025lock": NET_2024 + [("rwlktest", 35), ("cpupin", 36)],
    "2026base": [("sync", 22)],
    "2026": [("sync", 22), ("bind", 30), ("unbind", 31), ("send", 32), ("recv", 33), ("pgpte", 34),
             ("vmprint", 35), ("rwlktest", 36), ("cpupin", 37), ("pgaccess", 38), ("ksupernpte", 39)],
}


def is_modern(year):
    return int(year[:4]) >= MODERN


def stubs(year, lab):
    rename = {"sleep": "pause", "sbrk": "sys_sbrk"} if is_modern(year) else {}
    lines = []
    for name, number in BASE + lab:
        name = rename.get(name, name)
        lines.append(f".global {name}\n{name}:\n li a7, {number}\n ecall\n ret\n")
    return "".join(lines)


LIBRARY = """
int strlen(const char *s) { int n = 0; while (s[n]) n++; return n; }
#if MODERN
char *sys_sbrk(int n, int mode);
char *sbrk(int n) { return sys_sbrk(n, 1); }
char *sbrklazy(int n) { return sys_sbrk(n, 2); }
#else
char *sbrk(int n);
#endif
void *malloc(int n) { return sbrk(n); }
int main(int argc, char **argv);
void exit(int) __attribute__((noreturn));
void start(int argc, char **argv) { exit(main(argc, argv)); }
"""


# From 2022 on the data begins at a page of its own.
TWO_SEGMENTS = """
SECTIONS {
	. = 0;
	.text : { *(.text .text.*) *(.rodata .rodata.* .srodata .srodata.*) }
	. = ALIGN(4096);
	.data : { *(.data .data.* .sdata .sdata.* .bss .bss.* .sbss .sbss.* COMMON) }
}
"""


def make(folder, name, year, lab, source, strip=False):
    """Compiles @source, which has a main() that calls exit(), with the stubs of @lab.  Returns the path."""
    paths = []
    for part, text in (("main.c", source), ("ulib.c", LIBRARY), ("usys.S", stubs(year, lab))):
        path = folder / f"{name}-{part}"
        path.write_text(text)
        paths.append(str(path))
    program = folder / name
    layout = ["-Wl,-N,-Ttext,0"]
    if int(year[:4]) >= 2022:
        script = folder / "user.ld"
        script.write_text(TWO_SEGMENTS)
        layout = [f"-Wl,-z,max-page-size=4096,-T,{script}"]
    subprocess.run(["riscv64-unknown-elf-gcc", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-O", "-ggdb",
                    "-fno-omit-frame-pointer", "-ffreestanding", "-fno-common", "-nostdlib", "-mno-relax",
                    "-fno-stack-protector", "-fno-pie", "-w", f"-DMODERN={int(is_modern(year))}",
                    "-Wl,-e," + ("start" if int(year[:4]) >= 2024 else "main"), *layout,
                    *(["-s"] if strip else []), "-o", str(program), *paths], check=True)
    return program
