/* t_exec.c - exec(): what the new image starts with, and that a call which fails changes
 * nothing. */
#include "lib.h"

/* Runs a role of this program with up to 29 arguments; returns its exit status. */
static int role_run(const char *role, char *const extra[])
{
	char *argv[MAXARG] = { (char *)test_self, (char *)role };
	long pid;
	int n = 2;

	while (*extra && n < MAXARG - 1)
		argv[n++] = *extra++;
	pid = must_fork();
	if (pid == 0) {
		EQ(exec(test_self, argv), -1);
		exit(98);
	}
	return reap(pid);
}

ROLE(image)
{
	word sp = start_regs[2], top = sbrk(0, EAGER);

	EQ(start_regs[0], argc);
	EQ(start_regs[1], argv);
	EQ(sp, argv); /* the array is the lowest thing on the stack */
	EQ(sp % 16, 0);
	EQ(argv[argc], 0);
	EQ(top % PAGE, 0);
	CHECK(sp < top && sp >= top - PAGE);   /* one page */
	CHECK(top - PAGE - PAGE >= (word)end); /* image, guard, stack */
	EQ(top, (((word)end + PAGE - 1) & -PAGE) + 2 * PAGE);
	for (int i = 0; i < argc; i++) {
		EQ((word)argv[i] % 16, 0);
		CHECK((word)argv[i] > (word)(argv + argc));
		CHECK((word)argv[i] + strlen(argv[i]) < top);
		if (i)
			CHECK(argv[i] < argv[i - 1]); /* the first is the highest */
	}
	return 0;
}

TEST(exec, stack_of_the_new_image)
{
	char *none[] = { 0 },
	     *some[] = { "", "a", "fifteen letters", "sixteen letters!", "x", 0 };

	EQ(role_run("@image", none), 0);
	EQ(role_run("@image", some), 0);
}

ROLE(strings)
{
	EQ(argc, 6);
	EQ(strcmp(argv[0], test_name), 0);
	EQ(strcmp(argv[2], ""), 0);
	EQ(strcmp(argv[3], "two words"), 0);
	EQ(strlen(argv[4]), 1000);
	for (int i = 0; i < 1000; i++)
		EQ(argv[4][i], 'a' + i % 26);
	EQ(strcmp(argv[5], "\x01\xff"), 0);
	return 0;
}

TEST(exec, arguments_arrive)
{
	static char alphabet[1001];
	char *extra[] = { "", "two words", alphabet, "\x01\xff", 0 };

	for (int i = 0; i < 1000; i++)
		alphabet[i] = 'a' + i % 26;
	EQ(role_run("@strings", extra), 0);
}

ROLE(count)
{
	return argc + (argv[argc] != 0) * 100;
}

TEST(exec, thirty_one_arguments)
{
	char *argv[34];
	long pid;

	for (int i = 0; i < 33; i++)
		argv[i] = "x";
	argv[0] = (char *)test_self;
	argv[1] = "@count";
	argv[31] = 0;
	pid = must_fork();
	if (pid == 0) {
		exec(test_self, argv);
		exit(98);
	}
	EQ(reap(pid), 31);
	/* no NULL among the first 32 */
	argv[31] = "x";
	argv[32] = 0;
	REFUSED(exec(test_self, argv));
	argv[32] = "x";
	argv[33] = 0;
	REFUSED(exec(test_self, argv));
}

TEST(exec, arguments_beyond_the_stack)
{
	static char big[401];
	char *argv[MAXARG];

	memset(big, 'y', 400);
	for (int i = 0; i < 31; i++)
		argv[i] = big;
	argv[31] = 0;
	REFUSED(exec(test_self, argv)); /* 12 KB */
	big[220] = 0;
	REFUSED(exec(test_self, argv)); /* 6.8 KB */
	big[130] = 0;
	REFUSED(exec(test_self, argv)); /* 31 * 144 + 256: just too much */
}

TEST(exec, one_argument_at_the_limit)
{
	static char big[4200];
	char *argv[] = { big, 0 };

	memset(big, 'z', 4199);
	REFUSED(exec(test_self, argv));
	big[4096] = 0;
	REFUSED(exec(test_self, argv));
	big[4095] = 0; /* the string fits, but not together with the array */
	REFUSED(exec(test_self, argv));
}

TEST(exec, three_long_arguments)
{
	static char big[4097];
	char *argv[] = { big, big, big, 0 };

	memset(big, 'x', 4096);
	REFUSED(exec(test_self, argv));
}

ROLE(status)
{
	(void)argc;
	return (int)number(argv[2]);
}

TEST(exec, status_comes_back)
{
	char *extra[] = { "747", 0 };

	EQ(role_run("@status", extra), 747);
}

ROLE(bss)
{
	(void)argc, (void)argv;
	for (int i = 0; i < SCRATCH_SIZE; i++)
		EQ(scratch[i], 0);
	return 0;
}

TEST(exec, bss_is_zero)
{
	char *none[] = { 0 };

	memset(scratch, 0xee, SCRATCH_SIZE);
	EQ(role_run("@bss", none), 0);
}

