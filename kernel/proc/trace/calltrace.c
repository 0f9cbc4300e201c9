/* calltrace.c - gathers the records of calls, with what their arguments point to.
 *
 * A bad pointer of the program is its own affair: the record then has no piece for it. */

#include "proc/trace/calltrace.h"

#include "core/clock.h"
#include "core/sched.h"
#include "fs/file.h"
#include "lib/string.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "proc/threads/fds.h"
#include "uapi/calltrace.h"
#include "uapi/errno.h"
#include "uapi/signal.h"
#include "uapi/stat.h"

_Static_assert(sizeof(struct call_record) <= PIPESIZE, "goes into a pipe in one piece");
_Static_assert(sizeof(struct signal_action) <= CALL_BYTES, "shown whole");
_Static_assert(MAXPATH <= 255 && CALL_BYTES <= 255, "call_piece.bytes");

static const char *const letters[SYS_MAX] = {
#define X(call, text) [NR_##call] = text,
	CALL_ARGUMENTS(X)
#undef X
};

struct gather {
	struct call_record record;
	u32 used; /* bytes of record.text */
};

static void gather_init(struct gather *g, enum call_record_kind kind)
{
	memset(g, 0, sizeof(*g));
	g->record.kind = (u8)kind;
	g->record.pid = proc_current()->pid;
	g->record.tid = threads_self()->peer.tid;
	g->record.time = clock_ns();
}

/* Where the bytes of the next piece go; NULL: it has no room for @bytes. */
static char *gather_room(struct gather *g, u64 bytes)
{
	u64 end = g->used + sizeof(struct call_piece) + bytes;

	return end <= CALL_TEXT ? g->record.text + g->used + sizeof(struct call_piece)
				: NULL;
}

/* The bytes are there. */
static void gather_add(struct gather *g, u32 arg, u64 bytes, bool cut)
{
	struct call_piece piece = { (u8)arg, (u8)bytes, cut ? CALL_CUT : 0 };

	memcpy(g->record.text + g->used, &piece, sizeof(piece));
	g->used += (u32)(sizeof(piece) + bytes);
}

/* Up to @max bytes of the @n at @at. */
static void gather_bytes(struct gather *g, u32 arg, u64 at, u64 n, u64 max)
{
	u64 bytes = MIN(n, max);
	char *to = gather_room(g, bytes);

	if (to && !copyin(to, uptr(at), bytes))
		gather_add(g, arg, bytes, bytes < n);
}

/* The string at @at, of which up to @max bytes are shown.  False: nothing is there, or the
 * record is full. */
static bool gather_string(struct gather *g, u32 arg, u64 at, u64 max)
{
	char *to = gather_room(g, max);
	u64 n;

	if (!to)
		return false;
	n = copyin_partial(to, uptr(at), max);
	if (n < max && !memchr(to, 0, n))
		return false;
	n = strnlen(to, n);
	gather_add(g, arg, n, n == max);
	return true;
}

/* The strings to which the list at @at points, as many as there is room for. */
static void gather_strings(struct gather *g, u32 arg, u64 at)
{
	u64 string;

	for (; !copyin(&string, uptr(at), sizeof(string)); at += sizeof(string)) {
		if (!string)
			return;
		if (!gather_room(g, sizeof(struct call_piece) + CALL_BYTES))
			break;
		if (!gather_string(g, arg, string, CALL_BYTES))
			return;
	}
	if (gather_room(g, 0))
		gather_add(g, arg, 0, true);
}

static void gather_given(struct gather *g, u32 arg, char letter)
{
	const u64 *args = (const u64 *)g->record.arg;

	if (letter == 'p')
		gather_string(g, arg, args[arg], MAXPATH);
	else if (letter == 'v')
		gather_strings(g, arg, args[arg]);
	else if (letter == 'H')
		gather_bytes(g, arg, args[arg], sizeof(struct signal_action), CALL_BYTES);
	else if (letter == 'T')
		gather_bytes(g, arg, args[arg], sizeof(struct signal_timer), CALL_BYTES);
	else if (letter == 'b' && (s64)args[arg + 1] >= 0)
		gather_bytes(g, arg, args[arg], args[arg + 1], CALL_BYTES);
}

