/* t_sandbox.c - interpose(): what a masked call does not do, which calls a mask means, and
 * that nothing loosens it.  Each case does it in a child, which stays as it is then. */
#include "mapping.h"
#include "t_names.h"
#include "vm.h"

#define NR(name) SYS_##name
enum {
#define X(number, name, args) SYS_##name = number,
	SYSCALLS(X)
#undef X
};
#define MASK(name) (1 << NR(name))
#define EPERM 1
#define HOME 0x7f000001u

static void mask(int bits)
{
	EQ(interpose(bits, "-"), 0);
}

/* The status of a child that could end although exit() is masked. */
static void end_by_fault(void)
{
	load8(1ul << 37);
}

/* --- a masked call does not run ---------------------------------------------------- */

ROLE(unboxed)
{
	(void)argc, (void)argv;
	return 3;
}

TEST(sandbox, masked_calls_about_processes_do_not_run)
{
	long victim = must_fork();

	if (victim == 0)
		for (;;)
			pause(100);
	CHILD(0, mask(MASK(fork)); REFUSED(fork()); REFUSED(wait(0)));
	KILLS(mask(MASK(exit)); REFUSED(ecall_raw(5, 0, 0, 0, 0, 0, NR(exit)));
	      end_by_fault());
	CHILD(0, mask(MASK(kill)); REFUSED(kill((int)victim)));
	CHECK(process_state((int)victim));
	CHILD(0, mask(MASK(getpid)); REFUSED(getpid()));
	CHILD(0, mask(MASK(uptime)); REFUSED(uptime()));
	CHILD(0, mask(MASK(pause)); REFUSED(pause(0)));
	CHILD(0, mask(MASK(exec));
	      REFUSED(exec(test_self, (char *[]){ "abitest", "@unboxed", 0 })));
	CHILD(0, {
		long brk = sbrk(0, EAGER);

		mask(MASK(sbrk));
		REFUSED(sbrk(4096, EAGER));
		KILLS(store8((word)brk, 1));
	});
	CHILD(0, {
		int status = 55;
		long pid = must_fork();

		if (pid == 0)
			exit(0);
		mask(MASK(wait));
		REFUSED(wait(&status));
		EQ(status, 55);
	});
	EQ(kill((int)victim), 0);
	EQ(reap(victim), KILLED);
}

TEST(sandbox, masked_calls_about_files_do_not_run)
{
	int fd[2] = { 55, 66 };
	struct stat st = { .ino = 77 };
	long f;

	file_make("f", 100, 1);
	f = open("f", O_RDWR);
	CHILD(0, mask(MASK(pipe)); REFUSED(pipe(fd)); EQ(fd[0], 55));
	CHILD(0, mask(MASK(read)); scratch[0] = 99; REFUSED(read((int)f, scratch, 100));
	      EQ(scratch[0], 99));
	CHILD(0, mask(MASK(write)); exit(write((int)f, "changed", 7) != -1));
	CHILD(0, mask(MASK(fstat)); REFUSED(fstat((int)f, &st)); EQ(st.ino, 77));
	CHILD(0, mask(MASK(dup)); REFUSED(dup((int)f)));
	CHILD(0, mask(MASK(close)); REFUSED(close((int)f)); EQ(fstat((int)f, &st), 0));
	CHILD(0, mask(MASK(mkdir)); REFUSED(mkdir("d")));
	CHILD(0, mask(MASK(mknod)); REFUSED(mknod("n", 1, 0)));
	CHILD(0, mask(MASK(link)); REFUSED(link("f", "g")); REFUSED(rename("f", "g")));
	CHILD(0, mask(MASK(unlink)); REFUSED(unlink("f")); REFUSED(rename("f", "g")));
	CHILD(0, mask(MASK(open)); REFUSED(open("f", O_RDONLY));
	      REFUSED(open("g", O_CREATE)));
	EQ(mkdir("dir"), 0);
	CHILD(0, mask(MASK(chdir)); REFUSED(chdir("dir")); EQ(file_exists("f"), 1));
	EQ(unlink("dir"), 0);
	EQ(close((int)f), 0);
	file_check("f", 100, 1);
	EQ(unlink("f"), 0); /* and the directory is empty again */
}

