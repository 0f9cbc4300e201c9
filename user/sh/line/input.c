/* input.c - commands from standard input; see input.h.
 *
 * The prompt is what scripts that drive this system wait for, `$ `, unless a person sets
 * PS1.  It is written to descriptor 2 after all other output. */
#include "line/input.h"

#include "line/complete.h"
#include "line/edit.h"
#include "shell.h"

#include <errno.h>
#include <pagoda.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define FIRST_ASK_MS 100 /* without a key, then the terminal is asked for its size */
#define ASK_MS 1000      /* the same, once it has answered                         */
#define ANSWER_MS 100    /* that an answer takes at most                           */

/* Undoes what a program that was killed did to the terminal: no colours, the first screen,
 * the cursor shown. */
#define SCREEN_BACK "\033[m\033[?1049l\033[?25h\r"

static struct input {
	struct sh_source src; /* its text is its own */
	bool end;
	bool kept;       /* the history has the lines of this command */
	bool failed;     /* there was no memory for a line            */
	char ahead[256]; /* typed while an answer of the terminal was awaited */
	unsigned nahead;
} in;

static void input_put(char c)
{
	if (in.failed || source_replace(&in.src, in.src.len, 0, &c, 1))
		return;
	sh_warn("line");
	in.failed = true;
}

static void put_screen(const char *text, size_t n)
{
	(void)!write(STDERR_FILENO, text, n);
}

/* One byte at a time: the input after the line is for the commands in it. */
static int input_read(void)
{
	unsigned char c;

	return read(STDIN_FILENO, &c, 1) == 1 ? c : -1;
}

static int input_char(void)
{
	int c;

	if (in.nahead == 0)
		return input_read();
	c = (unsigned char)in.ahead[0];
	memmove(in.ahead, in.ahead + 1, --in.nahead);
	return c;
}

/* --- editing --------------------------------------------------------------- */

static struct edit editor = { .put = put_screen };

/* Columns of a prompt; sequences such as ESC [ 1 m, which set colours, have none.  *@extra:
 * how many the kernel counts for them. */
static unsigned input_width(const char *prompt, unsigned *extra)
{
	unsigned columns = 0;

	*extra = 0;
	for (const char *s = prompt; *s; s++)
		if (*s == '\n')
			columns = 0;
		else if (s[0] == '\033' && s[1] == '[') {
			unsigned n = 1 + (unsigned)strcspn(s + 2, "ABCDEFGHJKSTfhlmsu");

			n += s[1 + n] != '\0'; /* the last byte of the sequence */
			*extra += n;
			s += n;
		} else
			columns += ((unsigned char)*s & 0xc0) != 0x80;
	return columns;
}

/* Shows the prompt and the line, at the start of a line of the screen. */
static void input_show(const char *prompt)
{
	unsigned extra, width = input_width(prompt, &extra);

	put_screen("\r", 1);
	put_screen(prompt, strlen(prompt));
	edit_redraw(&editor, width);
}

/* Shows the names in columns, and the prompt and the line again below them. */
static void input_list(const struct completion *c, const char *prompt)
{
	unsigned width = 0, column = 0, cursor = editor.cursor;
	char pad[32];

	for (int i = 0; i < c->count; i++)
		width = strlen(c->names[i]) > width ? (unsigned)strlen(c->names[i]) : width;
	width = width + 2 < sizeof(pad) ? width + 2 : sizeof(pad);
	memset(pad, ' ', sizeof(pad));
	edit_end_line(&editor, "\n");
	for (int i = 0; i < c->count; i++) {
		unsigned n = (unsigned)strlen(c->names[i]);
		bool last = i + 1 == c->count || column + 2 * width > editor.columns;

		put_screen(c->names[i], n);
		put_screen(last ? "\n" : pad, last ? 1 : n < width ? width - n : 1);
		column = last ? 0 : column + width;
	}
	editor.cursor = cursor;
	input_show(prompt);
}

