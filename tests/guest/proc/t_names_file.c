/* t_names_file.c - the names of stubs: how long they are known, and files that change or
 * lie. */
#include "t_names.h"

#include "uapi/mman.h"

long mmap(word addr, word len, int prot, int flags, int fd, long offset);
long munmap(word addr, word len);

/* --- fork, exec, and a file that changes --------------------------------------------- */

static void run_odd(void)
{
	char *argv[] = { "odd", 0 };

	exec("odd", argv);
	exit(1);
}

static const struct kind_of_program symlink_40 = { "", WITH_MODE, { { 40, "symlink" } } };

/* The program's child makes the call; what it found out, its parent knows. */
TEST(names, fork_shares_the_answers)
{
	long pid;

	make_program(&symlink_40);
	name_stubs(&symlink_40);
	put_bare_call(1);
	put32(0x02051663); /* bnez a0, +44 */
	put_arguments(-1);
	put_call(40);
	put32(LI(A0, 0));
	put_bare_call(2);
	put32(LI(A0, 0));
	put_bare_call(3);
	put32(SPIN);
	elf_save(made.file, "odd");
	pid = must_fork();
	if (pid == 0)
		run_odd();
	EVENTUALLY(answer_of(pid, 40).how != 0, 300);
	EQ(strcmp(answer_of(pid, 40).call_name, "symlink"), 0);
	EQ(answer_of(0, 40).how, 0);
	pause(1);
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
	EQ(unlink("odd"), 0);
}

/* Runs odd with a pipe as its descriptor 0; *to is where to write to it. */
static long start_reader(int *to)
{
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	elf_save(made.file, "odd");
	pid = must_fork();
	if (pid == 0) {
		close(0);
		dup(fd[0]);
		close(fd[0]);
		close(fd[1]);
		run_odd();
	}
	close(fd[0]);
	*to = fd[1];
	return pid;
}

/* A program that waits for a byte, makes the call and waits for another byte, and so on. */
static void make_reader(const struct kind_of_program *k, int number)
{
	word again;

	make_program(k);
	name_stubs(k);
	again = made.here;
	put32(LI(A0, 0));
	put32(LI(A1, 0x280));
	put32(LI(A2, 1));
	put_bare_call(5);
	put_arguments(-1);
	put_call(number);
	put32((J_RA(again - made.here) & ~0xf80u)); /* j again */
}

/* Lets the program make one call, and returns what is known then. */
static struct snap_call answer_after_byte(long pid, int to, int number)
{
	struct snap_call r;

	EQ(write(to, "x", 1), 1);
	EVENTUALLY((r = answer_of(pid, number)).how != 0, 300);
	return r;
}

static void end_reader(long pid, int to)
{
	EQ(kill(pid), 0);
	close(to);
	EQ(reap(pid), KILLED);
}

TEST(names, a_file_without_a_name_keeps_its_symbols)
{
	int to;
	long pid;

	make_reader(&symlink_40, 40);
	pid = start_reader(&to);
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 300);
	EQ(unlink("odd"), 0);
	EQ(strcmp(answer_after_byte(pid, to, 40).call_name, "symlink"), 0);
	end_reader(pid, to);
}

/* The ways to change a file under a program that has not used the number yet. */
static void change_by_write(void)
{
	long fd = open("odd", O_WRONLY);

	EQ(write(fd, made.file->bytes, 4), 4);
	EQ(close(fd), 0);
}

static void change_by_truncation(void)
{
	EQ(close(open("odd", O_WRONLY | O_TRUNC)), 0);
}

/* All that the program needs is left. */
static void change_by_cut(void)
{
	long fd = open("odd", O_RDWR);

	EQ(ftruncate(fd, made.file->size - 8), 0);
	EQ(close(fd), 0);
}

static void change_by_mapping(void)
{
	long fd = open("odd", O_RDWR);
	unsigned char *p = (unsigned char *)mmap(0, PAGE, 3, MAP_SHARED, fd, 0);

	EQ(p[0], 0x7f);
	*(volatile unsigned char *)p = 0x7f;
	EQ(munmap((word)p, PAGE), 0);
	EQ(close(fd), 0);
}

static void change_by_new_contents(void)
{
	change_by_truncation();
	elf_save(made.file, "odd");
}

