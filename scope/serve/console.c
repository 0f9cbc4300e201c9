/* console.c - see console.h. */

#include "serve/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "serve/server.h"

#define KEY_ESCAPE 0x01 /* Ctrl-A */

static struct termios terminal_before;
static bool terminal_changed;

static void terminal_restore(void)
{
	if (terminal_changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	terminal_changed = false;
}

/* Each key at once and unchanged, as QEMU does it. */
static void terminal_hand_through(void)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &terminal_before) < 0)
		return;
	t = terminal_before;
	t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL |
				 IXON);
	t.c_oflag |= OPOST;
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (!terminal_changed)
		atexit(terminal_restore);
	terminal_changed = true;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

bool console_start(struct server *s, int fd, bool terminal)
{
	struct console *k = s->console;

	k->fd = fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	k->machine = server_adopt(s, fd);
	if (!k->machine || !terminal)
		return k->machine;
	k->shows = true;
	if (isatty(STDIN_FILENO))
		terminal_hand_through();
	k->keyboard = server_adopt(s, STDIN_FILENO);
	return true; /* without a keyboard if standard input is closed */
}

/* --- output ------------------------------------------------------------------ */

static bool console_has_room(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1;
}

/* Shows what waits, as far as standard output takes it.  Standard output is shared with
 * others, so it stays one that blocks. */
static void console_show(struct console *k, bool patient)
{
	while (k->shown_at < k->nshown && (patient || console_has_room(STDOUT_FILENO))) {
		ssize_t n = write(STDOUT_FILENO, k->shown + k->shown_at,
				  MIN(k->nshown - k->shown_at, 512u));

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			k->shown_at = k->nshown; /* nobody reads it any more */
		if (n > 0)
			k->shown_at += (u32)n;
	}
	if (k->shown_at == k->nshown)
		k->shown_at = k->nshown = 0;
}

static void console_keep(struct server *s, const u8 *bytes, u32 n)
{
	struct console *k = s->console;

	for (u32 i = 0; i < n; i++)
		k->kept[k->written++ % CONSOLE_KEPT] = bytes[i];
	for (struct client *c = s->clients; c; c = c->next)
		lws_callback_on_writable(c->wsi);
}

/* Reads once.  False: nothing came. */
static bool console_read_machine(struct server *s)
{
	struct console *k = s->console;
	u8 bytes[CONSOLE_SHOWN];
	ssize_t n = read(k->fd, bytes, sizeof(bytes));

	if (n <= 0)
		return false;
	console_keep(s, bytes, (u32)n);
	if (k->shows) {
		memcpy(k->shown, bytes, (size_t)n);
		k->nshown = (u32)n;
	}
	return true;
}

static void console_retry(lws_sorted_usec_list_t *timer)
{
	struct server *s = container_of(timer, struct server, console_timer);
	struct console *k = s->console;

	if (k->fd < 0)
		return;
	console_show(k, false);
	if (k->nshown) {
		lws_sul_schedule(s->context, 0, timer, console_retry, 10000);
		return;
	}
	k->held = false;
	lws_rx_flow_control(k->machine, 1);
}

int console_on_output(struct server *s)
{
	struct console *k = s->console;

	if (k->nshown)
		return 0;
	console_read_machine(s);
	console_show(k, false);
	if (k->nshown && !k->held) {
		k->held = true;
		lws_rx_flow_control(k->machine, 0);
		lws_sul_schedule(s->context, 0, &s->console_timer, console_retry, 10000);
	}
	return 0;
}

void console_end(struct server *s)
{
	struct console *k = s->console;

	if (k->fd < 0)
		return;
	do {
		console_show(k, true);
	} while (console_read_machine(s));
	close(k->fd);
	k->fd = -1;
	terminal_restore();
}

u32 console_read(const struct console *k, u64 *at, u8 *to, u32 size)
{
	u32 n = 0;

	if (k->written - *at > CONSOLE_KEPT)
		*at = k->written - CONSOLE_KEPT;
	while (*at < k->written && n < size)
		to[n++] = k->kept[(*at)++ % CONSOLE_KEPT];
	return n;
}

/* --- input ------------------------------------------------------------------- */

/* Gives the machine what was typed, as far as it takes it. */
int console_on_room(struct server *s)
{
	struct console *k = s->console;
	ssize_t n = k->fd < 0 ? -1 : write(k->fd, k->typed, k->ntyped);

	if (n > 0) {
		k->ntyped -= (u32)n;
		memmove(k->typed, k->typed + n, k->ntyped);
	}
	if (k->ntyped && k->fd >= 0)
		lws_callback_on_writable(k->machine);
	else if (k->keyboard)
		lws_rx_flow_control(k->keyboard, 1);
	return 0;
}

static bool console_put(struct console *k, u8 key)
{
	if (k->ntyped == CONSOLE_TYPED)
		return false;
	k->typed[k->ntyped++] = key;
	return true;
}

/* Ctrl-A and @key, or neither: alone it would make a command of what is typed next. */
static bool console_put_pair(struct console *k, u8 key)
{
	return k->ntyped + 2 <= CONSOLE_TYPED && console_put(k, KEY_ESCAPE) &&
	       console_put(k, key);
}

/* Our terminal.  -1: it has no more keys. */
int console_on_keys(struct server *s)
{
	struct console *k = s->console;
	u8 keys[512];
	ssize_t n;

	if (CONSOLE_TYPED - k->ntyped < sizeof(keys)) {
		lws_rx_flow_control(k->keyboard, 0);
		return 0;
	}
	n = read(STDIN_FILENO, keys, sizeof(keys));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (k->fd < 0)
		s->left = true;
	if (n <= 0) {
		k->keyboard = NULL;
		return -1;
	}
	for (ssize_t i = 0; i < n && k->fd >= 0; i++) {
		if (k->escaped && keys[i] == 'c')
			k->monitor = !k->monitor;
		s->left |= k->escaped && keys[i] == 'x';
		k->escaped = !k->escaped && keys[i] == KEY_ESCAPE;
		console_put(k, keys[i]);
	}
	return console_on_room(s);
}

const char *console_type(struct server *s, const u8 *keys, u32 n)
{
	struct console *k = s->console;
	const char *wrong = NULL;

	if (k->fd < 0)
		return "there is no machine that takes keys";
	if (k->monitor || k->escaped)
		return "the terminal is at QEMU's monitor";
	for (u32 i = 0; i < n; i++) {
		bool escaped = k->page_escaped;

		k->page_escaped = !escaped && keys[i] == KEY_ESCAPE;
		if (k->page_escaped)
			continue;
		if (escaped && keys[i] != 'x' && keys[i] != KEY_ESCAPE)
			wrong = "QEMU's monitor is for the terminal: here are "
				"Ctrl-A x and Ctrl-A Ctrl-A";
		else if (!(escaped ? console_put_pair(k, keys[i])
				   : console_put(k, keys[i])))
			wrong = "the machine does not take so many keys at once";
		else
			s->left |= escaped && keys[i] == 'x';
	}
	console_on_room(s);
	return wrong;
}