/* Completes the word before the cursor; a second Tab lists what it could be. */
static void input_complete(const char *prompt, bool list)
{
	struct arena mark = shell.words;
	unsigned cursor = editor.cursor;
	struct completion c;

	complete_word(&shell.words, editor.text, editor.cursor, &c);
	edit_insert_text(&editor, c.insert, strlen(c.insert));
	if (list && c.count > 1 && editor.cursor == cursor)
		input_list(&c, prompt);
	arena_release(&shell.words, mark);
}

/* Programs ask the kernel for the size: it learns from the editor when that is another one.
 * A size that a person has set with vmctl stays until then. */
static void input_tell_size(const struct console_info *info)
{
	static struct winsize told;
	struct winsize size = { .ws_row = (unsigned short)editor.told_rows,
				.ws_col = (unsigned short)editor.told_columns };

	if (size.ws_row == told.ws_row && size.ws_col == told.ws_col)
		return;
	told = size;
	if (size.ws_row == info->rows && size.ws_col == info->columns)
		return;
	(void)tcsetwinsize(STDIN_FILENO, &size); /* one that is too small is of no use */
}

/* A key; while nobody types, the terminal is asked for its size. */
static int input_key(void)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	int ms = editor.answers ? ASK_MS : FIRST_ASK_MS;

	for (; !in.nahead && poll(&keys, 1, ms) == 0; ms = editor.asked ? -1 : ASK_MS)
		edit_ask(&editor);
	return input_char();
}

/* Takes in the answer of a terminal that gives one, as a program would read it else.  What
 * is typed before it is kept for the next line. */
static void input_await_answer(void)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned whole = in.nahead; /* bytes of keys that are complete */
	int c;

	while (editor.asked && editor.answers && in.nahead < sizeof(in.ahead) &&
	       poll(&keys, 1, ANSWER_MS) > 0 && (c = input_read()) >= 0) {
		in.ahead[in.nahead++] = (char)c;
		if (keys_input(&editor.keys, (unsigned char)c) == KEY_PLACE) {
			(void)edit_answer(&editor);
			in.nahead = whole;
		}
		if (editor.keys.state == KEYS_PLAIN)
			whole = in.nahead;
	}
}

/* Edits the rest of a line, from key @c on.  Returns LF, or -1 at the end of the input. */
static int input_edit(size_t start, int c, struct console_info *info, const char *prompt)
{
	/* Without raw mode the screen may show keys that have not been read yet. */
	int column = info->raw ? (int)info->column : -1;
	enum edit_event event;
	unsigned extra;

	(void)input_width(prompt, &extra);
	if (column >= (int)extra)
		column -= (int)extra;
	edit_begin(&editor, in.src.own + start, in.src.len - start,
		   editor.answers ? editor.columns : info->columns, column);
	in.src.len = start;
	for (;;) {
		event = c < 0 ? EDIT_END : edit_key(&editor, (unsigned char)c);
		if (event == EDIT_COMPLETE || event == EDIT_LIST)
			input_complete(prompt, event == EDIT_LIST);
		else if (event == EDIT_REDRAW && console(CONSOLE_RAW, info) == 0)
			edit_redraw(&editor, info->column);
		else if (event == EDIT_CLEAR) {
			put_screen("\033[H\033[2J", 7);
			input_show(prompt);
		} else if (event != EDIT_MORE)
			break;
		c = input_key();
	}
	input_await_answer();
	input_tell_size(info);
	(void)console(CONSOLE_LINES, NULL);
	shell.dropped = event == EDIT_INTERRUPT;
	for (unsigned i = 0; i < editor.len; i++)
		input_put(editor.text[i]);
	if (event == EDIT_END)
		return -1;
	input_put('\n');
	return '\n';
}

/* Control bytes that are not part of a line: keys for the editor. */
static bool input_is_edit_key(int c)
{
	return c >= 0 && c < ' ' && c != '\n';
}

/* --- history ------------------------------------------------------------------ */

/* The line from byte @start on was read; @more: it goes on with the command before it. */
static void input_keep(size_t start, bool more)
{
	const char *line = in.src.own + start;
	size_t len = in.src.len - start;

	len -= len && line[len - 1] == '\n';
	if (!more)
		in.kept = edit_history_add(&editor, line, len);
	else if (in.kept)
		edit_history_extend(&editor, line, len);
}

