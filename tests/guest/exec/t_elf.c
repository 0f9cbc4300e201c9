/* t_elf.c - which program files run, how they are laid out, and which are refused. */
#include "elf.h"

static const uint32_t exit_argc[] = { EXIT_A0 };
static const uint32_t exit_42[] = { LI(A0, 42), EXIT_A0 };
static const uint32_t exit_43[] = { LI(A0, 43), EXIT_A0 };
/* exits with the word at 0x2010 */
static const uint32_t exit_load[] = { LUI(A0, 2), LW(A0, A0, 0x10), EXIT_A0 };
/* stores to 0x2010, then exits with 42 */
static const uint32_t store_exit[] = { LUI(A0, 2), ADDI(A0, A0, 0x10), SW(A0, A0),
				       LI(A0, 42), EXIT_A0 };
static const uint32_t exit_break[] = { LI(A0, 0), LI(A1, 1), LI(A7, 12), ECALL, EXIT_A0 };

#define CODE(c) (c), COUNT(c)

/* Text at 0 from file offset 0x400, a segment at 0x2000 from offset 0x500, 0x20 bytes
 * long. */
static struct elf_file *two_segments(const uint32_t *code, int count, uint32_t flags)
{
	struct elf_file *f = elf_new();

	elf_add(f, PF_R | PF_X, 0, 0x400, count * 4);
	elf_code(f, 0x400, code, count);
	elf_add(f, flags, 0x2000, 0x500, 0x20);
	f->bytes[0x510] = 77;
	return f;
}

/* Refused by exec(), or run and killed: both are right, a crash or a leak is not. */
static void refused_or_killed(const struct elf_file *f)
{
	int status = elf_try(f);

	if (status != ELF_REFUSED)
		EQ(status, KILLED);
}

TEST(elf, one_segment_at_unaligned_offset)
{
	EQ(elf_try(elf_simple(CODE(exit_argc))), 1);
}

TEST(elf, any_file_offset)
{
	static const long offsets[] = { 0xb1, 0x123, 0x3ff, 0x401, 0xfff, 0x1001 };

	for (size_t i = 0; i < COUNT(offsets); i++) {
		struct elf_file *f = elf_new();

		elf_add(f, PF_R | PF_X, 0, offsets[i], sizeof(exit_42));
		elf_code(f, offsets[i], CODE(exit_42));
		EQ(elf_try(f), 42);
	}
}

static void enter_at(word at)
{
	struct elf_file *f = elf_simple(CODE(exit_42));

	f->segment->filesz = f->segment->memsz = at + 0x100;
	elf_code(f, (long)(0xb0 + at), CODE(exit_43));
	f->size = 0xb0 + at + 0x100;
	f->header->entry = at;
	EQ(elf_try(f), 43);
}

TEST(elf, entry_in_the_middle)
{
	enter_at(0x700);
}

TEST(elf, entry_on_a_two_byte_boundary)
{
	enter_at(0x702);
}

TEST(elf, data_segment_is_loaded)
{
	EQ(elf_try(two_segments(CODE(exit_load), PF_R | PF_W)), 77);
}

TEST(elf, data_aligned_like_its_page)
{
	struct elf_file *f = elf_new();

	elf_add(f, PF_R | PF_X, 0, 0x1000, sizeof(exit_load));
	elf_code(f, 0x1000, CODE(exit_load));
	elf_add(f, PF_R, 0x2000, 0x2000, 0x20);
	f->bytes[0x2010] = 78;
	EQ(elf_try(f), 78);
}

TEST(elf, memory_past_the_file_part_is_zero)
{
	struct elf_file *f = two_segments(CODE(exit_load), PF_R | PF_W);

	f->segment[1].filesz = 0x10; /* the file goes on with 77 */
	f->segment[1].memsz = 0x3000;
	EQ(elf_try(f), 0);
	/* also where the page could be shared with the file */
	f = two_segments(CODE(exit_load), PF_R);
	f->segment[1].offset = 0x1000;
	f->bytes[0x1010] = 79;
	f->segment[1].filesz = 0x10;
	f->size = 0x2000;
	EQ(elf_try(f), 0);
}

TEST(elf, segment_without_file_part)
{
	struct elf_file *f = two_segments(CODE(exit_load), PF_R | PF_W);

	f->segment[1].filesz = 0;
	EQ(elf_try(f), 0);
	f->segment[1].offset = 1l << 40; /* nothing is read there */
	EQ(elf_try(f), 0);
}

TEST(elf, empty_segment_is_ignored)
{
	struct elf_file *f = two_segments(CODE(exit_42), PF_R | PF_W);

	f->segment[1].filesz = f->segment[1].memsz = 0;
	EQ(elf_try(f), 42);
}

TEST(elf, gap_between_segments_is_mapped)
{
	struct elf_file *f = two_segments(CODE(exit_load), PF_R | PF_W);

	f->segment[1].vaddr = 0x5000;
	EQ(elf_try(f), 0);
}

