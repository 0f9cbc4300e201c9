/* t_names.c - which call the numbers 22 to 63 mean: by the name of the stub, by the run of
 * stubs, by the kernel's own table. */
#include "t_names.h"

/* --- the table of all years ------------------------------------------------------- */

static const struct kind_of_program kinds[] = {
	{ "2020 net", ONE_ARGUMENT, { { 29, "connect" } } },
	{ "2021-23 pgtbl", ONE_ARGUMENT, { { 29, "connect" }, { 30, "pgaccess" } } },
	{ "2024 net, pgtbl",
	  ONE_ARGUMENT,
	  { { 29, "bind" },
	    { 30, "unbind" },
	    { 31, "send" },
	    { 32, "recv" },
	    { 33, "pgpte" },
	    { 34, "kpgtbl" } } },
	{ "2025 net, pgtbl",
	  WITH_MODE,
	  { { 29, "bind" },
	    { 30, "unbind" },
	    { 31, "send" },
	    { 32, "recv" },
	    { 33, "pgpte" },
	    { 34, "kpgtbl" } } },
	{ "2025 lock",
	  WITH_MODE,
	  { { 29, "bind" },
	    { 30, "unbind" },
	    { 31, "send" },
	    { 32, "recv" },
	    { 33, "pgpte" },
	    { 34, "kpgtbl" },
	    { 35, "rwlktest" },
	    { 36, "cpupin" } } },
	{ "2026 pgtbl",
	  WITH_MODE,
	  { { 22, "sync" },
	    { 30, "bind" },
	    { 31, "unbind" },
	    { 32, "send" },
	    { 33, "recv" },
	    { 34, "pgpte" },
	    { 35, "vmprint" },
	    { 36, "rwlktest" },
	    { 37, "cpupin" },
	    { 38, "pgaccess" },
	    { 39, "ksupernpte" } } },
	{ "2026 base", WITH_MODE, { { 22, "sync" } } },
	{ "2026 mmap", WITH_MODE, { { 22, "sync" }, { 28, "mmap" }, { 29, "munmap" } } },
};

/* Kinds whose run of stubs does not tell. */
static const struct kind_of_program named_only[] = {
	{ "2020-24 syscall", ONE_ARGUMENT, { { 22, "trace" }, { 23, "sysinfo" } } },
	{ "2020-24, usual numbers",
	  ONE_ARGUMENT,
	  { { 24, "sigalarm" },
	    { 25, "sigreturn" },
	    { 26, "symlink" },
	    { 27, "mmap" },
	    { 28, "munmap" } } },
	{ "2025 interpose", WITH_MODE, { { 23, "interpose" } } },
	{ "2026, all",
	  WITH_MODE,
	  { { 23, "trace" },
	    { 24, "interpose" },
	    { 25, "sigalarm" },
	    { 26, "sigreturn" },
	    { 27, "symlink" },
	    { 28, "mmap" },
	    { 29, "munmap" } } },
	{ "own numbers",
	  WITH_MODE,
	  { { 22, "interpose" }, { 40, "munmap" }, { 55, "symlink" }, { 63, "mmap" } } },
	{ "other spellings",
	  WITH_MODE,
	  { { 41, "sys_mmap" }, { 42, "sleep" }, { 43, "pause" }, { 44, "sys_sleep" } } },
};

static const struct {
	int number;
	const char *name;
} calls[] = {
#define X(number, name, nargs) { number, #name },
	SYSCALLS(X)
#undef X
};

/* The kernel's number for a name, 0 if it has no such call. */
static unsigned call_named(const char *name)
{
	if (strncmp(name, "sys_", 4) == 0)
		name += 4;
	if (strcmp(name, "sleep") == 0)
		name = "pause";
	for (size_t i = 0; i < COUNT(calls); i++)
		if (strcmp(name, calls[i].name) == 0)
			return calls[i].number;
	return 0;
}

static unsigned call_meant(const struct stub_def *s)
{
	unsigned call = 0;

	if (strcmp(s->name, "pgaccess") == 0 && s->number >= 38)
		call = call_named("pgaccess2026");
	return call ? call : call_named(s->name);
}

/* Runs the program until it tells that it has made the call. */
static struct snap_call run_for_answer(int number)
{
	char *argv[] = { "odd", 0 }, c;
	struct snap_call r;
	long pid;
	int fd[2];

	elf_save(made.file, "odd");
	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		close(1);
		dup(fd[1]);
		close(fd[0]);
		close(fd[1]);
		exec("odd", argv);
		exit(1);
	}
	close(fd[1]);
	EQ(read(fd[0], &c, 1), 1);
	close(fd[0]);
	r = answer_of(pid, number);
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
	EQ(unlink("odd"), 0);
	return r;
}

static int takes_long(const char *name)
{
	return strcmp(name, "rwlktest") == 0;
}

/* All calls refuse an argument of -1 or do no harm, but for two. */
static int harmless_argument(const char *name)
{
	return strcmp(name, "sigalarm") == 0 || strcmp(name, "interpose") == 0 ? 0 : -1;
}