unsigned input_history_count(void)
{
	return editor.history_count;
}

const char *input_history(unsigned number)
{
	unsigned count = editor.history_count;

	if (number < 1 || number > count || count - number >= EDIT_HISTORY)
		return NULL;
	return editor.history[(number - 1) % EDIT_HISTORY];
}

void input_history_replace(const char *text)
{
	edit_history_replace(&editor, text);
	in.kept = false;
}

/* --- reading lines ----------------------------------------------------------- */

/* The value of PS1 or PS2, in shell.words, or @otherwise. */
static const char *input_prompt(const char *name, const char *otherwise)
{
	struct sh_expansion x = { .arena = &shell.words, .values = &shell.values };
	const char *text = sh_value(name);

	if (text)
		text = sh_expand_here(&x, text);
	return text ? text : otherwise;
}

/* Forgets the line from byte @start on, and with it the command: as after ^C, or a script
 * ends. */
static void input_drop(size_t start)
{
	in.failed = false;
	in.src.len = start;
	if (!shell.interactive) {
		(void)sh_abort(SH_STATUS_WRONG);
		return;
	}
	shell.dropped = true;
	input_put('\n');
}

/* Appends a line; false at the end of the input.  @more: it goes on with the command. */
static bool input_line(bool more)
{
	struct arena mark = shell.words;
	const char *prompt = more ? input_prompt("PS2", "> ") : input_prompt("PS1", "$ ");
	struct console_info info;
	size_t start = in.src.len;
	bool edits = false;
	int c;

	if (shell.prompts) /* EAGAIN: keys may have been typed already */
		edits = console(CONSOLE_KEYS, &info) == 0 ||
			(errno == EAGAIN && console(CONSOLE_LINES, &info) == 0);
	if (edits && info.screen)
		put_screen(SCREEN_BACK, sizeof(SCREEN_BACK) - 1);
	if (shell.prompts)
		/* Byte by byte, as in xv6 of 2020: the lab's statistics count copies. */
		for (const char *s = prompt; *s; s++)
			(void)!write(STDERR_FILENO, s, 1);
	do {
		bool ahead = in.nahead > 0; /* the screen does not show it yet */

		c = input_char();
		if (edits && (ahead || input_is_edit_key(c)) &&
		    console(CONSOLE_RAW, &info) == 0)
			c = input_edit(start, c, &info, prompt);
		else if (c >= 0)
			input_put((char)c);
	} while (c >= 0 && c != '\n');
	if (c < 0)
		in.end = true;
	arena_release(&shell.words, mark);
	if (in.failed) /* a part of a command is not run */
		input_drop(start);
	else if (shell.interactive && in.src.len > start)
		input_keep(start, more);
	return in.src.len > start;
}

/* The parser wants another line. */
static bool input_more(struct sh_source *src)
{
	(void)src;
	return !in.end && !sh_line_dropped() && input_line(true);
}

int input_run(void)
{
	in.src.more = input_more;
	in.src.text = "";
	do {
		sh_jobs_collect();
		if (shell.prompts)
			sh_jobs_notify();
		for (; in.src.counted < in.src.len; in.src.counted++)
			in.src.lines += in.src.text[in.src.counted] == '\n';
		in.src.lines += in.src.taken;
		in.src.len = in.src.at = in.src.counted = in.src.taken = 0;
		if (sh_line_dropped())
			(void)sh_trap_interrupt();
		shell.dropped = false;
		shell.warned -= shell.warned > 0;
		if (shell.flow == SH_ABORT)
			shell.flow = SH_GO;
		if (shell.interactive)
			(void)job(JOB_PROMPT);
		if (shell.prompts)
			(void)job(JOB_CONTROL);
		sh_traps_run();
		if (shell.flow != SH_GO)
			continue;
		if (!input_line(false) && !(in.end && sh_jobs_warn()))
			break;
		in.end = in.end && in.src.len;
		do /* a line of the history may have several */
			sh_run_line(&in.src, false);
		while (in.src.text[in.src.at] && shell.flow == SH_GO && !sh_line_dropped());
	} while (!in.end && (shell.flow == SH_GO || shell.flow == SH_ABORT));
	return shell.status;
}
