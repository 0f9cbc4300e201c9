/* testdev.c - see testdev.h.
 *
 * "sifive,test0" and its successors have one register.  Writing 0x5555 ends QEMU with
 * success; 0x3333 ends it with the status that the upper 16 bits hold.
 * "syscon-poweroff" and "syscon-reboot" say which value goes into which register of
 * another node. */

#include "dev/testdev.h"

#include "arch/riscv/csr.h"
#include "core/machine.h"
#include "dev/mmio.h"
#include "mm/phys/kmap.h"

#define TEST_PASS 0x5555u
#define TEST_FAIL 0x3333u

struct syscon_switch {
	void *reg; /* NULL: there is none */
	u32 value;
};

/* (C) after testdev_init() */
static void *test_reg;
static struct syscon_switch power_switch, reset_switch;

static void *testdev_find(void)
{
	const struct fdt *f = &machine.fdt;
	int node = fdt_next_compatible(f, -1, "sifive,test0");
	u64 pa, bytes;

	if (node < 0)
		node = fdt_next_compatible(f, -1, "sifive,test1");
	if (node < 0 || fdt_reg_pa(f, node, 0, &pa, &bytes) < 0 || bytes < 4)
		return NULL;
	return kmap_device(pa, bytes);
}

static struct syscon_switch testdev_find_switch(const char *compatible)
{
	const struct fdt *f = &machine.fdt;
	int node = fdt_next_compatible(f, -1, compatible);
	struct syscon_switch sw = { .reg = NULL };
	u32 phandle, offset;
	u64 pa, bytes;
	char *base;

	if (fdt_prop_u32(f, node, "regmap", 0, &phandle) < 0 ||
	    fdt_prop_u32(f, node, "offset", 0, &offset) < 0 ||
	    fdt_prop_u32(f, node, "value", 0, &sw.value) < 0)
		return sw;
	node = fdt_by_phandle(f, phandle);
	if (fdt_reg_pa(f, node, 0, &pa, &bytes) < 0 || bytes < 4 || offset > bytes - 4)
		return sw;
	base = kmap_device(pa, bytes);
	sw.reg = base + offset;
	return sw;
}

void testdev_init(void)
{
	test_reg = testdev_find();
	power_switch = testdev_find_switch("syscon-poweroff");
	reset_switch = testdev_find_switch("syscon-reboot");
}

void testdev_exit(int status)
{
	u32 value = TEST_PASS;

	if (status)
		value = (u32)status << 16 | TEST_FAIL;
	if (!test_reg)
		return;
	mmio_write32(test_reg, value);
	/* Later versions of QEMU end a moment after the write.  In this moment another
	 * way to power off would take the status back. */
	for (;;)
		cpu_relax();
}

static void testdev_throw_switch(const struct syscon_switch *sw)
{
	if (sw->reg)
		mmio_write32(sw->reg, sw->value);
}

void testdev_poweroff(void)
{
	testdev_throw_switch(&power_switch);
}

void testdev_reboot(void)
{
	testdev_throw_switch(&reset_switch);
}
