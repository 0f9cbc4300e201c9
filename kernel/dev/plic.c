/* plic.c - device interrupts through the PLIC (RISC-V PLIC specification 1.0).
 *
 * The PLIC has a context for each mode of each hart that takes interrupts.  Entry i of the
 * node's "interrupts-extended" belongs to context i: it names the interrupt controller of
 * the hart, and the interrupt that the context raises there.  We use the contexts of
 * supervisor mode.  Every interrupt is enabled on every hart, and the hart that claims it
 * first handles it.
 *
 * On a machine without a PLIC (with an APLIC, say) a thread polls every device once in
 * POLL_MS: slower, but it works. */

#include "dev/plic.h"

#include "arch/riscv/csr.h"
#include "core/clock.h"
#include "core/hart.h"
#include "core/irq.h"
#include "core/report/klog.h"
#include "core/machine.h"
#include "core/sync/spinlock.h"
#include "core/thread.h"
#include "core/sync/waitq.h"
#include "dev/mmio.h"
#include "lib/assert.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define PLIC_PRIORITY 0x0u  /* a word per interrupt             */
#define PLIC_ENABLE 0x2000u /* a bit per interrupt, by context  */
#define PLIC_ENABLE_STEP 0x80u
#define PLIC_CONTEXT 0x200000u /* threshold and claim, by context  */
#define PLIC_CONTEXT_STEP 0x1000u
#define PLIC_CLAIM 4u
#define PLIC_IRQS 1024u
#define PLIC_CONTEXTS_MAX 1024u
#define HANDLERS_MAX 32
#define POLL_MS 1

struct handler {
	u32 irq;
	void (*fn)(void *);
	void *arg;
};

/* The lock is held to add one; entries below nhandlers never change. */
static struct spinlock lock = SPINLOCK_INIT("plic", device);
static struct handler handlers[HANDLERS_MAX];
static u32 nhandlers;

static struct waitq pause = WAITQ_INIT(pause); /* a sleep that nobody ends early */

static int node = -1;           /* (C) in the device tree                         */
static u32 ndev;                /* (C) the highest interrupt                      */
static char *low_regs;          /* (C) priorities and enable bits                 */
static char *contexts;          /* (C) claim registers                            */
static char *enable[MAX_HARTS]; /* (lock) of harts that take interrupts     */
static char *claim[MAX_HARTS];  /* (H)    likewise                          */

/* Entry @i of "interrupts-extended": the node of the controller (-1: not that of a
 * hart) and its interrupt.  -ENOENT: there are fewer entries. */
static int plic_context_entry(u32 i, int *intc, u32 *irq)
{
	const struct fdt *f = &machine.fdt;
	u32 cells, phandle;

	/* The interrupt controller of a hart has one cell per interrupt. */
	if (fdt_prop_u32(f, node, "interrupts-extended", 2 * i, &phandle) < 0 ||
	    fdt_prop_u32(f, node, "interrupts-extended", 2 * i + 1, irq) < 0)
		return -ENOENT;
	*intc = fdt_by_phandle(f, phandle);
	if (fdt_prop_u32(f, *intc, "#interrupt-cells", 0, &cells) < 0 || cells != 1)
		*intc = -1;
	return 0;
}

static u32 plic_count_contexts(void)
{
	u32 n = 0, irq;
	int intc;

	while (n < PLIC_CONTEXTS_MAX && plic_context_entry(n, &intc, &irq) == 0)
		n++;
	return n;
}

/* The context of supervisor mode on the hart with hardware number @hartid, or -ENOENT. */
static int plic_context_of(u64 hartid)
{
	const struct fdt *f = &machine.fdt;
	u64 id, size;
	u32 irq;
	int intc;

	for (u32 i = 0; i < PLIC_CONTEXTS_MAX && plic_context_entry(i, &intc, &irq) == 0;
	     i++) {
		if (irq != IRQ_S_EXTERNAL || intc < 0)
			continue;
		if (fdt_reg(f, fdt_parent(f, intc), 0, &id, &size) == 0 && id == hartid)
			return i;
	}
	return -ENOENT;
}

