/* t_vm_2026.c - what the page-table lab of 2026 adds: pgaccess() that wants every page
 * mapped, how large the kernel's leaves are, and the highest break. */
#include "super.h"
#include "vm.h"

#define KERNEL_HALF 0xffffffc000000000ul

/* --- pgaccess2026() ------------------------------------------------------------------ */

static word touched_all(word pages, int n)
{
	word mask = 0;

	EQ(pgaccess2026((void *)pages, n, &mask), 0);
	return mask;
}

TEST(pgaccess2026, pages_that_were_touched)
{
	word pages = pages_new(32, EAGER);

	EQ(touched_all(pages, 32), 0);
	store8(pages + 1 * PAGE, 1);
	load8(pages + 2 * PAGE + PAGE - 1);
	store8(pages + 30 * PAGE + 77, 1);
	EQ(touched_all(pages + 16, 32), 1 << 1 | 1 << 2 | 1 << 30); /* not aligned */
	EQ(touched_all(pages, 32), 0);
}

/* Memory that comes on demand is the program's from the start. */
TEST(pgaccess2026, untouched_lazy_pages_are_mapped)
{
	word pages = pages_new(40, LAZY), more = anon(8, PROT_NONE);

	store8(pages + 5 * PAGE, 1);
	EQ(touched_all(pages, 40) & ~(1ul << 5), 0);
	EQ(touched_all(more, 8), 0);
	EQ(unmap(more, 8 * PAGE), 0);
}

/* From the text up to the break, the guard page included; and the pages at the top. */
TEST(pgaccess2026, all_of_the_program)
{
	word end = pages_new(3, EAGER) + 3 * PAGE, n = end / PAGE;
	unsigned char mask[64];

	CHECK(n <= 8 * sizeof(mask));
	EQ(pgaccess2026(0, n, mask), 0);
	EQ(pgaccess2026((void *)guard_page(), 2, mask), 0);
	EQ(mask[0], 2);
	EQ(pgaccess2026((void *)USYSCALL, 3, mask), 0);
}

static void check_refused(word va, word n, void *mask)
{
	if (pgaccess2026((void *)va, (long)n, mask) != -1)
		FAIL("%ld pages at %p", n, (void *)va);
}

TEST(pgaccess2026, a_page_that_is_not_mapped)
{
	word pages = pages_new(16, EAGER), mask[2] = { 0x1234, 0x5678 };
	word brk = (word)sbrk(0, EAGER), hole = anon(3, RW);

	EQ(unmap(hole + PAGE, PAGE), 0);
	for (int i = 0; i < 16; i++)
		store8(pages + i * PAGE, 1);
	check_refused(brk, 1, mask);
	check_refused(brk, 4096, mask);
	check_refused(pages, 17, mask);
	check_refused(pages + 1, 17, mask);
	check_refused(hole, 3, mask);
	check_refused(hole + PAGE, 1, mask);
	check_refused(PAGE, 10000000, mask);
	check_refused(0, 1 << 26, mask);
	check_refused(pages, 0, mask);
	check_refused(pages, -1ul, mask);
	check_refused(MAXVA, 1, mask);
	EQ(mask[0], 0x1234);
	EQ(mask[1], 0x5678);
	EQ(touched_all(pages, 16), 0xffff); /* nothing was cleared */
	EQ(touched_all(hole, 1), 0);
	EQ(pgaccess((void *)hole, 3, mask), 0); /* the earlier years' call skips holes */
	EQ(unmap(hole, 3 * PAGE), 0);
}

TEST(pgaccess2026, a_mask_that_cannot_be_written)
{
	word pages = pages_new(16, EAGER), brk = (word)sbrk(0, EAGER);

	for (int i = 0; i < 16; i++)
		store8(pages + i * PAGE, 1);
	check_refused(pages, 16, (void *)brk);
	check_refused(pages, 16, (void *)(brk - 1));
	check_refused(pages, 16, (void *)guard_page());
	check_refused(pages, 16, (void *)PAGE);
	check_refused(pages, 16, (void *)TRAPFRAME);
	check_refused(pages, 16, (void *)~0ul);
	EQ(touched_all(pages, 16), 0xffff);
}

