/* termios.c - the modes of the terminal, by the call console() (uapi/console.h). */
#include <errno.h>
#include <pagoda.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What this process has chosen.  The choice ends when it runs another program. */
static bool termios_raw;

static int termios_info(int fd, struct console_info *info)
{
	if (!isatty(fd))
		return -1;
	return console(termios_raw ? CONSOLE_RAW : CONSOLE_LINES, info);
}

int tcgetattr(int fd, struct termios *t)
{
	if (!isatty(fd))
		return -1;
	*t = (struct termios){
		.c_iflag = ICRNL,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = CS8 | CREAD,
		.c_lflag = termios_raw ? 0 : ECHO | ECHOE | ECHOK | ICANON | ISIG,
		.c_cc = { [VEOF] = 4,
			  [VERASE] = 127,
			  [VINTR] = 3,
			  [VKILL] = 21,
			  [VMIN] = 1 },
	};
	return 0;
}

/* Without ICANON nothing is echoed, and ^C is a byte. */
int tcsetattr(int fd, int when, const struct termios *t)
{
	bool raw = !(t->c_lflag & ICANON);

	if (when < TCSANOW || when > TCSAFLUSH) {
		errno = EINVAL;
		return -1;
	}
	if (!isatty(fd) || console(raw ? CONSOLE_RAW : CONSOLE_LINES, NULL) < 0)
		return -1;
	termios_raw = raw;
	return 0;
}

void cfmakeraw(struct termios *t)
{
	t->c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | IGNBRK | IGNCR | INLCR | ISTRIP | IXON);
	t->c_oflag &= ~(tcflag_t)OPOST;
	t->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	t->c_cc[VMIN] = 1;
	t->c_cc[VTIME] = 0;
}

int tcgetwinsize(int fd, struct winsize *size)
{
	const char *lines = getenv("LINES");
	struct console_info info;
	int rows = lines ? atoi(lines) : 0;

	if (termios_info(fd, &info) < 0)
		return -1;
	*size = (struct winsize){
		.ws_row = rows > 0 ? (unsigned short)rows : info.rows,
		.ws_col = (unsigned short)info.columns,
	};
	return 0;
}

/* Of the option @name; all of its sizes are from 2 to 9999. */
static int termios_set(const char *name, unsigned n)
{
	char value[8];

	snprintf(value, sizeof(value), "%u", n);
	return setoption(name, value);
}

int tcsetwinsize(int fd, const struct winsize *size)
{
	unsigned short rows = size->ws_row, columns = size->ws_col;

	if (!isatty(fd))
		return -1;
	if (rows < 2 || rows > 9999 || columns < 2 || columns > 9999) {
		errno = EINVAL;
		return -1;
	}
	return termios_set("rows", rows) < 0 || termios_set("columns", columns) < 0 ? -1
										    : 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	struct winsize *size;

	va_start(args, request);
	size = va_arg(args, struct winsize *);
	va_end(args);
	if (request == TIOCGWINSZ)
		return tcgetwinsize(fd, size);
	if (request == TIOCSWINSZ)
		return tcsetwinsize(fd, size);
	errno = EINVAL;
	return -1;
}