void plic_init(void)
{
	const struct fdt *f = &machine.fdt;
	u32 ncontexts;
	u64 pa, bytes, want;

	node = fdt_next_compatible(f, -1, "riscv,plic0");
	if (node < 0)
		node = fdt_next_compatible(f, -1, "sifive,plic-1.0.0");
	ncontexts = plic_count_contexts();
	want = PLIC_CONTEXT + (u64)ncontexts * PLIC_CONTEXT_STEP;
	if (ncontexts == 0 || fdt_reg_pa(f, node, 0, &pa, &bytes) < 0 || bytes < want) {
		printk("plic: none in the device tree; devices are polled every %u ms\n",
		       POLL_MS);
		node = -1;
		return;
	}
	if (fdt_prop_u32(f, node, "riscv,ndev", 0, &ndev) < 0 || ndev >= PLIC_IRQS)
		ndev = PLIC_IRQS - 1;
	low_regs = kmap_device(pa, PLIC_ENABLE + ncontexts * PLIC_ENABLE_STEP);
	contexts = kmap_device(pa + PLIC_CONTEXT, (u64)ncontexts * PLIC_CONTEXT_STEP);
	printk("plic: %u interrupts, %u contexts\n", ndev, ncontexts);
}

int plic_irq_of(int device, u32 *irq)
{
	const struct fdt *f = &machine.fdt;

	if (fdt_prop_u32(f, device, "interrupts", 0, irq) == 0)
		return 0;
	return fdt_prop_u32(f, device, "interrupts-extended", 1, irq);
}

/* (lock) Enables @irq in the enable bits of a context. */
static void plic_enable_on(char *bits, u32 irq)
{
	char *word = bits + irq / 32 * 4;

	mmio_write32(word, mmio_read32(word) | 1u << irq % 32);
}

void irq_register(u32 irq, void (*fn)(void *), void *arg)
{
	if (node >= 0 && (irq == 0 || irq > ndev))
		return;
	spin_lock(&lock);
	ASSERT(nhandlers < HANDLERS_MAX);
	handlers[nhandlers] = (struct handler){ .irq = irq, .fn = fn, .arg = arg };
	__atomic_store_n(&nhandlers, nhandlers + 1, __ATOMIC_RELEASE);
	if (node >= 0)
		mmio_write32(low_regs + PLIC_PRIORITY + 4 * irq, 1);
	for (u32 i = 0; i < MAX_HARTS; i++) {
		if (enable[i])
			plic_enable_on(enable[i], irq);
	}
	spin_unlock(&lock);
}

/* A thread.  A handler may be called although its device has not interrupted. */
static void plic_poll(void *arg)
{
	u64 end;

	(void)arg;
	for (;;) {
		irq_push_off();
		for (u32 i = 0; i < nhandlers; i++)
			handlers[i].fn(handlers[i].arg);
		irq_pop_off();
		end = clock_now() + clock_from_ms(POLL_MS);
		spin_lock(&lock);
		while (waitq_wait_until_quiet(&pause, &lock, end) == 0)
			;
		spin_unlock(&lock);
	}
}

void irq_init_hart(void)
{
	u32 self = hart_index();
	int ctx = node < 0 ? -ENOENT : plic_context_of(hart_current()->cpu.hartid);

	if (node < 0 && self == 0 && kthread_start("poll", plic_poll, NULL))
		panic("no memory for the thread that polls devices");
	if (ctx < 0)
		return;
	spin_lock(&lock);
	enable[self] = low_regs + PLIC_ENABLE + ctx * PLIC_ENABLE_STEP;
	claim[self] = contexts + ctx * PLIC_CONTEXT_STEP + PLIC_CLAIM;
	for (u32 i = 0; i <= ndev / 32; i++)
		mmio_write32(enable[self] + i * 4, 0);
	for (u32 i = 0; i < nhandlers; i++)
		plic_enable_on(enable[self], handlers[i].irq);
	mmio_write32(contexts + ctx * PLIC_CONTEXT_STEP, 0); /* threshold */
	spin_unlock(&lock);
	csr_set(sie, SIE_EXTERNAL);
}

static void plic_handle(u32 irq)
{
	u32 n = __atomic_load_n(&nhandlers, __ATOMIC_ACQUIRE);

	for (u32 i = 0; i < n; i++) {
		if (handlers[i].irq == irq)
			handlers[i].fn(handlers[i].arg);
	}
}

void irq_dispatch(void)
{
	char *reg = claim[hart_index()];
	u32 irq;

	if (!reg)
		return;
	while ((irq = mmio_read32(reg)) != 0) {
		plic_handle(irq);
		mmio_write32(reg, irq);
	}
}
