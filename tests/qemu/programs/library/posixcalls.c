/* posixcalls.c - other functions of POSIX: `posixcalls CASE` prints what they do, here and
 * on the host: see tests/qemu/user/test_posix.py. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

extern char **environ;

/* --- limits and users -------------------------------------------------------------- */

static void limits(void)
{
	static const int kinds[] = { RLIMIT_STACK, RLIMIT_NOFILE, RLIMIT_AS,   RLIMIT_DATA,
				     RLIMIT_FSIZE, RLIMIT_CPU,    RLIMIT_NPROC };
	struct rlimit r, same;

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		SAY("%d", getrlimit(kinds[i], &r));
		SAY("%d", r.rlim_cur >= 16 && r.rlim_cur <= r.rlim_max);
		same = r;
		SAY("%s", reason(setrlimit(kinds[i], &same) < 0));
	}
	SAY("%s", reason(getrlimit(999, &r) < 0));
	SAY("%d", getrlimit(RLIMIT_CORE, &r));
	r.rlim_cur = 0;
	SAY("%s", reason(setrlimit(RLIMIT_CORE, &r) < 0));
	SAY("%ld", pathconf("nosuch", _PC_NAME_MAX));
	SAY("%d", pathconf("/", _PC_NAME_MAX) >= 14 && fpathconf(0, _PC_PATH_MAX) >= 128);
	SAY("%d", (int)umask(022) >= 0);
	SAY("%o", (unsigned)umask(0777));
	SAY("%o", (unsigned)umask(0));
	SAY("%d", getuid() == geteuid() && getgid() == getegid());
	close(open("file", O_WRONLY | O_CREAT, 0666));
	SAY("%s", reason(chmod("file", 0600) < 0));
	SAY("%s", reason(chmod("nosuch", 0600) < 0));
	SAY("%s", reason(fchmod(77, 0600) < 0));
	SAY("%s", reason(chown("file", getuid(), -1) < 0));
	SAY("%s", reason(lchown("nosuch", -1, -1) < 0));
	unlink("file");
}

/* --- select ------------------------------------------------------------------------ */

static int got_signal;

static void note_signal(int sig)
{
	got_signal = sig;
}

static void selecting(void)
{
	struct timeval now = { 0, 0 }, soon = { 0, 20000 }, bad = { -1, 0 };
	fd_set in, out, odd;
	int p[2];

	pipe(p);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&odd);
	FD_SET(p[0], &in);
	FD_SET(p[1], &out);
	FD_SET(p[0], &odd);
	SAY("%d", select(p[1] + 1, &in, &out, &odd, NULL));
	SAY("%d %d %d", !!FD_ISSET(p[0], &in), !!FD_ISSET(p[1], &out),
	    !!FD_ISSET(p[0], &odd));
	FD_SET(p[0], &in);
	SAY("%d", select(p[1] + 1, &in, NULL, NULL, &soon));
	SAY("%d", !!FD_ISSET(p[0], &in));
	write(p[1], "x", 1);
	FD_SET(p[0], &in);
	FD_SET(p[1], &out);
	SAY("%d", select(p[1] + 1, &in, &out, NULL, &now));
	SAY("%d %d", !!FD_ISSET(p[0], &in), !!FD_ISSET(p[1], &out));
	FD_ZERO(&in);
	FD_SET(p[0], &in);
	SAY("%d", select(p[0], &in, NULL, NULL, &now)); /* one too few */
	SAY("%s", reason(select(-1, NULL, NULL, NULL, &now) < 0));
	SAY("%s", reason(select(0, NULL, NULL, NULL, &bad) < 0));
	close(p[1]);
	read(p[0], &now, 1);
	FD_SET(p[0], &in);
	SAY("%d", select(p[0] + 1, &in, NULL, NULL, NULL)); /* the end */
	close(p[0]);
	FD_SET(p[0], &in);
	SAY("%s", reason(select(p[0] + 1, &in, NULL, NULL, NULL) < 0));
	SAY("%d", select(0, NULL, NULL, NULL, &soon));
}

