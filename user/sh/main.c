/* sh - run commands: pipes, files, background, groups, variables */

/* Reads from standard input, from a file, or from the argument of -c.  At the
 * keyboard it prints a prompt for each line.
 *
 * The prompt is what scripts that drive this system wait for: `$ `, written
 * to descriptor 2 after all other output. */
#include "edit.h"
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <pagoda.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <builtins.h>

struct shell shell;

/* What the command prints comes after this; tools/console/console_run.c waits for it. */
#define START_MARK "@@pagoda-start@@\n"

static const char usage[] =
	"usage: sh [FILE [ARG...]] | sh -c COMMAND [NAME [ARG...]]\n"
	"Run commands from the keyboard, from FILE, or COMMAND.\n"
	"  a | b     the output of a is the input of b      a &      in the background\n"
	"  cursor keys, ^A ^E ^K ^U ^W: edit the line       up, down: earlier lines\n"
	"  ^C ends what runs in the foreground; what you type is for the foreground only\n"
	"  a ; b     one after the other                    (a; b)   as one command\n"
	"  a && b    b only if a succeeded                  a || b   b only if a failed\n"
	"  < f  > f  >> f  2> f  2>&1                       input and output: files\n"
	"  'text' \"text\" \\c                               quotes; # starts a comment\n"
	"  * ? [a-z]                                        file names\n"
	"  NAME=value  $NAME  $?  $$  $1  $#  $@            variables, status, arguments\n"
	"  built in:"
#define X(word, fn, arguments, what) "  " word " " arguments
	SH_BUILTINS(X)
#undef X
		"\n";

/* Where lines come from: text in memory, or else standard input. */
struct input {
	const char *text; /* NULL: standard input        */
	char *line;       /* malloc'd; what was read     */
	size_t len, size;
	bool end;
};

static bool line_put(struct input *in, char c)
{
	if (in->len + 2 > in->size) {
		size_t size = in->size ? in->size * 2 : 128;
		char *line = realloc(in->line, size);

		if (!line) {
			sh_warn("line");
			return false;
		}
		in->line = line;
		in->size = size;
	}
	in->line[in->len++] = c;
	in->line[in->len] = '\0';
	return true;
}

/* One byte at a time: the input after the line is for the commands in it. */
static int next_char(struct input *in)
{
	unsigned char c;

	if (in->text)
		return *in->text ? (unsigned char)*in->text++ : -1;
	return read(STDIN_FILENO, &c, 1) == 1 ? c : -1;
}

/* --- editing --------------------------------------------------------------- */

static void put_screen(const char *text, size_t n)
{
	(void)!write(STDERR_FILENO, text, n);
}

static struct edit editor = { .put = put_screen };

/* Edits the rest of a line, from key @c on.  Returns LF, or -1 at the end of the input. */
static int edit_rest(struct input *in, size_t start, int c, struct console_info *info)
{
	/* Without raw mode the screen may show keys that have not been read yet. */
	int column = info->raw ? (int)info->column : -1;
	enum edit_event event;

	edit_begin(&editor, in->line + start, in->len - start, info->columns, column);
	in->len = start;
	for (;;) {
		event = c < 0 ? EDIT_END : edit_key(&editor, (unsigned char)c);
		if (event == EDIT_REDRAW && console(CONSOLE_RAW, info) == 0)
			edit_redraw(&editor, info->column);
		else if (event != EDIT_MORE)
			break;
		c = next_char(in);
	}
	(void)console(CONSOLE_LINES, NULL);
	shell.dropped = event == EDIT_INTERRUPT;
	for (unsigned i = 0; i < editor.len; i++)
		if (!line_put(in, editor.text[i]))
			return -1;
	return event == EDIT_END || !line_put(in, '\n') ? -1 : '\n';
}

/* Control bytes that are not part of a line: keys for the editor. */
static bool is_edit_key(int c)
{
	return c >= 0 && c < ' ' && c != '\t' && c != '\n';
}

/* --- reading lines ----------------------------------------------------------- */

