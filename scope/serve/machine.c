/* machine.c - see machine.h.
 *
 * QEMU gets two sockets: one is its console, with its monitor behind Ctrl-A c as with
 * -nographic alone; the other is its control channel (QMP). */

#include "serve/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "serve/server.h"

/* With the sockets @console and @control; does not return. */
static void machine_execute(char **argv, int console, int control)
{
	char text[2][80];
	const char *added[] = {
		"-chardev", text[0],
		"-serial",  "chardev:scope-console",
		"-mon",     "chardev=scope-console",
		"-chardev", text[1],
		"-mon",     "chardev=scope-qmp,mode=control",
	};
	size_t n = 0;
	char **all;

	while (argv[n])
		n++;
	all = calloc(n + ARRAY_SIZE(added) + 1, sizeof(*all));
	if (!all)
		_exit(127);
	snprintf(text[0], sizeof(text[0]), "socket,id=scope-console,fd=%d,mux=on", console);
	snprintf(text[1], sizeof(text[1]), "socket,id=scope-qmp,fd=%d", control);
	memcpy(all, argv, n * sizeof(*all));
	memcpy(all + n, added, sizeof(added));
	execvp(all[0], all);
	perror(all[0]);
	_exit(127);
}

static pid_t machine_fork(char **argv, int console[2], int control[2])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	signal(SIGPIPE, SIG_DFL);
	signal(SIGIO, SIG_DFL);
	machine_execute(argv, console[1], control[1]);
	return -1;
}

/* Waits for QEMU's greeting: then its RAM is there, and the kernel is in it. */
static bool machine_wait_greeting(struct server *s)
{
	for (;;) {
		enum qmp_event event;
		char byte;
		ssize_t n = read(s->control, &byte, 1);

		if (n < 0 && errno == EINTR && !machine_has_ended(s) && !server_ending())
			continue;
		if (n != 1)
			return false;
		qmp_take(&s->qmp, &byte, 1, &event);
		if (event == QMP_GREETING)
			return true;
	}
}

static void machine_say(struct server *s, const char *command)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "{\"execute\":\"%s\"}\n", command);

	/* A few short lines are on their way at most. */
	if (write(s->control, line, (size_t)n) != n)
		s->controls = false;
}

static bool machine_sockets(int console[2], int control[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, console) < 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, control) < 0) {
		close(console[0]);
		close(console[1]);
		return false;
	}
	fcntl(console[0], F_SETFD, FD_CLOEXEC);
	fcntl(control[0], F_SETFD, FD_CLOEXEC);
	return true;
}

bool machine_start(struct server *s, char **argv)
{
	int console[2], control[2];

	s->status = 125;
	if (!machine_sockets(console, control))
		return false;
	s->qemu = machine_fork(argv, console, control);
	close(console[1]);
	close(control[1]);
	s->console->fd = console[0];
	s->control = control[0];
	if (s->qemu < 0)
		return false;
	if (machine_wait_greeting(s)) {
		machine_say(s, "qmp_capabilities");
		return true;
	}
	machine_stop(s);
	return false;
}

bool machine_attach(struct server *s)
{
	fcntl(s->control, F_SETFL, O_NONBLOCK);
	s->controls = true;
	/* With --gdb it does not run yet. */
	machine_say(s, "query-status");
	return server_adopt(s, s->control) &&
	       console_start(s, s->console->fd, !s->options->only);
}

static void machine_ended_with(struct server *s, int status)
{
	s->qemu = 0;
	s->controls = s->paused = false;
	s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool machine_has_ended(struct server *s)
{
	int status;

	if (s->qemu > 0 && waitpid(s->qemu, &status, WNOHANG) == s->qemu)
		machine_ended_with(s, status);
	return s->qemu <= 0;
}

void machine_stop(struct server *s)
{
	int status = 0;

	if (s->qemu <= 0)
		return;
	if (server_ending())
		kill(s->qemu, SIGTERM);
	while (waitpid(s->qemu, &status, 0) < 0 && errno == EINTR)
		if (server_ending())
			kill(s->qemu, SIGTERM);
	machine_ended_with(s, status);
}

/* --- the control channel ----------------------------------------------------- */

static void machine_on_event(struct server *s, enum qmp_event event)
{
	if (event == QMP_STOP || event == QMP_RESUME) {
		s->paused = event == QMP_STOP;
		s->stopping = false;
		server_on_pause(s);
		if (s->paused && s->goes_on)
			machine_say(s, "cont");
		s->goes_on = false;
	} else if (event == QMP_RESET) {
		s->found = false;
		server_look(s);
		server_greet(s);
	} else if (event == QMP_SHUTDOWN) {
		s->left = true;
	}
}

int machine_on_control(struct server *s)
{
	char bytes[4096];
	ssize_t n = read(s->control, bytes, sizeof(bytes));

	for (ssize_t at = 0; at < n;) {
		enum qmp_event event;

		at += (ssize_t)qmp_take(&s->qmp, bytes + at, (u64)(n - at), &event);
		machine_on_event(s, event);
	}
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : -1;
}

void machine_hear_last(struct server *s)
{
	while (machine_on_control(s) == 0 && server_readable(s->control))
		;
}

static void machine_halt(struct server *s)
{
	if (!s->stopping)
		machine_say(s, "stop");
	s->stopping = true;
}

const char *machine_pause(struct server *s, u32 which)
{
	if (!s->controls)
		return s->options->qemu ? "the machine has ended"
					: "this machine was not started by scope, "
					  "which cannot stop it";
	if (s->paused && which == 0)
		machine_say(s, "cont");
	else if (s->paused || (which == 0 && !s->stopping))
		server_on_pause(s);
	else if (which == 0)
		s->goes_on = true;
	else {
		/* A stop that is under way for good stays one. */
		s->goes_on = which == 2 && (s->goes_on || !s->stopping);
		machine_halt(s);
	}
	return NULL;
}
