/* explain.c - see explain.h.
 *
 * What an access does is decided by access_fate() alone, as in the fault path.  Here are
 * the words for it, and the guesses at what the program did wrong. */

#include "obs/explain.h"

#include "core/report/klog.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/space/access.h"
#include "mm/space/aspace.h"
#include "mm/space/pagecache.h"
#include "mm/uaccess.h"
#include "mm/space/watch.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

struct text {
	char *buf;
	u64 size, used;
};

struct query {
	struct aspace *as;
	va_t va;
	enum access access;
	u64 sp;                 /* of the program that makes the access; 0: not known */
	u64 ra;                 /* likewise; 0: not known */
	bool refused;           /* the access was tried, and the program is to die    */
	const struct vma *area; /* that of va, or NULL */
	enum access_fate fate;
	struct text text;
};

static const char *const explain_access_name[] = {
	[ACCESS_READ] = "read of",
	[ACCESS_WRITE] = "write to",
	[ACCESS_EXEC] = "execution of",
};

static const char *const explain_fate_name[] = {
#define X(name, what) what,
	ACCESS_FATES(X)
#undef X
};

PRINTF_LIKE(2, 3) static void explain_say(struct query *q, const char *format, ...)
{
	struct text *t = &q->text;
	va_list args;

	va_start(args, format);
	t->used += (u64)fmt_vsnprintf(t->buf + t->used, t->size - t->used, format, args);
	va_end(args);
	t->used = MIN(t->used, t->size - 1);
}

/* --- the walk ---------------------------------------------------------- */

/* What the hardware sees in the entry that ends the walk: the bits that stop the access,
 * or "". */
static const char *explain_bits(const struct query *q, pte_t e, int level)
{
	static const char *const right_is_clear[NACCESSES] = {
		[ACCESS_READ] = "R is clear: ",
		[ACCESS_WRITE] = "W is clear: ",
		[ACCESS_EXEC] = "X is clear: ",
	};

	if (!pte_is_valid(e))
		return "V is clear: ";
	if (pte_is_guard(e, level))
		return "V without R, W, X: ";
	if (!(e.bits & PTE_U))
		return "U is clear: ";
	return pte_permits(e, q->access) ? "" : right_is_clear[q->access];
}

static void explain_walk(struct query *q)
{
	for (int level = PT_LEVELS - 1; level >= 0; level--) {
		pte_t e = pt_entry(&q->as->pt, q->va, level);
		bool table = pte_is_table(e, level);

		explain_say(q, "  level %d entry %3u: 0x%-8lx  %s%s\n", level,
			    level_index(q->va, level), e.bits,
			    table ? "" : explain_bits(q, e, level),
			    table ? "next table" : explain_fate_name[q->fate]);
		if (!table)
			return;
	}
}

/* --- the area ---------------------------------------------------------- */

static void explain_area(struct query *q, const char *where, const struct vma *v)
{
	explain_say(q, "  %s 0x%lx-0x%lx %c%c%c %s\n", where, v->start, v->end,
		    v->prot & VMA_R ? 'r' : '-', v->prot & VMA_W ? 'w' : '-',
		    v->prot & VMA_X ? 'x' : '-', vma_kind_name[v->kind]);
}

static void explain_neighbours(struct query *q)
{
	const struct vma *above, *below;

	if (q->area) {
		explain_area(q, "in the area", q->area);
		return;
	}
	above = vma_find_next(&q->as->areas, q->va);
	below = above ? vma_prev(&q->as->areas, above) : NULL;
	if (below)
		explain_area(q, "in no area; below it", below);
	if (above)
		explain_area(q, below ? "above it" : "in no area; above it", above);
	if (!below && !above)
		explain_say(q, "  in no area\n");
}

/* --- the cause --------------------------------------------------------- */

#define FRAME_REACH GIB      /* the variables of a function are never larger */
#define IMAGE_GAP (64 * KIB) /* native images begin there: user/lib/user.ld */
#define NULL_REACH 256 /* a null pointer with an offset or index hardly gets further */

static const char stack_overflow[] = "a stack overflow";
static const char thread_overflow[] = "a stack overflow: the stack of a thread is full";

/* The lowest area of the stack, or NULL. */
static const struct vma *explain_stack(const struct query *q)
{
	const struct vma *v;

	vma_for_each(v, &q->as->areas) {
		if (v->kind == VMA_stack)
			return v;
	}
	return NULL;
}

/* How far sp is below the stack, in bytes, if the access is in between: there the
 * variables of the function would be.  Otherwise 0, and for a jump.  sp may have passed 0,
 * so the differences are modulo 2^64. */
