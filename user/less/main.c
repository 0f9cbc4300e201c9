/* less - show text page by page */
#include "less.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: less [-iNS] [+LINE | +G | +/PATTERN] [FILE...]\n"
	"Show files, or standard input, on the screen of the terminal.  Of a long\n"
	"text it reads as much as is shown.  If standard output is no terminal, the\n"
	"files are written there.\n"
	"  -i   search without regard to case       -S   cut long lines off\n"
	"  -N   number the lines                    +    begin at a line, end or match\n"
	"A number N before a key repeats it; d and u go as far the next time, too.\n"
	"  space f PgDn, b PgUp   a screen on, back     g, N g, G    start, line N, end\n"
	"  j Enter down, k up     a line                N %          to that part\n"
	"  d, u                   half a screen         left, right  sideways, with -S\n"
	"  /PATTERN, ?PATTERN     search forward, back (extended regular expressions)\n"
	"  n, N                   again, the other way  -i, -N, -S   change an option\n"
	"  :n, :p                 next, previous file   h help, q quit\n"
	"  ^Z                     to the shell; fg comes back\n";

struct less less;
static char **names; /* of the files; a NULL at the end */
static int nnames, current;
static size_t half; /* rows that d and u go; 0: half a screen */
static bool helps;  /* the help is shown, and hidden is what was before */
static struct less hidden;

/* --- files -------------------------------------------------------------------- */

void less_read(void)
{
	ssize_t n = text_read(&less.text, less.fd);

	less.all = n <= 0;
	less.trouble = n < 0 ? tool_reason() : NULL;
}

/* Opens a file; -1, with errno set, if that fails. */
static int less_open(const char *name)
{
	if (strcmp(name, "-") == 0)
		return STDIN_FILENO;
	if (tool_is_dir(name)) {
		errno = EISDIR;
		return -1;
	}
	return open(name, O_RDONLY);
}

/* Shows file @i.  False, with a message, if it cannot be opened. */
static bool less_show(int i)
{
	int fd = less_open(names[i]);
	struct stat st;

	if (fd < 0) {
		snprintf(less.message, sizeof(less.message), "%.40s: %s", names[i],
			 tool_reason());
		return false;
	}
	if (less.fd > STDIN_FILENO)
		close(less.fd);
	free(less.text.bytes);
	less.text = (struct text){ 0 };
	less.lines = (struct text_mark){ 0 };
	less.top = less.bottom = less.hit = less.hit_end = less.shift = 0;
	less.name = fd == STDIN_FILENO ? "standard input" : tool_basename(names[i]);
	less.fd = fd;
	less.all = false;
	less.trouble = NULL;
	less.size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
	less.goal = GOAL_NONE;
	current = i;
	return true;
}

static void less_show_other(int i)
{
	if (i < 0 || i >= nnames)
		snprintf(less.message, sizeof(less.message), "no file %s",
			 i < 0 ? "before this one" : "after this one");
	else
		(void)less_show(i);
}

/* --- keys ----------------------------------------------------------------------- */

static void less_goal(enum less_goal goal, size_t count)
{
	less.goal = goal;
	less.count = count;
}

static void less_option(int letter)
{
	bool *option = letter == 'N'   ? &less.numbers
		       : letter == 'S' ? &less.chops
		       : letter == 'i' ? &less.any_case
				       : NULL;

	if (!option) {
		snprintf(less.message, sizeof(less.message), "no such option");
		return;
	}
	*option = !*option;
	less.shift = 0;
	less.top = view_row_start(less.top);
	if (letter == 'i' && less.has_pattern)
		(void)find_set(strdupa(less.wanted));
	snprintf(less.message, sizeof(less.message), "-%c: %s", letter,
		 *option ? "on" : "off");
}

static void less_ask(bool backwards, size_t n)
{
	char pattern[sizeof(less.wanted)] = "";

	if (!screen_ask(backwards ? "?" : "/", pattern, sizeof(pattern), view_draw))
		return;
	less.last = backwards;
	if (!pattern[0] || find_set(pattern))
		find_start(n, backwards);
}

/* Shows the help as if it were a file, or ends that. */
static void less_help(void)
{
	if (helps) {
		free(less.text.bytes);
		less = hidden;
		helps = false;
		return;
	}
	hidden = less;
	less = (struct less){ .name = "help", .is_help = true, .fd = -1, .all = true };
	helps = text_insert(&less.text, 0, usage, sizeof(usage) - 1);
	if (!helps)
		less = hidden;
}

static void less_move(int key, size_t n)
{
	size_t page = screen.rows - 1, step = n ? n : 1;

	switch (key) {
	case ' ':
	case 'f':
	case CTRL('F'):
	case CTRL('V'):
	case KEY_PAGE_DOWN:
		less_goal(GOAL_DOWN, step * page);
		break;
	case 'b':
	case CTRL('B'):
	case KEY_PAGE_UP:
		view_up(step * page);
		break;
	case 'd':
	case CTRL('D'):
	case 'u':
	case CTRL('U'):
		half = n ? n : half;
		step = half ? half : (page + 1) / 2;
		if (key == 'd' || key == CTRL('D'))
			less_goal(GOAL_DOWN, step);
		else
			view_up(step);
		break;
	case 'j':
	case 'e':
	case '\r':
	case '\n':
	case CTRL('N'):
	case CTRL('E'):
	case KEY_DOWN:
		less_goal(GOAL_DOWN, step);
		break;
	case 'k':
	case 'y':
	case CTRL('Y'):
	case CTRL('K'):
	case KEY_UP:
		view_up(step);
		break;
	}
}

