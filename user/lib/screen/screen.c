/* screen.c - programs that use the whole screen; see screen.h. */
#include "screen/screen.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <pagoda.h>

#define ANSWER_MS 200  /* that a terminal has for its first answer     */
#define IDLE_MS 1000   /* without a key, then the size is asked for    */
#define SEQUENCE_MS 50 /* between the bytes of one key                 */

/* A place of the screen: a character of UTF-8 with accents, or nothing if it is the second
 * half of a wide one. */
struct cell {
	char bytes[7];
	unsigned char look;
};

struct screen_size screen;

static struct {
	bool taken, answers; /* the terminal was taken; it has told its size */
	int fd;              /* keys come from there                         */
	struct termios before;
	struct keys keys;
	int waiting;  /* a key that came before the size, or KEY_NONE */
	int asked;    /* answers that have to come                    */
	bool unknown; /* the screen may show anything                 */
	struct cell *cells, *shown;
	char out[1024];
	size_t nout;
} s;

static const struct cell blank = { .bytes = " " };

/* --- output ------------------------------------------------------------------ */

static void screen_flush(void)
{
	(void)!write(STDOUT_FILENO, s.out, s.nout);
	s.nout = 0;
}

static void screen_put(const char *bytes, size_t n)
{
	if (s.nout + n > sizeof(s.out))
		screen_flush();
	memcpy(s.out + s.nout, bytes, n);
	s.nout += n;
}

static void screen_send(const char *sequence)
{
	screen_put(sequence, strlen(sequence));
}

static void screen_move(unsigned row, unsigned column)
{
	char seq[32];

	snprintf(seq, sizeof(seq), "\033[%u;%uH", row + 1, column + 1);
	screen_send(seq);
}

/* Writes the cells of a row that differ from what is shown, and blanks up to its end. */
static void screen_show_row(unsigned row, unsigned char *look)
{
	struct cell *now = s.cells + (size_t)row * screen.columns;
	struct cell *old = s.shown + (size_t)row * screen.columns;
	unsigned end = screen.columns, rest, at = UINT32_MAX;

	while (end && memcmp(&now[end - 1], &blank, sizeof(blank)) == 0)
		end--;
	for (rest = end; rest < screen.columns; rest++)
		if (memcmp(&old[rest], &blank, sizeof(blank)) != 0)
			break;
	for (unsigned i = 0; i <= end && i < screen.columns; i++) {
		bool erase = i == end;

		if (erase ? rest == screen.columns
			  : memcmp(&now[i], &old[i], sizeof(*now)) == 0 || !now[i].bytes[0])
			continue;
		if (at != i)
			screen_move(row, i);
		if (now[i].look != *look)
			screen_send(now[i].look == SCREEN_REVERSE ? "\033[7m" : "\033[m");
		*look = now[i].look;
		if (erase)
			screen_send("\033[K");
		else
			screen_put(now[i].bytes, strnlen(now[i].bytes, sizeof(now->bytes)));
		/* Terminals differ in how wide other characters are. */
		at = now[i].bytes[0] & 0x80 ? UINT32_MAX : i + 1;
	}
	memcpy(old, now, screen.columns * sizeof(*now));
}

void screen_show(unsigned row, unsigned column)
{
	unsigned char look = SCREEN_PLAIN;

	if (s.unknown) {
		screen_send("\033[m\033[2J");
		for (size_t i = 0; i < (size_t)screen.rows * screen.columns; i++)
			s.shown[i] = blank;
		s.unknown = false;
	}
	for (unsigned r = 0; r < screen.rows; r++)
		screen_show_row(r, &look);
	if (look != SCREEN_PLAIN)
		screen_send("\033[m");
	screen_move(row, column < screen.columns ? column : screen.columns - 1);
	screen_flush();
}

/* --- cells --------------------------------------------------------------------- */

void screen_clear(void)
{
	for (size_t i = 0; i < (size_t)screen.rows * screen.columns; i++)
		s.cells[i] = blank;
}

/* Puts one character at @column of a row. */
static void screen_glyph(struct cell *cells, unsigned column, const struct glyph *g,
			 enum screen_look look)
{
	struct cell *cell = cells + column;

