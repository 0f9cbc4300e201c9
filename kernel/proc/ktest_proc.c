/* ktest_proc.c - tests of one address space from both sides: what the kernel sees and
 * reaches of user memory, and what user mode sees of the kernel. */

#ifdef PAGODA_CHECK

#include "arch/riscv/csr.h"
#include "arch/riscv/uaccess/uaccess_asm.h"
#include "core/coreup.h"
#include "core/hart.h"
#include "core/ktest.h"
#include "lib/string.h"
#include "mm/space/build.h"
#include "mm/phys/kmap.h"
#include "mm/map.h"
#include "mm/phys/reclaim.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "uapi/layout.h"

#define USER_VA 0x10000ul

/* The test runs in process 1 before it has a program: it gets a space for a while. */
static struct aspace *ktest_space_enter(void)
{
	struct proc *p = proc_current();
	struct area_spec spec = {
		.start = USER_VA,
		.end = USER_VA + 4 * PAGE_SIZE,
		.prot = VMA_R | VMA_W,
		.kind = VMA_image,
		.populate = true,
	};
	struct aspace_builder b;
	struct aspace *as;

	ASSERT(aspace_builder_start(&b, p->pages.trapframe) == 0);
	ASSERT(aspace_builder_add_usyscall(&b, p->pages.usyscall) == 0);
	ASSERT(aspace_builder_add(&b, &spec) == 0);
	as = aspace_builder_finish(&b);
	irq_push_off();
	p->thread.as = as;
	aspace_load(as);
	irq_pop_off();
	return as;
}

static void ktest_space_leave(struct aspace *as)
{
	struct proc *p = proc_current();

	irq_push_off();
	p->thread.as = NULL;
	root_unload();
	irq_pop_off();
	aspace_destroy(as);
}

KTEST(every_page_of_a_space_comes_back)
{
	u64 before, tables = frame_count(FRAME_table);

	ktest_space_leave(ktest_space_enter()); /* slabs have what they keep after this */
	before = mem_available();
	ASSERT(frame_count(FRAME_table) == tables);
	ktest_space_leave(ktest_space_enter());
	ASSERT(mem_available() == before && frame_count(FRAME_table) == tables);
}

/* As when a process that ends waits for a watcher, and goes on on a hart that idled with
 * its space loaded. */
KTEST(a_space_is_evicted_from_the_hart_that_asks)
{
	struct proc *p = proc_current();
	struct aspace *as = ktest_space_enter();

	p->thread.as = NULL;
	ASSERT(hart_current()->loaded == &as->root);
	aspace_destroy(as);
	ASSERT(hart_current()->loaded == NULL);
}

KTEST(kernel_sees_a_change_of_the_mapping_at_once)
{
	struct aspace *as = ktest_space_enter();
	u64 value = 42;

	ASSERT(copyout(uptr(USER_VA), &value, sizeof(value)) == 0);
	value = 0;
	ASSERT(copyin(&value, uptr(USER_VA), sizeof(value)) == 0 && value == 42);
	ASSERT(aspace_munmap(as, USER_VA, PAGE_SIZE) == 0);
	ASSERT(copyin(&value, uptr(USER_VA), sizeof(value)) != 0);
	ASSERT(copyout(uptr(USER_VA), &value, sizeof(value)) != 0);
	ASSERT(copyin(&value, uptr(USER_VA + PAGE_SIZE), sizeof(value)) == 0);
	ktest_space_leave(as);
}

/* uaccess=strict and walk: outside a copy the kernel has no way to a user page. */
KTEST(kernel_reads_no_user_page_by_accident)
{
	struct aspace *as = ktest_space_enter();
	struct thread *t = thread_current();
	bool open = csr_read(sstatus) & SSTATUS_SUM;
	u64 value, left;

	t->no_fault++;
	left = uaccess_copy(&value, (const void *)USER_VA, sizeof(value));
	t->no_fault--;
	ASSERT(left == (open ? 0 : sizeof(value)));
	ktest_space_leave(as);
}

static void ktest_check_user_root(struct aspace *as)
{
	const pte_t *root = kmap_direct(as->pt.twin);

	for (unsigned i = PT_ENTRIES / 2; i < PT_ENTRIES; i++)
		ASSERT(root[i].bits == 0);
	for (unsigned i = 0; i < PT_ENTRIES / 2; i++)
		ASSERT(root[i].bits == pt_entry(&as->pt, i * GIB, 2).bits);
}

/* isolate=on: the upper half of the root of user mode is empty, and in the lower half only
 * trampoline and trap frame are the kernel's. */