ROLE(files)
{
	char c = 0;

	(void)argc;
	EQ(read((int)number(argv[2]), &c, 1), 1);
	EQ(c, 'R');
	EQ(file_exists("mark"), 1); /* relative to the same directory */
	return 0;
}

TEST(exec, files_and_directory_stay)
{
	char *extra[] = { "7", 0 };
	int fd[2];

	EQ(pipe(fd), 0);
	while (dup(fd[0]) < 7)
		;
	EQ(write(fd[1], "R", 1), 1);
	file_make("mark", 1, 1);
	EQ(role_run("@files", extra), 0);
	EQ(unlink("mark"), 0);
}

ROLE(pid)
{
	(void)argc;
	EQ(getpid(), number(argv[2]));
	EQ(*(volatile int *)USYSCALL, number(argv[2]));
	return 0;
}

TEST(exec, pid_stays)
{
	char text[16], *argv[] = { (char *)test_self, "@pid", text, 0 };
	long pid = must_fork();

	if (pid == 0) {
		format(text, sizeof(text), "%d", (int)getpid());
		exec(test_self, argv);
		exit(98);
	}
	EQ(reap(pid), 0);
}

ROLE(old_memory)
{
	word old;

	(void)argc;
	old = (word)number(argv[2]);
	CHECK((word)sbrk(0, EAGER) < old);
	KILLS(load8(old));
	return 0;
}

TEST(exec, old_memory_is_gone)
{
	char text[24], *extra[] = { text, 0 };
	word brk = sbrk(100 * PAGE, EAGER);

	store8(brk + 90 * PAGE, 1);
	format(text, sizeof(text), "%ld", brk + 90 * PAGE);
	EQ(role_run("@old_memory", extra), 0);
}

TEST(exec, failure_changes_nothing)
{
	char *argv[] = { "x", 0 };
	word brk = sbrk(3 * PAGE, EAGER), free;
	static volatile int mark = 17;
	int fds = free_fds();

	store8(brk + PAGE, 9);
	REFUSED(exec("nothing", argv));
	free = free_memory();
	REFUSED(exec("nothing", argv));
	REFUSED(exec("/README", argv)); /* not a program */
	REFUSED(exec("/", argv));
	REFUSED(exec("/README/x", argv));
	REFUSED(exec("", argv));
	EQ(free_memory(), free);
	EQ(sbrk(0, EAGER), brk + 3 * PAGE);
	EQ(load8(brk + PAGE), 9);
	EQ(mark, 17);
	EQ(free_fds(), fds);
}

TEST(exec, device_is_no_program)
{
	EQ(mknod("dev", CONSOLE, 0), 0);
	REFUSED(exec("dev", (char *[]){ "dev", 0 })); /* and does not read the console */
	EQ(unlink("dev"), 0);
	EQ(mknod("dev", 7, 0), 0);
	REFUSED(exec("dev", (char *[]){ "dev", 0 }));
	EQ(unlink("dev"), 0);
}

TEST(exec, output_through_a_redirected_fd)
{
	long pid, fd;

	pid = must_fork();
	if (pid == 0) {
		close(1);
		EQ(open("out", O_CREATE | O_WRONLY), 1);
		exec("/echo", (char *[]){ "echo", "OK", 0 });
		exit(98);
	}
	EQ(reap(pid), 0);
	fd = open("out", O_RDONLY);
	EQ(read(fd, scratch, 10), 3);
	EQ(memcmp(scratch, "OK\n", 3), 0);
	EQ(close(fd), 0);
	EQ(unlink("out"), 0);
}

TEST(exec, name_of_the_process)
{
	static struct procinfo list[NPROC];
	long n, pid = must_fork();
	int fd[2];

	if (pid == 0) {
		long me = getpid();

		n = procinfo(list, NPROC, sizeof(struct procinfo));
		for (long i = 0; i < n; i++)
			if (list[i].pid == me)
				exit(strcmp(list[i].name, "abitest") ? 1 : 0);
		exit(2);
	}
	EQ(reap(pid), 0);
	/* a longer name is cut and must not overflow */
	EQ(link(test_self, "fourteenletter"), 0);
	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		exec("./fourteenletter", (char *[]){ "x", "@status", "3", 0 });
		exit(98);
	}
	EQ(reap(pid), 3);
	EQ(unlink("fourteenletter"), 0);
}

SLOW_TEST(exec, many_times)
{
	char *extra[] = { "5", 0 };
	word free = 0;

	for (int i = 0; i < 300; i++) {
		EQ(role_run("@status", extra), 5);
		if (i == 10)
			free = free_memory();
	}
	EQ(free_memory(), free);
}

TEST(exec, from_several_processes_at_once)
{
	long pid[8];

	for (int i = 0; i < 8; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			exec(test_self,
			     (char *[]){ (char *)test_self, "@status", "11", 0 });
			exit(98);
		}
	}
	for (int i = 0; i < 8; i++)
		EQ(reap(pid[i]), 11);
}
