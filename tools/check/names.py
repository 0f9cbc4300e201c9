#!/usr/bin/env python3
"""Keeps other kernels' names out of ours.

Pagoda is written from scratch, and its functions are called noun_verb.  The names
below are xv6's: a reader who knows that kernel would expect the same function.  Names
that the interface fixes (system calls, flags, the xv6/ layer) are allowed.
"""
import pathlib
import re
import sys

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
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
WORD = re.compile(r"[A-Za-z_]\w*")


def main():
    bad = checked = 0
    for folder in sys.argv[1:] or ["kernel", "user", "tools"]:
        for path in sorted(pathlib.Path(folder).rglob("*.[chS]")):
            text = NOISE.sub(lambda m: "\n" * m.group(0).count("\n"), path.read_text(errors="replace"))
            checked += 1
            for number, line in enumerate(text.splitlines(), 1):
                for name in sorted(set(WORD.findall(line)) & NAMES):
                    print(f"{path}:{number}: {name} is a name of xv6's")
                    bad += 1
    print(f"{checked} files, {bad} faults")
    sys.exit(bad > 0 or checked == 0)


main()
