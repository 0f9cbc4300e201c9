/* t_running.c - program files that are changed or removed while they run, and stacks of the
 * size in PT_GNU_STACK. */
#include "elf.h"
#include "mapping.h"
#include "vm.h"

/* Reads a byte from fd 3 into the stack, then exits with a constant of its text. */
#define READ_THEN_EXIT(value)                                                             \
	{                                                                                 \
		LI(A0, 3), ADDI(A1, SP, -16), LI(A2, 1), LI(A7, 5), ECALL, LI(A0, value), \
			EXIT_A0                                                           \
	}
static const uint32_t read_exit_42[] = READ_THEN_EXIT(42);
static const uint32_t read_exit_43[] = READ_THEN_EXIT(43);

/* The code on a page of its own in the file, so that it can be shared. */
static struct elf_file *paged(const uint32_t *code, int count)
{
	struct elf_file *f = elf_new();

	elf_add(f, PF_R | PF_X, 0, 0x1000, 0x1000);
	elf_code(f, 0x1000, code, count);
	f->size = 0x2000;
	return f;
}

/* Starts ./prog, which waits on a pipe; returns the pipe's other end. */
static long start_waiting(long *pid)
{
	int fd[2];

	EQ(pipe(fd), 0);
	*pid = must_fork();
	if (*pid == 0) {
		close(fd[1]);
		if (fd[0] != 3) {
			close(3);
			EQ(dup(fd[0]), 3);
			close(fd[0]);
		}
		exec("./prog", (char *[]){ "prog", 0 });
		exit(98);
	}
	close(fd[0]);
	return fd[1];
}

static void wait_until_asleep(long pid)
{
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 300);
	pause(2);
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 300);
}

TEST(running, file_is_rewritten)
{
	long pid, go;

	elf_save(paged(read_exit_42, COUNT(read_exit_42)), "prog");
	go = start_waiting(&pid);
	wait_until_asleep(pid);
	elf_save(paged(read_exit_43, COUNT(read_exit_43)), "prog");
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 42); /* it ran the old text to the end */
	close(go);
	go = start_waiting(&pid);
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 43);
	EQ(unlink("prog"), 0);
}

TEST(running, file_is_written_in_place)
{
	struct elf_file *f = paged(read_exit_42, COUNT(read_exit_42));
	long pid, go, fd;

	elf_save(f, "prog");
	go = start_waiting(&pid);
	wait_until_asleep(pid);
	f = paged(read_exit_43, COUNT(read_exit_43));
	fd = open("prog", O_RDWR);
	EQ(write(fd, f->bytes, f->size), f->size);
	EQ(close(fd), 0);
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 42);
	close(go);
	go = start_waiting(&pid);
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 43);
	EQ(unlink("prog"), 0);
}

/* Overwrites the code of "prog" through @map, which must show in @other and by read(). */
static void overwrite(word map, word other)
{
	char byte;
	long fd = open("prog", O_RDONLY);

	for (word i = 0; i < sizeof(read_exit_43); i++)
		store8(map + i, 0);
	EQ(load8(other), 0);
	EQ(lseek((int)fd, 0x1000, 0), 0x1000);
	EQ(read((int)fd, &byte, 1), 1);
	EQ(byte, 0);
	EQ(close((int)fd), 0);
}

/* Others map a program file for writing, before it runs (@early) or while it runs.  The
 * running program does not change, and both mappings show the same bytes. */
static void run_while_mapped(int early)
{
	long pid, go = -1, fd;
	word a = 0, b = 0;

	elf_save(paged(read_exit_42, COUNT(read_exit_42)), "prog");
	fd = open("prog", O_RDWR);
	for (int turn = 0; turn < 2; turn++) {
		if (turn == early) {
			go = start_waiting(&pid);
			wait_until_asleep(pid);
			continue;
		}
		a = map(0, PAGE, RW, MAP_SHARED, fd, 0x1000);
		b = map(0, PAGE, PROT_READ, MAP_SHARED, fd, 0x1000);
		load8(b);
		if (early)
			store8(a, load8(a)); /* from here on W is set */
	}
	overwrite(a, b);
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 42);
	EQ(unmap(a, PAGE), 0);
	EQ(unmap(b, PAGE), 0);
	EQ(close((int)fd), 0);
	EQ(close((int)go), 0);
	EQ(unlink("prog"), 0);
}

TEST(running, file_is_mapped_before_it_runs)
{
	run_while_mapped(1);
}

TEST(running, file_is_mapped_while_it_runs)
{
	run_while_mapped(0);
}

TEST(running, file_is_truncated)
{
	long pid, go;

	elf_save(paged(read_exit_42, COUNT(read_exit_42)), "prog");
	go = start_waiting(&pid);
	wait_until_asleep(pid);
	EQ(close(open("prog", O_WRONLY | O_TRUNC)), 0);
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 42);
	EQ(unlink("prog"), 0);
}

/* Also where whole pages of text or constants are missing. */
TEST(running, file_that_is_cut_off_is_refused)
{
	static const long sizes[] = { 0x1000, 0x1001, 0x1fff, 0x2000, 0x2fff };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct elf_file *f = paged(read_exit_42, COUNT(read_exit_42));

		elf_add(f, PF_R, 0x1000, 0x2000, 0x1000);
		f->size = sizes[i];
		EQ(elf_try(f), ELF_REFUSED);
	}
}

/* The last page of the file is cut off and written again, each in one step: exec sees all
 * of it or none. */
