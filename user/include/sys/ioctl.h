/* sys/ioctl.h - two requests: TIOCGWINSZ, as tcgetwinsize(), and TIOCSWINSZ. */
#pragma once

#include <sys/cdefs.h>
#include <sys/termios.h>

__BEGIN_DECLS

int ioctl(int fd, unsigned long request, ...);

__END_DECLS
