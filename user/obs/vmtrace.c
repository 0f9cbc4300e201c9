/* vmtrace - run a command and show each fault and each change of a mapping */

/* The kernel keeps the newest events of each hart in a ring.  This program reads all rings
 * some times a second, sorts what is new by time, and prints what belongs to the command
 * and its descendants: a FORK event names the child. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: vmtrace [-f] COMMAND [ARGUMENT...]\n"
	"Run COMMAND, and print to standard error what happens to its address space and\n"
	"to those of its descendants: page faults, and changes of mappings.  Each line\n"
	"has the time in milliseconds, the process, the event, its addresses, and what\n"
	"was done.\n"
	"The status is that of COMMAND.\n"
	"  -f   faults only\n"
	"The option `events` (see vmctl) is on meanwhile.\n";

#define HARTS_MAX 8
#define PAGE 4096ull
#define PERIOD_US 10000

static bool only_faults;

/* --- what was read and not yet printed --------------------------------- */

static struct event *pending;
static size_t npending, room;
static unsigned long long next_number[HARTS_MAX];
static unsigned long long lost;

static void pending_add(const struct event *e)
{
	if (npending == room) {
		room = 2 * room + 256;
		pending = realloc(pending, room * sizeof(*pending));
		if (!pending)
			tool_die("events");
	}
	pending[npending++] = *e;
}

/* Reads what is new of one hart; false: there is no such hart. */
static bool hart_read(int hart)
{
	static struct snap_reader r;
	const struct event *e;

	if (!snap_begin(&r, SNAP_EVENTS, 0, SNAP_EVENTS_FROM(hart, next_number[hart])))
		return false;
	while ((e = snap_next(&r)) != NULL) {
		if (e->number > next_number[hart])
			lost += e->number - next_number[hart];
		next_number[hart] = e->number + 1;
		pending_add(e);
	}
	return true;
}

static void harts_read(void)
{
	for (int hart = 0; hart < HARTS_MAX && hart_read(hart); hart++)
		;
}

static int compare_times(const void *a, const void *b)
{
	const struct event *p = a, *q = b;

	return (p->time > q->time) - (p->time < q->time);
}

/* --- whose events ------------------------------------------------------ */

static int *family;
static size_t nfamily, family_room;

static bool family_has(int pid)
{
	for (size_t i = 0; i < nfamily; i++)
		if (family[i] == pid)
			return true;
	return false;
}

static void family_add(int pid)
{
	if (nfamily == family_room) {
		family_room = 2 * family_room + 16;
		family = realloc(family, family_room * sizeof(*family));
		if (!family)
			tool_die("processes");
	}
	family[nfamily++] = pid;
}

static void family_remove(int pid)
{
	for (size_t i = 0; i < nfamily; i++)
		if (family[i] == pid)
			family[i] = family[--nfamily];
}

/* --- lines ------------------------------------------------------------- */

static const struct {
	const char *name, *what;
} kinds[] = {
#define X(id, name, what) { name, what },
	EVENT_KINDS(X)
#undef X
};

static void print_detail(const struct event *e)
{
	static const char *const accesses[] = { "read", "write", "execute" };

	if (EVENT_IS_FAULT(e->kind))
		fprintf(stderr, "%-7s", e->detail < 3 ? accesses[e->detail] : "?");
	else if (e->kind == EVENT_MAP || e->kind == EVENT_PROTECT)
		fprintf(stderr, "%c%c%c    ", e->detail & 1 ? 'r' : '-',
			e->detail & 2 ? 'w' : '-', e->detail & 4 ? 'x' : '-');
	else
		fprintf(stderr, "%7s", "");
}

static void print_event(const struct event *e, unsigned long long begin)
{
	unsigned long long us = (e->time - begin) / 1000;
	static bool headed;
	char size[24];

	if (!headed)
		fprintf(stderr, "%9s %4s %-8s%-7s %-10s %5s %s\n", "time ms", "pid",
			"event", "access", "address", "size", "what was done");
	headed = true;
	fprintf(stderr, "%5llu.%03llu %4d %-8s", us / 1000, us % 1000, e->pid,
		kinds[e->kind].name);
	print_detail(e);
	if (e->kind == EVENT_FORK)
		fprintf(stderr, " %-10llu      ", e->va);
	else if (e->pages)
		fprintf(stderr, " %-10llx %5s", e->va, snap_size(e->pages * PAGE, size));
	else
		fprintf(stderr, " %16s", "");
	fprintf(stderr, " %s\n", kinds[e->kind].what);
}