	if (g->width == 0 && column > 0) { /* an accent */
		size_t n = strnlen(cell[-1].bytes, sizeof(cell->bytes));

		if (n && n + g->bytes <= sizeof(cell->bytes))
			memcpy(cell[-1].bytes + n, g->shown, g->bytes);
		return;
	}
	if (g->special)
		look = SCREEN_REVERSE;
	for (unsigned i = 0; i < g->width && column + i < screen.columns; i++) {
		bool one = g->special; /* a byte a column */

		cell[i] = (struct cell){ .look = (unsigned char)look };
		if (one)
			cell[i].bytes[0] = g->shown[i];
		else if (g->shown[0] == ' ' || column + g->width > screen.columns)
			cell[i].bytes[0] = ' ';
		else if (i == 0)
			memcpy(cell[i].bytes, g->shown, sizeof(cell->bytes));
	}
}

unsigned screen_text(struct screen_place p, const struct text *t, size_t from, size_t to)
{
	size_t at = 0, width = p.column < screen.columns ? screen.columns - p.column : 0;
	struct cell *cells = s.cells + (size_t)p.row * screen.columns;
	struct glyph g;

	for (; p.row < screen.rows && from < to && at < p.skip + width; from += g.bytes) {
		text_glyph(t, from, (unsigned)(at % 8), &g);
		if (at >= p.skip)
			screen_glyph(cells, p.column + (unsigned)(at - p.skip), &g, p.look);
		at += g.width;
	}
	return at > p.skip ? p.column + (unsigned)(at - p.skip) : p.column;
}

unsigned screen_string(unsigned row, unsigned column, const char *string,
		       enum screen_look look)
{
	size_t n = strlen(string);
	struct text t = { (char *)(uintptr_t)string, n, n, n };

	return screen_text(
		(struct screen_place){ .row = row, .column = column, .look = look }, &t, 0,
		n);
}

/* --- size ------------------------------------------------------------------------ */

/* Takes on a size; false if there is no memory for it. */
static bool screen_resize(unsigned rows, unsigned columns)
{
	size_t n = (size_t)rows * columns;
	struct cell *cells = malloc(n * sizeof(*cells)),
		    *shown = malloc(n * sizeof(*cells));

	if (!cells || !shown) {
		free(cells);
		free(shown);
		return false;
	}
	free(s.cells);
	free(s.shown);
	s.cells = cells;
	s.shown = shown;
	s.unknown = true;
	screen = (struct screen_size){ rows, columns };
	screen_clear();
	return true;
}

/* The terminal has told a place.  True: its size is another one now. */
static bool screen_told(void)
{
	unsigned rows = s.keys.params[0], columns = s.keys.params[1];

	if (s.asked == 0 || --s.asked > 0)
		return false;
	s.answers = true;
	rows = rows < 2 ? 2 : rows;
	columns = columns < 8 ? 8 : columns;
	return (rows != screen.rows || columns != screen.columns) &&
	       screen_resize(rows, columns);
}

static void screen_ask_size(void)
{
	if (s.asked)
		return;
	screen_send(KEYS_ASK);
	screen_flush();
	s.asked = 2;
}

/* Waits for the answer, at most @ms for each byte; a key ends that, too. */
static void screen_await_size(int ms)
{
	struct pollfd keys = { .fd = s.fd, .events = POLLIN };
	unsigned char c;

	while (s.asked && s.waiting == KEY_NONE && poll(&keys, 1, ms) > 0 &&
	       read(s.fd, &c, 1) == 1) {
		int key = keys_input(&s.keys, c);

		if (key == KEY_PLACE)
			(void)screen_told();
		else
			s.waiting = key;
	}
}

/* --- keys -------------------------------------------------------------------------- */

bool screen_key_waits(void)
{
	struct pollfd keys = { .fd = s.fd, .events = POLLIN };

	return s.waiting != KEY_NONE || poll(&keys, 1, 0) > 0;
}

/* What a byte makes: a key, SCREEN_DRAW, SCREEN_END, or KEY_NONE. */
static int screen_read_key(void)
{
	unsigned char c;
	int key;

	if (read(s.fd, &c, 1) != 1)
		return SCREEN_END;
	key = keys_input(&s.keys, c);
	if (key == KEY_PLACE)
		return screen_told() ? SCREEN_DRAW : KEY_NONE;
	if (key != CTRL('L') && key != CTRL('P')) /* ^P: the kernel has written */
		return key;
	s.unknown = true;
	return SCREEN_DRAW;
}

static long screen_ms(void)
{
	return clock_ns() / 1000000;
}

