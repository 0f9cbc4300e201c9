/* elf.c - makes program files for the cases about exec(); see elf.h. */
#include "elf.h"

static unsigned char elf_bytes[ELF_BYTES] __attribute__((aligned(8)));
static struct elf_file elf_file;

struct elf_file *elf_new(void)
{
	struct elf_header *h = (struct elf_header *)elf_bytes;

	memset(elf_bytes, 0, sizeof(elf_bytes));
	*h = (struct elf_header){
		.magic = { 0x7f, 'E', 'L', 'F' },
		.class = 2,
		.data = 1,
		.ident_version = 1,
		.type = 2,
		.machine = 243,
		.version = 1,
		.phoff = sizeof(*h),
		.ehsize = sizeof(*h),
		.phentsize = sizeof(struct elf_segment),
	};
	elf_file = (struct elf_file){
		.header = h,
		.segment = (struct elf_segment *)(h + 1),
		.bytes = elf_bytes,
		.size = sizeof(*h),
	};
	return &elf_file;
}

struct elf_segment *elf_add(struct elf_file *f, uint32_t flags, uint64_t vaddr, long offset,
			    long size)
{
	struct elf_segment *s = &f->segment[f->header->phnum++];

	*s = (struct elf_segment){
		.type = PT_LOAD,
		.flags = flags,
		.offset = offset,
		.vaddr = vaddr,
		.paddr = vaddr,
		.filesz = size,
		.memsz = size,
		.align = 8,
	};
	if (f->size < (long)((unsigned char *)(s + 1) - f->bytes))
		f->size = (unsigned char *)(s + 1) - f->bytes;
	if (f->size < offset + size)
		f->size = offset + size;
	return s;
}

long elf_code(struct elf_file *f, long offset, const uint32_t *code, int count)
{
	memcpy(f->bytes + offset, code, count * 4);
	offset += count * 4;
	if (f->size < offset)
		f->size = offset;
	return offset;
}

void elf_save(const struct elf_file *f, const char *path)
{
	long fd = open(path, O_CREATE | O_WRONLY | O_TRUNC);

	CHECK(fd >= 0);
	EQ(write(fd, f->bytes, f->size), f->size);
	EQ(close(fd), 0);
}

int elf_run_args(const char *path, char *const argv[])
{
	long pid = must_fork();

	if (pid == 0) {
		EQ(exec(path, argv), -1);
		exit(ELF_REFUSED);
	}
	return reap(pid);
}

int elf_run(const char *path)
{
	char *argv[] = { (char *)path, 0 };

	return elf_run_args(path, argv);
}

int elf_try(const struct elf_file *f)
{
	int status;

	elf_save(f, "odd");
	status = elf_run("odd");
	EQ(unlink("odd"), 0);
	return status;
}

struct elf_file *elf_simple(const uint32_t *code, int count)
{
	struct elf_file *f = elf_new();

	elf_add(f, PF_R | PF_W | PF_X, 0, 0xb0, count * 4);
	elf_code(f, 0xb0, code, count);
	return f;
}
