/* xargs - run a command with arguments from standard input */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

#define ARGS_MAX 1000   /* arguments of one command; the kernel takes some more */
#define BYTES_MAX 32000 /* all of them together; they share the stack           */
#define ARG_SIZE 4096   /* one of them, with its NUL                            */

static const char usage[] =
	"usage: xargs [-0rtx] [-E WORD] [-I TEXT] [-L N] [-n N] [-s N] [COMMAND ARG...]\n"
	"Read words from standard input; run COMMAND (echo) with as many of them as fit\n"
	"after its arguments, as often as needed.  Quotes and \\ keep blanks in a word.\n"
	"  -0   words end with a NUL; nothing else is special     -r   not without words\n"
	"  -n   at most N words at a time                         -L   N lines at a time\n"
	"  -I   one line at a time; it replaces TEXT in the arguments\n"
	"  -s   at most N bytes of arguments                      -t   show each command\n"
	"  -E   WORD is the end         -x   end if what -n asks for is too long for -s\n"
	"The command's standard input is empty.  Status 123: a command failed; 124: its\n"
	"status was 255; 125: a signal ended it; 126, 127: it cannot be run, or found.\n";

static FILE *in;
static bool zeros, show, end_if_full;
static const char *end_word, *replaced;
static long words_max = ARGS_MAX, lines_max, bytes_max = BYTES_MAX;

static char *args[ARGS_MAX + 2];
static long nfixed, nargs, nbytes, nfixed_bytes;

static struct tool_line word; /* that was read, and ends with a NUL */
static bool line_ended;       /* by the newline after it */

static void word_put(char c)
{
	if (word.len == ARG_SIZE - 1) {
		tool_warnx("standard input", "a word is too long");
		exit(1);
	}
	if (word.len + 2 > word.room) {
		word.room = 2 * word.room + 128;
		word.text = tool_realloc(word.text, word.room, "a word");
	}
	word.text[word.len++] = c;
	word.text[word.len] = '\0';
}

static _Noreturn void refuse_quote(void)
{
	tool_warnx("standard input", "a quote has no end");
	exit(1);
}

static void word_quoted(int quote)
{
	int c;

	while ((c = getc(in)) != quote) {
		if (c == EOF || c == '\n')
			refuse_quote();
		word_put((char)c);
	}
}

/* The next word; false at the end.  If a blank is after the last word of a line, the next
 * line belongs to it for -L: that blank ends the word, and the newline is skipped. */
static bool word_read(void)
{
	bool quoted = false;
	int c = EOF;

	word.len = 0;
	line_ended = false;
	while (!zeros && (c = getc(in)) != EOF && (isblank(c) || c == '\n'))
		;
	if (!zeros)
		(void)ungetc(c, in);
	while ((c = getc(in)) != EOF) {
		if (zeros ? c == '\0' : c == '\n' || (isblank(c) && !replaced))
			break;
		if (!zeros && (c == '"' || c == '\'')) {
			word_quoted(c);
			quoted = true;
			continue;
		}
		if (!zeros && c == '\\' && (c = getc(in)) == EOF)
			refuse_quote();
		word_put((char)c);
	}
	line_ended = c == '\n';
	if (word.len == 0 && (c == EOF || !zeros) && !quoted)
		return false;
	if (word.len == 0) {
		word_put('\0');
		word.len = 0;
	}
	return !end_word || zeros || strcmp(word.text, end_word) != 0;
}

static void run(char **argv)
{
	int status;

	if (show) {
		for (char **arg = argv; *arg; arg++)
			fprintf(stderr, "%s%s", arg == argv ? "" : " ", *arg);
		fputc('\n', stderr);
	}
	status = tool_run(argv);
	if (status == RUN_NOT_RUNNABLE || status == RUN_NOT_FOUND)
		exit(status);
	if (status == 255 || status < 0) {
		tool_warnx(*argv,
			   status < 0 ? strsignal(-status) : "its status 255 ends xargs");
		exit(status < 0 ? 125 : 124);
	}
	if (status)
		tool_status = 123;
}

