/* strace - run a command and show its system calls */

/* The kernel puts a record into a pipe at the beginning and at the end of each call
 * (uapi/calltrace.h); callnames.h has words for the numbers in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <callnames.h>
#include <pagoda.h>
#include <tool.h>

#include "uapi/calltrace.h"

static const char usage[] =
	"usage: strace [-cf] [-e CALL[,CALL...]] [-o FILE] COMMAND [ARG...]\n"
	"Run COMMAND, and write each of its system calls to standard error: arguments\n"
	"and result.  Of bytes the first 32 are shown.  The status is that of COMMAND.\n"
	"  -c   only how many calls there were, how many failed, and how long they took\n"
	"  -e   only these calls, by name\n"
	"  -f   also of the processes that it starts\n"
	"  -o   write to FILE\n";

static FILE *out;
static bool only_count, follow, many;

/* --- which calls -------------------------------------------------------- */

static struct {
	bool wanted;
	unsigned long calls, errors;
	unsigned long long ns;
} counts[CALLS_MAX];

static bool calls_choose(char *names)
{
	int number = 0;

	if (strncmp(names, "trace=", 6) == 0)
		names += 6;
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		number = call_number(name);
		if (!number) {
			tool_warnx(name, "no such system call");
			return false;
		}
		counts[number].wanted = true;
	}
	if (!number)
		tool_warnx("-e", "names no system call");
	return number != 0;
}

/* --- calls that have begun ------------------------------------------------ */

static struct call {
	struct call_record begin;
	int shown; /* arguments that are printed */
} calls[NPROC];
static struct call *open_line; /* whose call stands at the end of the last line */

/* That of thread @tid; 0: a free one, or NULL. */
static struct call *call_of(int tid)
{
	for (struct call *c = calls; c < calls + NPROC; c++)
		if (c->begin.tid == tid)
			return c;
	return NULL;
}

static void line_begin(int tid)
{
	if (open_line)
		fputs(" <unfinished ...>\n", out);
	open_line = NULL;
	if (many)
		fprintf(out, "[pid %4d] ", tid);
}

/* --- lines ------------------------------------------------------------------- */

static void print_text(const char *text, const struct call_piece *piece)
{
	putc('"', out);
	for (int i = 0; i < piece->bytes; i++) {
		const char *name, *from = "\n\t\r\\\"", *to = "ntr\\\"";
		unsigned char c = (unsigned char)text[i];

		name = c ? strchr(from, c) : NULL;
		if (name)
			fprintf(out, "\\%c", to[name - from]);
		else if (c >= ' ' && c < 127)
			putc(c, out);
		else /* three digits if another one follows */
			fprintf(out,
				i + 1 < piece->bytes && text[i + 1] >= '0' &&
						text[i + 1] <= '9'
					? "\\%03o"
					: "\\%o",
				c);
	}
	fputs(piece->flags & CALL_CUT ? "\"..." : "\"", out);
}

/* The first piece of argument @arg from *@at on, and *@at after it; NULL: none. */
static const char *piece_next(const struct call_record *r, int arg, unsigned *at,
			      struct call_piece *piece)
{
	unsigned end = r->bytes - (unsigned)offsetof(struct call_record, text);

	while (*at + sizeof(*piece) <= end) {
		const char *text = r->text + *at + sizeof(*piece);

		memcpy(piece, r->text + *at, sizeof(*piece));
		*at += (unsigned)sizeof(*piece) + piece->bytes;
		if (piece->arg == arg)
			return text;
	}
	return NULL;
}

static void print_strings(const struct call_record *r, int arg)
{
	const char *text, *gap = "";
	struct call_piece piece;
	unsigned at = 0;

	putc('[', out);
	for (; (text = piece_next(r, arg, &at, &piece)) != NULL; gap = ", ") {
		fputs(gap, out);
		if (!piece.bytes && piece.flags & CALL_CUT)
			fputs("...", out);
		else
			print_text(text, &piece);
	}
	putc(']', out);
}

