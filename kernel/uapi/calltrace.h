/* calltrace.h - system calls as records, for the program strace.
 *
 * calltrace(fd, follow): from now on a record goes to the pipe @fd at the beginning and at
 * the end of each call of the process, one when it ends, and one when a handler of a signal
 * begins.  A process that it forks later
 * does the same, if @follow is not 0.  The caller waits while the pipe is full, and
 * takes signals after that, so no record is lost; without a reader the calls go on untold.
 * -EINVAL: @fd is not the end of a pipe for writing; -EBADF; -EBUSY: it is so already.
 *
 * With CALLTRACE_COUNT in place of @fd nothing is told: the calls are counted, for the
 * program stats. */
#pragma once

#define CALLTRACE_COUNT (-2)

/* Letters of the arguments of a call.  Those that are not here are numbers in hexadecimal.
 *
 *	d int   u long   l signed long   x in hexadecimal   a address
 *	p path   D the directory where the next argument, a path, begins
 *	v strings of exec   b bytes, as many as the next argument says
 *	B bytes that the call writes there: its result says how many
 *	W an int   P two ints   S struct stat; all three as the call leaves them there
 *	O flags of open   U of unlinkat   F what fcntl is to do   h whence of lseek
 *	w options of wait4   j options of join   f op of futex
 *	g a signal   k what sigmask is to do   K a set of signals
 *	H struct signal_action   T struct signal_timer; both as the call is given them
 *	r rights of a mapping   m flags of mmap   A advice   y flags of msync   R of mremap
 *
 * X(call, letters) */
#define CALL_ARGUMENTS(X)     \
	X(exit, "d")          \
	X(wait, "W")          \
	X(pipe, "P")          \
	X(read, "dBu")        \
	X(kill, "d")          \
	X(exec, "pv")         \
	X(fstat, "dS")        \
	X(chdir, "p")         \
	X(dup, "d")           \
	X(sbrk, "dd")         \
	X(pause, "d")         \
	X(open, "pO")         \
	X(write, "dbu")       \
	X(mknod, "pdd")       \
	X(unlink, "p")        \
	X(link, "pp")         \
	X(mkdir, "p")         \
	X(close, "d")         \
	X(trace, "x")         \
	X(sysinfo, "a")       \
	X(symlink, "pp")      \
	X(mmap, "aurmdu")     \
	X(munmap, "au")       \
	X(pgaccess, "ada")    \
	X(pgpte, "a")         \
	X(sigalarm, "da")     \
	X(connect, "xdd")     \
	X(send, "dxdbu")      \
	X(recv, "daaBu")      \
	X(cpupin, "d")        \
	X(fsync, "d")         \
	X(lseek, "dlh")       \
	X(rename, "pp")       \
	X(wait4, "dWw")       \
	X(isatty, "d")        \
	X(ftruncate, "du")    \
	X(readlink, "pBu")    \
	X(mprotect, "aur")    \
	X(msync, "auy")       \
	X(madvise, "auA")     \
	X(mincore, "aua")     \
	X(mremap, "auuR")     \
	X(interpose, "xp")    \
	X(bind, "d")          \
	X(unbind, "d")        \
	X(reboot, "dd")       \
	X(procinfo, "add")    \
	X(bootarg, "pBu")     \
	X(snapshot, "ddxau")  \
	X(harvest, "dxau")    \
	X(explain, "dadau")   \
	X(job, "dd")          \
	X(setoption, "pp")    \
	X(console, "da")      \
	X(icmp_echo, "xud")   \
	X(clone, "aaaa")      \
	X(futex, "afdl")      \
	X(join, "daj")        \
	X(execve, "pva")      \
	X(usage, "a")         \
	X(poll, "aul")        \
	X(fcntl, "dFl")       \
	X(pread, "dBuu")      \
	X(pwrite, "dbuu")     \
	X(sigaction, "gHa")   \
	X(sigmask, "kK")      \
	X(sigsend, "ddg")     \
	X(sigstack, "aa")     \
	X(sigtimer, "Ta")     \
	X(sigresume, "")      \
	X(calltrace, "dd")    \
	X(openat, "DpO")      \
	X(mkdirat, "Dp")      \
	X(unlinkat, "DpU")    \
	X(renameat, "DpDp")   \
	X(linkat, "DpDpx")    \
	X(symlinkat, "pDp")   \
	X(readlinkat, "DpBu") \
	X(fchdir, "d")        \
	X(sigwait, "Kal")     \
	X(sigqueue, "dgx")    \
	X(ppoll, "aulK")

enum call_record_kind {
	CALL_BEGIN,  /* strings and bytes that the call is given */
	CALL_END,    /* bytes that it has written, and its result */
	CALL_EXIT,   /* the process ends: result is its status; the upper half is the signal
		     * that has ended it, or 0 */
	CALL_SIGNAL, /* a handler begins: result is the signal     */
};

#define CALL_TEXT 272 /* bytes of all pieces of a record           */
#define CALL_BYTES 32 /* the most bytes of a piece, but for a path */

struct call_record {
	unsigned short bytes; /* of the record, with its pieces                      */
	unsigned char kind;   /* enum call_record_kind                               */
	unsigned char zero;   /* 0                                                   */
	int pid, tid;
	unsigned int used;       /* number that the program used                     */
	unsigned int number;     /* of the call (syscalls.h); 0: there is none       */
	unsigned int reserved;   /* 0                                                */
	unsigned long long time; /* ns since boot                                    */
	unsigned long long arg[6];
	long long result; /* or -errno                                               */
	char text[CALL_TEXT];
};

/* In text, one after the other: each has its bytes after it.  An argument that has no piece
 * points to nothing that can be read.  One of kind v has a piece for each string. */
struct call_piece {
	unsigned char arg;   /* index of the argument              */
	unsigned char bytes; /* that follow                        */
	unsigned char flags; /* CALL_CUT: there are more           */
};
#define CALL_CUT 1
