/* plugin.c - a plugin for QEMU that counts how often each instruction is executed.
 *
 * Counts between the marks of the benchmark (benches/common.h), on all harts.  For each
 * row it writes to the file out=FILE lines `ADDRESS OPCODE TIMES`, all in hex, and the line
 * `row`; at the end `total TIMES`, with all instructions since the start.
 *
 * Debian has no header for plugins, so what is needed of the interface is declared here
 * (QEMU's docs/devel/tcg-plugins.rst).  -DQEMU=702 is version 7.2: since 9.0 a plugin says
 * that it knows version 2 of the interface, since 9.1 the opcode is copied out. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*fn)(uint64_t id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*fn)(unsigned hart, void *arg), int flags,
					    void *arg);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*fn)(uint64_t id, void *arg),
				    void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
#if QEMU >= 901
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
#else
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
#endif

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = QEMU >= 900 ? 2 : 1;

enum { MARK_START = 1, MARK_STOP, MARK_CLEAR, MARK_ROW };

/* slti zero, zero, N */
#define MARK_OPCODE 0x2013u
#define MARK_MASK 0xfffffu

#define HARTS 4

/* An instruction at an address; QEMU may translate it several times. */
struct place {
	struct place *next; /* of this bucket */
	uint64_t address;
	uint64_t times[HARTS]; /* each has a thread in QEMU */
	uint32_t opcode;
};

#define BUCKETS 65536

static struct place *buckets[BUCKETS];
static uint64_t total[HARTS];
static bool counting, busy; /* (A) busy: a thread changes the lists */
static FILE *out;

static struct place *place_find(uint64_t address, uint32_t opcode)
{
	struct place **bucket = &buckets[(address >> 1) % BUCKETS], *p;

	while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
		;
	p = *bucket;
	while (p && (p->address != address || p->opcode != opcode))
		p = p->next;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p)
			abort();
		p->address = address;
		p->opcode = opcode;
		p->next = *bucket;
		*bucket = p;
	}
	__atomic_clear(&busy, __ATOMIC_RELEASE);
	return p;
}

static uint64_t sum(const uint64_t of[HARTS])
{
	uint64_t all = 0;

	for (int i = 0; i < HARTS; i++)
		all += of[i];
	return all;
}

/* Forgets all counts, after it has written them if that is asked for. */
static void places_clear(bool write)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct place *p = buckets[i]; p; p = p->next) {
			uint64_t times = sum(p->times);

			if (write && times)
				fprintf(out, "%llx %x %llx\n",
					(unsigned long long)p->address, p->opcode,
					(unsigned long long)times);
			memset(p->times, 0, sizeof(p->times));
		}
	}
	if (write) {
		fprintf(out, "row\n");
		fflush(out);
	}
}

static void on_instruction(unsigned hart, void *arg)
{
	struct place *p = arg;

	total[hart % HARTS]++;
	p->times[hart % HARTS] += __atomic_load_n(&counting, __ATOMIC_RELAXED);
}

static void on_mark(unsigned hart, void *arg)
{
	uintptr_t mark = (uintptr_t)arg;

	(void)hart;
	if (mark == MARK_START || mark == MARK_STOP)
		__atomic_store_n(&counting, mark == MARK_START, __ATOMIC_RELAXED);
	if (mark == MARK_CLEAR || mark == MARK_ROW)
		places_clear(mark == MARK_ROW);
}

static uint32_t opcode_of(const struct qemu_plugin_insn *insn)
{
	uint32_t opcode = 0;

#if QEMU >= 901
	qemu_plugin_insn_data(insn, &opcode, sizeof(opcode));
#else
	memcpy(&opcode, qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));
#endif
	return opcode;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t opcode = opcode_of(insn);

		qemu_plugin_register_vcpu_insn_exec_cb(
			insn, on_instruction, 0,
			place_find(qemu_plugin_insn_vaddr(insn), opcode));
		if ((opcode & MARK_MASK) == MARK_OPCODE)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, on_mark, 0, (void *)(uintptr_t)(opcode >> 20));
	}
}

static void on_end(uint64_t id, void *arg)
{
	(void)id;
	(void)arg;
	fprintf(out, "total %llx\n", (unsigned long long)sum(total));
	fclose(out);
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc < 1 || strncmp(argv[0], "out=", 4) != 0)
		return -1;
	out = fopen(argv[0] + 4, "w");
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