static void run_args(void)
{
	args[nargs] = NULL;
	run(args);
	while (nargs > nfixed)
		free(args[--nargs]);
	nbytes = nfixed_bytes;
}

static char *copy(const char *text, size_t len)
{
	char *new = tool_realloc(NULL, len + 1, "arguments");

	memcpy(new, text, len);
	new[len] = '\0';
	return new;
}

/* @arg with the word in place of each `replaced` of it. */
static char *replace(const char *arg)
{
	char *new = copy("", 0);
	size_t len = 0;

	while (*arg) {
		const char *found = strstr(arg, replaced);
		size_t before = found ? (size_t)(found - arg) : strlen(arg);
		size_t add = found ? word.len : 0;

		if (len + before + add >= ARG_SIZE) {
			tool_warnx(replaced, "an argument becomes too long");
			exit(1);
		}
		new = tool_realloc(new, len + before + add + 1, "arguments");
		memcpy(new + len, arg, before);
		if (found)
			memcpy(new + len + before, word.text, add);
		len += before + add;
		new[len] = '\0';
		arg += before + (found ? strlen(replaced) : 0);
	}
	return new;
}

static void run_replaced(void)
{
	static char *argv[ARGS_MAX + 2];

	while (word_read()) {
		for (long i = 0; i < nfixed; i++)
			argv[i] = replace(args[i]);
		run(argv);
		for (long i = 0; i < nfixed; i++)
			free(argv[i]);
	}
}

static void run_words(bool even_without)
{
	long lines = 0;

	while (word_read()) {
		long more = (long)word.len + 1;

		if (nargs > nfixed && nbytes + more > bytes_max) {
			if (end_if_full) {
				tool_warnx("arguments", "do not fit");
				exit(1);
			}
			run_args();
			even_without = false;
			lines = 0;
		}
		if (nbytes + more > bytes_max) {
			tool_warnx("standard input", "a word does not fit");
			exit(1);
		}
		args[nargs++] = copy(word.text, word.len);
		nbytes += more;
		lines += line_ended;
		if (nargs - nfixed == words_max || (lines_max && lines == lines_max) ||
		    nargs == ARGS_MAX) {
			run_args();
			even_without = false;
			lines = 0;
		}
	}
	if (nargs > nfixed || even_without)
		run_args();
}

/* Standard input becomes empty, so that the command does not read the words. */
static void input_take(void)
{
	int fd = dup(STDIN_FILENO), empty[2];

	in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!in || pipe(empty) < 0 || dup2(empty[0], STDIN_FILENO) < 0)
		tool_die("standard input");
	close(empty[0]);
	close(empty[1]);
}

static void read_option(int c)
{
	zeros |= c == '0';
	show |= c == 't';
	end_if_full |= c == 'x';
	if (c == 'E')
		end_word = optarg;
	else if (c == 'I')
		replaced = optarg;
	else if (c == 'L')
		lines_max = tool_number(optarg, 1, ARGS_MAX);
	else if (c == 'n')
		words_max = tool_number(optarg, 1, ARGS_MAX);
	else if (c == 's')
		bytes_max = tool_number(optarg, 1, BYTES_MAX);
}

int main(int argc, char **argv)
{
	bool even_without = true;
	int c;

	while ((c = tool_getopt(argc, argv, "+0rtxE:I:L:n:s:h", usage)) != -1) {
		even_without &= c != 'r';
		read_option(c);
	}
	args[nfixed++] = "echo";
	for (argv += optind; *argv && nfixed < ARGS_MAX; argv++)
		args[nfixed++] = *argv;
	if (*argv) {
		tool_warnx(*argv, "too many arguments");
		return 1;
	}
	if (nfixed > 1)
		memmove(args, args + 1, (size_t)--nfixed * sizeof(*args));
	nargs = nfixed;
	for (long i = 0; i < nfixed; i++)
		nfixed_bytes += (long)strlen(args[i]) + 1;
	nbytes = nfixed_bytes;
	input_take();
	if (replaced)
		run_replaced();
	else
		run_words(even_without);
	if (ferror(in))
		tool_warn("standard input");
	return tool_status;
}
