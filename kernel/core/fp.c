/* fp.c - floating point registers, loaded at the first use.
 *
 * A thread's registers are saved when it leaves the processor, if it has changed them.
 * They stay in the unit: a thread that returns to the same hart before another thread
 * has used the unit there needs no load (privileged spec, "Extension Context Status").
 * hart.fp_on says whether the unit is on, so threads that do not use it read and write no
 * register of control.
 *
 * Unless every hart has F and D, the unit stays off, and a thread that uses it takes an
 * illegal instruction exception.  With Zfinx, floating point values are in the integer
 * registers, and fcsr cannot be switched off: fcsr alone is loaded before a thread runs
 * and saved after it. */

#include "arch/riscv/csr.h"
#include "core/machine.h"
#include "core/sched.h"
#include "lib/assert.h"
#include "lib/string.h"

static bool fp_is_live(const struct hart *h, const struct thread *t)
{
	return t->fp_used && h->fp_owner == t && t->fp_hart == h->cpu.index + 1;
}

static bool fp_is_dirty(void)
{
	return (csr_read(sstatus) & SSTATUS_FS) == SSTATUS_FS_DIRTY;
}

/* Switches the unit on; its registers are as they were saved or loaded last. */
static void fp_set_clean(void)
{
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
}

static void fp_own(struct hart *h, struct thread *t)
{
	if (!t->fp_used)
		memset(&t->fp, 0, sizeof(t->fp));
	t->fp_used = true;
	h->fp_owner = t;
	t->fp_hart = h->cpu.index + 1;
}

void fp_enter(struct hart *h, struct thread *t)
{
	if (machine.has_zfinx) {
		fp_own(h, t);
		csr_write(CSR_FCSR, t->fp.fcsr);
	} else if (fp_is_live(h, t)) {
		fp_set_clean();
	} else {
		return;
	}
	h->fp_on = true;
}

bool fp_first_use(struct thread *t)
{
	struct hart *h = hart_current();

	if (!machine.has_fp || h->fp_on)
		return false;
	fp_own(h, t);
	fp_set_clean();
	fp_load(&t->fp);
	fp_set_clean();
	h->fp_on = true;
	return true;
}

/* Saves the registers of @t, which are in this hart's unit, in t->fp.  Interrupts off. */
static void fp_store(struct thread *t)
{
	if (machine.has_zfinx)
		t->fp.fcsr = csr_read(CSR_FCSR);
	if (fp_is_dirty()) {
		fp_save(&t->fp);
		fp_set_clean();
	}
}

static void fp_switch_off(struct hart *h)
{
	h->fp_on = false;
	csr_clear(sstatus, SSTATUS_FS);
}

void fp_leave(struct hart *h, struct thread *t)
{
	ASSERT(fp_is_live(h, t));
	fp_store(t);
	fp_switch_off(h);
}

void fp_flush(struct thread *t)
{
	irq_push_off();
	if (hart_current()->fp_on)
		fp_store(t);
	irq_pop_off();
}

void fp_replace(struct thread *t, const struct fpstate *fp)
{
	struct hart *h;

	irq_push_off();
	h = hart_current();
	t->fp_used = fp != NULL;
	t->fp_hart = 0;
	if (h->fp_owner == t)
		h->fp_owner = NULL;
	if (fp)
		t->fp = *fp;
	else if (machine.has_zfinx)
		fp_own(h, t);
	if (h->fp_on)
		fp_switch_off(h);
	if (t->fp_used)
		fp_enter(h, t);
	irq_pop_off();
}