static u64 explain_stack_excess(const struct query *q)
{
	const struct vma *v = q->access == ACCESS_EXEC ? NULL : explain_stack(q);
	u64 excess = v ? v->start - q->sp : 0;

	return q->sp && excess <= FRAME_REACH && q->va - q->sp < excess ? excess : 0;
}

/* Whether the access is to the guard directly below @above: a page, or for a stack at the
 * top of the space what is kept empty there. */
static bool explain_is_guard(const struct query *q, const struct vma *above)
{
	va_t from = MIN(q->as->top, above->start - PAGE_SIZE);

	return above->kind == VMA_stack && q->va >= from;
}

/* Whether a function's variables would be in or below the closed page below a thread's
 * stack, and the access is to them. */
static bool explain_is_thread_overflow(const struct query *q)
{
	const struct vma *guard = q->sp ? vma_find_next(&q->as->areas, q->sp) : NULL,
			 *stack;

	if (!guard || guard->prot || q->access == ACCESS_EXEC || q->va < q->sp ||
	    q->va >= guard->end || guard->end - q->sp > FRAME_REACH)
		return false;
	stack = vma_next(&q->as->areas, guard);
	return stack && stack->start == guard->end && stack->kind == VMA_anon &&
	       stack->prot == (VMA_R | VMA_W);
}

/* Below everything, where the image does not begin at 0. */
static bool explain_is_low(const struct query *q)
{
	const struct vma *first = vma_find_next(&q->as->areas, 0);

	return first && q->va < MIN(first->start, IMAGE_GAP);
}

/* FATE_NO_AREA, FATE_GUARD */
static const char *explain_outside(const struct query *q)
{
	const struct vma *above = vma_find_next(&q->as->areas, q->va);
	bool jump = q->access == ACCESS_EXEC;

	if (explain_is_thread_overflow(q))
		return thread_overflow;
	if (explain_stack_excess(q))
		return stack_overflow;
	if (q->va == 0 || ((q->va < PAGE_SIZE || explain_is_low(q)) && !jump))
		return "a null pointer";
	if (jump && (q->ra & ~1ul) == q->va)
		return "an overwritten return address, by a write past a local array";
	if (q->va >= TRAPFRAME && q->va < MAXVA)
		return "the trap frame and the trampoline are the kernel's";
	if (q->va >= -PAGE_SIZE && !jump)
		return "the -1 of a failed call, or a null pointer with a negative index";
	if (q->va >= MAXVA && !jump)
		return "a wild pointer: no user address is that high";
	if (above && explain_is_guard(q, above) && !jump)
		return stack_overflow;
	if (q->va >= q->as->brk && q->va - q->as->brk < MIB && !jump)
		return "memory past the break: past an array's end, or not given by sbrk";
	if (q->va >= 0x80000000ul && q->va < 0x88000000ul)
		return "a physical address: programs have virtual addresses only";
	return jump ? "a jump to where no code is: a bad function pointer"
		    : "a wild or stale pointer: nothing is mapped there";
}

/* FATE_NO_RIGHT */
static const char *explain_no_right(const struct query *q)
{
	const struct vma *v = q->area;

	if (v->kind == VMA_usyscall)
		return "the USYSCALL page can only be read";
	if (!v->prot)
		return explain_is_thread_overflow(q) ? thread_overflow
						     : "the area is under PROT_NONE";
	if (q->access == ACCESS_READ)
		return "a read of code that can only be executed";
	if (q->access == ACCESS_EXEC)
		return q->va ? "a jump into data" : "a null pointer";
	if (explain_stack_excess(q))
		return stack_overflow;
	if (v->kind != VMA_image)
		return "a write to a read-only mapping";
	if (q->va < NULL_REACH)
		return "a null pointer, or a write to text: the program begins at 0";
	return "a write to program text or constants, such as a string";
}

static bool explain_is_past_end(const struct query *q)
{
	const struct vma *v = q->area;
	u64 index = (v->offset + (q->va - v->start)) / PAGE_SIZE;

	return v->object && index >= v->object->ops->pages(v->object);
}

/* Why the access is refused.  NULL: it is not. */
static const char *explain_cause(const struct query *q)
{
	switch (q->fate) {
	case FATE_OK:
	case FATE_SPURIOUS:
		return NULL;
	case FATE_ABSENT:
		if (explain_is_past_end(q))
			return "past the end of the file";
		break;
	case FATE_COW:
	case FATE_SHARED_WRITE:
		break;
	case FATE_NO_AREA:
	case FATE_GUARD:
		return explain_outside(q);
	case FATE_PARKED:
		return "the area is under PROT_NONE";
	default:
		return explain_no_right(q);
	}
	if (!q->refused)
		return NULL;
	return q->area->object ? "the file could not be read, or no memory was left"
			       : "no memory was left for a page that the area allows";
}