TEST(running, file_is_cut_while_exec_reads_it)
{
	static const uint32_t exit_42[] = { LI(A0, 42), EXIT_A0 };
	struct elf_file *f = paged(exit_42, COUNT(exit_42));
	long pid;

	elf_save(f, "prog");
	pid = must_fork();
	if (pid == 0) {
		int fd = (int)open("prog", O_RDWR);

		for (;;) {
			EQ(ftruncate(fd, 0x1000), 0);
			EQ(lseek(fd, 0x1000, 0), 0x1000);
			EQ(write(fd, f->bytes + 0x1000, 0x1000), 0x1000);
		}
	}
	for (int i = 0; i < 40; i++) {
		int status = elf_run("prog");

		if (status != ELF_REFUSED)
			EQ(status, 42);
	}
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
	EQ(unlink("prog"), 0);
}

TEST(running, file_is_unlinked)
{
	long pid, go;

	elf_save(paged(read_exit_42, COUNT(read_exit_42)), "prog");
	go = start_waiting(&pid);
	wait_until_asleep(pid);
	EQ(unlink("prog"), 0);
	EQ(write(go, "x", 1), 1);
	EQ(reap(pid), 42);
}

/* Stores to the address @pages pages below sp, then exits with 42. */
static struct elf_file *stack_user(word stack, int pages)
{
	const uint32_t code[] = {
		LUI(T0, pages),
		/* sub t0, sp, t0 */
		0x40000033u | T0 << 7 | SP << 15 | T0 << 20,
		/* sd zero, 0(t0) */
		0x00003023u | T0 << 15,
		LI(A0, 42),
		EXIT_A0,
	};
	struct elf_file *f = elf_new();

	elf_add(f, PF_R | PF_X, 0, 0x400, sizeof(code));
	elf_code(f, 0x400, code, COUNT(code));
	elf_add(f, PF_R | PF_W, 0, 0, 0);
	f->segment[1].type = PT_GNU_STACK;
	f->segment[1].memsz = stack;
	return f;
}

TEST(stack, of_one_page_without_a_size)
{
	EQ(elf_try(stack_user(0, 0)), 42);
	EQ(elf_try(stack_user(0, 1)), KILLED);
	EQ(elf_try(stack_user(PAGE, 1)), KILLED);
}

TEST(stack, of_as_many_pages_as_the_option_says)
{
	EQ(setoption("stack", "3"), 0);
	EQ(elf_try(stack_user(0, 2)), 42);
	EQ(elf_try(stack_user(0, 3)), KILLED);
	EQ(elf_try(stack_user(PAGE, 1)), KILLED);
	EQ(setoption("stack", "1"), 0);
	EQ(elf_try(stack_user(0, 1)), KILLED);
}

TEST(stack, of_the_size_that_is_asked_for)
{
	EQ(elf_try(stack_user(64 * 1024, 15)), 42);
	EQ(elf_try(stack_user(64 * 1024, 16)), KILLED);
	EQ(elf_try(stack_user(1 << 20, 255)), 42);
	EQ(elf_try(stack_user(1 << 20, 256)), KILLED);
}

TEST(stack, absurd_size_is_refused_or_ignored)
{
	static const word sizes[] = { 1ul << 38, 1ul << 40, 1ul << 63, ~0ul, -PAGE };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		int status = elf_try(stack_user(sizes[i], 0));

		if (status != ELF_REFUSED)
			EQ(status, 42);
	}
}

/* elf_run_args() with the native call, which may fill more than one page. */
static int stack_run_native(const char *path, char *const argv[])
{
	long pid = must_fork();

	if (pid == 0) {
		ecall_raw((long)path, (long)argv, 0, 0, 0, 0, SYS_NATIVE + 7);
		exit(ELF_REFUSED);
	}
	return reap(pid);
}

TEST(stack, large_one_takes_large_arguments)
{
	static char big[4200];
	char *argv[] = { big, big, big, big, 0 };
	static const uint32_t exit_argc[] = { EXIT_A0 };
	struct elf_file *f = elf_simple(exit_argc, COUNT(exit_argc));

	elf_add(f, PF_R | PF_W, 0, 0, 0);
	f->segment[1].type = PT_GNU_STACK;
	f->segment[1].memsz = 64 * 1024;
	elf_save(f, "prog");
	memset(big, 'a', 4095);
	EQ(stack_run_native("prog", argv), 4);
	EQ(elf_run_args("prog", argv), ELF_REFUSED);
	big[4095] = 'a'; /* 4096 bytes and the NUL: too long for one */
	EQ(stack_run_native("prog", argv), ELF_REFUSED);
	EQ(unlink("prog"), 0);
}

TEST(stack, no_argument_at_all)
{
	static const uint32_t exit_argc[] = { EXIT_A0 };
	char *argv[] = { 0 };

	elf_save(elf_simple(exit_argc, COUNT(exit_argc)), "prog");
	EQ(elf_run_args("prog", argv), 0);
	EQ(unlink("prog"), 0);
}

TEST(stack, arguments_that_just_fit)
{
	static const uint32_t exit_argc[] = { EXIT_A0 };
	static char large[200], small[2][80];
	char *argv[MAXARG];

	/* 32 pointers are 256 bytes, 29 strings 128 each, two 64 each: 4096 in all */
	memset(large, 'y', 127);
	for (int i = 0; i < 31; i++)
		argv[i] = large;
	for (int i = 0; i < 2; i++) {
		memset(small[i], 'z', 63);
		argv[i * 17] = small[i];
	}
	argv[31] = 0;
	elf_save(elf_simple(exit_argc, COUNT(exit_argc)), "prog");
	EQ(elf_run_args("prog", argv), 31);
	small[1][63] = 'z';
	EQ(elf_run_args("prog", argv), ELF_REFUSED);
	EQ(unlink("prog"), 0);
}
