/* machine.c - see machine.h. */

#include "decode/machine.h"

#include "lib/string.h"
#include "uapi/info.h"

/* A pointer to the list of a list head or link at @va, or one member further. */
static va_t list_follow(struct kernel *k, va_t va)
{
	u64 next = 0;

	kernel_read(k, va, &next, sizeof(next));
	return next;
}

/* --- processes ------------------------------------------------------------ */

const char *process_state_name(u32 state)
{
	static const char *const names[] = {
		[PS_NEW] = "new",         [PS_READY] = "ready",
		[PS_RUNNING] = "running", [PS_SLEEPING] = "sleeping",
		[PS_ZOMBIE] = "zombie",   [PS_STOPPED] = "stopped",
	};

	return state >= PS_NEW && state <= PS_STOPPED ? names[state] : "?";
}

u64 machine_slots(const struct kernel *k)
{
	return kernel_count(k, LAYOUT_procs);
}

static u32 process_thread_state(struct kernel *k, va_t slot)
{
	va_t thread = kernel_place(k, slot, LAYOUT_proc_thread);
	u64 state = kernel_field(k, thread, LAYOUT_thread_state);

	if (kernel_field(k, slot, LAYOUT_proc_peer_gone))
		return PS_SLEEPING;
	if (state == kernel_number(k, LAYOUT_THREAD_NEW))
		return PS_NEW;
	if (state == kernel_number(k, LAYOUT_THREAD_READY))
		return PS_READY;
	if (state == kernel_number(k, LAYOUT_THREAD_SLEEPING) ||
	    state == kernel_number(k, LAYOUT_THREAD_WAITING))
		return PS_SLEEPING;
	return PS_RUNNING;
}

/* That of the thread which does most.  A process has a slot for each of its threads. */
static u32 process_state(struct kernel *k, va_t proc)
{
	va_t head = kernel_place(k, proc, LAYOUT_proc_threads);
	va_t link = list_follow(k, head);
	u32 state = PS_SLEEPING;

	if (kernel_field(k, proc, LAYOUT_proc_zombie))
		return PS_ZOMBIE;
	if (kernel_field(k, proc, LAYOUT_proc_stopping) &&
	    kernel_field(k, proc, LAYOUT_proc_stopped))
		return PS_STOPPED;
	for (u64 n = 0; n < machine_slots(k) && link != head; n++) {
		u64 to_link = kernel_place(k, 0, LAYOUT_proc_peer_link);
		u32 s = process_thread_state(k, link - to_link);

		if (s == PS_RUNNING || state == PS_SLEEPING)
			state = s;
		link = list_follow(k, link);
	}
	return state;
}

bool machine_process(struct kernel *k, u64 i, struct process *p)
{
	va_t proc = kernel_element(k, LAYOUT_procs, i), parent, thread;

	memset(p, 0, sizeof(*p));
	k->unreadable = false;
	p->pid = proc ? (int)kernel_field(k, proc, LAYOUT_proc_pid) : 0;
	if (!p->pid)
		return false;
	parent = kernel_field(k, proc, LAYOUT_proc_parent);
	if (parent && parent != proc)
		p->parent = (int)kernel_field(k, parent, LAYOUT_proc_pid);
	thread = kernel_place(k, proc, LAYOUT_proc_thread);
	p->state = process_state(k, proc);
	p->hart = (u32)kernel_field(k, thread, LAYOUT_thread_hart);
	kernel_text(k, kernel_place(k, thread, LAYOUT_thread_name), p->name, 16);
	p->as = kernel_field(k, proc, LAYOUT_proc_as);
	if (p->as) {
		p->brk = kernel_field(k, p->as, LAYOUT_aspace_brk);
		p->resident = kernel_field(k, p->as, LAYOUT_aspace_resident);
		p->faults = kernel_field(k, p->as, LAYOUT_aspace_faults);
	}
	return !k->unreadable;
}

