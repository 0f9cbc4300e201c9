"""Commands for gdb that know Pagoda's structures.

    user [NAME]   symbols of the user program NAME (default: the current process's)
    kbreak NAME   a breakpoint at the kernel's function NAME, not the program's
    ubreak PROGRAM PLACE   a breakpoint in PROGRAM alone: ubreak cat main
    proc [PID]    the current process, or process PID
    procs         all processes
    areas [PID]   the areas of its address space

QEMU lets gdb see memory as the selected processor sees it now, and in user mode
that is user memory only.  So all kernel structures are read here by physical
address, which always works: the kernel image and the direct map are linear.
"""
import os
import struct

import gdb
import gdb.types

IMAGE_BASE = 0xFFFFFFFF00000000   # kernel.ld: virtual minus physical address
DIRECT_BASE = 0xFFFFFFC000000000  # mm/phys/kmap.h
USER_END = 1 << 38
VMA_SHARED = 1                     # mm/space/vma.h
MASK = (1 << 64) - 1

PROGRAM_FOLDERS = [os.path.join(os.environ.get("BUILD") or "build", kind) for kind in ("user", "prog", "xv6", "guest")]


class PagodaError(gdb.GdbError):
    pass


# --- kernel memory --------------------------------------------------------------

def physical(va):
    if va >= IMAGE_BASE:
        return va - IMAGE_BASE
    if DIRECT_BASE <= va < DIRECT_BASE + (1 << 37):
        return va - DIRECT_BASE
    raise PagodaError(f"{va:#x} is neither in the kernel image nor in the direct map")


def read(va, size):
    """Bytes at the kernel address va, in whatever mode the processors are."""
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    try:
        return bytes(gdb.selected_inferior().read_memory(physical(va), size))
    except gdb.MemoryError:
        raise PagodaError(f"cannot read kernel memory at {va:#x}")
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def read_struct(va, type_name):
    """The struct at va as a gdb.Value that needs no further reading."""
    kind = gdb.lookup_type(type_name)
    return gdb.Value(read(va, kind.sizeof), kind)


def address_of(name):
    symbol = gdb.lookup_global_symbol(name)
    if symbol is None:
        raise PagodaError(f"no symbol '{name}': is kernel/kernel loaded (symbol-file kernel/kernel)?")
    return number(symbol.value().address)


def number(value):
    return int(value.cast(gdb.lookup_type("unsigned long"))) & MASK


def text(value):
    """A char array as text."""
    raw = bytes(int(value[i]) & 0xFF for i in range(value.type.sizeof))
    return raw.split(b"\0")[0].decode(errors="replace")


def offset_of(type_name, field):
    for f in gdb.lookup_type(type_name).fields():
        if f.name == field:
            return f.bitpos // 8
    raise PagodaError(f"{type_name} has no field {field}")


def list_entries(head, type_name, link):
    """The structs of a circular list, by address; stops at a broken one."""
    offset = offset_of(type_name, link)
    next_offset = offset_of("struct list", "next")
    at = struct.unpack("<Q", read(head + next_offset, 8))[0]
    for _ in range(10000):
        if at == head or at == 0:
            return
        yield at - offset
        at = struct.unpack("<Q", read(at + next_offset, 8))[0]
    print("(the list does not end)")


# --- processes ------------------------------------------------------------------

class Process:
    def __init__(self, va):
        self.va = va
        self.value = read_struct(va, "struct proc")
        self.pid = int(self.value["pid"])
        self.name = text(self.value["thread"]["name"])
        self.space = number(self.value["as"])

    def state(self):
        if self.value["zombie"]:
            return "zombie"
        kinds = {v: k for k, v in gdb.types.make_enum_dict(gdb.lookup_type("enum thread_state")).items()}
        state = int(self.value["thread"]["state"])
        return kinds.get(state, str(state)).replace("THREAD_", "").lower()

    def parent(self):
        """The parent's pid; 0 of init, which is its own parent in the kernel."""
        va = number(self.value["parent"])
        pid = int(read_struct(va, "struct proc")["pid"]) if va else 0
        return 0 if pid == self.pid else pid


