/* history.c - the builtins history and fc: commands that were typed. */
#include "builtin/builtin.h"

#include "line/input.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FC_LINES 16 /* that `fc -l` lists */

/* What fc is asked for. */
struct fc {
	bool list, no_numbers, reverse, again;
	const char *editor;
	char **args; /* what follows the options */
};

static void history_print(unsigned number, bool numbers)
{
	const char *line = input_history(number);

	if (!line)
		return;
	if (numbers)
		printf("%u", number);
	putchar('\t');
	for (; *line; line++) {
		putchar(*line);
		if (*line == '\n')
			putchar('\t');
	}
	putchar('\n');
}

int run_history(int argc, char **argv)
{
	unsigned last = input_history_count();
	long n = INT_MAX;

	(void)argc;
	if (!builtin_number(argv, INT_MAX, &n))
		return SH_STATUS_WRONG;
	for (unsigned i = (unsigned long)n < last ? last - (unsigned)n + 1 : 1; i <= last;
	     i++)
		history_print(i, true);
	return 0;
}

/* --- fc ------------------------------------------------------------------------------- */

/* The number of the command that @word means: a number, one from the end if it is negative,
 * or how its text starts.  The command fc itself is not counted.  0: there is none. */
static unsigned fc_find(const char *word)
{
	unsigned last = input_history_count() - 1;
	char *end;
	long n = strtol(word, &end, 10);

	if (end > word && !*end) {
		if (n < 0)
			n = -n <= (long)last ? (long)last + 1 + n : 1;
		n = n > (long)last ? (long)last : n;
		return n > 0 && input_history((unsigned)n) ? (unsigned)n : 0;
	}
	for (unsigned i = last; i > 0 && input_history(i); i--)
		if (strncmp(input_history(i), word, strlen(word)) == 0)
			return i;
	return 0;
}

static int fc_list(const struct fc *f, unsigned first, unsigned last)
{
	bool down = first > last || f->reverse;

	if (first > last) {
		unsigned low = last;

		last = first;
		first = low;
	}
	for (unsigned i = first; i <= last; i++)
		history_print(down ? last - (i - first) : i, !f->no_numbers);
	return 0;
}

/* Runs @text as if it was typed now. */
static int fc_run(const char *text)
{
	char *copy = arena_copy(&shell.words, text, strlen(text));
	size_t len;

	if (!copy)
		return builtin_complain("fc", "history", "out of memory");
	len = strlen(copy);
	while (len && copy[len - 1] == '\n')
		copy[--len] = '\0';
	input_history_replace(copy);
	sh_say(copy, "\n", NULL);
	return sh_run_text(copy, false);
}

/* fc -s [OLD=NEW] [COMMAND] */
static int fc_again(struct fc *f)
{
	char *change = *f->args ? strchr(*f->args, '=') : NULL, *old = "", *text;
	const char *at, *line;
	unsigned number;

	if (change) {
		*change++ = '\0';
		old = *f->args++;
	}
	number = fc_find(*f->args ? *f->args : "-1");
	line = number ? input_history(number) : NULL;
	if (!line)
		return builtin_complain("fc", *f->args ? *f->args : "history",
					"no such command");
	at = change && *old ? strstr(line, old) : NULL;
	if (!at)
		return fc_run(line);
	text = arena_alloc(&shell.words, strlen(line) + strlen(change) + 1);
	if (!text)
		return builtin_complain("fc", "history", "out of memory");
	memcpy(text, line, (size_t)(at - line));
	strcat(text, change);
	strcat(text, at + strlen(old));
	return fc_run(text);
}

static bool fc_write(const char *path, unsigned first, unsigned last)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	bool done = fd >= 0;

	for (; done && first <= last; first++) {
		const char *line = input_history(first);
		size_t n = line ? strlen(line) : 0;

		done = !line ||
		       (write(fd, line, n) == (ssize_t)n && write(fd, "\n", 1) == 1);
	}
	if (fd >= 0)
		close(fd);
	return done;
}

/* Lets a person change the commands, and runs what they have become. */
static int fc_edit(const struct fc *f, unsigned first, unsigned last)
{
	const char *editor = f->editor ? f->editor : sh_value("FCEDIT");
	char path[32], line[PATH_MAX], *text;
	int status;

	snprintf(path, sizeof(path), "/fc.%d", (int)shell.pid);
	if (!fc_write(path, first, last)) {
		sh_warn(path);
		(void)unlink(path);
		return 1;
	}
	snprintf(line, sizeof(line), "%s %s", editor ? editor : "edit", path);
	status = sh_run_text(line, false);
	text = status == 0 ? sh_read_file(&shell.words, path) : NULL;
	(void)unlink(path);
	return text ? fc_run(text) : 1;
}

/* False: there is no such option. */
static bool fc_options(struct fc *f)
{
	for (; *f->args && **f->args == '-' && (*f->args)[1] &&
	       !strchr("0123456789", (*f->args)[1]);
	     f->args++) {
		if (strcmp(*f->args, "--") == 0) {
			f->args++;
			break;
		}
		for (const char *c = *f->args + 1; *c; c++) {
			f->list |= *c == 'l';
			f->no_numbers |= *c == 'n';
			f->reverse |= *c == 'r';
			f->again |= *c == 's';
			if (*c == 'e' && f->args[1])
				f->editor = *++f->args;
			else if (!strchr("lnrs", *c))
				return false;
			if (*c == 'e')
				break;
		}
	}
	return true;
}

int run_fc(int argc, char **argv)
{
	struct fc f = { .args = argv + 1 };
	unsigned count = input_history_count(), first, last;

	(void)argc;
	if (!fc_options(&f))
		return builtin_complain("fc", *f.args, "no such option");
	if (count < 2)
		return builtin_complain("fc", "history", "is empty");
	if (f.again)
		return fc_again(&f);
	first = last = count - 1;
	if (f.args[0])
		first = last = fc_find(f.args[0]);
	else if (f.list)
		first = last > FC_LINES ? last - FC_LINES + 1 : 1;
	if (f.args[0] && f.args[1])
		last = fc_find(f.args[1]);
	else if (f.args[0] && f.list)
		last = count - 1;
	if (!first || !last)
		return builtin_complain("fc", first ? f.args[1] : f.args[0],
					"no such command");
	return f.list ? fc_list(&f, first, last) : fc_edit(&f, first, last);
}