bool machine_find(struct kernel *k, int pid, struct process *p)
{
	for (u64 i = 0; i < machine_slots(k); i++)
		if (machine_process(k, i, p) && p->pid == pid)
			return true;
	return false;
}

/* --- harts ------------------------------------------------------------------ */

u64 machine_harts(struct kernel *k)
{
	return MIN(kernel_value(k, LAYOUT_nharts), kernel_count(k, LAYOUT_harts));
}

/* Whose space has the struct root at @root. */
static int machine_loaded(struct kernel *k, va_t root)
{
	struct process p;

	for (u64 i = 0; root && i < machine_slots(k); i++)
		if (machine_process(k, i, &p) && p.as &&
		    kernel_place(k, p.as, LAYOUT_aspace_root) == root)
			return p.pid;
	return 0;
}

bool machine_hart(struct kernel *k, u64 i, struct machine_hart *h)
{
	va_t hart = kernel_element(k, LAYOUT_harts, i), thread, proc;

	memset(h, 0, sizeof(*h));
	if (!hart)
		return false;
	h->loaded = machine_loaded(k, kernel_field(k, hart, LAYOUT_hart_loaded));
	k->unreadable = false;
	h->hartid = kernel_field(k, hart, LAYOUT_hart_hartid);
	h->online = kernel_field(k, hart, LAYOUT_hart_online);
	h->panicked = kernel_value(k, LAYOUT_panic_hart) == i + 1;
	thread = kernel_field(k, hart, LAYOUT_hart_thread);
	h->idle = thread == kernel_field(k, hart, LAYOUT_hart_idle);
	if (thread) {
		kernel_text(k, kernel_place(k, thread, LAYOUT_thread_name), h->thread, 16);
		proc = kernel_field(k, thread, LAYOUT_thread_proc);
		h->pid = proc ? (int)kernel_field(k, proc, LAYOUT_proc_pid) : 0;
	}
	return !k->unreadable;
}

/* --- counters ---------------------------------------------------------------- */

static const struct {
	char name[SCOPE_NAME], what[64];
	enum layout_id field;
} tlb_counters[] = {
	{ "shootdown", "times that harts had to forget translations",
	  LAYOUT_tlb_shootdowns },
	{ "shootdown_remote", "of these: other harts had to be told", LAYOUT_tlb_remote },
	{ "shootdown_harts", "other harts that were told, in all",
	  LAYOUT_tlb_remote_harts },
};

bool machine_counter(struct kernel *k, u64 i, struct counter *c)
{
	u64 kept = kernel_count(k, LAYOUT_vmstat_name);
	bool is_tlb = i >= kept;
	enum layout_id array = is_tlb ? LAYOUT_tlb_counts : LAYOUT_vmstat_harts;

	memset(c, 0, sizeof(*c));
	if (i >= kept + ARRAY_SIZE(tlb_counters))
		return false;
	if (is_tlb) {
		memcpy(c->name, tlb_counters[i - kept].name, sizeof(c->name));
		memcpy(c->what, tlb_counters[i - kept].what, sizeof(c->what));
	} else {
		kernel_name(k, LAYOUT_vmstat_name, i, c->name, sizeof(c->name));
		kernel_name(k, LAYOUT_vmstat_what, i, c->what, sizeof(c->what));
	}
	for (u64 hart = 0; hart < kernel_count(k, array); hart++) {
		va_t at = kernel_element(k, array, hart);
		u64 n = 0;

		if (is_tlb)
			n = kernel_field(k, at, tlb_counters[i - kept].field);
		else
			kernel_read(k, at + i * sizeof(n), &n, sizeof(n));
		c->value += n;
	}
	return true;
}

/* --- frames by kind ------------------------------------------------------------ */

u64 machine_kinds(const struct kernel *k)
{
	return kernel_count(k, LAYOUT_frame_kind_name);
}

