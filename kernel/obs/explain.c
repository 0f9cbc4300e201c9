/* explain.c - see explain.h. */

#include "obs/explain.h"

#include "core/report/klog.h"
#include "lib/fmt.h"
#include "lib/string.h"
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
	u64 sp;       /* of the program that makes it, or 0: not known    */
	bool refused; /* it was tried, and what would repair it failed */
	struct text text;
};

static const char *const access_name[] = {
	[ACCESS_READ] = "read of",
	[ACCESS_WRITE] = "write to",
	[ACCESS_EXEC] = "execution of",
};

PRINTF_LIKE(2, 3) static void say(struct query *q, const char *format, ...)
{
	struct text *t = &q->text;
	va_list args;

	va_start(args, format);
	t->used += (u64)fmt_vsnprintf(t->buf + t->used, t->size - t->used, format, args);
	va_end(args);
	t->used = MIN(t->used, t->size - 1);
}

/* --- the walk ---------------------------------------------------------- */

/* Which bit of a leaf refuses the access to user mode, or what it does. */
static const char *leaf_verdict(const struct query *q, pte_t e)
{
	if (!(e.bits & PTE_U))
		return "U is clear: the kernel's alone";
	if (q->access == ACCESS_WRITE && !(e.bits & PTE_W))
		return e.bits & PTE_COW ? "W is clear: shared, copied at the first write"
					: "W is clear: not writable";
	if (q->access == ACCESS_EXEC && !(e.bits & PTE_X))
		return "X is clear: not executable";
	if (q->access == ACCESS_READ && !(e.bits & PTE_R))
		return "R is clear: not readable";
	return "allowed";
}

static const char *entry_verdict(const struct query *q, pte_t e, int level)
{
	if (pte_is_parked(e, level))
		return "V without R, W, X: a page under PROT_NONE";
	if (pte_is_guard(e, level))
		return "V without R, W, X: a guard page";
	if (!pte_is_valid(e))
		return "V is clear: nothing there";
	if (pte_is_table(e, level))
		return "next table";
	return leaf_verdict(q, e);
}

static void say_walk(struct query *q)
{
	for (int level = PT_LEVELS - 1; level >= 0; level--) {
		pte_t e = pt_entry(&q->as->pt, q->va, level);

		say(q, "  level %d entry %3u: 0x%016lx  %s\n", level,
		    level_index(q->va, level), e.bits, entry_verdict(q, e, level));
		if (!pte_is_table(e, level))
			return;
	}
}

/* --- the area ---------------------------------------------------------- */

static void say_area(struct query *q, const char *where, const struct vma *v)
{
	say(q, "  %s 0x%lx-0x%lx %c%c%c %s\n", where, v->start, v->end,
	    v->prot & VMA_R ? 'r' : '-', v->prot & VMA_W ? 'w' : '-',
	    v->prot & VMA_X ? 'x' : '-', vma_kind_name[v->kind]);
}

static void say_neighbours(struct query *q)
{
	const struct vma *v = vma_find(&q->as->areas, q->va);
	const struct vma *above, *below;

	if (v) {
		say_area(q, "in the area", v);
		return;
	}
	above = vma_find_next(&q->as->areas, q->va);
	below = above ? vma_prev(&q->as->areas, above) : NULL;
	if (below)
		say_area(q, "in no area; below it", below);
	if (above)
		say_area(q, below ? "above it" : "in no area; above it", above);
	if (!below && !above)
		say(q, "  in no area\n");
}

/* --- the cause --------------------------------------------------------- */

#define FRAME_REACH GIB /* no variables of a function are larger */
#define NULL_REACH 256  /* the ELF headers: no object of a program is below */

static const char stack_overflow[] = "a stack overflow";

/* How many bytes sp is below the stack, if the access is above sp, where the variables of
 * the function are; otherwise 0.  sp may have passed 0: the differences are modulo 2^64. */
static u64 stack_excess(const struct query *q)
{
	const struct vma *v;
	u64 excess;

	vma_for_each(v, &q->as->areas) {
		if (v->kind != VMA_stack)
			continue;
		excess = v->start - q->sp;
		return q->sp && excess <= FRAME_REACH && q->va - q->sp < excess ? excess
										: 0;
	}
	return 0;
}

static const char *cause_outside(const struct query *q)
{
	const struct vma *above = vma_find_next(&q->as->areas, q->va);

	if (stack_excess(q))
		return stack_overflow;
	if (q->va >= MAXVA)
		return "a wild pointer: no user address is that high";
	if (q->va == 0 || (q->va < PAGE_SIZE && q->access != ACCESS_EXEC))
		return "a null pointer";
	if (q->va >= TRAPFRAME)
		return "the trap frame and the trampoline are the kernel's";
	if (above && above->kind == VMA_stack && above->start - q->va <= PAGE_SIZE)
		return stack_overflow;
	if (q->va >= q->as->brk && q->va - q->as->brk < MIB)
		return "memory behind the break: never asked for, or given back by sbrk";
	if (q->va >= 0x80000000ul && q->va < 0x88000000ul)
		return "physical memory: programs have virtual addresses only";
	return "a wild or stale pointer: nothing was ever mapped there, or it was unmapped";
}

