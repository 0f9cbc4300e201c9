/* t_failed.c - a call that fails has changed nothing.
 *
 * A new call of uapi/syscalls.h must get rows here: without rows_NAME this file does not
 * compile.  A row tries the call with none of a resource left, then with one, two and three
 * of it left.  After each try the whole resource is given back, and the process and its
 * files must be as they were before.  If the row says that it `needs` the resource, the
 * first try must fail.  At last, with the whole resource back, the call must work: then it
 * was the lack of the resource that made it fail.
 *
 * What a row does not state is tested, too.  A call that states NOTHING must work with none
 * left of each resource in turn.  So must the others, for the resources that are quickly
 * used up.
 *
 * A failed call may have filled a part of the memory that it was to fill, and a part of a
 * long write() may be in the file (docs/abi.md).  Inode slots cannot be exhausted here, as
 * there are as many as the image has inodes; tests/host/fs exhausts them. */
#include "t_failed.h"
#include "uapi/thread.h"

long reboot(int how, int status);
long clone(void (*fn)(word arg), word arg, void *stack, void *tls);
long join(int tid, word *value, int options);
void leave(word value) __attribute__((noreturn));
long gettid(void);

struct row {
	const char *what; /* NULL ends the rows */
	long (*call)(void);
	void (*undo)(void); /* after a success; NULL: the last try */
	unsigned needs;     /* fails without these */
	unsigned uses;      /* may fail without these */
};

#define END                            \
	{                              \
		NULL, NULL, NULL, 0, 0 \
	}
#define STEPS 4

/* --- the rows ---------------------------------------------------------------- */

#define CALL(name, ...)                                 \
	static long call_##name(void)                   \
	{                                               \
		return world.got = (long)(__VA_ARGS__); \
	}
#define UNDO(name, ...)               \
	static void undo_##name(void) \
	{                             \
		__VA_ARGS__;          \
	}
#define ROWS(call, ...) static const struct row rows_##call[] = { __VA_ARGS__, END }

UNDO(nothing, (void)0)

/* A call that works whatever is used up.  The expression must leave all as it was, and must
 * give nothing back that a later one could use. */