/* Waits until @end, in milliseconds since boot, at most. */
static int screen_key_until(int fd, long end)
{
	struct pollfd fds[] = { { .fd = s.fd, .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };
	int key = s.waiting, n;

	s.waiting = KEY_NONE;
	while (key == KEY_NONE) {
		bool inside = s.keys.state != KEYS_PLAIN;
		long left = end - screen_ms();
		int ms = left > IDLE_MS ? IDLE_MS : left > 0 ? (int)left : 0;

		n = poll(fds, fd < 0 || inside ? 1 : 2, inside ? SEQUENCE_MS : ms);
		if (n < 0)
			key = SCREEN_END;
		else if (n == 0 && inside)
			key = keys_end(&s.keys);
		else if (n == 0 && ms < IDLE_MS)
			key = SCREEN_TIME;
		else if (n == 0)
			screen_ask_size();
		else if (fds[0].revents)
			key = screen_read_key();
		else
			key = SCREEN_INPUT;
	}
	return key;
}

int screen_key(int fd)
{
	return screen_key_until(fd, LONG_MAX);
}

int screen_key_within(int ms)
{
	int key = screen_key_until(-1, screen_ms() + ms);

	if (key == SCREEN_TIME)
		screen_ask_size();
	return key;
}

/* --- from the start to the end --------------------------------------------------- */

/* A signal ends the program: first the terminal is given back.  The kernel ends the raw
 * mode. */
static void screen_signal(int sig)
{
	static const char back[] = "\033[m\033[?1049l\r";

	(void)!write(STDOUT_FILENO, back, sizeof(back) - 1);
	signal(sig, SIG_DFL);
	(void)raise(sig);
}

bool screen_begin(int fd)
{
	static const int endings[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGSEGV, SIGABRT };
	struct termios raw;
	struct winsize size;

	if (tcgetattr(fd, &s.before) < 0 || tcgetwinsize(fd, &size) < 0 ||
	    !screen_resize(size.ws_row < 2 ? 2 : size.ws_row,
			   size.ws_col < 8 ? 8 : size.ws_col))
		return false;
	raw = s.before;
	cfmakeraw(&raw);
	if (tcsetattr(fd, TCSANOW, &raw) < 0)
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (signal(endings[i], screen_signal) == SIG_IGN)
			signal(endings[i], SIG_IGN);
	s.fd = fd;
	s.taken = true;
	s.waiting = KEY_NONE;
	screen_send("\033[?1049h"); /* a screen of its own */
	screen_ask_size();
	screen_await_size(ANSWER_MS);
	return true;
}

void screen_end(void)
{
	if (!s.taken)
		return;
	s.taken = false;
	s.waiting = KEY_NONE;
	if (s.answers) /* else the answer would be taken for what is typed next */
		screen_await_size(ANSWER_MS);
	screen_send("\033[m\033[?1049l\r");
	screen_flush();
	(void)tcsetattr(s.fd, TCSANOW, &s.before);
}

bool screen_suspend(void)
{
	screen_end();
	(void)kill(0, SIGTSTP); /* all of the job, which may be a pipeline */
	return screen_begin(s.fd);
}

bool screen_ask(const char *label, char *answer, size_t size, void (*draw)(void))
{
	for (;;) {
		struct text t = { answer, strlen(answer), strlen(answer), strlen(answer) };
		size_t len = text_len(&t);
		unsigned row = screen.rows - 1, column;
		int key;

		if (!screen_key_waits()) {
			draw();
			for (unsigned i = 0; i < screen.columns; i++)
				s.cells[(size_t)row * screen.columns + i] = blank;
			column = screen_string(row, 0, label, SCREEN_PLAIN);
			column = screen_string(row, column, answer, SCREEN_PLAIN);
			screen_show(row, column);
		}
		key = screen_key(-1);
		if (key == '\r' || key == '\n')
			return true;
		if (key == KEY_ESCAPE || key == CTRL('C') || key == CTRL('G') ||
		    key == SCREEN_END || ((key == DEL || key == CTRL('H')) && !len))
			return false;
		if (key == DEL || key == CTRL('H'))
			answer[text_before(&t, len)] = '\0';
		else if (key == CTRL('U'))
			answer[0] = '\0';
		else if ((key >= ' ' && key <= 0xff) && len + 1 < size) {
			answer[len] = (char)key;
			answer[len + 1] = '\0';
		}
	}
}