static void less_go(int key, size_t n)
{
	switch (key) {
	case 'g':
	case '<':
	case KEY_HOME:
		if (n)
			less_goal(GOAL_LINE, n);
		else
			less.top = 0;
		break;
	case 'G':
	case '>':
	case KEY_END:
		less_goal(n ? GOAL_LINE : GOAL_END, n);
		break;
	case '%':
		less_goal(GOAL_PERCENT, n < 100 ? n : 100);
		break;
	case '/':
	case '?':
		less_ask(key == '?', n ? n : 1);
		break;
	case 'n':
	case 'N':
		find_start(n ? n : 1, less.last != (key == 'N'));
		break;
	case KEY_RIGHT:
		less.shift += less.chops ? screen.columns / 2 : 0;
		break;
	case KEY_LEFT:
		less.shift -= less.shift < screen.columns / 2 ? less.shift
							      : screen.columns / 2;
		break;
	default:
		less_move(key, n);
	}
}

/* Waits for a key; reads what is wanted in the meantime. */
static int less_key(void)
{
	int key;

	for (;;) {
		bool more;

		view_go_on();
		more = view_wants_more();
		if (!screen_key_waits())
			view_draw();
		key = screen_key(more ? less.fd : -1);
		if (key == SCREEN_INPUT)
			less_read();
		else if (key != SCREEN_DRAW)
			break;
		else
			less.top = view_row_start(less.top);
	}
	less.message[0] = '\0';
	return key;
}

static void less_run(void)
{
	size_t n = 0;
	bool reading;

	for (;;) {
		int key = less_key(), second;

		if (key == SCREEN_END || ((key == 'q' || key == 'Q') && !helps))
			return;
		if (key < 0x100 && isdigit(key)) {
			n = n < 100000000 ? n * 10 + (size_t)(key - '0') : n;
			snprintf(less.message, sizeof(less.message), ":%zu", n);
			continue;
		}
		if (key == CTRL('Z') && !screen_suspend())
			tool_die("terminal");
		reading = less.goal != GOAL_NONE;
		less.goal = GOAL_NONE;
		if (key == CTRL('C')) {
			snprintf(less.message, sizeof(less.message),
				 reading ? "stopped" : "q quits");
		} else if (key == 'h' || key == 'H' || (key == 'q' && helps)) {
			less_help();
		} else if (key == '-' || key == ':') {
			snprintf(less.message, sizeof(less.message), "%c", key);
			second = less_key();
			if (key == '-')
				less_option(second);
			else if (!helps && (second == 'n' || second == 'p'))
				less_show_other(current + (second == 'n' ? 1 : -1));
		} else {
			less_go(key, n);
		}
		n = 0;
	}
}

/* --- the start -------------------------------------------------------------------- */

static void less_copy(const char *name)
{
	static char block[4096];
	int fd = less_open(name);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
		if (fwrite(block, 1, (size_t)n, stdout) != (size_t)n)
			return;
	if (n < 0)
		tool_warn(name);
	if (fd > STDIN_FILENO)
		close(fd);
}

/* `+50`, `+G`, `+/pattern`. */
static void less_start_at(const char *where)
{
	if (*where == '/' && find_set(where + 1))
		find_start(1, false);
	else if (isdigit((unsigned char)*where))
		less_goal(GOAL_LINE, (size_t)tool_number(where, 1, 1000000000));
	else if (*where == 'G')
		less_goal(GOAL_END, 0);
}

/* The names that are left after those of files that cannot be opened were told. */
static void less_check_names(char **list)
{
	static char *standard_input[] = { "-", NULL };

	if (!*list) {
		if (isatty(STDIN_FILENO))
			tool_usage(usage);
		list = standard_input;
	}
	for (names = list; *list; list++) {
		int fd = less_open(*list);

		if (fd < 0)
			tool_warn(*list);
		else
			names[nnames++] = *list;
		if (fd > STDIN_FILENO)
			close(fd);
	}
	names[nnames] = NULL;
}

int main(int argc, char **argv)
{
	const char *where = NULL;
	int c, keys;

	while ((c = tool_getopt(argc, argv, "iNSh", usage)) != -1) {
		less.any_case |= c == 'i';
		less.numbers |= c == 'N';
		less.chops |= c == 'S';
	}
	argv += optind;
	if (*argv && **argv == '+')
		where = *argv++ + 1;
	if (!isatty(STDOUT_FILENO)) {
		if (!*argv)
			less_copy("-");
		for (; *argv; argv++)
			less_copy(*argv);
		return tool_finish();
	}
	less_check_names(argv);
	if (nnames == 0 || !less_show(0))
		return tool_status;
	if (where)
		less_start_at(where);
	keys = isatty(STDIN_FILENO) ? STDIN_FILENO : open("/dev/tty", O_RDONLY);
	if (keys < 0 || !screen_begin(keys))
		tool_die("terminal");
	less_run();
	screen_end();
	return tool_status;
}