TEST(names, of_a_changed_file_do_not_count)
{
	static void (*const change[])(void) = {
		change_by_write,   change_by_truncation,   change_by_cut,
		change_by_mapping, change_by_new_contents,
	};

	for (size_t i = 0; i < COUNT(change); i++) {
		struct snap_call r;
		int to;
		long pid;

		make_reader(&mmap_2026, 29);
		made.file->size += 8;
		pid = start_reader(&to);
		EVENTUALLY(process_state(pid) == PS_SLEEPING, 300);
		change[i]();
		r = answer_after_byte(pid, to, 29);
		EQ(r.how, SNAP_CALL_BY_RUN);
		EQ(strcmp(r.call_name, "munmap"), 0);
		end_reader(pid, to);
		EQ(unlink("odd"), 0);
	}
}

TEST(names, found_before_the_file_changed_stay)
{
	struct snap_call r;
	int to;
	long pid;

	make_reader(&mmap_2026, 29);
	pid = start_reader(&to);
	answer_after_byte(pid, to, 29);
	change_by_truncation();
	r = answer_after_byte(pid, to, 29);
	EQ(r.how, SNAP_CALL_BY_NAME);
	EQ(strcmp(r.call_name, "munmap"), 0);
	EQ(strcmp(r.stub_name, ""), 0);
	end_reader(pid, to);
	EQ(unlink("odd"), 0);
}

/* The program uses the number and then becomes another one. */
TEST(names, exec_drops_the_answers)
{
	unsigned char *memory;
	struct snap_call r;
	int to;
	long pid;

	make_program(&symlink_40);
	name_stubs(&symlink_40);
	put32(SPIN);
	elf_save(made.file, "spins");
	make_program(&symlink_40);
	name_stubs(&symlink_40);
	memory = made.file->bytes + CODE_AT;
	strcpy((char *)memory + 0x280, "spins");
	memory[0x291] = 0x02; /* argv: 0x280 is at 0x290 */
	memory[0x290] = 0x80;
	put_arguments(-1);
	put_call(40);
	put32(LI(A0, 0));
	put32(LI(A1, 0x2a0));
	put32(LI(A2, 1));
	put_bare_call(5);
	put32(LI(A0, 0x280));
	put32(LI(A1, 0x290));
	put_bare_call(7);
	put32(SPIN);
	pid = start_reader(&to);
	EVENTUALLY((r = answer_of(pid, 40)).how != 0, 300);
	EQ(write(to, "x", 1), 1);
	EVENTUALLY((r = answer_of(pid, 40)).how == 0, 300);
	end_reader(pid, to);
	EQ(unlink("spins"), 0);
	EQ(unlink("odd"), 0);
}

/* --- symbol tables that lie ----------------------------------------------------------- */

static void lie_nothing(void)
{
}

static void lie_shoff(void)
{
	made.file->header->shoff = -64;
}

static void lie_shnum(void)
{
	made.file->header->shnum = 0xffff;
	section(2)->type = 7;
}

static void lie_size(void)
{
	section(2)->size = 0xffffffff;
	add_symbol("x", 1)->value = 1;
	made.nsymbols = 0;
	for (int i = 0; i < 80; i++)
		add_symbol("y", 1);
}

static void lie_offset(void)
{
	section(2)->offset = -24;
}

static void lie_link(void)
{
	section(2)->link = 0xffff;
}

static void lie_names(void)
{
	section(3)->offset = 0xfffffff0;
	section(3)->size = -1;
}

static void lie_overlap(void)
{
	section(2)->offset = SECTIONS;
	section(2)->size = 4 * sizeof(struct section_header);
	section(3)->offset = 0;
}

static void lie_entsize(void)
{
	section(2)->entsize = 1;
}

static void lie_shentsize(void)
{
	made.file->header->shentsize = 1;
}

static void lie_end(void)
{
	made.file->size = SECTIONS + 3 * sizeof(struct section_header) + 1;
}

/* The call is what it is without a symbol table. */
TEST(names, tables_that_lie)
{
	static void (*const lies[])(void) = {
		lie_shoff, lie_shnum,   lie_size,    lie_offset,    lie_link,
		lie_names, lie_overlap, lie_entsize, lie_shentsize, lie_end,
	};
	struct kind_of_program k = mmap_2026;

	k.lab[2].name = "sync"; /* at 29: the run says munmap */
	for (size_t i = 0; i <= COUNT(lies); i++) {
		make_unmapper(0);
		name_stubs(&k);
		(i ? lies[i - 1] : lie_nothing)();
		EQ(elf_try(made.file), 0);
		make_unmapper(1);
		name_stubs(&k);
		(i ? lies[i - 1] : lie_nothing)();
		EQ(elf_try(made.file), i ? KILLED : 0);
	}
}