/* A signal that was blocked before the call ends it; the mask is as it was afterwards. */
static void selecting_with_a_mask(void)
{
	struct sigaction catch = { .sa_handler = note_signal };
	sigset_t blocked, now, none;
	struct timespec second = { 1, 0 };
	struct pollfd fd = { .fd = -1 };
	int p[2];
	fd_set in;

	sigaction(SIGUSR1, &catch, NULL);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	raise(SIGUSR1);
	SAY("%d", got_signal);
	SAY("%s", reason(pselect(0, NULL, NULL, NULL, &second, &none) < 0));
	SAY("%d", got_signal == SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	SAY("%d", sigismember(&now, SIGUSR1));
	raise(SIGUSR1);
	got_signal = 0;
	SAY("%s", reason(ppoll(&fd, 1, NULL, &none) < 0));
	SAY("%d", got_signal == SIGUSR1);
	pipe(p);
	write(p[1], "x", 1);
	FD_ZERO(&in);
	FD_SET(p[0], &in);
	SAY("%d", pselect(p[0] + 1, &in, NULL, NULL, &second, &none));
	sigprocmask(SIG_BLOCK, NULL, &now);
	SAY("%d", sigismember(&now, SIGUSR1));
	second.tv_nsec = -1;
	SAY("%s", reason(pselect(0, NULL, NULL, NULL, &second, NULL) < 0));
}

/* --- spawn ------------------------------------------------------------------------- */

static pid_t child;

static void say_end(const char *what, int error)
{
	int status = 0;

	if (error) {
		SAY("%s: %s", what, strerror(error));
		return;
	}
	waitpid(child, &status, 0);
	SAY("%s: %d", what, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void spawning(void)
{
	char *exit3[] = { "sh", "-c", "exit 3", NULL },
	     *echo[] = { "echo", "to a file", NULL };
	char *show[] = { "sh", "-c", "echo $SEEN; cat", NULL }, text[64] = "";
	posix_spawn_file_actions_t files;
	struct rusage usage;
	int p[2], status;

	say_end("by name", posix_spawnp(&child, "sh", NULL, NULL, exit3, environ));
	say_end("none", posix_spawnp(&child, "nosuch", NULL, NULL, exit3, environ));
	say_end("no path", posix_spawn(&child, "nosuch", NULL, NULL, exit3, environ));
	say_end("directory", posix_spawn(&child, "/", NULL, NULL, exit3, environ));
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 1, "out", O_WRONLY | O_CREAT | O_TRUNC,
					 0666);
	say_end("redirected", posix_spawnp(&child, "echo", &files, NULL, echo, environ));
	posix_spawn_file_actions_destroy(&files);
	posix_spawn_file_actions_init(&files);
	pipe(p);
	posix_spawn_file_actions_addopen(&files, 0, "out", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, p[1], 1);
	posix_spawn_file_actions_adddup2(&files, p[1], 9); /* where errors may be told */
	posix_spawn_file_actions_addclose(&files, p[1]);
	posix_spawn_file_actions_addclose(&files, p[0]);
	setenv("SEEN", "yes", 1);
	say_end("pipe", posix_spawnp(&child, "sh", &files, NULL, show, environ));
	close(p[1]);
	while (read(p[0], text + strlen(text), 20) > 0)
		;
	SAY("%s", text);
	posix_spawn_file_actions_destroy(&files);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 5, "nosuch", O_RDONLY, 0);
	say_end("no input", posix_spawnp(&child, "sh", &files, NULL, exit3, environ));
	say_end("in /bin", posix_spawn(&child, "/bin/sh", NULL, NULL, exit3, environ));
	SAY("%d", posix_spawn_file_actions_adddup2(&files, -1, 1) != 0);
	posix_spawn_file_actions_destroy(&files);
	SAY("%d", wait(NULL));
	child = vfork();
	if (child == 0)
		_exit(6);
	SAY("%d", wait4(child, &status, 0, &usage) == child);
	SAY("%d %d", WEXITSTATUS(status), usage.ru_utime.tv_sec == 0);
	SAY("%d", wait3(&status, WNOHANG, NULL));
	unlink("out");
}

/* --- signals that are waited for --------------------------------------------------- */

static sigset_t blocked(int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, a);
	sigaddset(&set, b);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return set;
}

static void say_info(int sig, const siginfo_t *info)
{
	SAY("%d %d %d", sig == info->si_signo,
	    info->si_code == SI_USER    ? 1
	    : info->si_code == SI_QUEUE ? 2
					: 0,
	    info->si_pid == getpid());
}

