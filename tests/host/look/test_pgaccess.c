// sources: kernel/obs/pgaccess.c kernel/obs/touched.c kernel/mm/phys/vmstat.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/phys/slab.c kernel/mm/xlate/gather.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DDIRECT_BASE=0xffffffc000000000ul
/* test_pgaccess.c - pgaccess() and pgaccess2026() for a caller that is killed on the way:
 * what has been done by then, and that a caller can be killed at all. */
#include "rig.h"

#include <string.h>

#include "core/thread.h"
#include "mm/space/aspace.h"
#include "mm/xlate/gather.h"
#include "mm/xlate/kmap_init.h"
#include "obs/vmprint.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "shim.h"
#include "uapi/errno.h"
#include "uapi/layout.h"
#include "unmap.h"

#define FRAMES 4096
#define AREAS 3
#define MASK_FRAMES 8
#define MASK_PAGES (MASK_FRAMES * PAGE_SIZE * 8)

struct pt kernel_pt;
static struct pt_half kernel_half;

static struct page table[FRAMES];
static struct aspace as;

/* The first two are neighbours. */
static const va_t area_at[AREAS] = { 0, 2 * MIB, GIB - 2 * MIB };

/* --- the caller ------------------------------------------------------------------- */

static struct proc caller = { .thread = { .as = &as, .proc = &caller }, .as = &as };
static u64 points, kill_at; /* at this point the caller is killed; 0: at none */
static bool killed;
static u64 prepared, copied; /* pages; bytes */

struct thread *thread_current(void)
{
	return &caller.thread;
}

bool thread_killed(void)
{
	return killed;
}

void sched_point(void)
{
	if (++points == kill_at)
		killed = true;
}

/* From now on. */
static void kill_at_point(u64 n)
{
	points = prepared = copied = 0;
	kill_at = n;
	killed = false;
}

/* --- stand-ins ---------------------------------------------------------------------- */

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	assert_ptr_equal(s, &as.root.tlb);
	assert_true(lo < hi);
}

bool aspace_range_ok(const struct aspace *space, va_t va, u64 n)
{
	(void)space;
	return va + n <= MAXVA;
}

int uaccess_prepare(uptr_t p, bool write)
{
	(void)p;
	assert_true(write);
	prepared++;
	return 0;
}

int copyout(uptr_t dst, const void *src, u64 n)
{
	(void)dst;
	(void)src;
	copied += n;
	return 0;
}

void vmprint_addresses(struct pt *pt)
{
	(void)pt;
}

void vmprint_rights(struct pt *pt)
{
	(void)pt;
}

void aspace_own_large(struct aspace *space, va_t va)
{
	(void)space;
	(void)va;
}

/* --- a space in which every page was touched -------------------------------------- */

static void add_touched_area(va_t start)
{
	struct vma like = { .start = start,
			    .end = start + 2 * MIB,
			    .prot = VMA_R,
			    .kind = VMA_anon };
	struct vma *v;

	assert_int_equal(vma_insert(&as.areas, &like, &v), 0);
	for (va_t va = like.start; va < like.end; va += PAGE_SIZE) {
		struct pt_cur c = pt_at(&as.pt, va);
		struct page *pg = frame_alloc(FRAME_anon, 0);

		assert_non_null(pg);
		assert_int_equal(pt_reach(&c, 0), 0);
		pt_set_leaf(&c, pte_make(frame_pa(pg), PTE_V | PTE_R | PTE_U | PTE_A));
	}
}

static int set_up(void **state)
{
	(void)state;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	vma_init();
	assert_int_equal(pt_init(&kernel_pt, &kernel_half), 0);
	memset(&as, 0, sizeof(as));
	assert_int_equal(pt_init_user(&as.pt, &kernel_pt), 0);
	vma_set_init(&as.areas, NULL);
	for (unsigned i = 0; i < AREAS; i++)
		add_touched_area(area_at[i]);
	return 0;
}

static int tear_down(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, &as.root.tlb);
	unmap(&as.pt, 0, BIT(38), &g);
	gather_finish(&g);
	pt_fini(&as.pt);
	vma_set_fini(&as.areas);
	pt_fini(&kernel_pt);
	frame_check();
	assert_int_equal(frame_count(FRAME_anon), 0);
	assert_int_equal(frame_count(FRAME_table), 0);
	assert_int_equal(frame_count(FRAME_other), 0);
	shim_ram_fini();
	return 0;
}

static u64 count_accessed(void)
{
	u64 n = 0;

	pt_for_each(c, &as.pt, 0, MASK_PAGES * PAGE_SIZE) {
		pte_t e = pte_load(c.slot);

		n += pte_is_leaf(e) && e.bits & PTE_A;
	}
	return n;
}

/* --- tests ------------------------------------------------------------------------ */

/* pgaccess() comes to a point for each page of the mask, before it clears anything and
 * when it has filled it. */
static void test_pgaccess_points(void **state)
{
	u64 arg[6] = { 0, MASK_PAGES, GIB };

	(void)state;
	kill_at_point(MASK_FRAMES / 2);
	assert_int_equal(sys_pgaccess(arg), -EINTR);
	assert_int_equal(points, MASK_FRAMES / 2);
	assert_true(prepared < MASK_FRAMES && copied == 0);
	assert_int_equal(count_accessed(), AREAS * PT_ENTRIES);

	kill_at_point(MASK_FRAMES + 2);
	assert_int_equal(sys_pgaccess(arg), -EINTR);
	assert_true(copied < MASK_FRAMES * PAGE_SIZE);

	kill_at_point(0);
	assert_int_equal(sys_pgaccess(arg), 0);
	assert_true(points >= 2 * MASK_FRAMES);
	assert_int_equal(copied, MASK_FRAMES * PAGE_SIZE);
	assert_int_equal(count_accessed(), 0);
}

/* pgaccess2026() looks at each area before anything else: at a gap, or killed, it has
 * changed nothing. */
static void test_pgaccess2026_looks_first(void **state)
{
	u64 arg[6] = { 0, 2 * PT_ENTRIES, GIB };

	(void)state;
	kill_at_point(2);
	assert_int_equal(sys_pgaccess2026(arg), -EINTR);
	assert_int_equal(points, 2);
	assert_true(prepared == 0 && copied == 0);
	kill_at_point(0);
	arg[1]++;
	assert_int_equal(sys_pgaccess2026(arg), -EFAULT);
	assert_true(prepared == 0 && copied == 0);
	assert_int_equal(count_accessed(), AREAS * PT_ENTRIES);
	arg[1]--;
	assert_int_equal(sys_pgaccess2026(arg), 0);
	assert_true(copied > 0);
	assert_int_equal(count_accessed(), (AREAS - 2) * PT_ENTRIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pgaccess_points, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pgaccess2026_looks_first, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