/* Argument @i, which its letter says how to show. */
static void print_argument(const struct call_record *r, int i, char letter)
{
	struct call_piece piece;
	unsigned at = 0;
	const char *text = piece_next(r, i, &at, &piece);
	char words[CALL_WORDS];

	if (letter == 'v' && r->arg[i])
		print_strings(r, i);
	else if (text && strchr("pbB", letter))
		print_text(text, &piece);
	else if (text)
		fputs(call_struct(letter, text, words), out);
	else
		fputs(call_value(letter, r->arg[i], words), out);
}

/* Arguments from c->shown on, as far as @r has them: those of a beginning end before the
 * first that the call is to write. */
static void print_arguments(struct call *c, const struct call_record *r)
{
	const char *letters = call_letters((int)r->number);

	for (int n = (int)strlen(letters); c->shown < n; c->shown++) {
		if (r->kind == CALL_BEGIN && strchr("BWPS", letters[c->shown]))
			break;
		print_argument(r, c->shown, letters[c->shown]);
		if (c->shown + 1 < n)
			fputs(", ", out);
	}
}

static void print_result(const struct call_record *r)
{
	if (r->result >= 0) {
		fprintf(out,
			call_gives_hexadecimal((int)r->number) ? ") = %#llx\n"
							       : ") = %lld\n",
			r->result);
		return;
	}
	fprintf(out, ") = -1 %s (%s)\n", call_error((int)-r->result),
		strerror((int)-r->result));
}

static void print_name(const struct call_record *r)
{
	const char *name = call_name((int)r->number);

	if (name)
		fputs(name, out);
	else
		fprintf(out, "call_%u", r->used);
}

/* --- records -------------------------------------------------------------------- */

static void take_begin(const struct call_record *r)
{
	struct call *c = call_of(r->tid);

	c = c ? c : call_of(0);

	if (!c)
		return;
	memcpy(&c->begin, r, r->bytes);
	c->shown = 0;
	if (only_count)
		return;
	line_begin(r->tid);
	print_name(r);
	putc('(', out);
	print_arguments(c, r);
	open_line = c;
}

static void take_end(const struct call_record *r)
{
	struct call *c = call_of(r->tid);

	if (!c)
		return;
	counts[r->number].calls++;
	counts[r->number].errors += r->result < 0;
	counts[r->number].ns += r->time - c->begin.time;
	c->begin.tid = 0;
	if (only_count)
		return;
	if (open_line != c) {
		line_begin(r->tid);
		fputs("<... ", out);
		print_name(r);
		fputs(" resumed>", out);
	}
	open_line = NULL;
	print_arguments(c, r);
	print_result(r);
}

/* Calls that do not return: those of the threads that are no more. */
static void calls_forget(int pid)
{
	for (struct call *c = calls; c < calls + NPROC; c++) {
		if (c->begin.pid != pid || !c->begin.tid)
			continue;
		counts[c->begin.number].calls++;
		if (open_line == c)
			fputs(") = ?\n", out);
		open_line = open_line == c ? NULL : open_line;
		c->begin.tid = 0;
	}
}

/* @form: has the name, or the number. */
static void print_signal(const char *form, int sig)
{
	char words[CALL_WORDS];

	fprintf(out, form, call_value('g', (unsigned)sig, words));
}

static void take_exit(const struct call_record *r)
{
	calls_forget(r->pid);
	if (only_count)
		return;
	line_begin(r->pid);
	if (r->result >> 32)
		print_signal("+++ killed by %s +++\n", (int)(r->result >> 32));
	else
		fprintf(out, "+++ exited with %lld +++\n", r->result & 0xff);
}

/* A handler begins. */
static void take_handler(const struct call_record *r)
{
	if (only_count)
		return;
	line_begin(r->tid);
	print_signal("--- %s ---\n", (int)r->result);
}

static void take_record(const struct call_record *r)
{
	static int first;

	first = first ? first : r->tid;
	many |= r->tid != first;
	if (r->number < CALLS_MAX && !counts[r->number].wanted && r->kind < CALL_EXIT)
		return;
	if (r->kind == CALL_BEGIN)
		take_begin(r);
	else if (r->kind == CALL_END)
		take_end(r);
	else if (r->kind == CALL_SIGNAL)
		take_handler(r);
	else
		take_exit(r);
}

