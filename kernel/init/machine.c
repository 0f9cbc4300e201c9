/* machine.c - reads the device tree into `machine`. */

#include "core/machine.h"

#include "core/report/klog.h"
#include "init/boot.h"
#include "lib/string.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define FDT_MAX (2 * MIB)

struct machine machine;

/* RAM is the bank that holds the kernel, and all banks that follow it without a hole. */
static void machine_find_ram(const struct fdt *f, pa_t kernel)
{
	u64 addr, size;
	bool grown = true;

	while (grown) {
		grown = false;
		for (int n = fdt_first_child(f, 0); n >= 0; n = fdt_next_sibling(f, n)) {
			const char *type = fdt_prop_string(f, n, "device_type");

			if (!type || strcmp(type, "memory") != 0)
				continue;
			for (unsigned i = 0; fdt_reg(f, n, i, &addr, &size) == 0; i++) {
				if (!machine.ram_bytes && kernel - addr < size) {
					machine.ram_base = addr;
					machine.ram_bytes = size;
					grown = true;
				} else if (machine.ram_bytes && size &&
					   addr == machine.ram_base + machine.ram_bytes) {
					machine.ram_bytes += size;
					grown = true;
				}
			}
		}
	}
}

/* Whether @isa, "rv64imafdc_...", has a one-letter extension.  Those come before the first
 * longer name.  g stands for imafd. */
static bool isa_has_letter(const char *isa, char letter)
{
	for (isa += 4; *isa && !strchr("_zx", *isa); isa++) {
		if (*isa == letter || (*isa == 'g' && strchr("imafd", letter)))
			return true;
	}
	return false;
}

/* Whether a processor has extension @ext.  Older trees have a string,
 * "rv64imafdc_..._sstc", newer ones a list of strings. */
static bool isa_has(const struct fdt *f, int cpu, const char *ext)
{
	u32 len = 0, n = strlen(ext);
	const char *list = fdt_prop(f, cpu, "riscv,isa-extensions", &len);
	const char *isa = fdt_prop_string(f, cpu, "riscv,isa");

	for (u32 i = 0; list && i < len; i += strnlen(list + i, len - i) + 1) {
		if (len - i > n && strncmp(list + i, ext, n + 1) == 0)
			return true;
	}
	if (isa && n == 1 && strnlen(isa, 4) == 4 && isa_has_letter(isa, *ext))
		return true;
	for (; isa && (isa = strchr(isa, '_')); isa++) {
		if (strncmp(isa + 1, ext, n) == 0 && (isa[n + 1] == '_' || !isa[n + 1]))
			return true;
	}
	return false;
}

static void machine_find_cpus(const struct fdt *f)
{
	int cpus = fdt_node(f, "/cpus");
	u32 hz;

	if (cpus < 0 || fdt_prop_u32(f, cpus, "timebase-frequency", 0, &hz) || !hz)
		panic("the device tree names no processors or no time base");
	machine.timebase_hz = hz;
	for (int n = fdt_first_child(f, cpus); n >= 0; n = fdt_next_sibling(f, n)) {
		const char *type = fdt_prop_string(f, n, "device_type");
		u64 hartid, size;

		if (!type || strcmp(type, "cpu") != 0 || !fdt_is_enabled(f, n))
			continue;
		if (fdt_reg(f, n, 0, &hartid, &size))
			continue;
		if (machine_ncpus < MACHINE_CPUS)
			machine_cpus[machine_ncpus] = hartid;
		machine_ncpus++;
		if (machine_ncpus == 1)
			machine.has_sstc = machine.has_fp = machine.has_zfinx = true;
		machine.has_sstc &= isa_has(f, n, "sstc");
		machine.has_fp &= isa_has(f, n, "f") && isa_has(f, n, "d");
		machine.has_zfinx &= isa_has(f, n, "zfinx");
	}
}

static void machine_find_initrd(const struct fdt *f, int chosen)
{
	u64 start, end;

	if (fdt_prop_number(f, chosen, "linux,initrd-start", &start) ||
	    fdt_prop_number(f, chosen, "linux,initrd-end", &end) || end <= start)
		return;
	machine.initrd_start = start;
	machine.initrd_end = end;
}

u64 machine_cpus[MACHINE_CPUS];
unsigned machine_ncpus;

const char *machine_read(pa_t fdt, pa_t kernel)
{
	struct fdt *f = &machine.fdt;
	const char *args = NULL;
	int chosen, err = fdt_open(f, kmap_direct(fdt), FDT_MAX);

	if (err == -E2BIG)
		panic("the device tree has more than %d nodes", FDT_NODES);
	if (err)
		panic("no device tree at %lx", fdt);
	machine_find_ram(f, kernel);
	if (!machine.ram_bytes)
		panic("the device tree has no memory around %lx", kernel);
	machine_find_cpus(f);
	chosen = fdt_node(f, "/chosen");
	if (chosen >= 0) {
		args = fdt_prop_string(f, chosen, "bootargs");
		machine_find_initrd(f, chosen);
	}
	return args ? args : "";
}
