/* sys/ioctl.h - the one request that there is: TIOCGWINSZ, as tcgetwinsize(). */
#pragma once

#include <sys/termios.h>

int ioctl(int fd, unsigned long request, ...);