/* The allocator's count, and the share that the list of each hart adds to it. */
u64 machine_frames(struct kernel *k, u64 kind)
{
	va_t frames = kernel_element(k, LAYOUT_frames, 0);
	u64 n = kernel_field_at(k, frames, LAYOUT_frames_count, kind);

	for (u64 i = 0; i < kernel_count(k, LAYOUT_frame_caches); i++) {
		va_t list = kernel_element(k, LAYOUT_frame_caches, i);

		if (kind == kernel_number(k, LAYOUT_FRAME_free))
			n += kernel_field(k, list, LAYOUT_frame_cache_put) -
			     kernel_field(k, list, LAYOUT_frame_cache_taken);
		else
			n += kernel_field_at(k, list, LAYOUT_frame_cache_count, kind);
	}
	return n;
}

u64 machine_blocks(struct kernel *k, u64 order)
{
	va_t frames = kernel_element(k, LAYOUT_frames, 0);

	return kernel_field_at(k, frames, LAYOUT_frames_nblocks, order);
}

u64 machine_cached(struct kernel *k, u64 hart)
{
	va_t list = kernel_element(k, LAYOUT_frame_caches, hart);

	return list ? kernel_field(k, list, LAYOUT_frame_cache_any) +
			       kernel_field(k, list, LAYOUT_frame_cache_zero)
		    : 0;
}

/* A frame's kind and its count change together, under the lock or with the list busy. */
bool machine_counts_change(struct kernel *k)
{
	bool busy =
		kernel_field(k, kernel_element(k, LAYOUT_frames, 0), LAYOUT_frames_lock);

	for (u64 i = 0; i < kernel_count(k, LAYOUT_frame_caches); i++)
		busy |= kernel_field(k, kernel_element(k, LAYOUT_frame_caches, i),
				     LAYOUT_frame_cache_busy) != 0;
	return busy;
}

/* --- a panic ------------------------------------------------------------------- */

static void panic_add(struct machine_panic *p, u64 pc)
{
	if (p->ncalls < PANIC_CALLS)
		p->calls[p->ncalls++] = pc;
}

static bool panic_is_code(struct kernel *k, u64 pc)
{
	return pc >= k->layout.head.image &&
	       pc < kernel_element(k, LAYOUT_kernel_text_end, 0);
}

/* Follows frame pointers as core/report/backtrace.c does: the return address is at fp - 8,
 * the caller's fp at fp - 16.  A function that calls nothing has only its caller's fp in
 * its frame, at fp - 8, and its return address in ra. */
static void panic_stack(struct kernel *k, va_t record, struct machine_panic *p)
{
	u64 pc = kernel_field(k, record, LAYOUT_panic_pc);
	u64 ra = kernel_field(k, record, LAYOUT_panic_ra);
	u64 fp = kernel_field(k, record, LAYOUT_panic_fp), frame[2];

	if (pc) {
		panic_add(p, pc);
		kernel_read(k, fp - 8, &frame[1], 8);
		if (ra && frame[1] && !panic_is_code(k, frame[1])) {
			panic_add(p, ra - 1);
			fp = frame[1];
		}
	}
	while (p->ncalls < PANIC_CALLS) {
		kernel_read(k, fp - 16, frame, sizeof(frame));
		if (!panic_is_code(k, frame[1]))
			return;
		panic_add(p, frame[1] - 1);
		if (frame[0] <= fp)
			return;
		fp = frame[0];
	}
}

bool machine_panic(struct kernel *k, struct machine_panic *p)
{
	u64 hart = kernel_value(k, LAYOUT_panic_hart);
	va_t record = kernel_element(k, LAYOUT_panic_record, 0);

	memset(p, 0, sizeof(*p));
	if (!hart)
		return false;
	p->hart = (u32)hart - 1;
	kernel_text(k, kernel_place(k, record, LAYOUT_panic_what), p->what,
		    sizeof(p->what));
	panic_stack(k, record, p);
	return true;
}