TEST(sandbox, other_calls_run)
{
	CHILD(0, {
		mask(~(MASK(exit) | MASK(getpid) | MASK(write)));
		CHECK(getpid() > 0);
		EQ(write(1, "", 0), 0);
		REFUSED(uptime());
	});
	CHILD(0, mask(0); CHILD(0, getpid()); CHECK(open("/", O_RDONLY) >= 0));
}

/* --- the path ----------------------------------------------------------------------- */

TEST(sandbox, open_works_for_the_path_alone)
{
	char long_path[MAXPATH];

	file_make("a", 10, 1);
	file_make("b", 10, 1);
	CHILD(0, {
		EQ(interpose(MASK(open), "a"), 0);
		CHECK(open("a", O_RDWR) >= 0);
		REFUSED(open("b", O_RDONLY));
		REFUSED(open("./a", O_RDONLY));
		REFUSED(open("aa", O_RDONLY));
		REFUSED(open("", O_RDONLY));
		REFUSED(open("c", O_CREATE | O_RDWR));
		REFUSED(open((char *)(1ul << 38), O_RDONLY));
		REFUSED(open(0, O_RDONLY));
	});
	CHILD(0, EQ(interpose(MASK(open), "new"), 0);
	      CHECK(open("new", O_CREATE | O_RDWR) >= 0); EQ(unlink("new"), 0));
	CHILD(0, EQ(interpose(MASK(open), "none"), 0); REFUSED(open("none", O_RDONLY)));
	for (int i = 0; i < MAXPATH - 2; i += 2)
		memcpy(long_path + i, "./", 2);
	strcpy(long_path + MAXPATH - 2, "a"); /* the longest path there is */
	CHILD(0, EQ(interpose(MASK(open), long_path), 0);
	      CHECK(open(long_path, O_RDWR) >= 0); REFUSED(open("a", O_RDWR)));
	EQ(unlink("a"), 0);
	EQ(unlink("b"), 0);
}

TEST(sandbox, exec_works_for_the_path_alone)
{
	char *argv[] = { "abitest", "@unboxed", 0 };

	CHILD(3, EQ(interpose(MASK(exec), test_self), 0); REFUSED(exec("/echo", argv));
	      exec(test_self, argv));
	/* by its native number as well, with the many arguments that this allows */
	CHILD(3, EQ(interpose(MASK(exec), test_self), 0);
	      ecall_raw((long)test_self, (long)argv, 0, 0, 0, 0, SYS_NATIVE + NR(exec)));
	/* the path is of no use for other calls */
	file_make("a", 10, 1);
	CHILD(0, EQ(interpose(MASK(unlink) | MASK(open), "a"), 0); REFUSED(unlink("a")));
	EQ(unlink("a"), 0);
}

/* Another process changes the end of the string all the time.  What is compared must be
 * opened.  The longer the string, the more time passes between the two. */
