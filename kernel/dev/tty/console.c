/* console.c - the terminal: line discipline, readers, writers.
 *
 * The whole system has one line discipline (docs/abi.md section 4).  Input comes from
 * the interrupt of the UART; the echo goes out at once, whichever thread is running. */

#include "dev/tty/console.h"

#include "core/clock.h"
#include "core/option/options.h"
#include "core/sched.h"
#include "core/poll.h"
#include "core/sync/spinlock.h"
#include "core/sync/waitq.h"
#include "dev/chardev.h"
#include "dev/tty/tty_line.h"
#include "dev/tty/uart.h"
#include "lib/assert.h"
#include "mm/uaccess.h"
#include "uapi/console.h"
#include "uapi/errno.h"
#include "uapi/limits.h"

#define CHUNK 256
#define STALL_MS 10 /* until a terminal that takes nothing is tried again */

static struct spinlock lock = SPINLOCK_INIT("console", console);
static struct tty_line line;     /* (lock) */
static struct tty_screen screen; /* (lock) */
static struct waitq readers = WAITQ_INIT(readers);
static struct waitq stalled = WAITQ_INIT(stalled);
static const struct console_hooks *hooks; /* (A) NULL: none yet */

/* (A, changed under lock) The process that chose the mode.  NULL: it is CONSOLE_LINES. */
static const struct proc *mode_owner;
static const struct thread *last_writer; /* (A) */

static void console_wake(void)
{
	waitq_wake_all(&readers);
	poll_wake();
}

/* --- keys ---------------------------------------------------------------- */

/* If the terminal takes nothing for a while, the echo is lost. */
static void console_echo(const char *text, u64 n)
{
	(void)uart_write(text, n);
}

static void console_no_echo(const char *text, u64 n)
{
	(void)text;
	(void)n;
}

static void console_list(const struct console_hooks *h)
{
	if (!h || !h->list_processes)
		return;
	h->list_processes();
	spin_lock(&lock);
	tty_line_listed(&line);
	spin_unlock(&lock);
	console_wake();
}

static void console_interrupt(const struct console_hooks *h)
{
	if (h && h->interrupt && h->interrupt())
		return;
	spin_lock(&lock);
	tty_line_push_empty(&line);
	spin_unlock(&lock);
	console_wake();
}

static enum tty_event console_suspend(const struct console_hooks *h)
{
	bool stops = h && h->suspend && h->suspend();
	enum tty_event event;

	spin_lock(&lock);
	event = tty_line_suspend(&line, stops);
	spin_unlock(&lock);
	return event;
}

static void console_input_byte(u8 byte)
{
	const struct console_hooks *h = __atomic_load_n(&hooks, __ATOMIC_ACQUIRE);
	enum tty_event event;

	spin_lock(&lock);
	event = tty_line_input(&line, byte);
	spin_unlock(&lock);
	if (event == TTY_SUSPEND)
		event = console_suspend(h);
	if (event == TTY_LINE)
		console_wake();
	else if (event == TTY_LIST)
		console_list(h);
	else if (event == TTY_INTERRUPT)
		console_interrupt(h);
}

static void console_input(const u8 *bytes, u32 n)
{
	for (u32 i = 0; i < n; i++)
		console_input_byte(bytes[i]);
}

/* --- read ---------------------------------------------------------------- */

/* Gives the reader the next bytes of its line.  Returns how many, or -errno.  Bytes
 * leave the queue only once they are in user memory; ^D leaves it only as the @first
 * thing of a read.  *end: the line ends after these bytes.  0 and not *end: @dst has to
 * be faulted in. */
static s64 console_read_some(uptr_t dst, u64 n, bool first, bool *end)
{
	char buf[TTY_LINE_MAX];
	u64 got, copied;
	int err = 0;

	spin_lock(&lock);
	while (!err && !tty_line_is_ready(&line))
		err = waitq_wait(&readers, &lock);
	if (err) {
		spin_unlock(&lock);
		return err;
	}
	got = tty_line_peek(&line, buf, MIN(n, sizeof(buf)), end);
	copied = copyout_nofault(dst, buf, got);
	if (copied < got)
		*end = false;
	tty_line_consume(&line, copied);
	if (*end && got == 0 && first)
		tty_line_take_end(&line);
	spin_unlock(&lock);
	return copied;
}

static s64 console_read(uptr_t dst, u64 n)
{
	bool end = false;
	u64 done = 0;

	while (done < n && !end) {
		uptr_t to = uptr_add(dst, done);
		s64 got = console_read_some(to, n - done, done == 0, &end);

		if (got < 0)
			return done ? (s64)done : got;
		if (got == 0 && !end && uaccess_fault_in(to, true))
			return done ? (s64)done : -EFAULT;
		done += got;
	}
	return done;
}

