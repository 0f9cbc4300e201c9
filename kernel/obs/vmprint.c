/* vmprint.c - one line for each valid entry, depth first; see vmprint.h. */

#include "obs/vmprint.h"

#include "core/report/klog.h"
#include "core/thread.h"
#include "mm/xlate/pt.h"

enum form { BY_INDEX, BY_ADDRESS, WITH_RIGHTS };

struct printer {
	struct pt *pt;
	enum form form;
};

static void vmprint_entry(const struct printer *p, va_t va, int level, pte_t e)
{
	static const char *const dots[PT_LEVELS] = { ".. .. ..", ".. ..", ".." };
	static const char *const size[PT_LEVELS] = { "", " 2 MiB", " 1 GiB" };
	const char *large = pte_is_leaf(e) ? size[level] : "";

	if (p->form == BY_INDEX)
		printk("%s%u: pte 0x%016lx pa 0x%016lx%s\n", dots[level],
		       level_index(va, level), e.bits, pte_pa(e), large);
	else if (p->form == BY_ADDRESS)
		printk(" %s0x%016lx: pte 0x%016lx pa 0x%016lx%s\n", dots[level], va, e.bits,
		       pte_pa(e), large);
	else
		printk(" %s0x%016lx: pte 0x%016lx pa 0x%016lx %s%s%s%s\n", dots[level], va,
		       e.bits, pte_pa(e), e.bits & PTE_R ? "R" : "",
		       e.bits & PTE_W ? "W" : "", e.bits & PTE_X ? "X" : "",
		       e.bits & PTE_U ? "U" : "");
}

/* Prints the table at @level whose range starts at @va, and those below it.  Of the
 * root only the user half. */
static void vmprint_table(const struct printer *p, va_t va, int level)
{
	unsigned n = level == PT_LEVELS - 1 ? PT_ENTRIES / 2 : PT_ENTRIES;

	for (unsigned i = 0; i < n && !thread_killed(); i++, va += level_size(level)) {
		pte_t e = pt_entry(p->pt, va, level);

		if (!pte_is_valid(e))
			continue;
		vmprint_entry(p, va, level, e);
		if (pte_is_table(e, level))
			vmprint_table(p, va, level - 1);
		sched_point();
	}
}

static void vmprint_all(struct pt *pt, enum form form)
{
	struct printer p = { .pt = pt, .form = form };

	printk("page table 0x%016lx\n", pt->root);
	vmprint_table(&p, 0, PT_LEVELS - 1);
}

void vmprint(struct pt *pt)
{
	vmprint_all(pt, BY_INDEX);
}

void vmprint_addresses(struct pt *pt)
{
	vmprint_all(pt, BY_ADDRESS);
}

void vmprint_rights(struct pt *pt)
{
	vmprint_all(pt, WITH_RIGHTS);
}