static void check_answer(const struct kind_of_program *k, const struct stub_def *s,
			 unsigned how)
{
	struct snap_call r;

	put_call_and_tell(s->number, harmless_argument(s->name));
	r = run_for_answer(s->number);
	if (r.how != how || r.call != call_meant(s))
		FAIL("%s, %s: call %d (%s) by %d, not %d by %d", k->year, s->name, r.call,
		     r.call_name, r.how, call_meant(s), how);
	EQ(r.ecall, made.stub[s->number] + (s->number < 32 ? 2 : 4));
	EQ(strcmp(r.stub_name, how == SNAP_CALL_BY_NAME ? s->name : ""), 0);
}

static void check_kinds(const struct kind_of_program *k, size_t n, unsigned how)
{
	for (size_t i = 0; i < n; i++, k++) {
		for (const struct stub_def *s = k->lab; s->number; s++) {
			if (takes_long(s->name))
				continue;
			make_program(k);
			if (how == SNAP_CALL_BY_NAME)
				name_stubs(k);
			check_answer(k, s, how);
		}
	}
}

TEST(names, of_every_year)
{
	check_kinds(kinds, COUNT(kinds), SNAP_CALL_BY_NAME);
	check_kinds(named_only, COUNT(named_only), SNAP_CALL_BY_NAME);
}

TEST(names, without_symbols_the_run_tells)
{
	check_kinds(kinds, COUNT(kinds), SNAP_CALL_BY_RUN);
}

static const struct stub_def own_table[] = {
#define X(number, name) { number, #name },
	LAB_NUMBERS(X)
#undef X
};

TEST(names, without_both_the_own_table)
{
	struct kind_of_program k = { "own table", ONE_ARGUMENT, { { 0, 0 } } };

	for (size_t i = 0; i < COUNT(own_table); i++) {
		k.lab[0] = (struct stub_def){ 63, "none" };
		k.lab[1] = own_table[i];
		if (takes_long(k.lab[1].name))
			continue;
		make_program(&k);
		check_answer(&k, &k.lab[1], SNAP_CALL_BY_TABLE);
	}
}

/* --- what the calls do ------------------------------------------------------------- */

TEST(names, munmap_at_29_unmaps)
{
	make_unmapper(0);
	name_stubs(&mmap_2026);
	EQ(elf_try(made.file), 0);
	make_unmapper(1);
	name_stubs(&mmap_2026);
	EQ(elf_try(made.file), KILLED);
	/* Without symbols, too: the run of stubs tells. */
	make_unmapper(0);
	EQ(elf_try(made.file), 0);
	make_unmapper(1);
	EQ(elf_try(made.file), KILLED);
}

/* Number 22 with a word of its own memory as argument, then exits with what it returned
 * and what is in the word. */
static void make_22(const struct kind_of_program *k, int number)
{
	make_program(k);
	put32(LI(A0, 0x200));
	put_call(number);
	put32(LI(A1, 0x200));
	put32(LW(A1, A1, 0));
	put32(0x00b50533); /* add a0,a0,a1 */
	put32(LI(A7, 2));
	put32(ECALL);
}

/* As sysinfo, the call would store 16 bytes at the address. */
TEST(names, sysinfo_only_by_its_name)
{
	static const struct kind_of_program other = { "",
						      WITH_MODE,
						      { { 23, "mystery" } } };
	static const struct kind_of_program same = { "", WITH_MODE, { { 23, "sysinfo" } } };

	make_22(&other, 23);
	name_stubs(&other);
	EQ(elf_try(made.file), -1);
	make_22(&same, 23);
	name_stubs(&same);
	CHECK(elf_try(made.file) > 0);
}

TEST(names, unknown_ones_fail)
{
	/* The last ones are calls here; who built the program meant others. */
	static const char *const names[] = { "mystery", "mmapp", "xmmap",    "MMAP",
					     "sys_",    "exit2", "procinfo", "clone" };
	struct kind_of_program k = { "", WITH_MODE, { { 0, 0 } } };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct snap_call r;

		k.lab[0] = (struct stub_def){ 22 + 5 * i, names[i] };
		make_22(&k, k.lab[0].number);
		name_stubs(&k);
		EQ(elf_try(made.file), -1);
		make_program(&k);
		name_stubs(&k);
		put_call_and_tell(k.lab[0].number, -1);
		r = run_for_answer(k.lab[0].number);
		EQ(r.call, 0);
		EQ(strcmp(r.call_name, ""), 0);
		EQ(strcmp(r.stub_name, names[i]), 0);
	}
}

/* A number whose name says mmap does what mmap does even if the table has another. */
TEST(names, one_image_two_addresses_of_a_number)
{
	static const struct kind_of_program k = { "",
						  WITH_MODE,
						  { { 28, "sync" }, { 29, "munmap" } } };

	/* The bare ecall means the table's munmap, which refuses; the stub syncs; then the
	 * bare one again. */
	make_program(&k);
	for (int i = 0; i < 2; i++) {
		put32(LI(A0, -1));
		put32(LI(A1, -1));
		put32(LI(A7, 28));
		put32(ECALL);
		put32(i ? ADDI(9, A0, 0) : ADDI(8, A0, 0)); /* s1, s0 */
		put_call(28);
		put32(ADDI(18 + i, A0, 0)); /* s2, s3 */
	}
	put32(0x00848533); /* add a0,s1,s0: -2 */
	put32(0x01250533); /* add a0,a0,s2 */
	put32(0x01350533); /* add a0,a0,s3 */
	put32(LI(A7, 2));
	put32(ECALL);
	name_stubs(&k);
	EQ(elf_try(made.file), -2);
}
