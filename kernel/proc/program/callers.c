/* callers.c - see callers.h. */
#include "proc/program/callers.h"

#include "arch/riscv/trapframe.h"
#include "core/report/klog.h"
#include "core/thread.h"
#include "lib/string.h"
#include "lib/unwind.h"
#include "mm/uaccess.h"
#include "proc/program/program.h"

#define CALLERS_MAX 10     /* lines: what the kernel said before stays on the screen */
#define CALLERS_BELOW 4096 /* bytes, of functions that have returned                  */

/* One function that is under way. */
struct callers {
	struct program *pr;
	va_t pc; /* in the innermost: the instruction; else the return address */
	u64 sp, s0;
	struct line_place at;
	bool known; /* at is valid                                        */
	u64 times;  /* in a recursion: how often the same call is under way */
	struct unwind frame;
};

static bool callers_read(va_t va, void *dst, u64 n)
{
	return !sched_point_killed() && !copyin(dst, uptr(va), n);
}

/* Fills in what is known about the function at c->pc.  @back: 1 for a return address, as
 * the call may be the last instruction of its function or line. */
static void callers_look(struct callers *c, u64 back)
{
	c->times = 1;
	c->known = program_line(c->pr, c->pc - back, &c->at) == 1 &&
		   unwind_scan(callers_read, c->at.start, c->pc, &c->frame);
	if (!c->known)
		memset(&c->frame, 0, sizeof(c->frame));
}

static bool callers_load(u64 entry, u64 below, u64 *value)
{
	return callers_read(entry - below, value, sizeof(*value));
}

/* Where the function at @c returns to.  Its frame grows towards higher addresses: so every
 * walk ends. */
static bool callers_find(const struct callers *c, u64 *ra, u64 *entry, u64 *s0)
{
	const struct unwind *u = &c->frame;

	if (!u->ra || (u->sp_lost && !u->s0_base))
		return false;
	*entry = u->sp_lost ? c->s0 : c->sp + u->lowered;
	*s0 = c->s0;
	return *entry > c->sp && *entry % 16 == 0 && callers_load(*entry, u->ra, ra) &&
	       (!u->s0 || callers_load(*entry, u->s0, s0));
}

static enum unwind_call callers_judge(const struct callers *c, u64 ra)
{
	return unwind_call(callers_read, ra, c->known ? c->at.start : c->pc);
}

/* From the innermost function to its caller, whose address is in the frame, or still in
 * @ra: what is the return address of a call of this function is the better one. */
static bool callers_first(struct callers *c, u64 ra)
{
	u64 saved = 0, entry = 0, s0 = 0;
	bool found = callers_find(c, &saved, &entry, &s0);
	enum unwind_call in_frame = found ? callers_judge(c, saved) : CALL_NONE;
	enum unwind_call in_register = callers_judge(c, ra);

	if (in_frame == CALL_NONE && in_register == CALL_NONE)
		return false;
	c->pc = ra;
	if (in_frame >= in_register) {
		c->pc = saved;
		c->sp = entry;
		c->s0 = s0;
	} else if (!c->frame.ra) {
		c->sp += c->frame.lowered;
	}
	callers_look(c, 1);
	return c->known;
}

/* Whether there is a next caller.  The calls of a recursion are counted, without looking at
 * each. */
static bool callers_next(struct callers *c)
{
	bool recursion = callers_judge(c, c->pc) == CALL_OF_START;
	u64 ra, entry, s0;

	while (callers_find(c, &ra, &entry, &s0)) {
		if (!recursion || ra != c->pc)
			return true;
		c->sp = entry;
		c->s0 = s0;
		c->times++;
	}
	return false;
}

static bool callers_up(struct callers *c)
{
	u64 ra, entry, s0;

	if (!callers_find(c, &ra, &entry, &s0) || callers_judge(c, ra) == CALL_NONE)
		return false;
	c->pc = ra;
	c->sp = entry;
	c->s0 = s0;
	callers_look(c, 1);
	return c->known;
}

/* What starts main() is not the program's own: user/lib/start.c. */
static bool callers_is_last(const struct callers *c)
{
	return !strcmp(c->at.function, "main") || !strcmp(c->at.function, "start_c");
}

/* Compilers name a variant of f `f.constprop.0`. */
static void callers_say(const char *how, struct callers *c)
{
	char *variant = strchr(c->at.function, '.');

	if (variant && variant > c->at.function)
		*variant = '\0';
	printk("  %s %s", how, c->at.function);
	if (strcmp(c->at.file, "-") != 0)
		printk(", %s:%u", c->at.file, c->at.line);
	if (c->times > 1)
		printk(", %lu times", c->times);
	printk("\n");
}

/* The program returned to where no code is: something has overwritten the return address.
 * What the function called before it returned has left its own return address below sp. */
static void callers_guess(struct callers *c)
{
	va_t sp = c->sp;
	int looked = 0;

	for (u64 below = 8; looked < CALLERS_MAX && below <= CALLERS_BELOW &&
			    callers_load(sp, below, &c->pc);
	     below += 8) {
		if (unwind_call(callers_read, c->pc, 0) == CALL_NONE)
			continue;
		looked++;
		callers_look(c, 1);
		if (c->known && strcmp(c->at.file, "-") != 0) {
			callers_say("perhaps at the end of", c);
			return;
		}
	}
}

void callers_print(struct program *pr, const struct trapframe *tf)
{
	struct callers c = { .pr = pr, .pc = tf->pc, .sp = tf->sp, .s0 = tf->s0 };
	bool more;

	callers_look(&c, 0);
	if (c.known)
		callers_say("at", &c);
	more = !(c.known && callers_is_last(&c)) && callers_first(&c, tf->ra);
	for (int n = 0; more && n < CALLERS_MAX; n++) {
		if (!strcmp(c.at.function, "start_c")) /* main() ended by calling another */
			return;
		more = callers_next(&c);
		callers_say("called by", &c);
		more = more && !callers_is_last(&c) && callers_up(&c);
	}
	if (more)
		printk("  and so on\n");
	else if (!c.known && (tf->ra & ~1ul) == tf->pc)
		callers_guess(&c);
}
