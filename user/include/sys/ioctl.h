/* sys/ioctl.h - the one request that there is: TIOCGWINSZ, as tcgetwinsize(). */
#pragma once

#include <sys/cdefs.h>
#include <sys/termios.h>

__BEGIN_DECLS

int ioctl(int fd, unsigned long request, ...);

__END_DECLS