/* What an access does that is not refused. */
static const char *explain_repair(enum access_fate fate)
{
	switch (fate) {
	case FATE_ABSENT:
		return ": the page comes at the first touch";
	case FATE_COW:
		return ": a write copies the page, unless nobody else has it";
	case FATE_SHARED_WRITE:
		return ": the first write is noted, and sets W";
	default:
		return "";
	}
}

static void explain_overflow(struct query *q)
{
	const struct vma *v = explain_stack(q);
	u64 excess = explain_stack_excess(q), size = v->end - v->start;
	bool large = IS_ALIGNED(size, MIB);

	explain_say(q, "  usual cause: %s: the stack is full, %lu %s\n", stack_overflow,
		    size / (large ? MIB : KIB), large ? "MiB" : "KiB");
	if (excess)
		explain_say(q, "  sp is %lu bytes below the stack\n", excess);
	else
		explain_say(q, "  the guard %sbelow the stack was hit\n",
			    q->as->guarded ? "page " : "");
}

static void explain_outcome(struct query *q)
{
	const char *cause = explain_cause(q);

	if (!cause)
		explain_say(q, "  nothing refuses it%s\n", explain_repair(q->fate));
	else if (cause == stack_overflow)
		explain_overflow(q);
	else
		explain_say(q, "  usual cause: %s\n", cause);
}

/* Area lock held.  Asks access_fate(); from MAXVA on there are no areas. */
static void explain_decide(struct query *q)
{
	struct pt_cur c;

	q->area = NULL;
	q->fate = FATE_NO_AREA;
	if (q->va >= MAXVA)
		return;
	q->area = vma_find(&q->as->areas, q->va);
	c = pt_at(&q->as->pt, q->va);
	q->fate = access_fate(q->area, pte_load(c.slot), c.level, q->access);
}

/* Makes the text, at most eight lines of 79 columns: the access, unless it has been printed
 * already; the walk level by level, with the bit and the fate that end it; the area or its
 * neighbours; the usual cause, or that nothing refuses the access.  Takes the area lock. */
static void explain_query(struct query *q)
{
	q->text.buf[0] = '\0';
	mutex_lock(&q->as->lock);
	explain_decide(q);
	if (!q->refused) /* proc/trap.c has printed it */
		explain_say(q, "  %s 0x%lx:\n", explain_access_name[q->access], q->va);
	if (q->va < MAXVA) {
		explain_walk(q);
		explain_neighbours(q);
	}
	explain_outcome(q);
	mutex_unlock(&q->as->lock);
}

/* --- who asks ---------------------------------------------------------- */

/* For a program that is about to be killed.  Prints nothing if no memory is left. */
static void explain_kill(va_t va, enum access access)
{
	struct page *frame = frame_alloc(FRAME_other, FRAME_RESERVED);
	struct query q = { .as = proc_current()->as,
			   .va = va,
			   .access = access,
			   .sp = thread_current()->tf->sp,
			   .ra = thread_current()->tf->ra,
			   .refused = true };

	if (!frame)
		return;
	q.text = (struct text){ frame_va(frame), EXPLAIN_MAX, 0 };
	explain_query(&q);
	printk("%s", (char *)frame_va(frame));
	frame_put(frame);
}

void explain_init(void)
{
	proc_set_fault_hook(explain_kill);
}

/* explain(pid or 0, va, access 0 read 1 write 2 execute, buf, size) -> length */
s64 sys_explain(const u64 arg[6])
{
	struct procinfo who;
	struct page *frame;
	struct query q = { .va = arg[1], .access = (enum access)arg[2] };
	u64 n;
	int err;

	if (arg[2] > ACCESS_EXEC || (s64)arg[4] <= 0)
		return -EINVAL;
	frame = frame_alloc(FRAME_other, 0);
	if (!frame)
		return -ENOMEM;
	q.as = proc_watch((int)arg[0], &who);
	if (!q.as) {
		frame_put(frame);
		return -ESRCH;
	}
	if (q.as == proc_current()->as)
		q.sp = thread_current()->tf->sp;
	q.text = (struct text){ frame_va(frame), EXPLAIN_MAX, 0 };
	explain_query(&q);
	aspace_unwatch(q.as);
	n = MIN(q.text.used, arg[4] - 1);
	((char *)frame_va(frame))[n] = '\0';
	err = copyout(uptr(arg[3]), frame_va(frame), n + 1);
	frame_put(frame);
	return err ? err : (s64)n;
}
