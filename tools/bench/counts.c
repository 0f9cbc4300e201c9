/* counts.c - see counts.h. */
#include "counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLUGIN "build/bench/plugin.so"
#define IMAGE "build/bench/plain.img"

/* --- opcodes: unprivileged and privileged spec, listings of instructions ----------- */

#define OPCODE(op) ((op)&0x7f)
#define FUNCT3(op) ((op) >> 12 & 7)
#define RD(op) ((op) >> 7 & 31)
#define RS1(op) ((op) >> 15 & 31)
#define SYSTEM 0x73
#define AMO 0x2f
#define MISC_MEM 0x0f
#define ECALL 0x73
#define SRET 0x10200073
#define SFENCE_VMA 9 /* in the upper seven bits */
#define CSR_SATP 0x180
#define CSR_INSTRET 0xc02

const char *dear_name(enum dear what)
{
	static const char *const names[] = { "csr",   "satp",    "sfence", "amo",
					     "fence", "fence.i", "ecall",  "sret" };

	return names[what];
}

const char *csr_name(unsigned number)
{
	static const struct {
		unsigned number;
		const char *name;
	} names[] = {
		{ 0x100, "sstatus" },  { 0x104, "sie" },  { 0x105, "stvec" },
		{ 0x140, "sscratch" }, { 0x141, "sepc" }, { 0x142, "scause" },
		{ 0x143, "stval" },    { 0x144, "sip" },  { 0x14d, "stimecmp" },
		{ 0x180, "satp" },     { 0xc01, "time" }, { 0x003, "fcsr" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

/* csrrw, csrrs, csrrc and their forms with a constant. */
static void counts_csr(struct counts *c, uint32_t op, double times)
{
	unsigned csr = op >> 20;
	bool swaps = (FUNCT3(op) & 3) == 1;
	bool writes = swaps || RS1(op) != 0;

	if (csr == CSR_INSTRET) /* the meter's own */
		return;
	c->dear[DEAR_CSR] += times;
	if (writes)
		c->csr_writes[csr] += times;
	if (!swaps || RD(op) != 0)
		c->csr_reads[csr] += times;
	if (writes && csr == CSR_SATP)
		c->dear[DEAR_SATP] += times;
}

void counts_add(struct counts *c, uint32_t op, double times)
{
	c->total += times;
	if ((op & 3) != 3) /* a short one */
		return;
	if (OPCODE(op) == AMO)
		c->dear[DEAR_AMO] += times;
	if (OPCODE(op) == MISC_MEM)
		c->dear[FUNCT3(op) ? DEAR_FENCE_I : DEAR_FENCE] += times;
	if (OPCODE(op) != SYSTEM)
		return;
	if (FUNCT3(op) != 0)
		counts_csr(c, op, times);
	else if (op == ECALL)
		c->dear[DEAR_ECALL] += times;
	else if (op == SRET)
		c->dear[DEAR_SRET] += times;
	else if (op >> 25 == SFENCE_VMA)
		c->dear[DEAR_SFENCE] += times;
}

/* --- runs -------------------------------------------------------------------------- */

struct order {
	int row[NROWS]; /* as they were measured */
	double operations[NROWS];
	int n;
};

static void counts_line(const char *text, void *arg)
{
	struct order *o = arg;
	char name[32], value[32];
	double operations;

	if (sscanf(text, "@ %31s %31s %lf", name, value, &operations) != 3 || *value == '-')
		return;
	for (int row = 0; row < NROWS; row++) {
		if (!strcmp(name, row_name(row))) {
			o->operations[o->n] = operations;
			o->row[o->n++] = row;
		}
	}
}

static void counts_paths(char *plugin, char *file)
{
	snprintf(file, PATH_SIZE, "build/bench/run-%d.counts", (int)getpid());
	snprintf(plugin, PATH_SIZE, PLUGIN ",out=%.4000s", file);
}

static void counts_read(FILE *f, const struct order *o, const struct counts_visitor *v)
{
	char line[128];
	int done = 0;

	while (done < o->n && fgets(line, sizeof(line), f)) {
		unsigned long long address, times;
		unsigned opcode;

		if (!strcmp(line, "row\n")) {
			v->end(o->row[done], o->operations[done], v->arg);
			done++;
		} else if (sscanf(line, "%llx %x %llx", &address, &opcode, &times) == 3) {
			v->place(address, opcode, (double)times, v->arg);
		}
	}
}

static void counts_list(const bool rows[ROWS_ALL], char *to, size_t size)
{
	size_t n = 0;

	*to = 0;
	for (int row = 0; row < NROWS; row++)
		if (rows[row])
			n += (size_t)snprintf(to + n, size - n, "%s%d", n ? " " : "", row);
}

/* Whether QEMU can load the plugin; asked once. */
static bool counts_possible(void)
{
	static int possible = -1;

	if (possible < 0)
		possible =
			system("echo quit | qemu-system-riscv64 -machine virt "
			       "-bios none -S "
			       "-display none -serial none -monitor stdio -plugin " PLUGIN
			       ",out=/dev/null >/dev/null 2>&1") == 0;
	return possible;
}

bool counts_run(const struct plan *plan, enum kind kind, const bool rows[ROWS_ALL],
		const struct counts_visitor *v)
{
	char plugin[PATH_SIZE], file[PATH_SIZE], list[512];
	static struct order order;
	struct machine m = { .kernel = &plan->kernels[0],
			     .kind = kind,
			     .image = IMAGE,
			     .rows = list,
			     .boot = plan->boot,
			     .memory = plan->memory,
			     .plugin = plugin,
			     .harts = kind_harts(kind),
			     .line = counts_line,
			     .arg = &order };
	bool good;
	FILE *f;

	if (!counts_possible())
		return false;
	order.n = 0;
	counts_paths(plugin, file);
	counts_list(rows, list, sizeof(list));
	good = machine_run(&m);
	f = fopen(file, "r");
	if (good && f)
		counts_read(f, &order, v);
	if (f)
		fclose(f);
	unlink(file);
	return good && f;
}

double counts_boot(const struct plan *plan, struct kernel *k)
{
	char plugin[PATH_SIZE], file[PATH_SIZE], line[128];
	struct machine m = { .kernel = k,
			     .kind = KIND_COUNT,
			     .image = k->image ? k->image : IMAGE,
			     .boot = plan->boot,
			     .memory = plan->memory,
			     .plugin = plugin,
			     .harts = 1,
			     .prompt_only = true };
	unsigned long long total = 0;
	FILE *f;

	if (!counts_possible())
		return 0;
	counts_paths(plugin, file);
	machine_run(&m);
	f = fopen(file, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "total %llx", &total) == 1)
			break;
	if (f)
		fclose(f);
	unlink(file);
	return (double)total;
}