/* Until all processes that are told of have ended. */
static void records_read(int fd)
{
	static union {
		struct call_record record;
		char bytes[16384];
	} got;
	size_t have = 0, at;
	ssize_t n;

	while ((n = read(fd, got.bytes + have, sizeof(got) - have)) > 0) {
		have += (size_t)n;
		for (at = 0; have - at >= sizeof(got.record.bytes);) {
			struct call_record r;

			memcpy(&r.bytes, got.bytes + at, sizeof(r.bytes));
			if (have - at < r.bytes)
				break;
			memcpy(&r, got.bytes + at, r.bytes);
			take_record(&r);
			at += r.bytes;
		}
		have -= at;
		memmove(got.bytes, got.bytes + at, have);
		if (!only_count)
			fflush(out);
	}
	if (n < 0)
		tool_warn("system calls");
}

/* --- counts ------------------------------------------------------------------ */

static int compare_counts(const void *a, const void *b)
{
	unsigned long p = counts[*(const int *)a].calls, q = counts[*(const int *)b].calls;

	return (p < q) - (p > q);
}

static void counts_print(void)
{
	unsigned long total = 0, errors = 0;
	int order[CALLS_MAX];

	for (int i = 0; i < CALLS_MAX; i++) {
		order[i] = i;
		total += counts[i].calls;
		errors += counts[i].errors;
	}
	qsort(order, CALLS_MAX, sizeof(order[0]), compare_counts);
	fprintf(out, "   seconds     calls    errors syscall\n");
	for (int i = 0; i < CALLS_MAX && counts[order[i]].calls; i++) {
		const char *name = call_name(order[i]);

		fprintf(out, "%3llu.%06llu %9lu %9lu %s\n",
			counts[order[i]].ns / 1000000000,
			counts[order[i]].ns / 1000 % 1000000, counts[order[i]].calls,
			counts[order[i]].errors, name ? name : "?");
	}
	fprintf(out, "           %9lu %9lu total\n", total, errors);
}

/* --- the command ------------------------------------------------------------ */

/* The file that @name runs, in @buf if it is found along PATH; NULL: there is none. */
static const char *command_find(const char *name, char buf[256])
{
	const char *dirs = tool_search_path();

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? name : NULL;
	while (tool_search(&dirs, name, buf, 256))
		if (*buf && access(buf, X_OK) == 0)
			return buf;
	return NULL;
}

static _Noreturn void command_exec(const char *path, char **argv, const int told[2])
{
	close(told[0]);
	fcntl(told[1], F_SETFD, FD_CLOEXEC);
	if (calltrace(told[1], follow) == 0)
		execv(path, argv);
	tool_warn(*argv);
	_exit(errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_RUNNABLE);
}

static int command_run(char **argv)
{
	char buf[256];
	const char *path = command_find(*argv, buf);
	int told[2], pid, status = 0;

	if (!path) {
		tool_warn(*argv);
		return RUN_NOT_FOUND;
	}
	if (pipe(told) < 0 || (pid = fork()) < 0)
		tool_die(*argv);
	if (pid == 0)
		command_exec(path, argv, told);
	close(told[1]);
	records_read(told[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			tool_die(*argv);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	bool chosen = false;
	int c, status;

	out = stderr;
	while ((c = tool_getopt(argc, argv, "+ce:fo:h", usage)) != -1) {
		only_count |= c == 'c';
		follow |= c == 'f';
		if (c == 'e' && !calls_choose(optarg))
			return 2;
		chosen |= c == 'e';
		if (c == 'o' && !(out = fopen(optarg, "w")))
			tool_die(optarg);
	}
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (int i = 0; i < CALLS_MAX; i++)
		counts[i].wanted |= !chosen;
	if (out == stderr)
		setvbuf(out, NULL, _IOFBF, 4096);
	else
		fcntl(fileno(out), F_SETFD, FD_CLOEXEC);
	status = command_run(argv);
	if (only_count)
		counts_print();
	fflush(out);
	return status;
}
