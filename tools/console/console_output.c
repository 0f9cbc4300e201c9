/* console_output.c - finds the output of the command in that of the console: where it
 * starts, and where it ends. */
#define _GNU_SOURCE
#include "console_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

long long console_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Keeps the last bytes, which explain a boot that failed. */
static void hold(struct session *s, char c)
{
	if (s->nheld == sizeof(s->held)) {
		size_t half = sizeof(s->held) / 2;

		memmove(s->held, s->held + half, half);
		s->nheld = half;
	}
	s->held[s->nheld++] = c;
}

/* Where eof=stays is among QEMU's arguments, or NULL. */
static char *find_eof_stays(char **argv)
{
	char *at = NULL;

	while (*argv && !(at = strstr(*argv, "eof=stays")))
		argv++;
	return at;
}

/* Ends QEMU, to start it again with eof=once, unless that was done before. */
static void try_again(struct session *s)
{
	char *at = find_eof_stays(s->argv);

	s->again = at;
	if (at) {
		memcpy(at, "eof=once ", strlen("eof=stays"));
		kill(s->qemu, SIGTERM);
	}
}

static void set_quiet(struct session *s, long long ms)
{
	s->quiet_at = console_now() + ms;
}

void console_set_boot_quiet(struct session *s)
{
	long long ms = s->pass ? NO_PROMPT_MS : s->nobody;

	if (ms > FIRST_MS && find_eof_stays(s->argv))
		ms = FIRST_MS;
	set_quiet(s, ms);
}

/* A shell prints a prompt although there is a command: it does not know the boot option. */
static void on_prompt(struct session *s)
{
	size_t len;

	if (s->pass) {
		s->phase = RUNNING;
		return;
	}
	if (!s->command || s->again || s->refused)
		return;
	s->refused = strlen(s->command) > LINE_MAX_TYPED || strchr(s->command, '\n');
	if (s->refused)
		kill(s->qemu, SIGTERM);
	else
		try_again(s);
	if (s->refused || s->again)
		return;
	s->phase = TYPED;
	len = strlen(s->command);
	memmove(s->typed + len + 1, s->typed, s->ntyped);
	memcpy(s->typed, s->command, len);
	s->typed[len] = '\n';
	s->ntyped += len + 1;
}

/* Takes one byte of the output before the start.  The phase changes after MARKER's newline,
 * or after a prompt. */
static void look_for_start(struct session *s, char c)
{
	hold(s, c);
	if (c == '\r')
		return;
	if (c == '\n') {
		if (s->nline == sizeof(s->line) && memcmp(s->line, MARKER, s->nline) == 0)
			s->phase = RUNNING;
		s->nline = 0;
		return;
	}
	if (s->nline == sizeof(s->line))
		memmove(s->line, s->line + 1, --s->nline);
	s->line[s->nline++] = c;
	if (s->nline == strlen(PROMPT) && memcmp(s->line, PROMPT, s->nline) == 0)
		on_prompt(s);
}

/* Passes on what the command prints.  Notices the line with which xv6's shell says that
 * there is no such program. */
void console_say(struct session *s, char c)
{
	static const char head[] = "exec ", tail[] = " failed";
	size_t n = s->nsaid;

	if (!s->verbose)
		console_write(1, &c, 1);
	if (c == '\r')
		return;
	if (c != '\n') {
		if (n < sizeof(s->said))
			s->said[s->nsaid++] = c;
		return;
	}
	if (n > strlen(head) + strlen(tail) && memcmp(s->said, head, strlen(head)) == 0 &&
	    memcmp(s->said + n - strlen(tail), tail, strlen(tail)) == 0)
		s->missing = true;
	s->nsaid = 0;
}

/* Whether @c is the next byte of the echo of what was typed. */
static bool is_echo(struct session *s, char c)
{
	size_t len = strlen(s->command);

	if (!s->echoes || s->echo > len)
		return false;
	if (c == '\r' || c == (s->echo < len ? s->command[s->echo] : '\n')) {
		s->echo += c != '\r';
		return true;
	}
	for (size_t i = 0; i < s->echo; i++)
		console_say(s, s->command[i]);
	s->echo = len + 1;
	return false;
}

/* One byte after the command was typed.  What may be a prompt is held back. */
static void look_for_end(struct session *s, char c)
{
	if (is_echo(s, c))
		return;
	if (s->nprompt < strlen(PROMPT) && c == PROMPT[s->nprompt]) {
		s->nprompt++;
		return;
	}
	for (size_t i = 0; i < s->nprompt; i++)
		console_say(s, PROMPT[i]);
	s->nprompt = c == PROMPT[0];
	if (!s->nprompt)
		console_say(s, c);
}

/* False at the end of the output. */
bool console_take_output(struct session *s)
{
	char buf[4096];
	ssize_t n = read(s->from, buf, sizeof(buf));
	ssize_t i = 0;

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	if (s->log >= 0)
		console_write(s->log, buf, (size_t)n);
	if (s->verbose)
		console_write(1, buf, (size_t)n);
	while (i < n && s->phase == BOOTING)
		look_for_start(s, buf[i++]);
	if (s->phase == RUNNING && !s->verbose)
		console_write(1, buf + i, (size_t)(n - i));
	while (i < n && s->phase == TYPED)
		look_for_end(s, buf[i++]);
	if (s->phase == BOOTING)
		console_set_boot_quiet(s);
	else if (s->phase == TYPED)
		set_quiet(s, s->nprompt == strlen(PROMPT) ? QUIET_MS : s->patience);
	return true;
}

/* Nothing has come for a while. */
void console_on_quiet(struct session *s)
{
	if (s->phase == BOOTING && s->pass) {
		s->phase = RUNNING;
	} else if (s->phase == TYPED && s->nprompt == strlen(PROMPT)) {
		s->phase = LEAVING;
		console_type(s,
			     KEY_EOF); /* ends the shell, and with some inits the machine */
		set_quiet(s, LEAVE_MS);
	} else if (s->phase == TYPED) {
		/* A second ^D is for a second reader; one too many ends the shell. */
		if (s->input_over) {
			console_type(s, KEY_EOF);
			s->patience *= 8;
		}
		set_quiet(s, s->patience);
	} else if (s->phase != RUNNING) {
		/* Our shell prints no prompt with eof=stays. */
		if (s->phase == BOOTING && s->command)
			try_again(s);
		if (s->phase == BOOTING && !s->again)
			fprintf(stderr, "Nobody took the command in %lld s.\n",
				s->nobody / 1000);
		kill(s->qemu, SIGTERM);
		set_quiet(s, NOBODY_MS);
	}
}
