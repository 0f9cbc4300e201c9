/* sh.c - runs commands: words, quotes, pipes, < > >>, ; and &
 *
 * A line is a list of pipelines; `cd DIRECTORY` and `exit` are of the shell itself. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "user/user.h"

#define LINE_MAX 512

static const char *at;       /* what comes next in the line */
static char texts[LINE_MAX]; /* the words of the line, each with its end */
static char *text_end;

struct command {
	char *argv[MAXARG];
	int argc;
	char *from, *to; /* file names, or 0 */
	int to_flags;
};

static void warn(const char *what, const char *name)
{
	fprintf(2, "sh: %s%s\n", what, name);
}

static void blanks_skip(void)
{
	while (*at == ' ' || *at == '\t')
		at++;
}

/* The next word without its quotes; 0 if there is none, or a quote has no end. */
static char *word_read(void)
{
	char *word = text_end, quote = 0;

	blanks_skip();
	if (!*at || strchr("|&;<>", *at))
		return 0;
	for (; *at && (quote || !strchr(" \t|&;<>", *at)); at++) {
		if (*at == quote)
			quote = 0;
		else if (!quote && (*at == '\'' || *at == '"'))
			quote = *at;
		else
			*text_end++ = *at;
	}
	*text_end++ = '\0';
	if (quote)
		warn("a quote has no end", "");
	return quote ? 0 : word;
}

/* The file name of < > >>; 0, or -1 after a message. */
static int redirection_read(struct command *c)
{
	char sign = *at++, *name;
	int more = sign == '>' && *at == '>';

	at += more;
	name = word_read();
	if (!name) {
		warn("no file name after ", sign == '<' ? "<" : ">");
		return -1;
	}
	if (sign == '<') {
		c->from = name;
		return 0;
	}
	c->to = name;
	c->to_flags = O_WRONLY | O_CREATE | (more ? O_APPEND : O_TRUNC);
	return 0;
}

/* Up to the next | & ; or the end of the line; 0, or -1 after a message. */
static int command_read(struct command *c)
{
	char *word;

	memset(c, 0, sizeof(*c));
	for (;;) {
		blanks_skip();
		if (*at == '<' || *at == '>') {
			if (redirection_read(c) < 0)
				return -1;
			continue;
		}
		if (!*at || strchr("|&;", *at))
			break;
		word = word_read();
		if (!word)
			return -1;
		if (c->argc == MAXARG - 1) {
			warn("too many words", "");
			return -1;
		}
		c->argv[c->argc++] = word;
	}
	if (c->argc == 0 && (*at || c->from || c->to)) {
		warn("a command is missing", "");
		return -1;
	}
	return 0;
}

static void file_put(const char *name, int flags, int fd)
{
	close(fd);
	if (open(name, flags) != fd) {
		warn("cannot open ", name);
		exit(1);
	}
}

static void command_exec(struct command *c)
{
	static char path[128];

	if (c->from)
		file_put(c->from, O_RDONLY, 0);
	if (c->to)
		file_put(c->to, c->to_flags, 1);
	exec(c->argv[0], c->argv);
	if (strlen(c->argv[0]) < sizeof(path) - 1) {
		path[0] = '/';
		strcpy(path + 1, c->argv[0]);
		exec(path, c->argv);
	}
	/* The words of xv6's shell: ./run looks for them. */
	fprintf(2, "exec %s failed\n", c->argv[0]);
	exit(127);
}

static int is_own(const struct command *c)
{
	if (strcmp(c->argv[0], "exit") == 0)
		exit(c->argc > 1 ? atoi(c->argv[1]) : 0);
	if (strcmp(c->argv[0], "cd") != 0)
		return 0;
	if (chdir(c->argc > 1 ? c->argv[1] : "/") < 0)
		warn("cannot change to ", c->argv[1]);
	return 1;
}

/* Starts a command with @in as its input, which is then closed, and @out as its output.
 * @other: an end of a pipe that the command must not have, or -1. */
static int command_start(struct command *c, int in, int out, int other)
{
	int pid = fork();

	if (pid == 0) {
		if (in) {
			close(0);
			dup(in);
			close(in);
		}
		if (out != 1) {
			close(1);
			dup(out);
			close(out);
		}
		if (other >= 0)
			close(other);
		command_exec(c);
	}
	if (in)
		close(in);
	if (pid < 0)
		warn("no process for ", c->argv[0]);
	return pid;
}

/* Runs commands that | connects, and waits for them unless & comes after them.
 * 0, or -1 if the rest of the line is not to be run. */
static int pipeline_run(void)
{
	int in = 0, last = -1, ended, ends[2];
	struct command c;

	for (;;) {
		if (command_read(&c) < 0)
			break;
		if (*at != '|') {
			if (in && !c.argc) {
				warn("no command after |", "");
				break;
			}
			if (c.argc && (in || !is_own(&c)))
				last = command_start(&c, in, 1, -1);
			if (*at == '&')
				return 0;
			do {
				ended = last < 0 ? -1 : wait(0);
			} while (ended >= 0 && ended != last);
			return 0;
		}
		at++;
		if (pipe(ends) < 0) {
			warn("no pipe", "");
			break;
		}
		command_start(&c, in, ends[1], ends[0]);
		close(ends[1]);
		in = ends[0];
	}
	if (in)
		close(in);
	return -1;
}

static void line_run(const char *line)
{
	at = line;
	text_end = texts;
	while (pipeline_run() == 0 && *at)
		at++;
}

/* A line without its end; the shell ends at the end of its input. */
static char *line_read(void)
{
	static char line[LINE_MAX / 2]; /* each character can become a word and its end */
	int n, whole = 1;

	fprintf(2, "$ ");
	for (;;) {
		gets(line, sizeof(line));
		n = strlen(line);
		if (n == 0)
			exit(0);
		if (line[n - 1] == '\n' || n < (int)sizeof(line) - 1)
			break;
		whole = 0;
	}
	line[n - (line[n - 1] == '\n')] = '\0';
	if (whole)
		return line;
	warn("the line is too long", "");
	return "";
}

int main(void)
{
	for (;;)
		line_run(line_read());
}
