/* console_run.c - runs one command in the machine, for `./run -c`.
 *
 * usage: console-run [-v] [-l LOG] QEMU ARGUMENT...
 *
 * Starts QEMU, whose console is its standard output.  What comes before a line
 * that ends with MARKER (firmware, boot) is held back, what follows is passed on
 * byte for byte; with -v everything is.  Standard input is typed at the console
 * once MARKER was seen, with ^D at its end (the boot option eof=stays makes that the
 * end for all who read); a terminal is left to QEMU, which
 * knows how to handle one, and what is typed there too early stands in front of
 * MARKER.  The file LOG gets all that the console shows.
 *
 * Exits with QEMU's status; when QEMU ends before MARKER, prints the end of what
 * was held back to standard error, and the status is never 0.  SIGINT, SIGTERM
 * and SIGHUP end QEMU too. */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define MARKER "@@pagoda-start@@"
#define NO_START_STATUS 125

#define KEY_EOF 0x04
#define QEMU_ESCAPE 0x01 /* Ctrl-A: typed twice it stands for itself */

struct session {
	pid_t qemu;
	int from; /* the console's output           */
	int log;  /* a copy of it; -1: none         */
	int to;   /* its input; -1: QEMU has the terminal, or input is over */
	bool started;
	bool verbose;
	char held[8192]; /* the last of what came before MARKER */
	size_t nheld;
	char line[sizeof(MARKER) - 1]; /* the last bytes of the line that comes in */
	size_t nline;
	char typed[1024]; /* input on its way to the console: [typed_at, ntyped) */
	size_t typed_at, ntyped;
	bool input_over;
};

static volatile sig_atomic_t qemu_pid;
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
	if (qemu_pid)
		kill(qemu_pid, SIGTERM);
}

static void die(const char *what)
{
	perror(what);
	if (qemu_pid)
		kill(qemu_pid, SIGTERM);
	exit(NO_START_STATUS);
}

static void write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			die("console-run: write");
		p += done;
		n -= (size_t)done;
	}
}

/* Keeps the last bytes only; they explain a boot that failed. */
static void hold(struct session *s, char c)
{
	if (s->nheld == sizeof(s->held)) {
		size_t half = sizeof(s->held) / 2;

		memmove(s->held, s->held + half, half);
		s->nheld = half;
	}
	s->held[s->nheld++] = c;
}

/* One byte from before the start.  Sets started after MARKER's newline. */
static void look_for_marker(struct session *s, char c)
{
	hold(s, c);
	if (c == '\r')
		return;
	if (c == '\n') {
		s->started = s->nline == sizeof(s->line) &&
			     memcmp(s->line, MARKER, s->nline) == 0;
		s->nline = 0;
		return;
	}
	if (s->nline == sizeof(s->line))
		memmove(s->line, s->line + 1, --s->nline);
	s->line[s->nline++] = c;
}

/* False at the end of the output. */
static bool take_output(struct session *s)
{
	char buf[4096];
	ssize_t n = read(s->from, buf, sizeof(buf));
	ssize_t i = 0;

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	if (s->log >= 0)
		write_all(s->log, buf, (size_t)n);
	if (s->verbose)
		write_all(1, buf, (size_t)n);
	while (i < n && !s->started)
		look_for_marker(s, buf[i++]);
	if (!s->verbose)
		write_all(1, buf + i, (size_t)(n - i));
	return true;
}

static void type_byte(struct session *s, char c)
{
	if (c == QEMU_ESCAPE)
		s->typed[s->ntyped++] = c;
	s->typed[s->ntyped++] = c;
}

/* Reads standard input; only when all that was read before is typed. */
static void take_input(struct session *s)
{
	char buf[sizeof(s->typed) / 2 - 1];
	ssize_t n = read(0, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	s->typed_at = 0;
	s->ntyped = 0;
	for (ssize_t i = 0; i < n; i++)
		type_byte(s, buf[i]);
	if (n <= 0) {
		type_byte(s, KEY_EOF);
		s->input_over = true;
	}
}

static void give_input(struct session *s)
{
	ssize_t n = write(s->to, s->typed + s->typed_at, s->ntyped - s->typed_at);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) { /* QEMU is gone; its status will say why */
		s->to = -1;
		return;
	}
	s->typed_at += (size_t)n;
	if (s->typed_at == s->ntyped && s->input_over)
		s->to = -1; /* kept open: QEMU shall not see an end */
}

static void converse(struct session *s)
{
	for (;;) {
		bool pending = s->typed_at < s->ntyped;
		bool hungry = s->started && s->to >= 0 && !pending;
		struct pollfd fds[3] = {
			{ .fd = s->from, .events = POLLIN },
			{ .fd = hungry ? 0 : -1, .events = POLLIN },
			{ .fd = pending ? s->to : -1, .events = POLLOUT },
		};

		if (poll(fds, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			die("console-run: poll");
		}
		if (fds[2].revents)
			give_input(s);
		if (fds[1].revents)
			take_input(s);
		if (fds[0].revents && !take_output(s))
			return;
	}
}

static void start_qemu(struct session *s, char **argv)
{
	bool terminal = isatty(0);
	int out[2], in[2] = { -1, -1 };

	if (pipe2(out, O_CLOEXEC) < 0 || (!terminal && pipe2(in, O_CLOEXEC) < 0))
		die("console-run: pipe");
	s->qemu = fork();
	if (s->qemu < 0)
		die("console-run: fork");
	if (s->qemu == 0) {
#ifdef __linux__
		prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
		dup2(out[1], 1);
		if (!terminal)
			dup2(in[0], 0);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	qemu_pid = s->qemu;
	close(out[1]);
	s->from = out[0];
	s->to = in[1];
	if (!terminal) {
		close(in[0]);
		fcntl(in[1], F_SETFL, O_NONBLOCK);
	}
}

/* What was held back, without the firmware's part if that is complete. */
static void print_held(const struct session *s)
{
	static const char last[] = "\nBoot HART MEDELEG";
	const char *end = s->held + s->nheld, *from = s->held, *p;

	p = memmem(s->held, s->nheld, last, strlen(last));
	if (p)
		p = memchr(p + 1, '\n', (size_t)(end - p - 1));
	if (p)
		from = p + 1;
	fwrite(from, 1, (size_t)(end - from), stderr);
	fputc('\n', stderr);
}

static int finish(struct session *s)
{
	int status;

	while (waitpid(s->qemu, &status, 0) < 0) {
		if (errno != EINTR)
			die("console-run: wait");
	}
	qemu_pid = 0;
	if (caught)
		return 128 + caught;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (s->started)
		return status;
	if (!s->verbose && s->nheld)
		print_held(s);
	/* Status 0 is a power-off that somebody wanted: ktest=on, Ctrl-A x. */
	fprintf(stderr,
		status ? "The machine stopped before the command could start.\n"
		       : "The machine was switched off; the command was not run.\n");
	return status ? status : NO_START_STATUS;
}

static int usage(void)
{
	fprintf(stderr, "usage: console-run [-v] [-l LOG] QEMU ARGUMENT...\n");
	return 2;
}

int main(int argc, char **argv)
{
	static struct session s = { .log = -1 };
	struct sigaction sa = { .sa_handler = on_signal };
	int option;

	while ((option = getopt(argc, argv, "+vl:")) != -1) {
		if (option == 'v')
			s.verbose = true;
		else if (option == 'l')
			s.log = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				     0666);
		else
			return usage();
	}
	if (optind >= argc)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	start_qemu(&s, argv + optind);
	converse(&s);
	return finish(&s);
}
