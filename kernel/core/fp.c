/* fp.c - floating point registers, loaded at the first use.
 *
 * A thread's registers are saved when it leaves the processor after having
 * changed them, and stay in the unit: if it comes back to the same hart with
 * nobody in between who used the unit, nothing is loaded (privileged spec,
 * "Extension Context Status"). */

#include "arch/riscv/csr.h"
#include "core/sched.h"
#include "lib/string.h"

static bool fp_is_live(const struct hart *h, const struct thread *t)
{
	return t->fp_used && h->fp_owner == t && t->fp_hart == h->cpu.index + 1;
}

u64 fp_user_status(struct thread *t)
{
	u64 fs = csr_read(sstatus) & SSTATUS_FS;

	if (!fp_is_live(hart_current(), t))
		return 0;
	return fs == SSTATUS_FS_DIRTY ? fs : SSTATUS_FS_CLEAN;
}

void fp_first_use(struct thread *t)
{
	struct hart *h = hart_current();

	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
	if (!t->fp_used) {
		memset(&t->fp, 0, sizeof(t->fp));
		t->fp_used = true;
	}
	fp_load(&t->fp);
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
	h->fp_owner = t;
	t->fp_hart = h->cpu.index + 1;
}

void fp_flush(struct thread *t)
{
	irq_push_off();
	if (fp_is_live(hart_current(), t) &&
	    (csr_read(sstatus) & SSTATUS_FS) == SSTATUS_FS_DIRTY) {
		fp_save(&t->fp);
		csr_clear(sstatus, SSTATUS_FS);
		csr_set(sstatus, SSTATUS_FS_CLEAN);
	}
	irq_pop_off();
}

void fp_reset(struct thread *t)
{
	irq_push_off();
	t->fp_used = false;
	t->fp_hart = 0;
	if (hart_current()->fp_owner == t)
		hart_current()->fp_owner = NULL;
	csr_clear(sstatus, SSTATUS_FS);
	irq_pop_off();
}
