/* console_run.c - connects ./run with the console of the machine.
 *
 * usage: console-run [-v] [-e] [-l LOG] [-t SECONDS] [-c COMMAND] QEMU ARGUMENT...
 *        console-run -p QEMU ARGUMENT...
 *
 * Starts QEMU, whose console is its standard input and output.  The output up to a line
 * that ends with MARKER (firmware, boot) is held back, and all after it is passed on byte
 * for byte.  With -v nothing is held back.  After MARKER, standard input is typed at the
 * console, with ^D at its end; with the boot option eof=stays every later read sees that
 * end, too.  Keys of a terminal are treated the same, except that QEMU's own keys reach it
 * at any time.  The file LOG gets all that the console shows.
 *
 * If a prompt comes in place of MARKER, the shell does not know the boot option cmd.  Then
 * COMMAND is typed at the prompt, and the machine is ended at the next prompt.  Such a
 * shell does not tell the status of a command, and it ends at the end of its input.  So if
 * eof=stays was given, the machine is started again without it, and ^D is typed when the
 * command waits for input.  -e says that the console echoes what is typed.  If no output
 * comes for SECONDS (120) before MARKER or a prompt, no shell takes the command, and the
 * machine is ended.
 *
 * -p passes all output on, and types standard input after the first prompt: the firmware
 * would take what is typed earlier.
 *
 * Exits with QEMU's status.  If QEMU ends before MARKER, the end of the output that was
 * held back is printed to standard error, and the status is never 0.  SIGINT, SIGTERM and
 * SIGHUP end QEMU, too. */

#define _GNU_SOURCE
#include "console_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

static volatile sig_atomic_t qemu_pid;
static volatile sig_atomic_t caught;
static struct termios cooked; /* the terminal's modes before */

static void on_signal(int sig)
{
	caught = sig;
	if (qemu_pid)
		kill(qemu_pid, SIGTERM);
}

_Noreturn void console_die(const char *what)
{
	perror(what);
	if (qemu_pid)
		kill(qemu_pid, SIGTERM);
	exit(NO_START_STATUS);
}

void console_write(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EPIPE && fd == STDOUT_FILENO) {
			/* `| head` has what it wants: no word, as with SIGPIPE. */
			if (qemu_pid)
				kill(qemu_pid, SIGTERM);
			exit(128 + SIGPIPE);
		}
		if (done < 0)
			console_die("console-run: write");
		p += done;
		n -= (size_t)done;
	}
}

void console_type(struct session *s, char c)
{
	if (s->typed_at == s->ntyped)
		s->typed_at = s->ntyped = 0;
	if (s->ntyped < sizeof(s->typed))
		s->typed[s->ntyped++] = c;
}

/* --- input --------------------------------------------------------------------- */

/* For a terminal while the machine boots.  QEMU's own keys go to it at once.  The others
 * wait, and are dropped if there is no room.  True if the caller need not keep @c. */
static bool type_early(struct session *s, char c)
{
	if (c == QEMU_ESCAPE || s->escaped) {
		s->escaped = !s->escaped;
		console_write(s->to, &c, 1);
		return true;
	}
	return s->ntyped >= sizeof(s->typed) / 4;
}

/* Reads standard input, after all that was read before has been typed. */
static void take_input(struct session *s)
{
	char buf[sizeof(s->typed) / 4];
	ssize_t n = read(0, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	for (ssize_t i = 0; i < n; i++) {
		if (s->terminal && s->phase == BOOTING && type_early(s, buf[i]))
			continue;
		if (buf[i] == QEMU_ESCAPE && !s->terminal && !s->pass)
			console_type(s, buf[i]);
		console_type(s, buf[i]);
	}
	if (n > 0)
		return;
	s->input_over = true;
	if (!s->terminal && !s->pass && s->phase == RUNNING)
		console_type(s, KEY_EOF);
}

static void give_input(struct session *s)
{
	ssize_t n = write(s->to, s->typed + s->typed_at, s->ntyped - s->typed_at);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) /* QEMU has ended; its status says why */
		s->to = -1;
	else
		s->typed_at += (size_t)n;
}

static bool wants_input(const struct session *s)
{
	if (s->to < 0 || s->input_over)
		return false;
	if (s->terminal && s->phase == BOOTING)
		return true;
	if (s->typed_at < s->ntyped)
		return false;
	return s->terminal || s->phase == RUNNING || s->phase == TYPED;
}