KTEST(user_root_has_nothing_of_the_kernel)
{
	struct aspace *as = ktest_space_enter();

	if (as->pt.twin)
		ktest_check_user_root(as);
	pt_for_each(c, &as->pt, 0, MAXVA) {
		pte_t e = pte_load(c.slot);

		if (pte_is_leaf(e) && !(e.bits & PTE_U))
			ASSERT(c.va >= TRAPFRAME && (e.bits & PTE_RWX) != PTE_RWX);
	}
	ktest_space_leave(as);
}

/* As on a core that leaves A and D to software (Svade): the fault path sets them. */
KTEST(fault_path_sets_a_and_d)
{
	struct aspace *as = ktest_space_enter();
	struct pt_cur c = pt_at(&as->pt, USER_VA);

	pte_clear_bits(c.slot, PTE_A | PTE_D);
	tlb_flush_page(USER_VA);
	ASSERT(aspace_fault(as, USER_VA, ACCESS_READ) == 0);
	ASSERT((pte_load(c.slot).bits & (PTE_A | PTE_D)) == PTE_A);
	ASSERT(aspace_fault(as, USER_VA, ACCESS_WRITE) == 0);
	ASSERT((pte_load(c.slot).bits & (PTE_A | PTE_D)) == (PTE_A | PTE_D));
	ASSERT(aspace_fault(as, USER_VA, ACCESS_EXEC) != 0);
	ktest_space_leave(as);
}

static u64 looks, open_looks;

static void ktest_look_at_sum(struct timer *t)
{
	(void)t;
	looks++;
	open_looks += (csr_read(sstatus) & SSTATUS_SUM) != 0;
}

/* uaccess=strict and walk: an interrupt that hits a copy has no way to user memory. */
KTEST(interrupts_of_a_copy_have_user_memory_closed)
{
	struct aspace *as = ktest_space_enter();
	bool open = csr_read(sstatus) & SSTATUS_SUM;
	static u8 bytes[4 * PAGE_SIZE];
	struct timer timer = { 0 };

	looks = open_looks = 0;
	for (int i = 0; i < 200; i++) {
		u64 seen = looks;

		timer_start(&timer, clock_now() + 20 + i % 7, ktest_look_at_sum);
		while (__atomic_load_n(&looks, __ATOMIC_RELAXED) == seen)
			ASSERT(copyin(bytes, uptr(USER_VA), sizeof(bytes)) == 0);
		timer_cancel(&timer);
	}
	ASSERT(open_looks == (open ? looks : 0));
	ktest_space_leave(as);
}

/* A copy that meets a missing page returns exactly the bytes before it. */
KTEST(partial_copies_are_exact)
{
	struct aspace *as = ktest_space_enter();
	va_t end = USER_VA + 4 * PAGE_SIZE;
	static u8 bytes[300];

	for (u64 n = 0; n < 200; n += 7) {
		ASSERT(copyin_partial(bytes, uptr(end - n), sizeof(bytes)) == n);
		ASSERT(copyin_partial(bytes + 1, uptr(end - n), 250) == n);
		ASSERT(copyout_nofault(uptr(end - n), bytes, sizeof(bytes)) == n);
		ASSERT(copyout_nofault(uptr(end - n), bytes + 3, 250) == n);
	}
	ktest_space_leave(as);
}

/* User memory ends at USYSCALL, although that page can be read. */
KTEST(user_memory_ends_below_usyscall)
{
	struct map_request last = { .len = PAGE_SIZE, .prot = VMA_R | VMA_W };
	struct aspace *as = ktest_space_enter();
	u64 value[2];
	va_t at;

	ASSERT(aspace_map(as, &last, &at) == 0 && at == USYSCALL - PAGE_SIZE);
	ASSERT(copyin(value, uptr(USYSCALL), 1) != 0);
	ASSERT(copyin(value, uptr(USYSCALL), 0) == 0);
	ASSERT(copyin_partial(value, uptr(USYSCALL), sizeof(value)) == 0);
	ASSERT(copyin_partial(value, uptr(USYSCALL - 8), sizeof(value)) == 8);
	ASSERT(copyin(value, uptr(USYSCALL - 8), 8) == 0);
	ASSERT(copyin(value, uptr(USYSCALL - 8), sizeof(value)) != 0);
	ASSERT(copyin(value, uptr(~7ul), sizeof(value)) != 0);
	ASSERT(copyout(uptr(USYSCALL - 8), value, 8) == 0);
	ASSERT(copyout(uptr(USYSCALL - 8), value, sizeof(value)) != 0);
	ktest_space_leave(as);
}

/* --- copies, at every alignment ---------------------------------------------- */

