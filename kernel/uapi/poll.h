/* poll.h - what poll() is asked, and what it answers. */
#pragma once

#define POLLIN 0x0001   /* a read gives something, or the end, at once */
#define POLLPRI 0x0002  /* never */
#define POLLOUT 0x0004  /* a write takes something at once */
#define POLLERR 0x0008  /* nobody reads the pipe any more */
#define POLLHUP 0x0010  /* nobody writes to the pipe any more */
#define POLLNVAL 0x0020 /* the descriptor is not open */

#define POLL_MAX 32 /* descriptors in one call */

struct pollfd {
	int fd; /* less than 0: not looked at */
	short events;
	short revents;
};