static void converse(struct session *s)
{
	for (;;) {
		bool pending = s->to >= 0 && s->phase != BOOTING && s->typed_at < s->ntyped;
		struct pollfd fds[3] = {
			{ .fd = s->from, .events = POLLIN },
			{ .fd = wants_input(s) ? 0 : -1, .events = POLLIN },
			{ .fd = pending ? s->to : -1, .events = POLLOUT },
		};
		long long left = s->quiet_at - console_now();
		int found = poll(fds, 3,
				 s->phase == RUNNING ? -1
				 : left > 0          ? (int)left
						     : 0);

		if (found < 0) {
			if (errno == EINTR)
				continue;
			console_die("console-run: poll");
		}
		if (found == 0)
			console_on_quiet(s);
		if (fds[2].revents)
			give_input(s);
		if (fds[1].revents)
			take_input(s);
		if (fds[0].revents && !console_take_output(s))
			return;
	}
}

static void terminal_restore(void)
{
	tcsetattr(0, TCSANOW, &cooked);
}

/* Passes on each key at once and unchanged, as QEMU does. */
static void terminal_hand_through(void)
{
	struct termios t;

	if (tcgetattr(0, &cooked) < 0)
		return;
	t = cooked;
	t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
				 IXON);
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	atexit(terminal_restore);
	tcsetattr(0, TCSANOW, &t);
}

/* --- QEMU ---------------------------------------------------------------------- */

/* Closed in what is executed.  (pipe2() is not everywhere.) */
static void make_pipe(int ends[2])
{
	if (pipe(ends) < 0 || fcntl(ends[0], F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(ends[1], F_SETFD, FD_CLOEXEC) < 0)
		console_die("console-run: pipe");
}

static void start_qemu(struct session *s)
{
	int out[2], in[2];

	make_pipe(out);
	make_pipe(in);
	s->qemu = fork();
	if (s->qemu < 0)
		console_die("console-run: fork");
	if (s->qemu == 0) {
#ifdef __linux__
		prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
		dup2(out[1], 1);
		dup2(in[0], 0);
		execvp(s->argv[0], s->argv);
		perror(s->argv[0]);
		_exit(127);
	}
	qemu_pid = s->qemu;
	close(out[1]);
	close(in[0]);
	s->from = out[0];
	s->to = in[1]; /* kept open, so that QEMU sees no end of input */
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	s->nheld = s->nline = s->ntyped = s->typed_at = 0;
	s->again = false;
	console_set_boot_quiet(s);
}

/* QEMU's status, as a shell gives it. */
static int wait_qemu(struct session *s)
{
	int status;

	while (waitpid(s->qemu, &status, 0) < 0) {
		if (errno != EINTR)
			console_die("console-run: wait");
	}
	qemu_pid = 0;
	close(s->from);
	close(s->to);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- the end ------------------------------------------------------------------- */

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

static int finish(struct session *s, int status)
{
	if (caught)
		return 128 + caught;
	if (s->refused) {
		fprintf(stderr,
			"The shell of this image takes no command, and this one cannot "
			"be typed at its prompt, which takes a line of at most %d bytes.\n",
			LINE_MAX_TYPED);
		return NO_START_STATUS;
	}
	if (s->pass || s->phase == RUNNING)
		return status;
	if (s->phase == LEAVING || (s->phase == TYPED && s->nprompt == strlen(PROMPT))) {
		fprintf(stderr, "The shell of this image took no command, so it was typed "
				"at its prompt; its status is not known.\n");
		return s->missing ? NO_PROGRAM_STATUS : 0;
	}
	if (s->phase == TYPED) {
		if (s->nprompt)
			console_say(s, PROMPT[0]);
		return status;
	}
	if (!s->verbose && s->nheld)
		print_held(s);
	/* Status 0 is an intended power-off: ktest=on, or Ctrl-A x. */
	fprintf(stderr,
		status ? "The machine stopped before the command could start.\n"
		       : "The machine was switched off; the command was not run.\n");
	return status ? status : NO_START_STATUS;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: console-run [-v] [-e] [-l LOG] [-t SECONDS] [-c COMMAND] QEMU "
		"ARGUMENT...\n"
		"       console-run -p QEMU ARGUMENT...\n");
	return 2;
}

static int options_parse(struct session *s, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+vepl:t:c:")) != -1) {
		if (option == 'v')
			s->verbose = true;
		else if (option == 'e')
			s->echoes = true;
		else if (option == 'p')
			s->pass = s->verbose = true;
		else if (option == 'c')
			s->command = optarg;
		else if (option == 't')
			s->nobody = atoi(optarg) * 1000LL;
		else if (option == 'l')
			s->log = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				      0666);
		else
			return -1;
	}
	return optind < argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	static struct session s = { .log = -1, .patience = QUIET_MS, .nobody = NOBODY_MS };
	struct sigaction sa = { .sa_handler = on_signal };
	int status;

	if (options_parse(&s, argc, argv) < 0)
		return usage();
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* ./run may be killed outright */
#endif
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	s.argv = argv + optind;
	s.terminal = !s.pass && isatty(0);
	if (s.terminal)
		terminal_hand_through();
	do {
		start_qemu(&s);
		converse(&s);
		status = wait_qemu(&s);
	} while (s.again && !caught);
	return finish(&s, status);
}
