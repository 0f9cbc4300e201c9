/* syscalls.h - every system call, once: X(number, name, arguments).
 * Numbers, prototypes, the dispatch table, user stubs and names in traces come from it.
 *
 * Convention: number in a7, arguments in a0..a5, result in a0, all other
 * registers kept.  A plain number returns -1 for any error, as in xv6.  The same number
 * plus SYS_NATIVE returns -errno (uapi/errno.h) instead; our picolibc layer uses that.
 *
 * Numbers 1..21 are xv6's.  Numbers 22..63 mean different calls in different years of the
 * labs, so no call has one of them: LAB_NUMBERS says which call such a number means when
 * nothing else tells.  All other calls have one number each from 64 on.
 *
 * fork()                          wait(int *status)
 * exit(int status)                pipe(int fd[2])
 * read(fd, buf, n)                kill(pid)
 * exec(path, argv)                fstat(fd, struct stat *)
 * chdir(path)                     dup(fd)
 * getpid()                        sbrk(int n, int mode)
 * pause(ticks), alias sleep       uptime() -> ticks of 100 ms
 * open(path, flags)               write(fd, buf, n)
 * mknod(path, major, minor)       unlink(path)
 * link(old, new)                  mkdir(path)
 * close(fd)                       trace(mask)
 * sysinfo(struct sysinfo *)       symlink(target, path)
 * pgaccess(va, npages, mask)      pgpte(va) -> entry or 0
 * sigalarm(ticks, handler)        sigreturn()
 * interpose(mask, path): system calls that may not be made any more, see docs/labs.md
 * pgaccess2026(va, npages, mask): an error unless all pages are mapped
 * vmprint()                       ksupernpte(uint64 *large, uint64 *small)
 * kpgtbl()                        mmap(addr, len, prot, flags, fd, offset)
 * munmap(addr, len)               mprotect(addr, len, prot)
 * cpupin(hart): the caller, and processes that it starts from now on, run on that hart
 *   only; -1: on any
 * rwlktest(reset): tests the kernel's reader-writer lock, together with three other callers
 *   that are pinned to other harts; see proc/lab/rwlktest.c
 * msync(addr, len, flags)         madvise(addr, len, advice)
 * mincore(addr, len, bytes)       mremap(addr, old_len, new_len, flags)
 * explain(pid, va, access, buf, size) -> length: why an access is refused; access
 *   0 read, 1 write, 2 execute; pid 0: the caller
 * job(how, number): what a shell tells the kernel about its jobs, see job.h
 * sync()                          fsync(fd)
 * lseek(fd, offset, whence) -> offset; whence 0 set, 1 cur, 2 end
 * reboot(how, status): how 0 power off, 1 reset, 2 for init; status: QEMU's exit status
 * procinfo(struct procinfo *, max, size) -> how many there are; size is that of one record
 *   for the caller, which gets so much of each; -EINVAL: more than the kernel has
 * procinfo_old(struct procinfo *, max): the same with records that end before `started`
 * rename(old, new)                wait4(pid or -1, int *status, options)
 * isatty(fd) -> 1 or 0            ftruncate(fd, length)
 * bootarg(name, buf, size) -> length: the value of one boot option
 * clock() -> ns since boot        readlink(path, buf, size) -> length
 * meminfo(struct meminfo *)
 * snapshot(kind, pid, start, buf, bytes) -> records: see snapshot.h
 * harvest(pid, start, buf, bytes) -> records
 * setoption(name, value): changes an option that may change at any time (snapshot.h)
 * console(how, struct console_info *): how readers get what is typed, see console.h
 * execve(path, argv, envp): exec with an environment, which the program finds at the
 *   address in a2; 0: it has none
 * usage(struct usage *): processor time of the process and its children
 * poll(struct pollfd *, n, ns) -> how many are ready: waits for one, at most so long; ns
 *   less than 0: for ever; see poll.h
 * fcntl(fd, how, arg): see fcntl.h
 * calltrace(fd, follow): tells a pipe what calls the process makes, or counts
 *   them; see calltrace.h
 * pread(fd, buf, n, offset)       pwrite(fd, buf, n, offset)
 * openat(dir, path, flags), mkdirat, ...: a relative path begins at the directory that
 *   descriptor dir has open; see fcntl.h
 * unlinkat(dir, path, flags): removes what is no directory, or with AT_REMOVES an empty one
 * fchdir(dir)
 *
 * The network.  Addresses and ports are in host byte order: 10.0.2.2 is 0x0a000202.
 * connect(addr, own_port, port) -> fd: read takes one datagram, write sends one; own_port
 *   0: any
 * bind(port)                      unbind(port)
 * send(own_port, addr, port, buf, n) -> 0
 * recv(port, uint *addr, ushort *from_port, buf, n) -> bytes; the pointers may be NULL
 * icmp_echo(addr, n, ms) -> ns until the reply to an echo request with n bytes came
 *
 * Threads.
 * clone(fn, arg, stack, tls) -> tid: one more thread of the process, which calls fn(arg)
 *   with sp = stack, rounded down to 16 bytes, and tp = tls; fn must not return
 * leave(value): ends the calling thread, and with the last one the process
 * join(tid or -1, u64 *value, options) -> tid of a thread that has ended: see thread.h
 * gettid() -> that of the calling thread; the first one's is the pid
 * futex(word, op, value, timeout): see thread.h
 *
 * Signals: see signal.h.
 * sigaction(sig, new, old)        sigmask(how, set) -> the old mask
 * sigsend(pid, tid, sig)          sigstack(new, old): the alternate stack
 * sigtimer(new, old)              sigresume(): a handler returns
 * sigwait(set, siginfo_t *, deadline) -> a signal of the set; deadline: ns since boot, less
 *   than 0: none
 * sigqueue(pid, sig, value)
 * ppoll(struct pollfd *, n, ns, mask): poll with another mask of signals */