/* Appends a line to in->line; false at the end of the input. */
static bool line_read(struct input *in, const char *prompt)
{
	struct console_info info;
	size_t start = in->len;
	bool edits = false;
	int c;

	if (shell.prompts) /* EAGAIN: keys may have been typed already */
		edits = console(CONSOLE_KEYS, NULL) == 0 || errno == EAGAIN;
	if (shell.prompts)
		/* Byte by byte, as in xv6 of 2020: the lab's statistics count copies. */
		for (int i = 0; i < 2; i++)
			(void)!write(STDERR_FILENO, prompt + i, 1);
	do {
		c = next_char(in);
		if (edits && is_edit_key(c) && console(CONSOLE_RAW, &info) == 0)
			c = edit_rest(in, start, c, &info);
		else if (c >= 0 && !line_put(in, (char)c))
			return false;
	} while (c >= 0 && c != '\n');
	if (c < 0)
		in->end = true;
	if (shell.interactive)
		edit_history_add(&editor, in->line + start, in->len - start);
	return in->len > start;
}

static void complain(enum sh_result result, const char *near)
{
	if (result == SH_NOMEM)
		sh_say("sh: out of memory\n", NULL);
	else
		sh_say("sh: syntax error at ", near, "\n", NULL);
	shell.status = 2;
}

/* Read and run one command, of as many lines as it takes. */
static bool run_next(struct input *in, bool once)
{
	enum sh_result result;
	struct sh_node *tree;
	const char *near;

	in->len = 0;
	shell.dropped = false;
	if (shell.interactive)
		(void)job(JOB_PROMPT);
	if (!line_read(in, "$ "))
		return false;
	while ((result = sh_parse(&shell.line, in->line, &tree, &near)) == SH_INCOMPLETE &&
	       !sh_interrupted() && line_read(in, "> "))
		arena_free(&shell.line);
	if (sh_interrupted())
		shell.status = SH_STATUS_INTERRUPTED;
	else if (result != SH_OK)
		complain(result, near);
	else if (tree)
		sh_run(tree, once && in->text && *in->text == '\0');
	arena_free(&shell.line);
	return !in->end;
}

static int run_input(struct input *in, bool once)
{
	do {
		/* Collect background jobs that have ended. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	} while (run_next(in, once) && !shell.leave);
	free(in->line);
	return shell.status;
}

/* The whole of a file, ending with a NUL, or NULL. */
static char *file_read(const char *path)
{
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	char *text = size < 0 ? NULL : malloc((size_t)size + 1);
	ssize_t n, len = 0;

	if (text && lseek(fd, 0, SEEK_SET) == 0) {
		while (len < size && (n = read(fd, text + len, (size_t)(size - len))) > 0)
			len += n;
		text[len] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text;
}

/* Whether the console's input comes from a file of the host and not from a person. */
static bool console_is_piped(void)
{
	char value[8];

	return bootarg("eof", value, sizeof(value)) > 0 && strcmp(value, "stays") == 0;
}

int main(int argc, char **argv)
{
	struct input in = { 0 };

	if (argc < 2) {
		sh_vars_init(argv);
		shell.interactive = isatty(STDIN_FILENO);
		shell.prompts = shell.interactive && !console_is_piped();
		return run_input(&in, false);
	}
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
		if (write(STDOUT_FILENO, usage, sizeof(usage) - 1) > 0)
			return 0;
		sh_warn("standard output");
		return 1;
	}
	if (strcmp(argv[1], "-c") == 0) {
		if (argc < 3) {
			sh_say("sh: -c: a command is missing\n", NULL);
			return 2;
		}
		in.text = argv[2];
		if (argv[0][0] == '-') /* init runs the command of the boot options */
			sh_say(START_MARK, NULL);
		sh_vars_init(argv[3] ? argv + 3 : argv + argc);
		return run_input(&in, true);
	}
	in.text = file_read(argv[1]);
	if (!in.text) {
		sh_warn(argv[1]);
		return SH_STATUS_MISSING;
	}
	sh_vars_init(argv + 1);
	return run_input(&in, true);
}