SLOW_TEST(sandbox, path_that_changes_meanwhile)
{
	char *path = (char *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile char *last = path + MAXPATH - 2;
	long writer, end = clock() + 1000 * 1000 * 1000l;
	struct stat st;
	unsigned ino;

	file_make("a", 10, 1);
	file_make("b", 10, 1);
	for (int i = 0; i < MAXPATH - 2; i += 2)
		memcpy(path + i, "./", 2);
	*last = 'a';
	writer = open("a", O_RDONLY);
	EQ(fstat((int)writer, &st), 0);
	ino = st.ino;
	EQ(close((int)writer), 0);
	CHILD(0, {
		EQ(interpose(MASK(open), path), 0);
		writer = must_fork();
		if (writer == 0)
			for (;;) {
				*last = 'b';
				*last = 'a';
			}
		while (clock() < end) {
			long fd = open(path, O_RDONLY);

			if (fd < 0)
				continue;
			EQ(fstat((int)fd, &st), 0);
			EQ(st.ino, ino);
			EQ(close((int)fd), 0);
		}
		EQ(kill((int)writer), 0);
		EQ(reap(writer), KILLED);
	});
	EQ(unmap((word)path, PAGE), 0);
	EQ(unlink("a"), 0);
	EQ(unlink("b"), 0);
}

/* --- nothing loosens it --------------------------------------------------------------- */

TEST(sandbox, later_calls_only_add)
{
	file_make("a", 10, 1);
	file_make("b", 10, 1);
	CHILD(0, {
		EQ(interpose(0, "b"), 0); /* no mask yet: no path yet */
		EQ(interpose(MASK(mkdir), "a"), 0);
		interpose(0, 0);
		EQ(interpose(0, "b"), 0);
		REFUSED(mkdir("d"));
		CHECK(open("b", O_RDONLY) >= 0);
		EQ(interpose(MASK(open), "b"), 0);
		REFUSED(mkdir("d"));
		REFUSED(open("b", O_RDONLY));
		CHECK(open("a", O_RDONLY) >= 0);
		EQ(interpose(MASK(open), "b"), 0);
		REFUSED(open("b", O_RDONLY));
	});
	EQ(unlink("a"), 0);
	EQ(unlink("b"), 0);
}

TEST(sandbox, refused_interpose_changes_nothing)
{
	char path[MAXPATH + 1];

	memset(path, 'a', MAXPATH);
	path[MAXPATH] = 0; /* one byte too long */
	CHILD(0, {
		REFUSED(interpose(-1, (char *)(1ul << 38)));
		REFUSED(interpose(-1, (char *)0xffffffff80200000));
		REFUSED(interpose(-1, path));
		CHECK(getpid() > 0);
		EQ(mkdir("d"), 0);
		EQ(unlink("d"), 0);
		mask(MASK(mkdir));
		REFUSED(interpose(MASK(getpid), path));
		CHECK(getpid() > 0);
		REFUSED(mkdir("d"));
	});
}

/* `abitest @boxed`: 0 if the sandbox of the case below is around it. */
ROLE(boxed)
{
	(void)argc, (void)argv;
	return !(mkdir("d") == -1 && open("b", O_RDONLY) == -1 &&
		 open("a", O_RDONLY) >= 0 && interpose(0, "b") == 0 &&
		 open("b", O_RDONLY) == -1);
}

TEST(sandbox, goes_through_fork_and_exec)
{
	char *argv[] = { "abitest", "@boxed", 0 };

	file_make("a", 10, 1);
	file_make("b", 10, 1);
	CHILD(0, {
		EQ(interpose(MASK(mkdir) | MASK(open), "a"), 0);
		CHILD(0, EQ(role_boxed(0, 0), 0); CHILD(0, EQ(role_boxed(0, 0), 0)));
		CHILD(0, exec(test_self, argv); exit(9));
		exec(test_self, argv);
		exit(9);
	});
	/* a child's later mask is its own */
	CHILD(0, {
		mask(MASK(mkdir));
		CHILD(0, mask(MASK(unlink)); REFUSED(unlink("a")));
		EQ(unlink("a"), 0);
	});
	EQ(unlink("b"), 0);
}

/* --- other ways to the same call ---------------------------------------------------- */

#define NATIVE(n, a, b, c) \
	ecall_raw((long)(a), (long)(b), (long)(c), 0, 0, 0, SYS_NATIVE + (n))

TEST(sandbox, native_numbers_are_no_way_out)
{
	file_make("f", 10, 1);
	CHILD(0, {
		mask(MASK(mkdir) | MASK(open) | MASK(getpid));
		EQ(NATIVE(NR(mkdir), "d", 0, 0), -EPERM);
		EQ(NATIVE(NR(open), "f", O_RDONLY, 0), -EPERM);
		EQ(NATIVE(NR(getpid), 0, 0, 0), -EPERM);
	});
	EQ(unlink("f"), 0);
}

/* Those whose paths begin at a directory. */
TEST(sandbox, paths_of_directories_are_no_way_out)
{
	long f;

	file_make("f", 10, 1);
	f = open("f", O_RDWR);
	CHILD(0, {
		mask(MASK(open) | MASK(mkdir) | MASK(unlink) | MASK(chdir));
		REFUSED(ecall_raw(AT_CURRENT, (long)"f", O_RDONLY, 0, 0, 0, NR(openat)));
		REFUSED(ecall_raw(AT_CURRENT, (long)"d", 0, 0, 0, 0, NR(mkdirat)));
		REFUSED(ecall_raw(AT_CURRENT, (long)"f", 0, 0, 0, 0, NR(unlinkat)));
		REFUSED(ecall_raw(AT_CURRENT, (long)"f", AT_CURRENT, (long)"g", 0, 0,
				  NR(renameat)));
		REFUSED(ecall_raw(f, 0, 0, 0, 0, 0, NR(fchdir)));
	});
	CHILD(0, mask(MASK(link)); REFUSED(ecall_raw(AT_CURRENT, (long)"f", AT_CURRENT,
						     (long)"g", 0, 0, NR(linkat))));
	EQ(close((int)f), 0);
	EQ(unlink("f"), 0);
}

/* Each call that can do what a masked one does, with arguments with which it would work. */
TEST(sandbox, other_calls_of_the_same_kind_are_no_way_out)
{
	long f;

	file_make("f", 4096, 1);
	EQ(symlink("f", "s"), 0);
	f = open("f", O_RDWR);
	CHILD(0, mask(MASK(link)); REFUSED(rename("f", "g")));
	CHILD(0, mask(MASK(unlink)); REFUSED(rename("f", "g")));
	CHILD(0, mask(MASK(write)); exit(ftruncate((int)f, 0) != -1));
	CHILD(0, mask(MASK(open)); REFUSED(readlink("s", (char *)scratch, 10)));
	CHILD(0, mask(MASK(read));
	      REFUSED(ecall_raw(0, PAGE, PROT_READ, MAP_PRIVATE, f, 0, NR(mmap))));
	CHILD(0, mask(MASK(write));
	      exit(ecall_raw(0, PAGE, RW, MAP_SHARED, f, 0, NR(mmap)) != -1));
	CHILD(0, mask(MASK(sbrk)); REFUSED(ecall_raw(
		0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, NR(mmap))));
	CHILD(0, {
		word p = anon(1, RW);

		mask(MASK(sbrk));
		REFUSED(ecall_raw((long)p, PAGE, 2 * PAGE, 1, 0, 0, NR(mremap)));
	});
	CHILD(0, mask(MASK(uptime)); REFUSED(clock()));
	CHILD(0, {
		EQ(send(4000, HOME, 4001, "x", 1), 0);
		mask(1 << 29); /* connect */
		REFUSED(connect(HOME, 4000, 4001));
		REFUSED(send(4000, HOME, 4001, "x", 1));
		REFUSED(icmp_echo(HOME, 10, 10000));
	});
	CHILD(0, mask((int)(1u << 31)); /* send */
	      REFUSED(connect(HOME, 4000, 4001)); REFUSED(icmp_echo(HOME, 10, 10000)));
	CHILD(0, {
		word p = anon(1, RW);

		EQ(pgaccess2026((void *)p, 1, scratch), 0);
		mask(1 << 30); /* pgaccess */
		REFUSED(pgaccess((void *)p, 1, scratch));
		REFUSED(pgaccess2026((void *)p, 1, scratch));
		REFUSED(harvest(0, p, scratch, PAGE));
	});
	CHILD(0, mask(MASK(kill)); REFUSED(ecall_raw(99, 0, 0, 0, 0, 0, NR(reboot))));
	CHILD(0, {
		long pid = must_fork();

		if (pid == 0)
			exit(4);
		mask(MASK(wait));
		REFUSED(wait4((int)pid, 0, 0));
	});
	EQ(close((int)f), 0);
	file_check("f", 4096, 1);
	EQ(unlink("f"), 0);
	EQ(unlink("s"), 0);
}

/* trace is bit 22 and sysinfo bit 23, whatever number is used. */
TEST(sandbox, bits_of_the_lab_calls)
{
	struct sysinfo info;

	CHILD(0, {
		mask(1 << 22);
		REFUSED(trace(0));
		REFUSED(ecall_raw(0, 0, 0, 0, 0, 0, 22));
		REFUSED(ecall_raw(0, 0, 0, 0, 0, 0, SYS_NATIVE + 22));
		REFUSED(sync());
		EQ(sysinfo(&info), 0);
	});
	CHILD(0, mask(1 << 23); REFUSED(sysinfo(&info)); EQ(trace(0), 0));
	CHILD(0, mask(1 << 24); REFUSED(sigalarm(1, 0)));
	CHILD(0, {
		mask(1 << 27);
		REFUSED(map(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
		REFUSED(ecall_raw(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
				  NR(mmap)));
	});
}

/* A program that exits with the result of the call @number, whose stub has this name. */
static void make_caller(int number, const char *name)
{
	struct kind_of_program k = { "", ONE_ARGUMENT, { { number, name } } };

	make_program(&k);
	put_arguments(0);
	put_call(number);
	put_call(2);
	name_stubs(&k);
	elf_save(made.file, "odd");
}

/* The name of its stub lets a program make any call by any number from 22 to 63.  The bits
 * are those of that number and of the call. */
TEST(sandbox, names_of_stubs_are_no_way_out)
{
	make_caller(30, "getpid");
	CHILD(0, CHECK(elf_run("odd") > 0));
	CHILD(0, mask(MASK(getpid)); EQ(elf_run("odd"), -1));
	CHILD(0, mask(1 << 30); EQ(elf_run("odd"), -1));
	make_caller(40, "getpid");
	CHILD(0, CHECK(elf_run("odd") > 0));
	CHILD(0, mask(MASK(getpid)); EQ(elf_run("odd"), -1));
	make_caller(23, "trace"); /* as in 2026 */
	CHILD(0, mask(1 << 24); EQ(elf_run("odd"), 0));
	CHILD(0, mask(1 << 23); EQ(elf_run("odd"), -1));
	CHILD(0, mask(1 << 22); EQ(elf_run("odd"), -1));
	EQ(unlink("odd"), 0);
}

/* --- bits of other years ------------------------------------------------------ */

/* `abitest @refused`: which calls of the labs are refused. */
enum {
	OF_SYNC = 1,
	OF_TRACE = 2,
	OF_SYMLINK = 4,
	OF_MMAP = 8,
	OF_MUNMAP = 16,
	OF_BIND = 32
};

ROLE(refused)
{
	long page = ecall_raw(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, NR(mmap));
	int is = 0;

	(void)argc, (void)argv;
	is |= sync() == -1 ? OF_SYNC : 0;
	is |= trace(0) == -1 ? OF_TRACE : 0;
	is |= symlink("x", "sym") == -1 ? OF_SYMLINK : 0;
	is |= page == -1 ? OF_MMAP : 0;
	is |= ecall_raw(1l << 33, PAGE, 0, 0, 0, 0, NR(munmap)) == -1 ? OF_MUNMAP : 0;
	is |= bind(4321) == -1 ? OF_BIND : 0;
	unlink("sym");
	return is;
}

static const struct kind_of_program boxer_2025 = { "2025",
						   WITH_MODE,
						   { { 22, "trace" },
						     { 23, "interpose" },
						     { 26, "symlink" },
						     { 27, "mmap" },
						     { 28, "munmap" },
						     { 29, "bind" } } };
static const struct kind_of_program boxer_2026 = { "2026",
						   WITH_MODE,
						   { { 22, "sync" },
						     { 24, "interpose" },
						     { 27, "symlink" },
						     { 28, "mmap" },
						     { 29, "munmap" },
						     { 30, "bind" } } };

#define WORDS 0x2a0 /* the path; argv at + 0x20, argv[1] at + 0x40 */

/* The file `boxer`, a program of that kind: it masks @number, and becomes @path. */
static void make_boxer(const struct kind_of_program *k, int is_named, int number,
		       const char *path)
{
	word argv[] = { WORDS, WORDS + 0x40, 0 };
	unsigned char *words;

	make_program(k);
	words = made.file->bytes + CODE_AT + WORDS;
	strcpy((char *)words, path);
	memcpy(words + 0x20, argv, sizeof(argv));
	strcpy((char *)words + 0x40, "@refused");
	put32(LUI(A0, 1 << (number - 12)));
	put32(LI(A1, WORDS));
	put_call(k == &boxer_2025 ? 23 : 24);
	put32(LI(A0, WORDS));
	put32(LI(A1, WORDS + 0x20));
	put_bare_call(7);
	if (is_named)
		name_stubs(k);
	elf_save(made.file, "boxer");
}

static int refused_by(const struct kind_of_program *k, int is_named, int number)
{
	make_boxer(k, is_named, number, test_self);
	return elf_run("boxer");
}

/* The bit is that of the program that calls interpose(), whatever numbers the programs in
 * the sandbox use. */
TEST(sandbox, a_bit_means_what_its_program_means)
{
	for (int is_named = 0; is_named < 2; is_named++) {
		EQ(refused_by(&boxer_2026, is_named, 22), OF_SYNC);
		EQ(refused_by(&boxer_2026, is_named, 27), OF_SYMLINK);
		EQ(refused_by(&boxer_2026, is_named, 28), OF_MMAP);
		EQ(refused_by(&boxer_2026, is_named, 29), OF_MUNMAP);
		EQ(refused_by(&boxer_2026, is_named, 30), OF_BIND);
	}
	EQ(refused_by(&boxer_2025, 1, 22), OF_TRACE);
	EQ(refused_by(&boxer_2025, 1, 26), OF_SYMLINK);
	EQ(refused_by(&boxer_2025, 1, 27), OF_MMAP);
	EQ(refused_by(&boxer_2025, 1, 28), OF_MUNMAP);
	EQ(refused_by(&boxer_2025, 1, 29), OF_BIND);
	EQ(unlink("boxer"), 0);
}

/* A program of 2026 has mmap at 28 and munmap at 29. */
TEST(sandbox, bits_of_one_year_programs_of_another)
{
	make_unmapper(0);
	name_stubs(&mmap_2026);
	elf_save(made.file, "odd");
	make_boxer(&boxer_2025, 1, 29, "odd"); /* bind */
	EQ(elf_run("boxer"), 0);
	make_boxer(&boxer_2025, 1, 28, "odd"); /* munmap */
	EQ(elf_run("boxer"), -1);
	make_boxer(&boxer_2025, 1, 27, "odd"); /* mmap */
	EQ(elf_run("boxer"), KILLED);          /* it stores to what it got */
	make_boxer(&boxer_2026, 1, 29, "odd"); /* munmap */
	EQ(elf_run("boxer"), -1);
	EQ(unlink("odd"), 0);
	EQ(unlink("boxer"), 0);
}

TEST(sandbox, unknown_numbers_stay_unknown)
{
	CHILD(0, {
		mask(~MASK(exit));
		REFUSED(ecall_raw(0, 0, 0, 0, 0, 0, 31));
		REFUSED(ecall_raw(0, 0, 0, 0, 0, 0, 0));
	});
}

/* --- with alarms ------------------------------------------------------------ */

static volatile int handler_calls;

static void boxed_handler(void)
{
	REFUSED(getpid());
	handler_calls++;
	sigreturn();
}

TEST(sandbox, alarms_work_in_it)
{
	CHILD(0, {
		mask(MASK(getpid));
		EQ(sigalarm(1, boxed_handler), 0);
		while (!handler_calls)
			uptime();
		REFUSED(getpid());
	});
}