static const char *cause_of_write(const struct query *q, const struct vma *v)
{
	if (stack_excess(q))
		return stack_overflow;
	if (v->kind != VMA_image)
		return "a write to a read-only mapping";
	return q->va < NULL_REACH ? "a null pointer (the program begins at 0)"
				  : "a write to program text or constants";
}

static bool is_past_end(const struct query *q, const struct vma *v)
{
	u64 index = (v->offset + (q->va - v->start)) / PAGE_SIZE;

	return v->object && index >= v->object->ops->pages(v->object);
}

/* NULL: the area allows it, and so a page comes, or is copied, at the touch. */
static const char *cause_inside(const struct query *q, const struct vma *v)
{
	if (v->kind == VMA_system)
		return "the USYSCALL page can only be read";
	if (!v->prot)
		return "the area is under PROT_NONE";
	if (q->access == ACCESS_WRITE && !(v->prot & VMA_W))
		return cause_of_write(q, v);
	if (q->access == ACCESS_EXEC && !(v->prot & VMA_X))
		return "a jump into data";
	if (is_past_end(q, v))
		return "past the end of the file";
	if (!q->refused)
		return NULL;
	return v->object ? "the file could not be read, or no memory was left"
			 : "no memory was left for a page that the area allows";
}

/* Whether the entry as it is lets user mode do it. */
static bool is_allowed(const struct query *q)
{
	struct pt_cur c = pt_at(&q->as->pt, q->va);
	pte_t e = pte_load(c.slot);
	u64 need = q->access == ACCESS_WRITE  ? PTE_W
		   : q->access == ACCESS_EXEC ? PTE_X
					      : PTE_R;

	return pte_is_leaf(e) && e.bits & PTE_U && e.bits & need;
}

/* What happens at an access that the area allows and the entry does not. */
static const char *repair_of(const struct query *q)
{
	struct pt_cur c = pt_at(&q->as->pt, q->va);
	pte_t e = pte_load(c.slot);

	if (!pte_is_leaf(e))
		return "the page comes at the first touch";
	if (q->access == ACCESS_WRITE && e.bits & PTE_COW)
		return "a write copies the page, unless nobody else has it any more";
	return "the page is there, and the first such access gets the right to it";
}

static void say_cause(struct query *q)
{
	const struct vma *v = q->va < MAXVA ? vma_find(&q->as->areas, q->va) : NULL;
	const char *cause;

	if (q->va < MAXVA && is_allowed(q)) {
		say(q, "  nothing refuses it\n");
		return;
	}
	cause = v ? cause_inside(q, v) : cause_outside(q);
	if (!cause)
		say(q, "  nothing refuses it: %s\n", repair_of(q));
	else if (cause != stack_overflow)
		say(q, "  usual cause: %s\n", cause);
	else if (stack_excess(q))
		say(q, "  usual cause: a stack overflow: sp is %lu bytes below the stack\n",
		    stack_excess(q));
	else
		say(q,
		    "  usual cause: a stack overflow: the guard page below the stack was "
		    "hit\n");
}

/* At most eight lines: the access, where the caller has not said it, the walk level by
 * level with the bit that decides, the area or its neighbours, the usual cause.  Takes
 * the area lock. */
static void explain_access(struct query *q)
{
	q->text.buf[0] = '\0';
	mutex_lock(&q->as->lock);
	if (!q->refused) /* else proc/trap.c has said it */
		say(q, "  %s 0x%lx:\n", access_name[q->access], q->va);
	if (q->va < MAXVA) {
		say_walk(q);
		say_neighbours(q);
	}
	say_cause(q);
	mutex_unlock(&q->as->lock);
}

/* --- who asks ---------------------------------------------------------- */

/* Of a program that is about to be killed.  Without memory for the text it dies
 * without it. */
static void explain_kill(va_t va, enum access access)
{
	struct page *frame = frame_alloc(FRAME_other, FRAME_RESERVED);
	struct query q = { .as = proc_current()->as,
			   .va = va,
			   .access = access,
			   .sp = proc_current()->tf->sp,
			   .refused = true };

	if (!frame)
		return;
	q.text = (struct text){ frame_va(frame), EXPLAIN_MAX, 0 };
	explain_access(&q);
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
		q.sp = proc_current()->tf->sp;
	q.text = (struct text){ frame_va(frame), EXPLAIN_MAX, 0 };
	explain_access(&q);
	aspace_unwatch(q.as);
	n = MIN(q.text.used, arg[4] - 1);
	((char *)frame_va(frame))[n] = '\0';
	err = copyout(uptr(arg[3]), frame_va(frame), n + 1);
	frame_put(frame);
	return err ? err : (s64)n;
}