def processes():
    base = address_of("procs")
    size = gdb.lookup_type("struct proc").sizeof
    count = gdb.lookup_global_symbol("procs").type.sizeof // size
    for i in range(count):
        found = Process(base + i * size)
        if found.pid:
            yield found


def selected_hart():
    """The struct hart of the processor that gdb has selected."""
    thread = gdb.selected_thread()
    if thread is None:
        raise PagodaError("no processor is selected: is the machine running?")
    base = address_of("harts")
    size = gdb.lookup_type("struct hart").sizeof
    started = struct.unpack("<I", read(address_of("nharts"), 4))[0]
    for i in range(started):
        hart = read_struct(base + i * size, "struct hart")
        # QEMU numbers its processors as the device tree does; gdb from 1.
        if int(hart["cpu"]["hartid"]) == thread.num - 1:
            return hart
    raise PagodaError("this processor does not run the kernel (yet)")


def current_process():
    """The process that runs on the selected processor, or None."""
    thread = read_struct(number(selected_hart()["cpu"]["thread"]), "struct thread")
    proc = number(thread["proc"])
    return Process(proc) if proc else None


def chosen_process(argument):
    if not argument:
        found = current_process()
        if found is None:
            raise PagodaError("no process runs on this processor: 'procs' lists all,"
                              " 'thread N' selects another processor")
        return found
    try:
        pid = int(argument)
    except ValueError:
        raise PagodaError(f"'{argument}' is not a process number")
    for found in processes():
        if found.pid == pid:
            return found
    raise PagodaError(f"there is no process {pid}")


# --- commands -------------------------------------------------------------------

class PagodaPrefix(gdb.Command):
    """Commands for Pagoda: user, kbreak, ubreak, proc, procs, areas.

user [NAME]   symbols of the user program NAME (default: the current process's)
kbreak NAME   a breakpoint at the kernel's function NAME, not the program's
ubreak PROGRAM PLACE   a breakpoint in PROGRAM alone: ubreak cat main
proc [PID]    the current process, or process PID
procs         all processes
areas [PID]   the areas of its address space"""

    def __init__(self):
        super().__init__("pagoda", gdb.COMMAND_SUPPORT)

    def invoke(self, argument, from_tty):
        print(self.__doc__)