/* --- ksupernpte() --------------------------------------------------------------------- */

/* The same from the kernel's report of its entries. */
static void kernel_leaves(word count[2])
{
	static union {
		struct snap_header header;
		char bytes[SNAP_PIECE];
	} buf;
	const struct snap_entry *e = (void *)(&buf.header + 1);
	int devices = 0;

	count[0] = count[1] = 0;
	for (word at = KERNEL_HALF; at != SNAP_END; at = buf.header.next) {
		CHECK(snapshot(SNAP_PT, 0, at, &buf, sizeof(buf)) >= 0);
		for (unsigned i = 0; i < buf.header.count; i++)
			if (e[i].what == SNAP_LEAF) {
				count[e[i].level == 0]++;
				devices += e[i].area == SNAP_AREA_DEVICE;
				EQ(e[i].area == SNAP_AREA_DEVICE,
				   e[i].frame == SNAP_NO_FRAME);
			}
	}
	CHECK(devices > 0);
}

TEST(ksupernpte, counts_the_leaves_of_the_kernel)
{
	word large = 0, small = 0, count[2], base;

	EQ(ksupernpte(&large, &small), 0);
	kernel_leaves(count);
	EQ(large, count[0]);
	EQ(small, count[1]);
	CHECK(large > 20 &&
	      small > 500);            /* the direct map; the first 2 MiB of the kernel */
	base = heap_regions(2, EAGER); /* of the program: not counted */
	store8(base, 1);
	EQ(ksupernpte(&large, &small), 0);
	EQ(large, count[0]);
	EQ(small, count[1]);
	CHILD(0, {
		EQ(ksupernpte(&large, &small), 0);
		EQ(large, count[0]);
		EQ(small, count[1]);
	});
}

TEST(ksupernpte, bad_pointers_change_nothing)
{
	static const word bad[] = { 0x80000000, TRAPFRAME, TRAMPOLINE,
				    MAXVA,      ~0ul,      0xffffffc080000000 };
	word large = 7, small = 8, brk = (word)pages_new(1, EAGER) + PAGE;

	for (size_t i = 0; i < COUNT(bad); i++) {
		REFUSED(ksupernpte((void *)bad[i], &small));
		REFUSED(ksupernpte(&large, (void *)bad[i]));
	}
	REFUSED(ksupernpte(&large, (void *)(brk - 7)));
	REFUSED(ksupernpte((void *)(brk - 7), &small));
	EQ(large, 7);
	EQ(small, 8);
	EQ(ksupernpte((void *)(brk - 8), (void *)(brk - 16)), 0);
}

/* --- the highest break ------------------------------------------------------------- */

/* With utop=usyscall it is USYSCALL, as in the page-table labs: lazily and eagerly. */
TEST(sbrk, highest_break_below_usyscall)
{
	word brk;

	EQ(setoption("utop", "usyscall"), 0);
	CHILD(0, {
		while ((brk = (word)sbrk(0, LAZY)) < USYSCALL - PAGE)
			EQ(sbrk((int)(USYSCALL - PAGE - brk < 1ul << 30
					      ? USYSCALL - PAGE - brk
					      : 1ul << 30),
				LAZY),
			   brk);
		REFUSED(sbrk(PAGE + 1, LAZY));
		REFUSED(sbrk(PAGE + 1, EAGER));
		EQ(sbrk(PAGE, EAGER), USYSCALL - PAGE);
		store8(USYSCALL - 1, 1);
		REFUSED(sbrk(1, LAZY));
		REFUSED(sbrk(1, EAGER));
		EQ(*(volatile int *)USYSCALL, getpid());
		EQ(sbrk(0, EAGER), USYSCALL);
		EQ(setoption("utop", "trapframe"), 0);
		EQ(sbrk(PAGE, EAGER), USYSCALL);
		EQ(setoption("utop", "usyscall"), 0);
		REFUSED(sbrk(1, EAGER)); /* the break is above it now */
		EQ(sbrk(-(int)PAGE, EAGER), TRAPFRAME);
	});
	EQ(setoption("utop", "trapframe"), 0);
}
