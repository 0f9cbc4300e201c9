/* snap_calls.c - which calls a program means by the numbers of the labs. */

#include "core/thread.h"
#include "lib/string.h"
#include "obs/snap/snap_priv.h"
#include "proc/program/program.h"
#include "proc/syscall.h"

static void snap_add_call(struct snap *s, u32 number, const struct program_answer *a)
{
	struct snap_call *r = snap_add(s);
	const char *name = a->call ? syscall_name((u32)a->call) : NULL;

	r->ecall = a->ecall;
	r->number = number;
	r->how = a->how;
	r->call = (u32)a->call;
	strlcpy(r->call_name, name ? name : "", sizeof(r->call_name));
	strlcpy(r->stub_name, a->name, sizeof(r->stub_name));
}

void snap_calls(struct snap *s, struct program *pr)
{
	u64 first = MAX(s->start, (u64)LAB_NUMBER_FIRST);
	struct program_answer a;

	for (u64 n = first; n <= LAB_NUMBER_LAST && !sched_point_killed(); n++) {
		if (!program_answer(pr, (u32)n, &a))
			continue;
		if (s->header->count == s->room) {
			s->header->next = n;
			return;
		}
		snap_add_call(s, (u32)n, &a);
	}
}
