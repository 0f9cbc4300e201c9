/* pipe.h - bytes from writers to readers. */
#pragma once

#include "lib/types.h"

struct pipe;

void pipe_init(void);

/* A pipe with one reader and one writer.  -ENFILE, -ENOMEM. */
int pipe_alloc(struct pipe **out) MUST_CHECK;

/* Both sleep and copy from or to the running process: no lock is held but one of rank
 * `file`.  Bytes moved, 0 at the end; -EPIPE, -EINTR, -EFAULT. */
s64 pipe_read(struct pipe *p, uptr_t dst, u64 n) MUST_CHECK;
s64 pipe_write(struct pipe *p, uptr_t src, u64 n) MUST_CHECK;

/* One end goes; the pipe goes with the second one. */
void pipe_close(struct pipe *p, bool writer);