TEST(elf, writable_data_can_be_written)
{
	EQ(elf_try(two_segments(CODE(store_exit), PF_R | PF_W)), 42);
}

TEST(elf, data_without_w_cannot_be_written)
{
	EQ(elf_try(two_segments(CODE(store_exit), PF_R)), KILLED);
}

TEST(elf, text_cannot_be_written)
{
	static const uint32_t code[] = { LI(T0, 0), SW(A0, T0), LI(A0, 42), EXIT_A0 };
	struct elf_file *f = elf_simple(CODE(code));

	EQ(elf_try(f), 42); /* RWE */
	f->segment->flags = PF_R | PF_X;
	EQ(elf_try(f), KILLED);
}

TEST(elf, data_without_x_cannot_be_run)
{
	static const uint32_t code[] = { LUI(A0, 2), JR(A0) };
	struct elf_file *f = two_segments(CODE(code), PF_R | PF_W);

	elf_code(f, 0x500, CODE(exit_42));
	EQ(elf_try(f), KILLED);
	f->segment[1].flags = PF_R | PF_X;
	EQ(elf_try(f), 42);
}

TEST(elf, read_is_always_allowed)
{
	EQ(elf_try(two_segments(CODE(exit_load), 0)), 77);
	EQ(elf_try(two_segments(CODE(exit_load), PF_W)), 77);
	EQ(elf_try(two_segments(CODE(exit_load), PF_X)), 77);
}

TEST(elf, break_is_image_guard_and_stack)
{
	struct elf_file *f = elf_simple(CODE(exit_break));

	EQ(elf_try(f), 3 * PAGE);
	f->segment->memsz = PAGE;
	EQ(elf_try(f), 3 * PAGE);
	f->segment->memsz = PAGE + 1;
	EQ(elf_try(f), 4 * PAGE);
	f->segment->memsz = 100 * PAGE;
	EQ(elf_try(f), 102 * PAGE);
}

TEST(elf, other_headers_are_skipped)
{
	struct elf_file *f = elf_new();

	elf_add(f, PF_R, 0x123, 0, 0)->type = PT_NOTE;
	elf_add(f, PF_R | PF_X, 0, 0x400, sizeof(exit_42));
	elf_code(f, 0x400, CODE(exit_42));
	elf_add(f, PF_R, ~0ul, 0, 0)->type = 0x70000003;
	EQ(elf_try(f), 42);
}

TEST(elf, magic_alone_is_checked)
{
	struct elf_file *f = elf_simple(CODE(exit_42));

	f->header->machine = 0;
	f->header->type = 0;
	f->header->flags = ~0u;
	f->header->version = 9;
	EQ(elf_try(f), 42);
}

TEST(elf, program_headers_may_stand_anywhere)
{
	struct elf_file *f = elf_simple(CODE(exit_42));

	memcpy(f->bytes + 0x703, f->segment, sizeof(*f->segment));
	memset(f->segment, 0, sizeof(*f->segment));
	f->header->phoff = 0x703;
	f->size = 0x703 + sizeof(*f->segment);
	EQ(elf_try(f), 42);
}

TEST(elf, bad_magic_is_refused)
{
	for (int i = 0; i < 4; i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->header->magic[i] ^= 1;
		EQ(elf_try(f), ELF_REFUSED);
	}
}

TEST(elf, every_truncation_is_refused)
{
	long whole = elf_simple(CODE(exit_42))->size;
	static const long sizes[] = {
		0, 1, 3, 4, 63, 64, 65, 64 + 55, 64 + 56, 0xaf, 0xb0
	};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->size = sizes[i];
		EQ(elf_try(f), ELF_REFUSED);
	}
	for (long size = 0xb1; size < whole; size++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->size = size;
		EQ(elf_try(f), ELF_REFUSED);
	}
}

TEST(elf, memory_size_below_the_file_size)
{
	struct elf_file *f = elf_simple(CODE(exit_42));

	f->segment->memsz = f->segment->filesz - 1;
	EQ(elf_try(f), ELF_REFUSED);
	f->segment->memsz = 0;
	EQ(elf_try(f), ELF_REFUSED);
}

TEST(elf, unaligned_address)
{
	static const word addresses[] = { 1, 4, 0x800, 0xfff, 0x1004 };

	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->segment->vaddr = addresses[i];
		EQ(elf_try(f), ELF_REFUSED);
	}
}

TEST(elf, address_that_wraps)
{
	struct elf_file *f = elf_simple(CODE(exit_42));

	f->segment->vaddr = -PAGE;
	f->segment->memsz = 2 * PAGE;
	EQ(elf_try(f), ELF_REFUSED);
	f->segment->vaddr = PAGE;
	f->segment->memsz = ~0ul;
	EQ(elf_try(f), ELF_REFUSED);
	f->segment->memsz = -PAGE;
	EQ(elf_try(f), ELF_REFUSED);
}