#pragma once

#define SYS_NATIVE 0x1000

/* Those of xv6. */
#define XV6_CALLS(X)     \
	X(1, fork, 0)    \
	X(2, exit, 1)    \
	X(3, wait, 1)    \
	X(4, pipe, 1)    \
	X(5, read, 3)    \
	X(6, kill, 1)    \
	X(7, exec, 2)    \
	X(8, fstat, 2)   \
	X(9, chdir, 1)   \
	X(10, dup, 1)    \
	X(11, getpid, 0) \
	X(12, sbrk, 2)   \
	X(13, pause, 1)  \
	X(14, uptime, 0) \
	X(15, open, 2)   \
	X(16, write, 3)  \
	X(17, mknod, 3)  \
	X(18, unlink, 1) \
	X(19, link, 2)   \
	X(20, mkdir, 1)  \
	X(21, close, 1)

/* Those of the labs that LAB_NUMBERS has, with their numbers here. */
#define LAB_CALLS(X)        \
	X(88, trace, 1)     \
	X(89, sysinfo, 1)   \
	X(90, symlink, 2)   \
	X(91, mmap, 6)      \
	X(92, munmap, 2)    \
	X(93, pgaccess, 3)  \
	X(94, pgpte, 1)     \
	X(95, kpgtbl, 0)    \
	X(97, sigalarm, 2)  \
	X(98, sigreturn, 0) \
	X(99, connect, 3)   \
	X(102, send, 5)     \
	X(103, recv, 5)     \
	X(104, rwlktest, 1) \
	X(105, cpupin, 1)

/* Others of the labs, and those of POSIX. */
#define OTHER_CALLS(X)      \
	X(64, sync, 0)      \
	X(65, fsync, 1)     \
	X(66, lseek, 3)     \
	X(69, rename, 2)    \
	X(70, wait4, 3)     \
	X(71, isatty, 1)    \
	X(72, ftruncate, 2) \
	X(75, readlink, 3)  \
	X(79, mprotect, 3)  \
	X(80, msync, 3)     \
	X(81, madvise, 3)   \
	X(82, mincore, 3)   \
	X(83, mremap, 4)    \
	X(96, interpose, 2) \
	X(100, bind, 1)     \
	X(101, unbind, 1)   \
	X(106, vmprint, 0)  \
	X(107, ksupernpte, 2)

/* Those that only this kernel has.  A program that was built elsewhere means something else
 * by such a name, so the names of stubs do not lead here. */
#define PRIVATE_CALLS(X)        \
	X(67, reboot, 2)        \
	X(68, procinfo_old, 2)  \
	X(73, bootarg, 3)       \
	X(74, clock, 0)         \
	X(76, meminfo, 1)       \
	X(77, snapshot, 5)      \
	X(78, harvest, 4)       \
	X(84, explain, 5)       \
	X(85, job, 2)           \
	X(86, setoption, 2)     \
	X(87, console, 2)       \
	X(108, pgaccess2026, 3) \
	X(109, icmp_echo, 3)    \
	X(110, clone, 4)        \
	X(111, futex, 4)        \
	X(112, join, 3)         \
	X(113, leave, 1)        \
	X(114, gettid, 0)       \
	X(115, execve, 3)       \
	X(116, usage, 1)        \
	X(117, poll, 3)         \
	X(118, fcntl, 3)        \
	X(119, pread, 4)        \
	X(120, pwrite, 4)       \
	X(121, sigaction, 3)    \
	X(122, sigmask, 2)      \
	X(123, sigsend, 3)      \
	X(124, sigstack, 2)     \
	X(126, sigtimer, 2)     \
	X(127, sigresume, 0)    \
	X(130, calltrace, 2)    \
	X(131, procinfo, 3)     \
	X(140, openat, 3)       \
	X(141, mkdirat, 2)      \
	X(142, unlinkat, 3)     \
	X(143, renameat, 4)     \
	X(144, linkat, 5)       \
	X(145, symlinkat, 3)    \
	X(146, readlinkat, 4)   \
	X(147, fchdir, 1)       \
	X(148, sigwait, 3)      \
	X(149, sigqueue, 3)     \
	X(150, ppoll, 4)

#define OWN_CALLS(X) OTHER_CALLS(X) PRIVATE_CALLS(X)
#define SYSCALLS(X) XV6_CALLS(X) LAB_CALLS(X) OWN_CALLS(X)

/* X(number, name): the numbers 22..63 as most years have them, for programs whose stubs
 * have no name; and the bits that these calls have in the mask of trace(). */
#define LAB_NUMBER_FIRST 22
#define LAB_NUMBER_LAST 63
#define LAB_NUMBERS(X)   \
	X(22, trace)     \
	X(23, sysinfo)   \
	X(24, sigalarm)  \
	X(25, sigreturn) \
	X(26, symlink)   \
	X(27, mmap)      \
	X(28, munmap)    \
	X(29, connect)   \
	X(30, pgaccess)  \
	X(31, send)      \
	X(32, recv)      \
	X(33, pgpte)     \
	X(34, kpgtbl)    \
	X(35, rwlktest)  \
	X(36, cpupin)