class UserCommand(gdb.Command):
    """Load the symbols of a user program: user NAME.
Without NAME, those of the process that runs on the selected processor.
All programs are linked at 0x10000, those of xv6 at 0, so the last one loaded is
dropped."""

    loaded = None

    def __init__(self):
        super().__init__("user", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    @staticmethod
    def find(name):
        for folder in PROGRAM_FOLDERS:
            for path in (f"{folder}/{name}.sym", f"{folder}/{name}"):
                if os.path.exists(path):
                    return path
        raise PagodaError(f"no program '{name}' in {', '.join(PROGRAM_FOLDERS)}")

    def invoke(self, argument, from_tty):
        name = argument.strip() or chosen_process("").name
        path = self.find(name)
        if UserCommand.loaded:
            gdb.execute(f"remove-symbol-file {UserCommand.loaded}", to_string=True)
            UserCommand.loaded = None
        gdb.execute(f"add-symbol-file {path}", to_string=True)
        UserCommand.loaded = os.path.realpath(path)
        print(f"symbols of {path}")


class KbreakCommand(gdb.Command):
    """Set a breakpoint at a function of the kernel: kbreak FUNCTION.
With the symbols of a program loaded, `break` takes its functions of that name as
well: its stubs of the system calls, and memset, kill, ...  This one is set at an
address, so loading another program's symbols does not change it."""

    def __init__(self):
        super().__init__("kbreak", gdb.COMMAND_BREAKPOINTS, gdb.COMPLETE_SYMBOL)

    def invoke(self, argument, from_tty):
        name = argument.strip()
        for symbol in gdb.lookup_static_symbols(name) + [gdb.lookup_global_symbol(name)]:
            if symbol and symbol.type.code == gdb.TYPE_CODE_FUNC:
                try:
                    address = number(symbol.value().address)
                except gdb.error:  # inlined everywhere
                    continue
                if address >= IMAGE_BASE:
                    gdb.execute(f"break *{address:#x}")
                    return
        # The compiler has put it into its callers: a stop in each of them.
        try:
            found = (gdb.decode_line(name)[1] or ()) if name.isidentifier() else ()
        except gdb.error:
            found = ()
        inlined = sorted({line.pc for line in found if line.pc >= IMAGE_BASE})
        for address in inlined:
            gdb.execute(f"break *{address:#x}")
        if not inlined:
            raise PagodaError(f"the kernel has no function '{name}'")


class ProgramBreakpoint(gdb.Breakpoint):
    """At an address of user mode, where every program has its own text: stops only on a
    processor that runs the program."""

    def __init__(self, program, address):
        super().__init__(f"*{address:#x}")
        self.program = program

    def stop(self):
        found = current_process()
        return found is not None and found.name == self.program


class UbreakCommand(gdb.Command):
    """Set a breakpoint in one program: ubreak PROGRAM PLACE.
PLACE is what `break` takes: a function, FILE:LINE, ...  Loads the symbols of PROGRAM,
as `user PROGRAM` does.  `break` stops in all programs that come to the address, as all
are linked alike; this one checks which process the processor runs."""

    def __init__(self):
        super().__init__("ubreak", gdb.COMMAND_BREAKPOINTS, gdb.COMPLETE_SYMBOL)

    def invoke(self, argument, from_tty):
        words = argument.split(maxsplit=1)
        if len(words) != 2:
            raise PagodaError("ubreak PROGRAM PLACE, for example: ubreak cat main")
        program, place = words
        gdb.execute(f"user {program}")
        try:
            found = gdb.decode_line(place)[1] or ()
        except gdb.error as error:
            raise PagodaError(str(error))
        addresses = sorted({line.pc for line in found if line.pc < USER_END})
        if not addresses:
            raise PagodaError(f"{program} has no '{place}'")
        for address in addresses:
            ProgramBreakpoint(program, address)


class ProcCommand(gdb.Command):
    """Show the process on the selected processor, or: proc PID."""

    def __init__(self):
        super().__init__("proc", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        p = chosen_process(argument.strip())
        print(f"process {p.pid} ({p.name}), {p.state()}, parent {p.parent()}")
        print(f"  (struct proc *){p.va:#x}, address space {p.space:#x}")
        if p.space:
            space = read_struct(p.space, "struct aspace")
            print(f"  break {int(space['brk']):#x}, {int(space['resident'])} pages resident")
        tf = number(p.value["thread"]["tf"])
        if tf:
            frame = read_struct(tf, "struct trapframe")
            print(f"  user pc {int(frame['pc']):#x} when it last entered the kernel")


class ProcsCommand(gdb.Command):
    """List all processes."""

    def __init__(self):
        super().__init__("procs", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        print("  PID PARENT STATE    NAME")
        for p in processes():
            print(f"{p.pid:5} {p.parent():6} {p.state():8} {p.name}")


class AreasCommand(gdb.Command):
    """Show the areas of the current process's address space, or: areas PID."""

    def __init__(self):
        super().__init__("areas", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        p = chosen_process(argument.strip())
        if not p.space:
            print(f"process {p.pid} has no address space any more")
            return
        kinds = {v: k for k, v in gdb.types.make_enum_dict(gdb.lookup_type("enum vma_kind")).items()}
        head = p.space + offset_of("struct aspace", "areas") + offset_of("struct vma_set", "areas")
        for va in list_entries(head, "struct vma", "link"):
            area = read_struct(va, "struct vma")
            prot = int(area["prot"])
            rights = "".join(c if prot & 1 << i else "-" for i, c in enumerate("rwx"))
            extra = "shared" if int(area["flags"]) & VMA_SHARED else ""
            kind = kinds.get(int(area["kind"]), "?").replace("VMA_", "")
            print(f"{int(area['start']):#14x} - {int(area['end']):#14x} {rights} {kind:7} {extra}".rstrip())


for command in (PagodaPrefix, UserCommand, KbreakCommand, UbreakCommand, ProcCommand, ProcsCommand, AreasCommand):
    command()
