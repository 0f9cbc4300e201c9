/* pipe.c - pipes: bytes from writers to readers.
 *
 * A write returns when at most PIPESIZE bytes are unread, as if the buffer had that size.
 * Bytes that a sleeping reader has asked for count as read: it is woken, and takes them as
 * soon as it runs.  (If its pointer turns out to be bad, they stay unread.)
 *
 * The buffer is larger: two frames, or one if no two adjacent ones are free.  So a writer
 * puts in more than PIPESIZE bytes before it waits, and the next write begins before the
 * reader of the last one has run.  A long transfer needs few switches.
 *
 * Each pipe has a spin lock, which is held while bytes are copied from or to users with
 * faults off.  If a copy stops short, the user's page is faulted in without the lock. */
#include "ipc/pipe.h"

#include "core/thread.h"
#include "core/poll.h"
#include "core/sync/waitlist.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/uaccess.h"
#include "uapi/errno.h"
#include "uapi/limits.h"
#include "uapi/poll.h"

struct pipe {
	struct spinlock lock;
	struct waitlist readers, writers; /* (lock) */
	bool reading, writing;  /* (lock) that end is open                       */
	bool polled;            /* (lock) poll() has asked since the last change  */
	u8 *data;               /* (C) @size bytes, a ring                        */
	u64 size;               /* (C) a power of two                             */
	u64 in, out;            /* (lock) bytes put in and taken out; out <= in  */
	u64 most;               /* (lock) a writer waits while more are unread: PIPESIZE and
				 * what sleeping readers ask for, but at most @size */
	struct pipe *next_free; /* (fstable) */
} __attribute__((aligned(64))); /* no two in one cache line */

/* Each pipe has two files, so NFILE / 2 are enough. */
static struct {
	struct spinlock lock;
	struct pipe *free; /* (lock) */
	struct pipe pipe[NFILE / 2];
} pool;

void pipe_init(void)
{
	memset(&pool, 0, sizeof(pool));
	spin_init(&pool.lock, "pipes", RANK_fstable);
	for (u32 i = 0; i < NFILE / 2; i++) {
		pool.pipe[i].next_free = pool.free;
		pool.free = &pool.pipe[i];
	}
}

static void pipe_free(struct pipe *p)
{
	spin_lock(&pool.lock);
	p->next_free = pool.free;
	pool.free = p;
	spin_unlock(&pool.lock);
}

int pipe_alloc(struct pipe **out)
{
	u64 size = 2 * PAGE_SIZE;
	struct page *pg;
	struct pipe *p;

	spin_lock(&pool.lock);
	p = pool.free;
	if (p)
		pool.free = p->next_free;
	spin_unlock(&pool.lock);
	if (!p)
		return -ENFILE;
	pg = frame_alloc_order(FRAME_pipe, 1, FRAME_NOWAIT);
	if (!pg) {
		size = PAGE_SIZE;
		pg = frame_alloc(FRAME_pipe, 0);
	}
	if (!pg) {
		pipe_free(p);
		return -ENOMEM;
	}
	*p = (struct pipe){
		.reading = true,
		.writing = true,
		.data = frame_va(pg),
		.size = size,
		.most = PIPESIZE,
	};
	spin_init(&p->lock, "pipe", RANK_pipe);
	waitlist_init(&p->readers);
	waitlist_init(&p->writers);
	*out = p;
	return 0;
}

/* Lock held. */
static __attribute__((noinline)) void pipe_tell(struct pipe *p)
{
	p->polled = false;
	poll_wake();
}

void pipe_close(struct pipe *p, bool writer)
{
	bool last;

	spin_lock(&p->lock);
	if (writer)
		p->writing = false;
	else
		p->reading = false;
	last = !p->reading && !p->writing;
	waitlist_wake_all(&p->readers);
	waitlist_wake_all(&p->writers);
	if (p->polled)
		pipe_tell(p);
	spin_unlock(&p->lock);
	if (last) {
		frame_put(frame_of_va(p->data));
		pipe_free(p);
	}
}

/* Copies up to @n bytes out of the ring and returns how many.  *fault: it stopped at a page
 * of the user's that has to be faulted in.  Lock held. */
static u64 pipe_take(struct pipe *p, uptr_t dst, u64 n, bool *fault)
{
	u64 done = 0, got, len;

	n = MIN(n, p->in - p->out);
	do {
		u64 at = p->out & (p->size - 1);

		len = MIN(n - done, p->size - at);
		got = copyout_nofault(uptr_add(dst, done), p->data + at, len);
		p->out += got;
		done += got;
	} while (got == len && done < n);
	*fault = got < len;
	return done;
}

