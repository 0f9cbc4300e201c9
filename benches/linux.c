/* linux.c - the benchmark as the first process of a Linux whose disk is in memory. */
#include "linux.h"

#define CALL_MKDIRAT 34
#define CALL_UNLINKAT 35
#define CALL_LINKAT 37
#define CALL_CHDIR 49
#define CALL_OPENAT 56
#define CALL_PIPE2 59
#define CALL_EXIT_GROUP 94
#define CALL_SETITIMER 103
#define CALL_CLOCK_GETTIME 113
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

	if (pid == 1 && fork() != 0) {
		while (wait(0) > 0)
			;
		CALL(CALL_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
	}
	exit(main((int)stack[0], (char **)(stack + 1)));
}