static void gather_written(struct gather *g, u32 arg, char letter)
{
	u64 at = g->record.arg[arg];
	u64 result = (u64)g->record.result;

	if (letter == 'B')
		gather_bytes(g, arg, at, result, CALL_BYTES);
	else if (letter == 'W')
		gather_bytes(g, arg, at, sizeof(int), sizeof(int));
	else if (letter == 'P')
		gather_bytes(g, arg, at, 2 * sizeof(int), 2 * sizeof(int));
	else if (letter == 'S')
		gather_bytes(g, arg, at, sizeof(struct stat), sizeof(struct stat));
}

/* If nobody reads, or the process is killed, the record is dropped.  A signal does not end
 * the wait: it is put off, and looked at afterwards.  The call itself stays as it was: it
 * is not made again because of its record, and strace that has ended is no broken pipe. */
static void calltrace_send(const struct proc *p, struct gather *g)
{
	u64 bytes = offsetof(struct call_record, text) + g->used;
	struct thread *self = thread_current();
	u8 interrupted = self->interrupted;
	bool broke_pipe = self->broke_pipe, put_off = false;

	g->record.bytes = (u16)bytes;
	while (file_tell(p->tracer, &g->record, bytes) == -EINTR && !thread_killed()) {
		__atomic_store_n(&self->signalled, false, __ATOMIC_RELAXED);
		put_off = true;
	}
	self->interrupted = interrupted;
	self->broke_pipe = broke_pipe;
	if (put_off)
		thread_signal(self);
}

/* Until its result is stored, the registers of @t have the arguments.  After exec they have
 * not; it writes nothing that its arguments point to. */
void calltrace_tell(const struct thread *t, u32 used, s64 number, const s64 *result)
{
	u32 call = number > 0 && number < SYS_MAX && syscall_name((u32)number) ? (u32)number
									       : 0;
	const char *letter = letters[call];
	struct gather g;

	if (call == NR_calltrace && result)
		return; /* its beginning was not told */
	gather_init(&g, result ? CALL_END : CALL_BEGIN);
	g.record.used = used;
	g.record.number = call;
	g.record.result = result ? *result : 0;
	memcpy(g.record.arg, &t->tf->a0, sizeof(g.record.arg));
	for (u32 i = 0; letter && letter[i]; i++) {
		if (!result)
			gather_given(&g, i, letter[i]);
		else if (*result >= 0)
			gather_written(&g, i, letter[i]);
	}
	calltrace_send(t->proc, &g);
}

void calltrace_handler(const struct proc *p, int sig)
{
	struct gather g;

	gather_init(&g, CALL_SIGNAL);
	g.record.result = sig;
	calltrace_send(p, &g);
}

void calltrace_leave(struct proc *p, u64 status)
{
	struct gather g;

	gather_init(&g, CALL_EXIT);
	g.record.result = (s64)status;
	calltrace_send(p, &g);
	file_put(p->tracer);
	p->tracer = NULL;
}

void calltrace_fork(struct proc *child, const struct proc *parent)
{
	if (!parent->tracer || !parent->tracer_follows)
		return;
	child->tracer = file_dup(parent->tracer);
	child->tracer_follows = true;
}

/* (P) From now on the threads of @p are traced. */
static void calltrace_mark(struct proc *p)
{
	struct proc *slot;

	list_for_each(slot, &p->threads.all, peer.link)
		slot->thread.traced = true;
}

static s64 calltrace_count(struct proc *p)
{
	spin_lock(&proc_lock);
	p->counts_calls = true;
	calltrace_mark(p);
	spin_unlock(&proc_lock);
	return 0;
}

s64 sys_calltrace(const u64 arg[6])
{
	struct proc *p = proc_current();
	struct file *f;
	int err = 0;

	if ((int)arg[0] == CALLTRACE_COUNT)
		return calltrace_count(p);
	f = arg_file(arg[0]);
	if (!f)
		return -EBADF;
	if (!file_can_tell(f))
		return -EINVAL;
	spin_lock(&proc_lock);
	if (p->tracer) {
		err = -EBUSY;
	} else {
		p->tracer_follows = arg[1] != 0;
		__atomic_store_n(&p->tracer, file_dup(f), __ATOMIC_RELEASE);
		calltrace_mark(p);
	}
	spin_unlock(&proc_lock);
	return err;
}
