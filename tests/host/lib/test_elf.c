// sources: kernel/lib/elf.c
// cflags:
/* test_elf.c - which ELF files are accepted, and what is read out of them. */
#include "rig.h"

#include "elf_exercise.h"
#include "uapi/errno.h"

#define LOAD 1
#define GNU_STACK 0x6474e551
#define RISCV_ATTRIBUTES 0x70000003

static const struct elf_ehdr good_header = {
	.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
	.type = 2,
	.machine = 243,
	.version = 1,
	.entry = 0x1a,
	.phoff = 64,
	.ehsize = 64,
	.phentsize = 56,
	.phnum = 3,
};

/* A header with one field changed. */
#define HEADER(field, value)                      \
	({                                        \
		struct elf_ehdr eh = good_header; \
		eh.field = value;                 \
		elf_check_header(&eh);            \
	})

static void test_header(void **state)
{
	(void)state;
	assert_int_equal(elf_check_header(&good_header), 0);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(HEADER(ident[i], 0), -ENOEXEC);
	assert_int_equal(HEADER(ident[4], 1), -ENOEXEC); /* 32 bits */
	assert_int_equal(HEADER(ident[5], 2), -ENOEXEC); /* big endian */
	assert_int_equal(HEADER(phentsize, 55), -ENOEXEC);
	assert_int_equal(HEADER(phentsize, 57), -ENOEXEC);
	assert_int_equal(HEADER(phnum, 64), 0);
	assert_int_equal(HEADER(phnum, 65), -ENOEXEC);
	assert_int_equal(HEADER(phnum, 0xffff), -ENOEXEC);
	assert_int_equal(HEADER(phnum, 0), 0);
	assert_int_equal(HEADER(phoff, 0xffffffff), 0);
	assert_int_equal(HEADER(phoff, 0x100000000), -ENOEXEC);
	assert_int_equal(HEADER(phoff, -1), -ENOEXEC);
	assert_int_equal(HEADER(entry, BIT(38) - 1), 0);
	assert_int_equal(HEADER(entry, BIT(38)), -ENOEXEC);
	assert_int_equal(HEADER(entry, -1), -ENOEXEC);
	/* xv6 looks at none of these fields. */
	assert_int_equal(HEADER(machine, 62), 0);
	assert_int_equal(HEADER(type, 3), 0);
	assert_int_equal(HEADER(version, 77), 0);
	assert_int_equal(HEADER(shoff, -1), 0);
	assert_int_equal(HEADER(ident[7], 9), 0);
}

static struct elf_phdr load(va_t va, u64 filesz, u64 memsz, u64 offset)
{
	return (struct elf_phdr){ .type = LOAD,
				  .flags = 5,
				  .vaddr = va,
				  .paddr = ~va,
				  .filesz = filesz,
				  .memsz = memsz,
				  .offset = offset,
				  .align = 8 };
}

static struct elf_image img;

static int add(struct elf_phdr ph)
{
	int err = elf_add(&img, &ph, EXERCISE_LIMIT);

	elf_exercise_image(&img);
	return err;
}

static void begin(void)
{
	memset(&img, 0xee, sizeof(img));
	elf_begin(&img, &good_header);
	assert_int_equal(img.entry, 0x1a);
	assert_int_equal(img.nsegments, 0);
	assert_int_equal(img.stack_size, 0);
	assert_int_equal(elf_end(&img), 0);
}

/* Linked with -N, as xv6's forktest and all its programs up to 2021. */
static void test_one_segment(void **state)
{
	struct elf_phdr ph = load(0, 0xb5d, 0xb78, 0xb0);

	(void)state;
	begin();
	ph.flags = 7;
	assert_int_equal(add((struct elf_phdr){ .type = RISCV_ATTRIBUTES,
						.offset = -1,
						.vaddr = 3,
						.filesz = 9 }),
			 0);
	assert_int_equal(add(ph), 0);
	assert_int_equal(add((struct elf_phdr){ .type = GNU_STACK, .flags = 6 }), 0);
	assert_int_equal(img.nsegments, 1);
	assert_int_equal(img.segment[0].va, 0);
	assert_int_equal(img.segment[0].filesz, 0xb5d);
	assert_int_equal(img.segment[0].memsz, 0xb78);
	assert_int_equal(img.segment[0].offset, 0xb0);
	assert_int_equal(img.segment[0].flags, ELF_PF_R | ELF_PF_W | ELF_PF_X);
	assert_int_equal(img.stack_size, 0);
	assert_int_equal(elf_end(&img), 0xb78);
}