TEST(elf, address_outside_user_memory)
{
	static const word addresses[] = {
		TRAPFRAME,          TRAMPOLINE,         MAXVA,
		1ul << 39,          1ul << 63,          0xffffffc000000000,
		0xffffffff80200000, 0xfffffffffffff000, MAXVA - PAGE
	};

	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		elf_add(f, PF_R | PF_W, addresses[i], 0xb0, 4);
		EQ(elf_try(f), ELF_REFUSED);
	}
}

TEST(elf, sizes_beyond_all_memory)
{
	static const word sizes[] = { 1ul << 37, 1ul << 38, 1ul << 39, 1ul << 62,
				      1ul << 63 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->segment->memsz = sizes[i];
		EQ(elf_try(f), ELF_REFUSED);
		f->segment->filesz = sizes[i];
		EQ(elf_try(f), ELF_REFUSED);
	}
}

TEST(elf, file_part_past_the_end)
{
	struct elf_file *f = two_segments(CODE(exit_42), PF_R | PF_W);

	f->segment[1].offset = 0x10000;
	EQ(elf_try(f), ELF_REFUSED);
	f->segment[1].offset = -8ul;
	EQ(elf_try(f), ELF_REFUSED);
	f->segment[1].offset = 1ul << 32; /* must not be truncated to 0 */
	EQ(elf_try(f), ELF_REFUSED);
	f->segment[1].offset = 0x500;
	f->segment[1].filesz = f->segment[1].memsz = 0x100000;
	EQ(elf_try(f), ELF_REFUSED);
}

TEST(elf, header_table_outside_the_file)
{
	static const word offsets[] = { 0x10000,   1ul << 31, 1ul << 32,
					1ul << 63, -56ul,     ~0ul };

	for (size_t i = 0; i < COUNT(offsets); i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->header->phoff = offsets[i];
		EQ(elf_try(f), ELF_REFUSED);
	}
}

TEST(elf, more_headers_than_the_file_has)
{
	struct elf_file *f = elf_simple(CODE(exit_42));

	f->header->phnum = 0xffff;
	EQ(elf_try(f), ELF_REFUSED);
	f->header->phnum = 3;
	EQ(elf_try(f), ELF_REFUSED);
}

TEST(elf, no_segment_at_all)
{
	struct elf_file *f = elf_new();

	refused_or_killed(f);
	f->header->phoff = 1ul << 63;
	refused_or_killed(f);
}

TEST(elf, entry_at_an_address_without_code)
{
	static const word entries[] = {
		0x10000,   TRAMPOLINE, TRAPFRAME, MAXVA,
		1ul << 63, 0x80000000, ~0ul,      0xffffffff80200000
	};

	for (size_t i = 0; i < COUNT(entries); i++) {
		struct elf_file *f = elf_simple(CODE(exit_42));

		f->header->entry = entries[i];
		refused_or_killed(f);
	}
}

TEST(elf, segments_that_overlap)
{
	struct elf_file *f = elf_new();
	int status;

	elf_add(f, PF_R | PF_X, 0, 0x400, 0x1800);
	elf_code(f, 0x400, CODE(exit_42));
	elf_add(f, PF_R | PF_W, 0x1000, 0x500, 0x1800);
	status = elf_try(f);
	if (status != ELF_REFUSED)
		EQ(status, 42);
	/* the same pages, once executable and once writable */
	f = two_segments(CODE(exit_42), PF_R | PF_W);
	f->segment[1].vaddr = 0;
	f->segment[1].offset = 0x400;
	status = elf_try(f);
	if (status != ELF_REFUSED && status != KILLED)
		EQ(status, 42);
}

TEST(elf, segments_in_descending_order)
{
	struct elf_file *f = elf_new();
	int status;

	elf_add(f, PF_R | PF_W, 0x2000, 0x500, 0x20);
	elf_add(f, PF_R | PF_X, 0, 0x400, sizeof(exit_load));
	elf_code(f, 0x400, CODE(exit_load));
	f->bytes[0x510] = 77;
	f->size = 0x600;
	status = elf_try(f);
	if (status != ELF_REFUSED)
		EQ(status, 77);
}

TEST(elf, refused_image_gives_everything_back)
{
	struct elf_file *f = two_segments(CODE(exit_42), PF_R | PF_W);
	word before;

	elf_add(f, PF_R | PF_W, 0x100000, 0x500, 0x10)->memsz = 0x100000;
	elf_add(f, PF_R | PF_W, TRAPFRAME, 0x500, 0x10); /* after much was loaded */
	elf_save(f, "odd");
	EQ(elf_run("odd"), ELF_REFUSED);
	before = free_memory();
	for (int i = 0; i < 20; i++)
		REFUSED(exec("odd", (char *[]){ "odd", 0 }));
	EQ(free_memory(), before);
	EQ(unlink("odd"), 0);
}
