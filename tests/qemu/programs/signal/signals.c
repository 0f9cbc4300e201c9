/* signals - signals as POSIX has them, case by case; built for this machine and for the
 * host, and both print the same.  `signals NAME` runs one case. */
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>

#define PAGE 4096

static volatile int code, on_stack;
static void *volatile where;
static char *volatile page;
static char alternate[32768];

static void catch_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction a = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };

	sigaction(sig, &a, NULL);
}

static char *map(int prot)
{
	return mmap(NULL, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static const char *signal_name(int sig)
{
	static const struct {
		int sig;
		const char *name;
	} names[] = { { SIGSEGV, "SEGV" }, { SIGPIPE, "PIPE" }, { SIGABRT, "ABRT" },
		      { SIGTERM, "TERM" }, { SIGKILL, "KILL" }, { SIGUSR1, "USR1" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].sig == sig)
			return names[i].name;
	return "another";
}

/* The wait status of a child that runs fn(). */
static void in_child(const char *what, void (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fn();
		_exit(3);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("  %s: %s\n", what, signal_name(WTERMSIG(status)));
	else
		printf("  %s: exit %d\n", what, WEXITSTATUS(status));
}

/* --- sending ------------------------------------------------------------------- */

static void case_kill(void)
{
	catch (SIGUSR1, note, 0);
	result("kill", kill(getpid(), SIGUSR1));
	result("calls", calls);
	result("which", last == SIGUSR1);
	result("raise", raise(SIGUSR1));
	result("calls", calls);
	result("signal 0", kill(getpid(), 0));
	result("nobody", kill(999999, 0));
	result("ESRCH", errno == ESRCH);
	result("number", kill(getpid(), 1000));
	result("EINVAL", errno == EINVAL);
	catch (SIGUSR1, SIG_IGN, 0);
	raise(SIGUSR1);
	result("ignored", calls);
	result("KILL cannot be caught", signal(SIGKILL, note) == SIG_ERR);
}

static void die_abort(void)
{
	catch (SIGABRT, note, 0);
	set_mask(SIG_BLOCK, SIGABRT);
	abort();
}

static void die_term(void)
{
	kill(getpid(), SIGTERM);
}

static void die_segv(void)
{
	*(volatile char *)map(PROT_READ) = 1;
}

static void die_nested(void)
{
	set_mask(SIG_BLOCK, SIGSEGV);
	catch (SIGSEGV, note, 0);
	die_segv();
}

static void die_pipe(void)
{
	int fd[2];

	pipe(fd);
	close(fd[0]);
	write(fd[1], "x", 1);
}

static void die_harmless(void)
{
	raise(SIGCHLD);
	raise(SIGURG);
	raise(SIGWINCH);
}

static void die_reset(void)
{
	catch (SIGUSR1, note, SA_RESETHAND);
	raise(SIGUSR1);
	if (calls == 1)
		raise(SIGUSR1);
}

/* There is no place for the frame. */
static void die_fault_no_stack(void)
{
	catch (SIGSEGV, note, 0);
#ifdef __riscv
	__asm__ volatile("li sp, 64\n\tsd zero, 0(sp)");
#else
	catch (SIGSEGV, SIG_DFL, 0);
	raise(SIGSEGV);
#endif
}

static void case_death(void)
{
	in_child("abort", die_abort);
	in_child("term", die_term);
	in_child("segv", die_segv);
	in_child("segv blocked", die_nested);
	in_child("pipe", die_pipe);
	in_child("harmless", die_harmless);
	in_child("reset", die_reset);
	in_child("fault without stack", die_fault_no_stack);
}

/* --- faults -------------------------------------------------------------------- */

static void repair(int sig, siginfo_t *info, void *context)
{
	char here;

	(void)context;
	note(sig);
	where = info->si_addr;
	code = info->si_code;
	on_stack = &here >= alternate && &here < alternate + sizeof(alternate);
	mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

static void case_fault(void)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) }, old;
	double d = 1.5;

	result("sigaltstack", sigaltstack(&stack, NULL));
	catch_info(SIGSEGV, repair, SA_ONSTACK);
	page = map(PROT_READ);
	page[17] = 42;
	d *= 2;
	result("stored", page[17]);
	result("floating", (long)(d * 10));
	result("calls", calls);
	result("address", (char *)where - page);
	result("code ACCERR", code == SEGV_ACCERR);
	result("on the alternate stack", on_stack);
	sigaltstack(NULL, &old);
	result("not on it now", old.ss_flags == 0 && old.ss_sp == alternate);
}

static sigjmp_buf back;

static void jump(int sig, siginfo_t *info, void *context)
{
	(void)context;
	last = sig;
	code = info->si_code;
	where = info->si_addr;
	siglongjmp(back, 1);
}

static void case_jump(void)
{
	char *gone = map(PROT_READ);
	FILE *f = fopen("signals.tmp", "w+");

	catch_info(SIGSEGV, jump, 0);
	catch_info(SIGBUS, jump, 0);
	munmap(gone, PAGE);
	for (volatile int i = 0; i < 3; i++) {
		if (!sigsetjmp(back, 1))
			*(volatile char *)gone = 1;
		else
			result("code MAPERR",
			       last == SIGSEGV && code == SEGV_MAPERR && where == gone);
	}
	fputs("text", f);
	fflush(f);
	gone = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fileno(f), 0);
	result("in the file", gone[0] == 't');
	if (!sigsetjmp(back, 1))
		result("past it", ((volatile char *)gone)[PAGE]);
	else
		result("BUS", last == SIGBUS && code == BUS_ADRERR);
	unlink("signals.tmp");
}