static bool console_ready(void)
{
	bool ready;

	spin_lock(&lock);
	ready = tty_line_is_ready(&line);
	spin_unlock(&lock);
	return ready;
}

/* --- write --------------------------------------------------------------- */

/* Waits a little for a terminal that takes nothing.  0 or -EINTR: killed. */
static int console_wait_terminal(void)
{
	int err;

	spin_lock(&lock);
	err = waitq_wait_until_quiet(&stalled, &lock,
				     clock_now() + clock_from_ms(STALL_MS));
	spin_unlock(&lock);
	(void)err;
	return thread_killed() ? -EINTR : 0;
}

static int console_write_chunk(const char *text, u64 n)
{
	u64 sent = uart_write(text, n);
	int err = 0;

	while (sent < n && !err) {
		err = console_wait_terminal();
		if (!err)
			sent += uart_write(text + sent, n - sent);
	}
	return err;
}

/* A program wrote @text.  Two that write at the same time mix their sequences on the
 * terminal, too. */
static void console_follow_screen(const char *text, u64 n)
{
	if (!tty_screen_follows(&screen, text, n))
		return;
	spin_lock(&lock);
	tty_screen_after(&screen, text, n);
	spin_unlock(&lock);
}

static s64 console_write(uptr_t src, u64 n)
{
	char buf[CHUNK];
	u64 done = 0;

	while (done < n) {
		u64 want = MIN(n - done, sizeof(buf));
		u64 got = copyin_partial(buf, uptr_add(src, done), want);

		uaccess_count_more(got - (got == want)); /* xv6 fetches single bytes */
		if (thread_killed() || console_write_chunk(buf, got))
			return -EINTR;
		console_follow_screen(buf, got);
		sched_point();
		done += got;
		if (got < want)
			return done ? (s64)done : -EFAULT;
	}
	__atomic_store_n(&last_writer, thread_current(), __ATOMIC_RELAXED);
	return done;
}

bool console_has_prompt(void)
{
	return __atomic_load_n(&last_writer, __ATOMIC_RELAXED) == thread_current() &&
	       uart_column() > 0;
}

/* --- modes ----------------------------------------------------------------- */

/* (lock) */
static int console_set_mode(int how, bool *interrupted)
{
	const struct proc *self = thread_current()->proc, *owner = mode_owner;

	if (how == CONSOLE_LINES && owner != self)
		return 0;
	if (how == CONSOLE_KEYS && opt(ECHO) == ECHO_OFF)
		return -ENOTTY;
	*interrupted = tty_line_set_mode(&line, (enum tty_mode)how);
	owner = line.mode == TTY_LINES ? NULL : self;
	__atomic_store_n(&mode_owner, owner, __ATOMIC_RELAXED);
	return how == CONSOLE_KEYS && !owner ? -EAGAIN : 0;
}

int console_control(int how, struct console_info *info)
{
	bool interrupted = false;
	int err;

	if (how < CONSOLE_LINES || how > CONSOLE_RAW)
		return -EINVAL;
	spin_lock(&lock);
	err = console_set_mode(how, &interrupted);
	*info = (struct console_info){
		.mode = line.mode,
		.columns = (u16)opt_number(COLUMNS),
		.screen = screen.second,
		.column = uart_column(),
		.raw = tty_line_is_raw(&line),
		.rows = (u16)opt_number(ROWS),
	};
	spin_unlock(&lock);
	console_wake();
	if (interrupted)
		console_interrupt(__atomic_load_n(&hooks, __ATOMIC_ACQUIRE));
	return err;
}

void console_leave(void)
{
	struct console_info info;
	int err = 0;

	if (__atomic_load_n(&mode_owner, __ATOMIC_RELAXED) == thread_current()->proc)
		err = console_control(CONSOLE_LINES, &info);
	ASSERT(!err);
}

/* --- set-up -------------------------------------------------------------- */

static const struct chardev device = {
	.name = "console",
	.tty = true,
	.read = console_read,
	.write = console_write,
	.ready = console_ready,
};

void console_set_hooks(const struct console_hooks *h)
{
	__atomic_store_n(&hooks, h, __ATOMIC_RELEASE);
}

void console_init(void)
{
	/* echo=off: nobody types, and the output must not contain what is read.
	 * eof=stays: the input is a file, and each reader finds its end. */
	tty_line_init(&line, opt(ECHO) == ECHO_ON ? console_echo : console_no_echo);
	line.end_stays = opt(EOF) == EOF_STAYS;
	chardev_register(CONSOLE, &device);
	uart_start_input(console_input);
}
