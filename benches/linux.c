/* linux.c - the benchmark as the first process of a Linux whose disk is in memory. */
#include "linux.h"

#include "common.h"

#define CALL_MKDIRAT 34
#define CALL_UNLINKAT 35
#define CALL_LINKAT 37
#define CALL_CHDIR 49
#define CALL_OPENAT 56
#define CALL_PIPE2 59
#define CALL_EXIT_GROUP 94
#define CALL_SETITIMER 103
#define CALL_CLOCK_GETTIME 113
#define CALL_SCHED_SETAFFINITY 122
#define CALL_SCHED_GETAFFINITY 123
#define CALL_RT_SIGACTION 134
#define CALL_REBOOT 142
#define CALL_BRK 214
#define CALL_CLONE 220
#define CALL_EXECVE 221
#define CALL_WAIT4 260

#define AT_FDCWD (-100)
#define AT_REMOVEDIR 0x200
#define SIGCHLD 17
#define SIGALRM 14
#define TICK_US 100000

int main(int argc, char **argv);

/* --- processes -------------------------------------------------------------------- */

int fork(void)
{
	return (int)CALL(CALL_CLONE, SIGCHLD, 0, 0, 0, 0);
}

void exit(int status)
{
	for (;;)
		CALL(CALL_EXIT_GROUP, status);
}

int wait(int *status)
{
	return (int)CALL(CALL_WAIT4, -1, (long)status, 0, 0);
}

int exec(const char *path, char **argv)
{
	static char *const environment[] = { 0 };

	return (int)CALL(CALL_EXECVE, (long)path, (long)argv, (long)environment);
}

int uptime(void)
{
	long now[2] = { 0, 0 };

	CALL(CALL_CLOCK_GETTIME, 1, (long)now);
	return (int)(now[0] * 10 + now[1] / 100000000);
}

char *sbrk(int bytes)
{
	static long end;
	long old;

	if (!end)
		end = CALL(CALL_BRK, 0);
	old = end;
	if (CALL(CALL_BRK, end + bytes) != end + bytes)
		return (char *)-1;
	end += bytes;
	return (char *)old;
}

/* --- files ------------------------------------------------------------------------ */

int open(const char *path, int flags)
{
	return (int)CALL(CALL_OPENAT, AT_FDCWD, (long)path, flags, 0600);
}

int pipe(int *fds)
{
	return (int)CALL(CALL_PIPE2, (long)fds, 0);
}

int link(const char *old, const char *new)
{
	return (int)CALL(CALL_LINKAT, AT_FDCWD, (long)old, AT_FDCWD, (long)new, 0);
}

int unlink(const char *path)
{
	int result = (int)CALL(CALL_UNLINKAT, AT_FDCWD, (long)path, 0);

	return result < 0 ? (int)CALL(CALL_UNLINKAT, AT_FDCWD, (long)path, AT_REMOVEDIR)
			  : 0;
}

int mkdir(const char *path)
{
	return (int)CALL(CALL_MKDIRAT, AT_FDCWD, (long)path, 0700);
}

int chdir(const char *path)
{
	return (int)CALL(CALL_CHDIR, (long)path);
}

/* --- threads, alarms, signals ------------------------------------------------------- */

/* VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, PARENT_SETTID, CHILD_CLEARTID */
#define THREAD_FLAGS \
	(0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x100000 | 0x200000)

/* The new thread finds its function and argument on its stack. */
__asm__(".globl thread_clone\n"
	"thread_clone:\n"
	"	addi a1, a1, -16\n"
	"	sd a5, 0(a1)\n"
	"	sd a6, 8(a1)\n"
	"	li a7, 220\n"
	"	ecall\n"
	"	bnez a0, 1f\n"
	"	ld t0, 0(sp)\n"
	"	ld a0, 8(sp)\n"
	"	jalr t0\n"
	"1:	ret\n");
long thread_clone(long flags, char *stack_end, int *parent_tid, long tls, int *child_tid,
		  void (*fn)(void *), void *arg);

int thread_start(void (*fn)(void *), void *arg, char *stack_end, int *tid)
{
	return (int)thread_clone(THREAD_FLAGS, stack_end, tid, 0, tid, fn, arg);
}

/* The kernel clears the word when the thread has ended, and wakes who waits for it. */
void thread_wait(int *tid)
{
	int now;

	while ((now = __atomic_load_n(tid, __ATOMIC_ACQUIRE)) != 0)
		CALL(CALL_FUTEX, (long)tid, 0, now, 0);
}

int alarm_set(int ticks, void (*handler)(void))
{
	long us = (long)ticks * TICK_US;
	long action[3] = { (long)handler, 0, 0 };
	long timer[4] = { us / 1000000, us % 1000000, us / 1000000, us % 1000000 };

	if (handler && CALL(CALL_RT_SIGACTION, SIGALRM, (long)action, 0, 8) < 0)
		return -1;
	return (int)CALL(CALL_SETITIMER, 0, (long)timer, 0);
}

int signal_set(void (*handler)(int))
{
	long action[3] = { (long)handler, 0, 0 };

	return (int)CALL(CALL_RT_SIGACTION, SIGNAL, (long)action, 0, 8);
}

/* --- the start ---------------------------------------------------------------------- */

/* Threads of Linux's boot run on when the first process has begun: its tests of RSA and the
 * like take half of a processor for two seconds.  So each hart is kept busy for a moment,
 * until the programs that do so get all its time, three times one after the other. */
#define SETTLE_US 50000
#define SETTLE_ENOUGH_US 48000
#define SETTLE_ROUNDS 600
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS 2

static long settle_clock(int which)
{
	long now[2] = { 0, 0 };

	CALL(CALL_CLOCK_GETTIME, which, (long)now);
	return now[0] * 1000000 + now[1] / 1000;
}

/* Keeps one hart busy; 0: nobody else wanted it. */
static int settle_busy(int hart)
{
	unsigned long harts = 1ul << hart;
	long begin, used;

	CALL(CALL_SCHED_SETAFFINITY, 0, sizeof(harts), (long)&harts);
	begin = settle_clock(CLOCK_MONOTONIC);
	used = settle_clock(CLOCK_PROCESS);
	while (settle_clock(CLOCK_MONOTONIC) - begin < SETTLE_US)
		;
	return settle_clock(CLOCK_PROCESS) - used < SETTLE_ENOUGH_US;
}

static int settle_round(unsigned long harts)
{
	int busy = 0, status = 0;

	for (int hart = 0; hart < 64; hart++)
		if (harts >> hart & 1 && fork() == 0)
			exit(settle_busy(hart));
	while (wait(&status) > 0)
		busy |= status;
	return busy;
}

static void settle(void)
{
	unsigned long harts = 0;
	int quiet = 0;

	CALL(CALL_SCHED_GETAFFINITY, 0, sizeof(harts), (long)&harts);
	for (int i = 0; i < SETTLE_ROUNDS && quiet < 3; i++) {
		put("# Linux still boots"); /* who waits sees that something happens */
		put_line();
		quiet = settle_round(harts) ? 0 : quiet + 1;
	}
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mv a0, sp\n"
	"	andi sp, sp, -16\n"
	"	tail linux_start\n");

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 672274793
#define REBOOT_POWER_OFF 0x4321fedc

void linux_start(long *stack)
{
	int pid = getpid();

	if (pid == 1)
		settle();
	if (pid == 1 && fork() != 0) {
		while (wait(0) > 0)
			;
		CALL(CALL_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
	}
	exit(main((int)stack[0], (char **)(stack + 1)));
}
