/* t_names_make.c - see t_names.h. */
#include "t_names.h"

long snapshot(int kind, int pid, word start, void *buf, word bytes);

#define SBRK_CALL 0x80
#define STUBS 0x100
#define TABLES 0x800 /* offset in the file of the symbols */
#define NAMES 0x1000

#define SHORT_RET 0x8082

struct made made;

static const int base[] = { 1,  2, 3,  4,  5, 16, 21, 6,  7,  15, 17,
			    18, 8, 19, 20, 9, 10, 11, 12, 13, 14 };

static void put16(unsigned half)
{
	unsigned char *at = made.file->bytes + CODE_AT + made.here;

	at[0] = (unsigned char)half;
	at[1] = (unsigned char)(half >> 8);
	made.here += 2;
}

void put32(uint32_t insn)
{
	put16(insn & 0xffff);
	put16(insn >> 16);
}

static void put_stub(int number)
{
	made.stub[number] = made.here;
	if (number < 32)
		put16(0x4881u | (unsigned)number << 2);
	else
		put32(LI(A7, number));
	put32(ECALL);
	put16(SHORT_RET);
}

struct symbol *add_symbol(const char *name, word value)
{
	struct symbol *table = (struct symbol *)(void *)(made.file->bytes + TABLES);
	struct symbol *s = &table[++made.nsymbols];

	*s = (struct symbol){ .name = made.name_end,
			      .info = 0x10,
			      .section = 1,
			      .value = value };
	strcpy((char *)made.file->bytes + NAMES + made.name_end, name);
	made.name_end += strlen(name) + 1;
	return s;
}

struct section_header *section(int index)
{
	return (struct section_header *)(void *)(made.file->bytes + SECTIONS) + index;
}

/* Makes the symbol table known, as it is now. */
static void add_sections(void)
{
	*section(2) = (struct section_header){
		.type = 2,
		.offset = TABLES,
		.size = (made.nsymbols + 1) * sizeof(struct symbol),
		.entsize = sizeof(struct symbol),
		.link = 3,
	};
	*section(3) = (struct section_header){ .type = 3,
					       .offset = NAMES,
					       .size = made.name_end };
	made.file->header->shoff = SECTIONS;
	made.file->header->shentsize = sizeof(struct section_header);
	made.file->header->shnum = 4;
	made.file->size = SECTIONS + 4 * sizeof(struct section_header);
}

/* A program of such a kind, without symbols, whose code from 0 on is not there yet. */
void make_program(const struct kind_of_program *k)
{
	memset(&made, 0, sizeof(made));
	made.file = elf_new();
	made.name_end = 1;
	elf_add(made.file, PF_R | PF_W | PF_X, 0, CODE_AT, 0x300);
	made.here = STUBS;
	for (size_t i = 0; i < COUNT(base); i++)
		put_stub(base[i]);
	for (const struct stub_def *s = k->lab; s->number; s++)
		put_stub(s->number);
	made.here = SBRK_CALL;
	if (k->sbrk == WITH_MODE)
		put16(0x4585); /* c.li a1,1 */
	put32(J_RA(made.stub[12] - made.here));
	made.here = 0;
}

void name_stubs(const struct kind_of_program *k)
{
	add_symbol("main", 0);
	for (size_t i = 0; i < COUNT(base); i++)
		add_symbol(base[i] == 13 ? "pause" : "call", made.stub[base[i]]);
	for (const struct stub_def *s = k->lab; s->number; s++)
		add_symbol(s->name, made.stub[s->number]);
	add_sections();
}

void put_call(int number)
{
	put32(J_RA(made.stub[number] - made.here));
}

void put_bare_call(int number)
{
	put32(LI(A7, number));
	put32(ECALL);
}

void put_arguments(int value)
{
	for (unsigned reg = A0; reg < A0 + 6; reg++)
		put32(LI(reg, value));
}

/* The call with arguments that no call likes, then a loop. */
void put_call_and_tell(int number, int argument)
{
	put_arguments(argument);
	put_call(number);
	put32(LI(A0, 1));
	put32(LI(A1, 0x280));
	put32(LI(A2, 1));
	put_bare_call(16);
	put32(SPIN);
}

/* --- what the kernel knows -------------------------------------------------------- */

union piece {
	struct snap_header header;
	char bytes[SNAP_PIECE];
};

/* What is known of @number in process @pid; how == 0: it has not used it. */
struct snap_call answer_of(long pid, int number)
{
	static union piece p;
	struct snap_call none = { 0 }, *r = (struct snap_call *)(void *)(&p.header + 1);

	CHECK(snapshot(SNAP_CALLS, pid, 0, &p, sizeof(p)) >= 0);
	EQ(p.header.record_bytes, sizeof(*r));
	EQ(p.header.next, SNAP_END);
	for (unsigned i = 0; i < p.header.count; i++)
		if (r[i].number == (unsigned)number)
			return r[i];
	return none;
}

const struct kind_of_program mmap_2026 = {
	"2026 mmap",
	WITH_MODE,
	{ { 22, "sync" }, { 28, "mmap" }, { 29, "munmap" } }
};

/* Maps a page at 28, unmaps it at 29, and stores to it if @store.  Exits with what munmap
 * returned. */
void make_unmapper(int store)
{
	make_program(&mmap_2026);
	put32(LI(A0, 0));
	put32(LUI(A1, 1));
	put32(LI(A2, 3));
	put32(LI(13, 0x22)); /* a3: private, anonymous */
	put32(LI(14, -1));
	put32(LI(15, 0));
	put_call(28);
	put32(ADDI(8, A0, 0)); /* s0: the page */
	put32(SW(A0, A0));
	put32(LUI(A1, 1));
	put_call(29);
	if (store)
		put32(SW(8, 8));
	put32(LI(A7, 2));
	put32(ECALL);
}