/* The handler changes registers: the fault is passed over. */
static void skip(int sig, siginfo_t *info, void *context)
{
	note(sig);
	(void)info;
#ifdef __riscv
	ucontext_t *uc = context;
	unsigned short insn;

	memcpy(&insn, (void *)uc->uc_mcontext.gregs[REG_PC], 2);
	uc->uc_mcontext.gregs[REG_PC] += (insn & 3) == 3 ? 4 : 2;
	uc->uc_mcontext.gregs[REG_A0] = 77;
#else
	(void)context;
#endif
}

static void case_context(void)
{
	long got = 77;

	catch_info(SIGSEGV, skip, 0);
#ifdef __riscv
	__asm__ volatile("li a0, 0\n\tlw a0, 0(%1)\n\tmv %0, a0"
			 : "=r"(got)
			 : "r"(-8l)
			 : "a0");
#else
	skip(SIGSEGV, NULL, NULL);
#endif
	result("value", got);
	result("calls", calls);
}

/* --- masks --------------------------------------------------------------------- */

static void nest(int sig)
{
	int before = calls;

	calls++;
	if (before == 0)
		raise(sig);
	result("depth", calls - before);
}

static void case_mask(void)
{
	sigset_t set;

	catch (SIGUSR1, note, 0);
	set_mask(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	result("blocked", calls);
	sigpending(&set);
	result("pending", sigismember(&set, SIGUSR1));
	result("another", sigismember(&set, SIGUSR2));
	set_mask(SIG_UNBLOCK, SIGUSR1);
	result("then", calls > 0);
	sigpending(&set);
	result("pending", sigismember(&set, SIGUSR1));
	calls = 0;
	catch (SIGUSR2, nest, 0);
	raise(SIGUSR2);
	calls = 0;
	catch (SIGUSR2, nest, SA_NODEFER);
	raise(SIGUSR2);
	sigprocmask(SIG_BLOCK, NULL, &set);
	result("mask is back", sigismember(&set, SIGUSR2));
}

static void case_suspend(void)
{
	sigset_t none;
	pid_t pid;

	catch (SIGUSR1, note, SA_RESTART);
	set_mask(SIG_BLOCK, SIGUSR1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	result("before", calls);
	sigemptyset(&none);
	result("sigsuspend", sigsuspend(&none));
	result("EINTR", errno == EINTR);
	result("after", calls);
	sigprocmask(SIG_BLOCK, NULL, &none);
	result("blocked again", sigismember(&none, SIGUSR1));
}

/* --- calls that sleep ---------------------------------------------------------- */

static void case_alarm(void)
{
	struct itimerval every = { { 0, 20000 }, { 0, 20000 } }, left;
	struct timespec t = { 5, 0 };

	catch (SIGALRM, note, 0);
	result("alarm", alarm(100));
	result("left", alarm(0));
	setitimer(ITIMER_REAL, &every, NULL);
	while (calls < 3)
		pause();
	getitimer(ITIMER_REAL, &left);
	result("runs", left.it_value.tv_usec > 0 && left.it_interval.tv_usec >= 19000);
	result("nanosleep", nanosleep(&t, &t));
	result("EINTR", errno == EINTR);
	result("rest", t.tv_sec);
	memset(&every, 0, sizeof(every));
	setitimer(ITIMER_REAL, &every, NULL);
	calls = 0;
	sleep_ms(60);
	result("stopped", calls);
}

static void write_later(int fd, int sig)
{
	fflush(stdout);
	if (fork() == 0) {
		sleep_ms(100);
		kill(getppid(), sig);
		sleep_ms(100);
		write(fd, "x", 1);
		_exit(0);
	}
}

static void case_restart(void)
{
	int fd[2];
	char c = 0;

	pipe(fd);
	catch (SIGUSR1, note, 0);
	write_later(fd[1], SIGUSR1);
	result("read", read(fd[0], &c, 1));
	result("EINTR", errno == EINTR);
	result("then", read(fd[0], &c, 1));
	wait(NULL);
	catch (SIGUSR1, note, SA_RESTART);
	write_later(fd[1], SIGUSR1);
	result("restarted", read(fd[0], &c, 1));
	result("byte", c);
	wait(NULL);
	write_later(fd[1], SIGURG); /* does nothing */
	result("undisturbed", read(fd[0], &c, 1));
	wait(NULL);
	result("calls", calls);
}

/* A write that a signal interrupts tells how much is written. */
static void case_partial(void)
{
	static char big[400000];
	int fd[2];
	long n;

	pipe(fd);
	catch (SIGALRM, note, SA_RESTART);
	ualarm(50000, 0);
	n = write(fd[1], big, sizeof(big));
	result("part", n > 0 && n < (long)sizeof(big));
	result("calls", calls);
}

static void child_died(int sig, siginfo_t *info, void *context)
{
	(void)context;
	note(sig);
	code = info->si_code;
	on_stack = info->si_status;
	where = (void *)(long)info->si_pid;
}

static void case_child(void)
{
	int status;
	pid_t pid;

	catch_info(SIGCHLD, child_died, SA_RESTART);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(7);
	result("waited", waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
	result("calls", calls);
	result("exited", code == CLD_EXITED && on_stack == 7 && where == (void *)(long)pid);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		pause();
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	result("killed", code == CLD_KILLED && on_stack == SIGTERM);
	result("status", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void case_pipe(void)
{
	int fd[2];

	pipe(fd);
	close(fd[0]);
	catch (SIGPIPE, note, 0);
	result("write", write(fd[1], "x", 1));
	result("EPIPE", errno == EPIPE);
	result("calls", calls);
	catch (SIGPIPE, SIG_IGN, 0);
	result("write", write(fd[1], "x", 1));
	result("EPIPE", errno == EPIPE);
}

/* --- fork, exec, threads ------------------------------------------------------- */

static void raise_twice(void)
{
	raise(SIGUSR1);
	_exit(calls == 1 ? 0 : 1);
}

static const char *self;

static void exec_again(void)
{
	catch (SIGUSR1, note, 0);
	catch (SIGUSR2, SIG_IGN, 0);
	set_mask(SIG_BLOCK, SIGTERM);
	execl(self, self, "-exec", NULL);
}

static int after_exec(void)
{
	struct sigaction a;
	sigset_t set;

	sigaction(SIGUSR1, NULL, &a);
	result("handler is default", a.sa_handler == SIG_DFL);
	sigaction(SIGUSR2, NULL, &a);
	result("ignored", a.sa_handler == SIG_IGN);
	sigprocmask(SIG_BLOCK, NULL, &set);
	result("blocked", sigismember(&set, SIGTERM));
	fflush(stdout);
	raise(SIGUSR2);
	raise(SIGUSR1);
	return 4;
}

static void case_inherit(void)
{
	catch (SIGUSR1, note, 0);
	in_child("forked handler", raise_twice);
	in_child("exec", exec_again);
}

static pthread_t main_thread;
static volatile int in_main, in_other, ready;

static void who(int sig)
{
	(void)sig;
	if (pthread_equal(pthread_self(), main_thread))
		in_main++;
	else
		in_other++;
}

static void *take_signals(void *arg)
{
	set_mask(SIG_UNBLOCK, SIGUSR1);
	ready = 1;
	while (!in_other)
		sleep_ms(5);
	page = map(PROT_NONE);
	*(volatile char *)page = 1; /* its own fault comes to itself */
	return arg;
}

static void case_threads(void)
{
	pthread_t other;

	main_thread = pthread_self();
	catch (SIGUSR1, who, 0);
	catch_info(SIGSEGV, repair, 0);
	set_mask(SIG_BLOCK, SIGUSR1);
	pthread_create(&other, NULL, take_signals, NULL);
	while (!ready)
		sleep_ms(5);
	kill(getpid(), SIGUSR1);
	pthread_join(other, NULL);
	result("main", in_main);
	result("other", in_other);
	result("faults", calls);
}

static const struct signal_case cases[] = {
	{ "kill", case_kill },       { "death", case_death },
	{ "fault", case_fault },     { "jump", case_jump },
	{ "context", case_context }, { "mask", case_mask },
	{ "suspend", case_suspend }, { "alarm", case_alarm },
	{ "restart", case_restart }, { "partial", case_partial },
	{ "child", case_child },     { "pipe", case_pipe },
	{ "inherit", case_inherit }, { "threads", case_threads },
};

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1 && !strcmp(argv[1], "-exec"))
		return after_exec();
	cases_run(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
	return 0;
}