static void test_segments(void **state)
{
	(void)state;
	begin();
	assert_int_equal(add(load(0, 0x1234, 0x1234, 0x1000)), 0);
	assert_int_equal(add(load(0x1000, 1, 1, 0)), -ENOEXEC); /* same page */
	assert_int_equal(add(load(0, 1, 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(0x2000, 0x10, 0x3000, 0x3000)), 0); /* touches */
	assert_int_equal(add(load(0x10000, 0, 0x1000, 0)), 0);        /* a gap */
	assert_int_equal(add(load(0x8000, 1, 1, 0)), -ENOEXEC);       /* into the gap */
	assert_int_equal(elf_end(&img), 0x11000);
	assert_int_equal(add(load(0, 0, 0, 0)), 0); /* nothing to load: anywhere */
	assert_int_equal(img.nsegments, 3);
	assert_int_equal(img.segment[2].va, 0x10000);
}

static void test_sizes(void **state)
{
	va_t top = EXERCISE_LIMIT - PAGE_SIZE;

	(void)state;
	begin();
	assert_int_equal(add(load(1, 1, 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(0x800, 1, 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(0, 2, 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(0, 1, 0, 0)), -ENOEXEC);
	assert_int_equal(add(load(0, 0, -1, 0)), -ENOEXEC);
	assert_int_equal(add(load(-PAGE_SIZE, 0, PAGE_SIZE, 0)), -ENOEXEC);
	assert_int_equal(add(load(0x1000, 0, -PAGE_SIZE, 0)), -ENOEXEC);
	assert_int_equal(add(load(EXERCISE_LIMIT, 0, 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(EXERCISE_LIMIT + PAGE_SIZE, 0, 0, 0)), -ENOEXEC);
	assert_int_equal(add(load(top, 0, PAGE_SIZE + 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(0, 1, 1, 0x100000000)), -ENOEXEC);
	assert_int_equal(add(load(0, 1, 1, -1)), -ENOEXEC);
	assert_int_equal(add(load(0, 0x100000000, 0x100000000, 0)), -ENOEXEC);
	assert_int_equal(img.nsegments, 0);
	assert_int_equal(add(load(0, 0, 1, -1)), 0); /* nothing is read there */
	begin();
	assert_int_equal(add(load(0, 0xffffffff, 0xffffffff, 0xffffffff)), 0);
	assert_int_equal(add(load(top, 0, PAGE_SIZE, 0)), 0);
	assert_int_equal(elf_end(&img), EXERCISE_LIMIT);
}

static void test_too_many(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < ELF_MAX_SEGMENTS; i++)
		assert_int_equal(add(load(i * PAGE_SIZE, 1, 1, i)), 0);
	assert_int_equal(add(load(GIB, 1, 1, 0)), -ENOEXEC);
	assert_int_equal(add(load(GIB, 0, 0, 0)), 0);
	assert_int_equal(img.nsegments, ELF_MAX_SEGMENTS);
	assert_int_equal(img.segment[ELF_MAX_SEGMENTS - 1].offset, ELF_MAX_SEGMENTS - 1);
}

static void test_stack(void **state)
{
	struct elf_phdr ph = { .type = GNU_STACK, .flags = 6, .memsz = 0x10000 };

	(void)state;
	begin();
	assert_int_equal(add(ph), 0);
	assert_int_equal(img.stack_size, 0x10000);
	assert_int_equal(img.nsegments, 0);
	ph.memsz = EXERCISE_LIMIT + 1;
	assert_int_equal(add(ph), -ENOEXEC);
	assert_int_equal(img.stack_size, 0x10000);
}

/* Good files with a few bytes changed: the exerciser checks what is accepted. */
static void test_random(void **state)
{
	u8 file[64 + 4 * 56];
	unsigned accepted = 0;

	(void)state;
	for (unsigned round = 0; round < 100000; round++) {
		struct elf_ehdr eh = good_header;

		memcpy(file, &eh, sizeof(eh));
		for (unsigned i = 0; i < 4; i++) {
			struct elf_phdr ph = load(i * 0x3000, rig_below(0x1000),
						  rig_below(0x5000), rig_below(0x10000));

			if (rig_below(8) == 0)
				ph.type = GNU_STACK;
			memcpy(file + 64 + i * 56, &ph, sizeof(ph));
		}
		for (u64 n = rig_below(4); n; n--)
			file[rig_below(sizeof(file))] = rig_random();
		accepted += !elf_exercise(file, sizeof(file) - rig_below(2) * rig_below(60),
					  &img);
	}
	assert_in_range(accepted, 1000, 90000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),   cmocka_unit_test(test_one_segment),
		cmocka_unit_test(test_segments), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_stack),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