#define COPY_MAX 600 /* two turns of the longest loop, and more */
#define COPY_ROOM (COPY_MAX + 64)
#define COPY_EMPTY 0xee

/* The byte at @i of user memory; never COPY_EMPTY, which fills the kernel's buffers. */
static u8 ktest_copy_pattern(va_t i)
{
	return (u8)(i * 7 + (i >> 8) + 1) % COPY_EMPTY;
}

/* @n bytes from @user, of which @can are there, to a buffer with offset @at. */
static void ktest_check_copy_in(va_t user, u64 n, u64 can, unsigned at)
{
	static u8 room[COPY_ROOM] __attribute__((aligned(8)));
	u8 *to = room + 16 + at;
	u64 done = MIN(n, can);

	memset(room, COPY_EMPTY, sizeof(room));
	ASSERT(copyin_partial(to, uptr(user), n) == done);
	for (u64 i = 0; i < done; i++)
		ASSERT(to[i] == ktest_copy_pattern(user + i));
	for (const u8 *p = room; p < room + sizeof(room); p++)
		ASSERT((p >= to && p < to + done) || *p == COPY_EMPTY);
}

/* The other way.  User memory around the copy must not change. */
static void ktest_check_copy_out(va_t user, u64 n, u64 can, unsigned at)
{
	static u8 from[COPY_ROOM] __attribute__((aligned(8)));
	static u8 after[COPY_ROOM + 16];
	u64 done = MIN(n, can), span = MIN(n + 8, can) + 8;

	for (u64 i = 0; i < n; i++)
		from[at + i] = (u8)~ktest_copy_pattern(user + i);
	ASSERT(copyout_nofault(uptr(user), from + at, n) == done);
	ASSERT(copyin(after, uptr(user - 8), span) == 0);
	for (u64 i = 0; i < span; i++) {
		u8 was = ktest_copy_pattern(user - 8 + i);

		ASSERT(after[i] == (i >= 8 && i < 8 + done ? (u8)~was : was));
		after[i] = was;
	}
	ASSERT(copyout(uptr(user - 8), after, span) == 0);
}

static void ktest_check_copies(va_t user, u64 n, u64 can)
{
	for (unsigned at = 0; at < 8; at++) {
		ktest_check_copy_in(user, n, can, at);
		ktest_check_copy_out(user, n, can, at);
	}
}

/* The first two pages are there, the third is not, the fourth is. */
static struct aspace *ktest_space_with_hole(void)
{
	struct aspace *as = ktest_space_enter();

	for (va_t va = USER_VA; va < USER_VA + 4 * PAGE_SIZE; va++) {
		u8 byte = ktest_copy_pattern(va);

		ASSERT(copyout(uptr(va), &byte, 1) == 0);
	}
	ASSERT(aspace_munmap(as, USER_VA + 2 * PAGE_SIZE, PAGE_SIZE) == 0);
	return as;
}

/* Every pair of alignments, every short length, the missing page at every byte. */
KTEST(short_copies_are_exact_at_every_alignment)
{
	struct aspace *as = ktest_space_with_hole();
	va_t hole = USER_VA + 2 * PAGE_SIZE;

	for (u64 can = 0; can <= 48; can++)
		for (u64 n = 0; n <= 40; n++)
			ktest_check_copies(hole - can, n, can);
	for (unsigned offset = 0; offset < 64; offset++)
		ktest_check_copy_in(hole + offset / 8, 40, 0, offset % 8);
	ktest_space_leave(as);
}

KTEST(long_copies_are_exact_at_every_alignment)
{
	struct aspace *as = ktest_space_with_hole();
	va_t hole = USER_VA + 2 * PAGE_SIZE;

	for (u64 can = 41; can < COPY_MAX; can++) {
		ktest_check_copies(hole - can, can, can);
		ktest_check_copies(hole - can, COPY_MAX, can);
	}
	ktest_space_leave(as);
}

/* Across a page edge, and right after a page that is not there. */
KTEST(copies_around_page_edges)
{
	struct aspace *as = ktest_space_with_hole();
	va_t edge = USER_VA + PAGE_SIZE, after = USER_VA + 3 * PAGE_SIZE;

	for (u64 n = 0; n <= 40; n++)
		for (u64 before = 0; before < n; before++)
			ktest_check_copies(edge - before, n, COPY_MAX);
	for (u64 n = 0; n <= 40; n++)
		for (u64 offset = 0; offset < 8; offset++)
			for (unsigned at = 0; at < 8; at++)
				ktest_check_copy_in(after + offset, n, COPY_MAX, at);
	ktest_space_leave(as);
}

#endif