#define NOTHING(call, ...)      \
	CALL(call, __VA_ARGS__) \
	ROWS(call, { "", call_##call, undo_nothing, 0, 0 })

static enum resource without_now;

/* processes */
static long call_fork(void)
{
	long pid = fork();

	if (pid == 0)
		exit(0);
	return pid > 0 ? wait4((int)pid, 0, 0) : pid;
}

static long call_exec(void)
{
	return exec(test_self, (char *[]){ "abitest", "@ran", 0 });
}

/* The image has a large stack, so it gets the environment. */
static long call_execve(void)
{
	char *argv[] = { "true", 0 }, *envp[] = { "A=B", 0 };

	return ecall_raw((long)"/true", (long)argv, (long)envp, 0, 0, 0, 115);
}

ROLE(ran)
{
	(void)argc;
	(void)argv;
	return 3;
}

/* A process that waits already does it. */
static long call_exit(void)
{
	EQ(close(world.leave), 0);
	world_await(world.leaver, PS_ZOMBIE);
	return 0;
}

CALL(wait, wait(LAZY_PAGE))
CALL(wait4, wait4((int)world.zombie, LAZY_PAGE, 0))
UNDO(exit, int status; EQ(wait4((int)world.leaver, &status, 0), world.leaver);
     EQ(status, 0))
UNDO(wait, zombie_make())
ROWS(fork, { "", call_fork, undo_nothing, BIT(FRAMES) | BIT(AREAS) | BIT(PROCESSES), 0 });
ROWS(exec, { "", call_exec, NULL, BIT(FRAMES) | BIT(AREAS), 0 });
ROWS(execve, { "", call_execve, NULL, BIT(FRAMES) | BIT(AREAS), 0 });
ROWS(wait, { "status", call_wait, undo_wait, BIT(FRAMES), 0 });
ROWS(wait4, { "status", call_wait4, undo_wait, BIT(FRAMES), 0 });
ROWS(exit, { "", call_exit, undo_exit, 0, 0 });
NOTHING(kill, kill((int)world.zombie));
NOTHING(getpid, getpid());
NOTHING(gettid, gettid());

/* threads */
static word thread_stack[256];
static long gone; /* a thread that can be joined, if more than 0 */

static long thread_start(void)
{
	return clone(leave, 1, thread_stack + COUNT(thread_stack), 0);
}

static long call_clone(void)
{
	long tid = thread_start();

	return tid > 0 ? join((int)tid, 0, 0) : tid;
}

static long call_join(void)
{
	long result;

	if (gone <= 0)
		gone = thread_start();
	result = join((int)gone, LAZY_PAGE, 0);
	if (result > 0)
		gone = 0;
	return result;
}

CALL(futex,
     ecall_raw((long)LAZY_PAGE, FUTEX_WAIT, 1, 0, 0, 0, SYS_NATIVE + 111) == -11 ? 0 : -1)
ROWS(clone, { "", call_clone, undo_nothing, BIT(PROCESSES), 0 });
ROWS(leave, { "as a new thread", call_clone, undo_nothing, BIT(PROCESSES), 0 });
ROWS(join, { "value", call_join, undo_nothing, BIT(FRAMES), BIT(PROCESSES) });
ROWS(futex, { "", call_futex, undo_nothing, BIT(FRAMES), 0 });
NOTHING(pause, pause(0));
NOTHING(uptime, uptime());
NOTHING(clock, clock());
NOTHING(trace, trace(0));
NOTHING(sigreturn, sigreturn() == -1 ? 0 : -1);
CALL(sigalarm, sigalarm(1000000, 0))
CALL(interpose, interpose((int)(1u << 31), "x"))
UNDO(alarm, EQ(sigalarm(0, 0), 0))
ROWS(sigalarm, { "", call_sigalarm, undo_alarm, BIT(FRAMES), 0 });
ROWS(interpose, { "", call_interpose, undo_nothing, BIT(FRAMES), 0 });
NOTHING(job, job(JOB_INTERRUPTED));
NOTHING(cpupin, cpupin(-1));
NOTHING(rwlktest, rwlktest(1)); /* not pinned, so no member of a group */

/* When it works, the machine ends. */
NOTHING(reboot, reboot(-1, 0) == -1 ? 0 : -1);

/* descriptors */
static int *pipe_fds;

CALL(dup, dup(world.f))
CALL(pipe, pipe(pipe_fds = LAZY_PAGE))
UNDO(close, EQ(close(world.got), 0))
UNDO(pipe, EQ(close(pipe_fds[0]), 0); EQ(close(pipe_fds[1]), 0))
ROWS(dup, { "", call_dup, undo_close, BIT(DESCRIPTORS), 0 });
ROWS(pipe, { "", call_pipe, undo_pipe, BIT(DESCRIPTORS) | BIT(FILES) | BIT(FRAMES), 0 });
CALL(fcntl, fcntl(world.f, FCNTL_DUP, 0))
CALL(poll, poll(LAZY_PAGE, 1, 0))
CALL(pread, pread(world.f, LAZY_PAGE, 100, 5))
CALL(usage, usage(LAZY_PAGE))
ROWS(fcntl, { "copy", call_fcntl, undo_close, BIT(DESCRIPTORS), 0 });
ROWS(poll, { "", call_poll, undo_nothing, BIT(FRAMES), 0 });
ROWS(pread, { "", call_pread, undo_nothing, BIT(FRAMES), 0 });
ROWS(usage, { "", call_usage, undo_nothing, BIT(FRAMES), 0 });
NOTHING(close, close(world.spare) == 0 && dup(world.w) == world.spare ? 0 : -1);
NOTHING(isatty, isatty(world.f));
/* What works would tell of all calls after it. */
NOTHING(calltrace, calltrace(world.f, 0) == -1 ? 0 : -1);
NOTHING(lseek, lseek(world.f, 1024, 0));

/* files */
CALL(read, read(world.f, LAZY_PAGE, 100))
CALL(read_pipe, read(world.pipe[0], LAZY_PAGE, 2))
CALL(write, write(world.w, "x", 1))
CALL(write_lazy, write(world.w, LAZY_PAGE, 1))
CALL(write_pipe, write(world.pipe[1], LAZY_PAGE, 1))
CALL(ftruncate, ftruncate(world.f, F_SIZE + 2000))
CALL(console, console(CONSOLE_LINES, LAZY_PAGE))
CALL(fstat, fstat(world.f, LAZY_PAGE))
UNDO(read, EQ(lseek(world.f, 1024, 0), 1024))
UNDO(write, EQ(ftruncate(world.w, W_SIZE), 0); EQ(lseek(world.w, W_SIZE, 0), W_SIZE))
UNDO(ftruncate, EQ(ftruncate(world.f, F_SIZE), 0))
UNDO(in_pipe, pipe_fill())
ROWS(read, { "file", call_read, undo_read, BIT(FRAMES), 0 },
     { "pipe", call_read_pipe, undo_in_pipe, BIT(FRAMES), 0 });
ROWS(write, { "at the end", call_write, undo_write, BIT(BLOCKS), BIT(FRAMES) },
     { "from a new page", call_write_lazy, undo_write, BIT(FRAMES), 0 },
     { "pipe", call_write_pipe, undo_in_pipe, BIT(FRAMES), 0 });
ROWS(ftruncate, { "longer", call_ftruncate, undo_ftruncate, 0, BIT(FRAMES) });
ROWS(console, { "", call_console, undo_nothing, BIT(FRAMES), 0 });
ROWS(fstat, { "", call_fstat, undo_nothing, BIT(FRAMES), 0 });
CALL(pwrite, pwrite(world.w, LAZY_PAGE, 1, W_SIZE))
ROWS(pwrite, { "", call_pwrite, undo_write, BIT(FRAMES), 0 });

/* Signal 20 does nothing, and is kept if it is blocked. */
static long raised_in_sigwait(void)
{
	long set = 1l << 20, got, old = ecall_raw(1, set, 0, 0, 0, 0, 122);

	if (old < 0)
		return old;
	ecall_raw(getpid(), 0, 20, 0, 0, 0, 123);
	got = ecall_raw(set, (long)LAZY_PAGE, 0, 0, 0, 0, 148);
	if (got != 20)
		EQ(ecall_raw(set, 0, 0, 0, 0, 0, 148), 20);
	ecall_raw(0, old, 0, 0, 0, 0, 122);
	return got;
}

CALL(sigaction, ecall_raw(30, 0, (long)LAZY_PAGE, 0, 0, 0, 121))
CALL(sigmask, ecall_raw(1, 0, 0, 0, 0, 0, 122))
CALL(sigstack, ecall_raw(0, (long)LAZY_PAGE, 0, 0, 0, 0, 124))
CALL(sigtimer, ecall_raw(0, (long)LAZY_PAGE, 0, 0, 0, 0, 126))
ROWS(sigaction, { "", call_sigaction, undo_nothing, BIT(FRAMES), 0 });
ROWS(sigmask, { "", call_sigmask, undo_nothing, 0, BIT(FRAMES) });
ROWS(sigstack, { "", call_sigstack, undo_nothing, BIT(FRAMES), 0 });
ROWS(sigtimer, { "", call_sigtimer, undo_nothing, BIT(FRAMES), 0 });
NOTHING(sigsend, ecall_raw(getpid(), 0, 20, 0, 0, 0, 123));
CALL(sigwait, raised_in_sigwait())
CALL(ppoll, ecall_raw((long)LAZY_PAGE, 1, 0, 0, 0, 0, 150))
ROWS(sigwait, { "", call_sigwait, undo_nothing, BIT(FRAMES), 0 });
ROWS(ppoll, { "", call_ppoll, undo_nothing, BIT(FRAMES), 0 });
NOTHING(sigqueue, ecall_raw(getpid(), 20, 5, 0, 0, 0, 149));
NOTHING(sigresume, ecall_raw(0, 0, 0, 0, 0, 0, 127) == -1 ? 0 : -1);
NOTHING(sync, sync());
NOTHING(fsync, fsync(world.w));

/* names */
CALL(open, open("n", O_CREATE | O_RDWR))
CALL(open_full, open("d/n", O_CREATE | O_RDWR))
CALL(open_trunc, open("f", O_TRUNC | O_RDWR))
CALL(open_both, open("f", O_CREATE | O_TRUNC | O_RDWR))
CALL(mknod, mknod("n", 9, 0))
CALL(mknod_full, mknod("d/n", 9, 0))
CALL(mkdir, mkdir("n"))
CALL(mkdir_full, mkdir("d/n"))
CALL(symlink, symlink("x", "n"))
CALL(symlink_full, symlink("x", "d/n"))
CALL(link_full, link("w", "d/n"))
CALL(rename_full, rename("w", "d/n"))
CALL(readlink, readlink("s", LAZY_PAGE, 10))
CALL(unlink, unlink("d/0"))
UNDO(unlink, EQ(link("f", "d/0"), 0))
UNDO(node, EQ(unlink("n"), 0))
UNDO(open, EQ(close(world.got), 0); EQ(unlink("n"), 0))
UNDO(open_trunc, EQ(close(world.got), 0); file_make("f", F_SIZE, 7))

/* A directory that has grown does not shrink again. */
UNDO(full, full_remove(); full_make())
UNDO(open_full, EQ(close(world.got), 0); undo_full())
UNDO(rename, EQ(rename("d/n", "w"), 0); undo_full())
#define OPENING (BIT(DESCRIPTORS) | BIT(FILES))
ROWS(open, { "new", call_open, undo_open, OPENING | BIT(INODES), BIT(FRAMES) },
     { "new, full directory", call_open_full, undo_open_full, OPENING | BIT(BLOCKS), 0 },
     { "O_TRUNC", call_open_trunc, undo_open_trunc, OPENING, 0 },
     { "O_CREATE and O_TRUNC", call_open_both, undo_open_trunc, OPENING, 0 });
ROWS(mknod, { "", call_mknod, undo_node, BIT(INODES), 0 },
     { "full directory", call_mknod_full, undo_full, BIT(BLOCKS), 0 });
ROWS(mkdir, { "", call_mkdir, undo_node, BIT(INODES) | BIT(BLOCKS), 0 },
     { "full directory", call_mkdir_full, undo_full, BIT(INODES) | BIT(BLOCKS), 0 });
ROWS(symlink, { "", call_symlink, undo_node, BIT(INODES) | BIT(BLOCKS), 0 },
     { "full directory", call_symlink_full, undo_full, BIT(INODES) | BIT(BLOCKS), 0 });
ROWS(link, { "full directory", call_link_full, undo_full, BIT(BLOCKS), 0 });
ROWS(rename, { "full directory", call_rename_full, undo_rename, BIT(BLOCKS), 0 });
ROWS(readlink, { "", call_readlink, undo_nothing, BIT(FRAMES), 0 });
ROWS(unlink, { "", call_unlink, undo_unlink, 0, 0 });
NOTHING(chdir, chdir("d") == 0 ? chdir("..") : -1);

/* The same for a path that begins at a directory: the current one, as a descriptor for
 * another would be one more resource. */
#define AT(number, a, b, c, d) \
	ecall_raw((long)(a), (long)(b), (long)(c), (long)(d), 0, 0, number)
CALL(openat, AT(140, AT_CURRENT, "n", O_CREATE | O_RDWR, 0))
CALL(mkdirat, AT(141, AT_CURRENT, "d/n", 0, 0))
CALL(unlinkat, AT(142, AT_CURRENT, "d/1", 0, 0))
UNDO(unlinkat, EQ(link("f", "d/1"), 0))
CALL(renameat, AT(143, AT_CURRENT, "w", AT_CURRENT, "d/n"))
CALL(linkat, AT(144, AT_CURRENT, "w", AT_CURRENT, "d/n"))
CALL(symlinkat, AT(145, "x", AT_CURRENT, "n", 0))
CALL(readlinkat, AT(146, AT_CURRENT, "s", LAZY_PAGE, 10))
ROWS(openat, { "", call_openat, undo_open, OPENING | BIT(INODES), BIT(FRAMES) });
ROWS(mkdirat, { "", call_mkdirat, undo_full, BIT(INODES) | BIT(BLOCKS), 0 });
ROWS(unlinkat, { "", call_unlinkat, undo_unlinkat, 0, 0 });
ROWS(renameat, { "", call_renameat, undo_rename, BIT(BLOCKS), 0 });
ROWS(linkat, { "", call_linkat, undo_full, BIT(BLOCKS), 0 });
ROWS(symlinkat, { "", call_symlinkat, undo_node, BIT(INODES) | BIT(BLOCKS), 0 });
ROWS(readlinkat, { "", call_readlinkat, undo_nothing, BIT(FRAMES), 0 });
NOTHING(fchdir, ecall_raw(world.f, 0, 0, 0, 0, 0, 147) == -1 ? 0 : -1);

/* memory */
#define MIDDLE (world.mem + 2 * PAGE)
#define FRESH(flags) ((flags) | MAP_ANONYMOUS)

CALL(sbrk, sbrk(PAGE, EAGER))
CALL(map, map(0, PAGE, RW, FRESH(MAP_PRIVATE), -1, 0))
CALL(map_shared, map(0, 2 * PAGE, RW, FRESH(MAP_SHARED), -1, 0))
CALL(map_file, map(0, PAGE, PROT_READ, MAP_SHARED, world.f, 0))
CALL(map_over, map(MIDDLE, PAGE, RW, FRESH(MAP_PRIVATE | MAP_FIXED), -1, 0))
CALL(map_shared_over, map(MIDDLE, 4 * PAGE, RW, FRESH(MAP_SHARED | MAP_FIXED), -1, 0))
CALL(munmap, unmap(MIDDLE, PAGE))
CALL(mprotect, protect(MIDDLE, PAGE, PROT_READ))
CALL(mremap,
     ecall_raw(world.mem, MEM_PAGES *PAGE, 2 * MEM_PAGES * PAGE, 1, 0, 0, NR_MREMAP))
CALL(mremap_part, ecall_raw(MIDDLE, PAGE, 3 * PAGE, 1, 0, 0, NR_MREMAP))
CALL(mremap_shared, ecall_raw(world.shared, 2 * PAGE, 5 * PAGE, 1, 0, 0, NR_MREMAP))
CALL(mincore, ecall_raw(world.mem, MEM_PAGES *PAGE, (long)LAZY_PAGE, 0, 0, 0, NR_MINCORE))
UNDO(sbrk, resources[FRAMES].end())
UNDO(map, EQ(unmap(world.got, PAGE), 0))
UNDO(map_shared, EQ(unmap(world.got, 2 * PAGE), 0))
UNDO(mem, mem_make())
UNDO(mprotect, EQ(protect(MIDDLE, PAGE, RW), 0))
UNDO(mremap, EQ(unmap(world.got, 2 * MEM_PAGES * PAGE), 0); mem_make())
UNDO(mremap_part, EQ(unmap(world.got, 3 * PAGE), 0); mem_make())
UNDO(mremap_shared, EQ(unmap(world.got, 5 * PAGE), 0); shared_make())
ROWS(sbrk, { "", call_sbrk, undo_sbrk, BIT(FRAMES), 0 });
ROWS(mmap, { "private", call_map, undo_map, BIT(AREAS), 0 },
     { "shared", call_map_shared, undo_map_shared, BIT(FRAMES) | BIT(AREAS), 0 },
     { "file", call_map_file, undo_map, BIT(AREAS), 0 },
     { "private, in place", call_map_over, undo_mem, BIT(AREAS), 0 },
     { "shared, in place", call_map_shared_over, undo_mem, BIT(FRAMES) | BIT(AREAS), 0 });
ROWS(munmap, { "hole", call_munmap, undo_mem, BIT(AREAS), 0 });
ROWS(mprotect, { "hole", call_mprotect, undo_mprotect, BIT(AREAS), 0 });
ROWS(mremap, { "moves", call_mremap, undo_mremap, BIT(AREAS), BIT(FRAMES) },
     { "a part moves", call_mremap_part, undo_mremap_part, BIT(AREAS), 0 },
     { "shared", call_mremap_shared, undo_mremap_shared, BIT(FRAMES) | BIT(AREAS), 0 });
ROWS(mincore, { "", call_mincore, undo_nothing, BIT(FRAMES), 0 });
NOTHING(msync, msync(world.shared, 2 * PAGE));
NOTHING(madvise, advise(world.lazy, PAGE, MADV_WILLNEED));

/* looking */
CALL(sysinfo, sysinfo(LAZY_PAGE))
CALL(meminfo, meminfo(LAZY_PAGE))
CALL(procinfo, procinfo(LAZY_PAGE, 1, sizeof(struct procinfo)))
CALL(procinfo_old, procinfo_old(LAZY_PAGE, 1))
CALL(snapshot, snapshot(SNAP_STATS, 0, 0, LAZY_PAGE, PAGE))
CALL(harvest, harvest(0, world.mem, LAZY_PAGE, PAGE))
CALL(pgaccess, pgaccess((void *)world.mem, MEM_PAGES, LAZY_PAGE))
CALL(pgaccess2026, pgaccess2026((void *)world.mem, MEM_PAGES, LAZY_PAGE))
CALL(ksupernpte, ksupernpte(LAZY_PAGE, LAZY_PAGE + 8))
CALL(explain, ecall_raw(0, 0, 0, (long)LAZY_PAGE, 100, 0, NR_EXPLAIN))
UNDO(touch, mem_touch())

/* the network */
#define HOME 0x7f000001u
CALL(connect, connect(HOME, 4000, 4001))
CALL(send, send(4000, HOME, 4001, "x", 1))
CALL(recv, recv(WORLD_PORT, 0, 0, LAZY_PAGE, 10))
CALL(icmp_echo, icmp_echo(HOME, 10, 10000))
UNDO(recv, datagram_make())
ROWS(connect, { "", call_connect, undo_close, OPENING, 0 });
ROWS(send, { "", call_send, undo_nothing, BIT(FRAMES), 0 });
ROWS(recv, { "", call_recv, undo_recv, BIT(FRAMES), 0 });
ROWS(icmp_echo, { "", call_icmp_echo, undo_nothing, BIT(FRAMES), 0 });
NOTHING(bind, bind(4000) == 0 ? unbind(4000) : -1);
NOTHING(unbind, bind(4000) == 0 ? unbind(4000) : -1);

/* Any option that this machine was started with. */
static long call_bootarg(void)
{
	static const char *const name[] = { "cmd", "vmprint", "panic" };

	for (size_t i = 0; i < COUNT(name); i++)
		if (bootarg(name[i], (char *)scratch, SCRATCH_SIZE) >= 0)
			return bootarg(name[i], LAZY_PAGE, PAGE);
	FAIL("no boot option");
}

ROWS(sysinfo, { "", call_sysinfo, undo_nothing, BIT(FRAMES), 0 });
ROWS(meminfo, { "", call_meminfo, undo_nothing, BIT(FRAMES), 0 });
ROWS(procinfo, { "", call_procinfo, undo_nothing, BIT(FRAMES), 0 });
ROWS(procinfo_old, { "", call_procinfo_old, undo_nothing, BIT(FRAMES), 0 });
ROWS(bootarg, { "", call_bootarg, undo_nothing, BIT(FRAMES), 0 });
ROWS(snapshot, { "", call_snapshot, undo_nothing, BIT(FRAMES), 0 });
ROWS(harvest, { "", call_harvest, undo_touch, BIT(FRAMES), 0 });
ROWS(pgaccess, { "", call_pgaccess, undo_touch, BIT(FRAMES), 0 });
ROWS(pgaccess2026, { "", call_pgaccess2026, undo_touch, BIT(FRAMES), 0 });
ROWS(ksupernpte, { "", call_ksupernpte, undo_nothing, BIT(FRAMES), 0 });
ROWS(explain, { "", call_explain, undo_nothing, BIT(FRAMES), 0 });
NOTHING(pgpte, pgpte((void *)world.mem) > 0 ? 0 : -1);
NOTHING(setoption, setoption("fork", booted("fork", "copy") ? "copy" : "cow"));

/* Print hundreds of lines: once is enough, without memory. */
NOTHING(kpgtbl, without_now == AREAS ? kpgtbl() : 0);
NOTHING(vmprint, without_now == AREAS ? vmprint() : 0);

/* --- all of them ------------------------------------------------------------- */

static const struct {
	const char *name;
	const struct row *rows;
} calls[] = {
#define X(number, name, args) { #name, rows_##name },
	SYSCALLS(X)
#undef X
};

/* Makes the call with only @left of the resource; returns whether it worked.  Compares
 * right after each failure, so that a later try cannot hide a change. */
static int row_step(const char *name, const struct row *r, enum resource without, int left)
{
	struct look before;
	long result;

	world_look(&before);
	resources[without].take();
	for (int i = 0; i < left; i++)
		resources[without].give();
	result = r->call();
	resources[without].end();
	if (result != -1)
		r->undo();
	world_compare(name, r->what, &before, result != -1);
	return result != -1;
}

static void row_try(const char *name, const struct row *r, enum resource without)
{
	int left = 0;

	world_make();
	while (left < STEPS && !row_step(name, r, without, left))
		left++;
	if (left > 0 && !((r->needs | r->uses) & BIT(without)))
		FAIL("%s (%s) does not state that it uses %s", name, r->what,
		     resources[without].name);
	if (left == 0 && r->needs & BIT(without))
		FAIL("%s (%s) needs no %s", name, r->what, resources[without].name);
	if (left == STEPS && r->undo && r->call() == -1)
		FAIL("%s (%s) fails with enough %s", name, r->what,
		     resources[without].name);
}

static int row_uses_nothing(const struct row *r)
{
	return !(r->needs | r->uses);
}

/* All the rows that use nothing.  From the last call to the first, as exit(), which gives
 * memory back, is one of the first. */
static void nothing_try(void)
{
	struct look before;

	world_make();
	world_look(&before);
	leaver_make();
	resources_begin();
	resources[without_now].take();
	for (size_t i = COUNT(calls); i-- > 0;)
		for (const struct row *r = calls[i].rows; r->what; r++)
			if (row_uses_nothing(r) && r->call() == -1)
				FAIL("%s (%s) does not state that it uses %s",
				     calls[i].name, r->what, resources[without_now].name);
	resources[without_now].end();
	for (size_t i = 0; i < COUNT(calls); i++)
		for (const struct row *r = calls[i].rows; r->what; r++)
			if (row_uses_nothing(r))
				r->undo();
	world_compare("all that state nothing", "", &before, 1);
}

/* To use up all areas takes all frames, too. */
#define MEMORY (BIT(FRAMES) | BIT(AREAS))
#define QUICK (MEMORY | BIT(DESCRIPTORS))

static int row_is_tried(const struct row *r, enum resource without)
{
	unsigned states = r->needs | r->uses;

	if (states & BIT(without) || !states || !r->undo)
		return states & BIT(without);
	return BIT(without) & QUICK && !(states & MEMORY && BIT(without) & MEMORY);
}

static void all_without(enum resource without)
{
	without_now = without;
	CHILD(0, nothing_try());
	for (size_t i = 0; i < COUNT(calls); i++)
		for (const struct row *r = calls[i].rows; r->what; r++)
			if (row_is_tried(r, without))
				CHILD(0, row_try(calls[i].name, r, without));
}

static void with_files(enum resource without)
{
	files_make();
	all_without(without);
	files_remove();
}

/* A child takes almost all memory, so that the rest is quickly used up. */
static void with_little_memory(enum resource without)
{
	int ready[2], stop[2];
	long hog;
	char c;

	heap_eager();
	files_make();
	EQ(pipe(ready), 0);
	EQ(pipe(stop), 0);
	hog = must_fork();
	if (hog == 0) {
		for (int step = 1 << 26; step >= (int)PAGE; step /= 4)
			while (sbrk(step, EAGER) != -1)
				;
		sbrk(-300 * (int)PAGE, EAGER);
		write(ready[1], "x", 1);
		close(stop[1]);
		read(stop[0], &c, 1);
		exit(0);
	}
	EQ(read(ready[0], &c, 1), 1);
	EQ(close(ready[0]), 0);
	EQ(close(ready[1]), 0);
	EQ(close(stop[0]), 0);
	all_without(without);
	EQ(close(stop[1]), 0);
	EQ(reap(hog), 0);
	files_remove();
}

TEST(failed, without_descriptors)
{
	with_files(DESCRIPTORS);
}

TEST(failed, without_open_files)
{
	with_files(FILES);
}

SLOW_TEST(failed, without_blocks)
{
	with_files(BLOCKS);
}

SLOW_TEST(failed, without_inodes)
{
	with_files(INODES);
}

TEST(failed, without_processes)
{
	with_files(PROCESSES);
}

SLOW_TEST(failed, without_frames)
{
	with_little_memory(FRAMES);
}

SLOW_TEST(failed, without_areas)
{
	with_little_memory(AREAS);
}
