#!/usr/bin/env python3
"""Keeps other kernels' names out of ours, and static functions apart.

Pagoda is written from scratch, and its functions are called noun_verb.  The names
below are xv6's: a reader who knows that kernel would expect the same function.  Names
that the interface fixes (system calls, flags, the xv6/ layer) are allowed.

Backtraces and breakpoints show a static function of the kernel by its name alone: it
has two words, the first is no verb (but for the name of the file: open_inode in
open.c), and no other file of the kernel has a static function of that name.
"""
import collections
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/mutants"))
import source  # noqa: E402

NAMES = set("""
    kalloc kfree kinit freerange mappages walkaddr uvmcreate uvmfirst uvminit uvmalloc
    uvmdealloc uvmcopy uvmunmap uvmfree uvmclear kvminit kvmmake kvmmap kvminithart
    usertrap usertrapret kerneltrap devintr clockintr trapinit trapinithart timerinit
    argint argaddr argstr argfd argraw fetchaddr fetchstr fdalloc
    bread bwrite brelse bget bpin bunpin bfree balloc bmap begin_op end_op initlog
    install_trans recover_from_log iinit ialloc iupdate iget idup ilock iunlock iput
    iunlockput itrunc readi writei stati namecmp dirlookup dirlink namex nameiparent skipelem
    filealloc filedup fileclose filestat fileread filewrite pipealloc pipeclose pipewrite
    piperead allocproc freeproc growproc proc_pagetable proc_freepagetable proc_mapstacks
    myproc mycpu initlock push_off pop_off initsleeplock acquiresleep releasesleep
    holdingsleep forkret procdump either_copyin either_copyout consputc consoleintr
    uartputc uartputc_sync uartgetc uartintr virtio_disk_rw virtio_disk_intr plicinit
    plicinithart plic_claim plic_complete
""".split())
VERBS = set("""
    add alloc allocate append apply attach begin build call change check choose claim clear close count create
    destroy do drop enter fail fill find finish flush free get give grow handle has insert is join
    keep leave load look make map mark move next note open parse pick prepare print push put read release
    remove reserve reset resolve restore run save scan send set show shrink split start stop store switch
    take tell test try undo unlink unlock unmap update use wait wake walk watch write
""".split())
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
WORD = re.compile(r"[A-Za-z_]\w*")


def statics(root):
    """(name, file) of each static function in the .c files under ROOT, but those of tests."""
    for path in sorted(root.rglob("*.c")):
        if path.name.startswith("ktest"):
            continue
        src = source.Source(path.read_text(), True)
        for name, spans in src.spans.items():
            words = src.words[spans[0][0]:spans[0][1]]
            head = words[:words.index("{")] if "{" in words else []
            if "static" in head[:4] and "(" in head and "=" not in head and name != "KTEST":
                yield name, path


def check_statics(root):
    files = collections.defaultdict(list)
    for name, path in statics(root):
        files[name].append(path)
    for name, paths in files.items():
        first, _, rest = name.partition("_")
        of_file = first in paths[0].stem.split("_")
        if not of_file and (first in VERBS or not rest and not re.search(r"\d", first)):
            yield f"{paths[0]}: {name}: a static function carries the noun of its file first"
        if len(paths) > 1:
            yield f"{', '.join(map(str, paths))}: each has a static function {name}"


def main():
    bad = checked = 0
    for folder in sys.argv[1:] or ["kernel", "user", "tools", "benches", "scope"]:
        for path in sorted(pathlib.Path(folder).rglob("*.[chS]")):
            text = NOISE.sub(lambda m: "\n" * m.group(0).count("\n"), path.read_text(errors="replace"))
            checked += 1
            for number, line in enumerate(text.splitlines(), 1):
                for name in sorted(set(WORD.findall(line)) & NAMES):
                    print(f"{path}:{number}: {name} is a name of xv6's")
                    bad += 1
    for fault in check_statics(pathlib.Path("kernel")):
        print(fault)
        bad += 1
    print(f"{checked} files, {bad} faults")
    sys.exit(bad > 0 or checked == 0)


main()