/* The same, into the ring. */
static u64 pipe_give(struct pipe *p, uptr_t src, u64 n, bool *fault)
{
	u64 done = 0, got, len;

	/* An empty ring may begin anywhere.  Here the copy is aligned to words, and does
	 * not wrap. */
	if (p->in == p->out)
		p->in = p->out = src.va % sizeof(u64);
	n = MIN(n, p->size - (p->in - p->out));
	do {
		u64 at = p->in & (p->size - 1);

		len = MIN(n - done, p->size - at);
		got = copyin_nofault(p->data + at, uptr_add(src, done), len);
		p->in += got;
		done += got;
	} while (got == len && done < n);
	*fault = got < len;
	return done;
}

/* Waits until there is something to read, or no writer left; meanwhile the reader asks for
 * @n bytes.  0 or -EINTR.  Lock held. */
static int pipe_wait_for_bytes(struct pipe *p, u64 n)
{
	while (p->in == p->out && p->writing) {
		u64 asked = MIN(n, p->size - p->most);
		int err;

		p->most += asked;
		err = waitlist_wait(&p->readers, &p->lock);
		p->most -= asked;
		if (err)
			return err;
	}
	return 0;
}

s64 pipe_read(struct pipe *p, uptr_t dst, u64 n)
{
	u64 done = 0;
	bool fault;
	int err;

	if (n == 0)
		return 0;
	do {
		spin_lock(&p->lock);
		err = done ? 0 : pipe_wait_for_bytes(p, n);
		if (err) {
			spin_unlock(&p->lock);
			return err;
		}
		done += pipe_take(p, uptr_add(dst, done), n - done, &fault);
		if (p->in - p->out <= p->most)
			waitlist_wake_all(&p->writers);
		if (p->polled)
			pipe_tell(p);
		spin_unlock(&p->lock);
		if (fault)
			err = uaccess_fault_in(uptr_add(dst, done), true);
	} while (fault && !err);
	return done || !err ? (s64)done : err;
}

/* Whether a writer must wait before it puts @next bytes into the ring; 0: before it
 * returns.  Up to PIPESIZE bytes go in at once: nobody's come between them.  Lock held. */
static inline bool pipe_is_full(const struct pipe *p, u64 next)
{
	u64 unread = p->in - p->out;

	return unread + (next != 0) > p->most ||
	       unread + MIN(next, (u64)PIPESIZE) > p->size;
}

/* Waits until it is not full, or nobody reads.  0, -EPIPE or -EINTR.  Lock held. */
static __attribute__((noinline)) int pipe_wait_for_room(struct pipe *p, u64 next)
{
	while (p->reading && pipe_is_full(p, next)) {
		int err = waitlist_wait(&p->writers, &p->lock);

		if (err)
			return err;
	}
	if (!p->reading)
		thread_broke_pipe();
	return p->reading ? 0 : -EPIPE;
}

static inline int pipe_room(struct pipe *p, u64 next)
{
	return p->reading && !pipe_is_full(p, next) ? 0 : pipe_wait_for_room(p, next);
}

s64 pipe_write(struct pipe *p, uptr_t src, u64 n)
{
	u64 done = 0;
	bool fault;
	int err;

	if (n == 0)
		return 0;
	for (;;) {
		fault = false;
		spin_lock(&p->lock);
		err = pipe_room(p, n - done);
		if (!err) {
			done += pipe_give(p, uptr_add(src, done), n - done, &fault);
			if (p->in != p->out)
				waitlist_wake_all(&p->readers);
			if (p->polled)
				pipe_tell(p);
		}
		/* As if the buffer had PIPESIZE bytes. */
		if (!err && !fault)
			err = pipe_room(p, 0);
		spin_unlock(&p->lock);
		if (err == -EINTR && done)
			return (s64)done;
		if (done == n || err)
			return err ? err : (s64)done;
		if (fault) {
			err = uaccess_fault_in(uptr_add(src, done), false);
			if (err)
				return done ? (s64)done : err;
		}
		if (sched_point_killed())
			return -EINTR;
	}
}

int pipe_put(struct pipe *p, const void *bytes, u64 n)
{
	const u8 *from = bytes;
	int err;

	ASSERT(n <= PIPESIZE);
	spin_lock(&p->lock);
	err = pipe_room(p, n);
	if (!err) {
		for (u64 i = 0; i < n; i++)
			p->data[p->in++ & (p->size - 1)] = from[i];
		waitlist_wake_all(&p->readers);
		if (p->polled)
			pipe_tell(p);
	}
	spin_unlock(&p->lock);
	return err;
}

u32 pipe_poll(struct pipe *p, bool writer)
{
	u32 found = 0;

	spin_lock(&p->lock);
	p->polled = true;
	if (writer && !p->reading)
		found = POLLERR | POLLOUT;
	else if (writer)
		found = p->in - p->out < PIPESIZE ? POLLOUT : 0;
	else
		found = (p->in != p->out ? POLLIN : 0) | (p->writing ? 0 : POLLHUP);
	spin_unlock(&p->lock);
	return found;
}