static void pending_print(unsigned long long begin)
{
	qsort(pending, npending, sizeof(*pending), compare_times);
	for (size_t i = 0; i < npending; i++) {
		const struct event *e = &pending[i];

		if (!family_has(e->pid) || e->kind >= EVENT_NKINDS)
			continue;
		if (e->kind == EVENT_FORK)
			family_add((int)e->va);
		if (!only_faults || EVENT_IS_FAULT(e->kind))
			print_event(e, begin);
		if (e->kind == EVENT_EXIT)
			family_remove(e->pid);
	}
	npending = 0;
	if (lost)
		fprintf(stderr,
			"%llu events were lost: they came faster than they were read\n",
			lost);
	lost = 0;
}

/* --- the option ------------------------------------------------------------------ */

static bool events_are_on(void)
{
	static struct snap_reader r;
	const struct snap_option *o;

	if (!snap_begin(&r, SNAP_OPTIONS, 0, 0))
		tool_die("events");
	while ((o = snap_next(&r)) != NULL)
		if (strcmp(o->name, "events") == 0)
			return strcmp(o->value, "on") == 0;
	return false;
}

static void events_set(const char *value)
{
	if (setoption("events", value) < 0)
		tool_die("events");
}

static void events_signal(int sig)
{
	(void)setoption("events", "off");
	signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* A signal that ends this process switches them off. */
static void events_catch_signals(void)
{
	static const int endings[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (signal(endings[i], events_signal) == SIG_IGN)
			signal(endings[i], SIG_IGN);
}

static int guard_pid;

/* Forks a guard, which switches the events off when this process ends, also by SIGKILL: it
 * waits at a pipe for that.  It is a shell, as `killall vmtrace` would end another vmtrace,
 * too; this returns once it is one. */
static void guard_start(void)
{
	int end[2], started[2];
	char c;

	if (pipe(end) < 0 || fcntl(end[1], F_SETFD, FD_CLOEXEC) < 0 || pipe(started) < 0 ||
	    fcntl(started[1], F_SETFD, FD_CLOEXEC) < 0 || (guard_pid = fork()) < 0)
		tool_die("fork");
	if (guard_pid == 0) {
		for (int sig = 1; sig < NSIG; sig++)
			signal(sig, SIG_IGN);
		dup2(end[0], STDIN_FILENO);
		execl("/sh", "sh", "-c", "read end; vmctl events=off >/dev/null", NULL);
		tool_die("/sh");
	}
	close(end[0]); /* the other end stays open */
	close(started[1]);
	(void)!read(started[0], &c, 1);
	close(started[0]);
}

/* There is nothing left to switch off. */
static void guard_stop(void)
{
	if (guard_pid && kill(guard_pid, SIGKILL) == 0)
		(void)waitpid(guard_pid, NULL, 0);
}

/* --- the command ------------------------------------------------------- */

/* The child waits until its parent is ready to read. */
static int command_start(char **argv)
{
	int go[2], pid;
	char c;

	if (pipe(go) < 0 || (pid = fork()) < 0)
		tool_die(argv[0]);
	if (pid == 0) {
		close(go[1]);
		(void)!read(go[0], &c, 1);
		close(go[0]);
		execvp(argv[0], argv);
		tool_warn(argv[0]);
		_exit(127);
	}
	close(go[0]);
	family_add(pid);
	harts_read();
	npending = 0; /* what was before */
	lost = 0;
	close(go[1]);
	return pid;
}

static int command_follow(int pid, unsigned long long begin)
{
	int status = 0, ended;

	do {
		usleep(PERIOD_US);
		ended = waitpid(pid, &status, WNOHANG);
		harts_read();
		pending_print(begin);
	} while (ended == 0 || (ended < 0 && errno == EINTR));
	if (ended < 0)
		tool_die("wait");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	unsigned long long begin;
	int c, status;
	bool on;

	while ((c = tool_getopt(argc, argv, "+fh", usage)) != -1)
		only_faults |= c == 'f';
	if (optind == argc)
		tool_usage(usage);
	fflush(stdout);
	for (int hart = 0; hart < HARTS_MAX; hart++)
		next_number[hart] = 1;
	on = events_are_on();
	if (!on) {
		events_catch_signals();
		guard_start();
	}
	events_set("on");
	begin = (unsigned long long)clock_ns();
	status = command_follow(command_start(&argv[optind]), begin);
	if (!events_are_on())
		tool_warnx("events", "somebody has switched them off: the end is missing");
	else if (!on)
		events_set("off");
	guard_stop();
	return status;
}
