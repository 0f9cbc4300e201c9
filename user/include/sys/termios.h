/* sys/termios.h - the system's part of picolibc's <termios.h>: the terminal's modes.
 * There are two: lines, which the kernel echoes and edits, and bytes as they come, without
 * ICANON.
 * Flags that have no effect keep the value that they begin with. */
#pragma once

#include <sys/types.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

typedef unsigned tcflag_t;
typedef unsigned char cc_t;
typedef unsigned speed_t;

#define NCCS 20

struct termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_cc[NCCS];
};

struct winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_iflag */
#define BRKINT 0x001
#define ICRNL 0x002
#define IGNBRK 0x004
#define IGNCR 0x008
#define IGNPAR 0x010
#define INLCR 0x020
#define INPCK 0x040
#define ISTRIP 0x080
#define IXANY 0x100
#define IXOFF 0x200
#define IXON 0x400
#define PARMRK 0x800

/* c_oflag */
#define OPOST 0x001
#define ONLCR 0x002

/* c_cflag */
#define CSIZE 0x030
#define CS5 0x000
#define CS6 0x010
#define CS7 0x020
#define CS8 0x030
#define CSTOPB 0x040
#define CREAD 0x080
#define PARENB 0x100
#define PARODD 0x200
#define HUPCL 0x400
#define CLOCAL 0x800

/* c_lflag */
#define ECHO 0x001
#define ECHOE 0x002
#define ECHOK 0x004
#define ECHONL 0x008
#define ICANON 0x010
#define IEXTEN 0x020
#define ISIG 0x040
#define NOFLSH 0x080
#define TOSTOP 0x100

/* c_cc */
#define VEOF 0
#define VEOL 1
#define VERASE 2
#define VINTR 3
#define VKILL 4
#define VMIN 5
#define VQUIT 6
#define VSTART 7
#define VSTOP 8
#define VSUSP 9
#define VTIME 10

#define TCSANOW 0
#define TCSADRAIN 1
#define TCSAFLUSH 2

#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414

int tcgetattr(int fd, struct termios *t);
int tcsetattr(int fd, int when, const struct termios *t);
int tcgetwinsize(int fd, struct winsize *size);
int tcsetwinsize(int fd, const struct winsize *size);
void cfmakeraw(struct termios *t);

__END_DECLS
