/* pipe.h - pipes: bytes from writers to readers. */
#pragma once

#include "lib/types.h"

struct pipe;

void pipe_init(void);

/* Makes a pipe that is open for reading and for writing.  -ENFILE, -ENOMEM. */
int pipe_alloc(struct pipe **out) MUST_CHECK;

/* Copy to or from the running process, and may sleep.  No lock held except one of rank
 * `file`.  Return the number of bytes, 0 when all was read and no writer is left; -EPIPE
 * when no reader is left, -EINTR, -EFAULT, -ENOMEM. */
s64 pipe_read(struct pipe *p, uptr_t dst, u64 n) MUST_CHECK;
s64 pipe_write(struct pipe *p, uptr_t src, u64 n) MUST_CHECK;

/* Puts @n bytes of the kernel's in, at most PIPESIZE, as one piece; as soon as there is
 * room.  The same locks.  0, -EPIPE or -EINTR. */
int pipe_put(struct pipe *p, const void *bytes, u64 n) MUST_CHECK;

/* Closes one end.  Closing the second one frees the pipe. */
void pipe_close(struct pipe *p, bool writer);

/* What is true of the end of a pipe at this moment: POLL... of uapi/poll.h. */
u32 pipe_poll(struct pipe *p, bool writer);