static void waiting(void)
{
	sigset_t set = blocked(SIGUSR1, SIGCHLD), pending;
	struct timespec none = { 0, 0 }, soon = { 0, 30000000 }, bad = { 0, -1 };
	union sigval value = { .sival_int = 42 };
	siginfo_t info = { 0 };
	int sig = 0;
	pid_t pid;

	SAY("%s", reason(sigtimedwait(&set, &info, &none) < 0));
	SAY("%s", reason(sigtimedwait(&set, NULL, &soon) < 0));
	SAY("%s", reason(sigtimedwait(&set, NULL, &bad) < 0));
	kill(getpid(), SIGUSR1);
	SAY("%d", sigwaitinfo(&set, &info) == SIGUSR1);
	say_info(SIGUSR1, &info);
	sigpending(&pending);
	SAY("%d", sigismember(&pending, SIGUSR1));
	kill(getpid(), SIGUSR1);
	SAY("%d", sigwait(&set, &sig));
	SAY("%d", sig == SIGUSR1);
	SAY("%d", sigqueue(getpid(), SIGUSR1, value));
	SAY("%d", sigtimedwait(&set, &info, &soon) == SIGUSR1);
	say_info(SIGUSR1, &info);
	SAY("%d", info.si_value.sival_int);
	SAY("%s", reason(sigqueue(999999, 0, value) < 0));
	SAY("%s", reason(sigqueue(getpid(), 999, value) < 0));
	/* one that does nothing is kept for the wait */
	pid = fork();
	if (pid == 0)
		_exit(4);
	SAY("%d", sigwaitinfo(&set, &info) == SIGCHLD);
	SAY("%d %d", info.si_pid == pid, waitpid(pid, NULL, 0) == pid);
	pid = fork();
	if (pid == 0) {
		usleep(50000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	sigdelset(&set, SIGCHLD);
	SAY("%d", sigwait(&set, &sig));
	SAY("%d", sig == SIGUSR1);
	waitpid(pid, NULL, 0);
}

/* A handler of another signal ends sigwaitinfo(), but not sigwait(). */
static void waiting_and_handlers(void)
{
	struct sigaction catch = { .sa_handler = note_signal };
	struct timespec a_second = { .tv_sec = 1 };
	sigset_t set = blocked(SIGUSR1, SIGUSR2);
	pid_t pid;
	int sig;

	sigaction(SIGALRM, &catch, NULL);
	ualarm(30000, 0);
	SAY("%s", reason(sigwaitinfo(&set, NULL) < 0));
	SAY("%d", got_signal == SIGALRM);
	pid = fork();
	if (pid == 0) {
		usleep(30000);
		kill(getppid(), SIGALRM);
		usleep(30000);
		kill(getppid(), SIGUSR2);
		_exit(0);
	}
	got_signal = 0;
	SAY("%d", sigwait(&set, &sig));
	SAY("%d %d", sig == SIGUSR2, got_signal == SIGALRM);
	waitpid(pid, NULL, 0);
	/* the alarm itself */
	set = blocked(SIGALRM, SIGUSR1);
	got_signal = 0;
	ualarm(20000, 0);
	SAY("%d", sigwait(&set, &sig));
	SAY("%d", sig == SIGALRM);
	SAY("%d", got_signal);
	/* an alarm that is ignored, but blocked, is kept for the wait */
	signal(SIGALRM, SIG_IGN);
	ualarm(20000, 0);
	SAY("%d", sigtimedwait(&set, NULL, NULL) == SIGALRM);
	ualarm(20000, 0);
	usleep(60000);
	SAY("%d", sigtimedwait(&set, NULL, &a_second) == SIGALRM);
}

static void *wait_for_signal(void *set)
{
	int sig = 0;

	sigwait(set, &sig);
	return (void *)(long)sig;
}

static void *loop(void *stop)
{
	while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED))
		usleep(1000);
	return NULL;
}

static void to_threads(void)
{
	struct sigaction catch = { .sa_handler = note_signal };
	sigset_t set = blocked(SIGUSR1, SIGUSR2);
	pthread_t a, b;
	int stop = 0;
	void *value;

	pthread_create(&a, NULL, wait_for_signal, &set);
	usleep(20000);
	kill(getpid(), SIGUSR1); /* to the process, whose other thread blocks it */
	pthread_join(a, &value);
	SAY("%d", value == (void *)(long)SIGUSR1);
	pthread_create(&a, NULL, wait_for_signal, &set);
	SAY("%d", pthread_kill(a, SIGUSR2));
	pthread_join(a, &value);
	SAY("%d", value == (void *)(long)SIGUSR2);
	SAY("%d", pthread_kill(pthread_self(), 0));
	SAY("%d", pthread_kill(pthread_self(), SIGUSR1));
	SAY("%d", sigwait(&set, &stop));
	SAY("%d", stop == SIGUSR1);
	sigaction(SIGUSR1, &catch, NULL);
	stop = 0;
	pthread_create(&b, NULL, loop, &stop);
	SAY("%d", pthread_kill(b, SIGUSR1)); /* it blocks it, as its maker did */
	usleep(20000);
	SAY("%d", got_signal);
	stop = 1;
	pthread_join(b, NULL);
	SAY("%d", pthread_kill(pthread_self(), 999) != 0);
}

static const struct named cases[] = {
	{ "limits", limits },
	{ "selecting", selecting },
	{ "selecting_with_a_mask", selecting_with_a_mask },
	{ "spawning", spawning },
	{ "waiting", waiting },
	{ "waiting_and_handlers", waiting_and_handlers },
	{ "to_threads", to_threads },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_case(cases, argc > 1 ? argv[1] : NULL);
}
