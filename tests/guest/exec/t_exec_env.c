/* t_exec_env.c - execve(): the environment arrives whole, a bad one changes nothing, and
 * programs of xv6 do not notice it. */
#include "lib.h"

#define EFAULT 14
#define E2BIG 7
#define NR_EXECVE (SYS_NATIVE + 115)
#define KERNEL_ADDRESS ((char *)0xffffffff80200000ul)
#define PRINTENV "/printenv"

static char *env[MAXARGS + 2];
static char words[MAXARGS + 1][8];

static long execve_raw(const char *path, char *const argv[], char *const envp[])
{
	return ecall_raw((long)path, (long)argv, (long)envp, 0, 0, 0, NR_EXECVE);
}

static void env_number(int n)
{
	for (int i = 0; i < n; i++) {
		format(words[i], sizeof(words[i]), "V%d=", i);
		env[i] = words[i];
	}
	env[n] = 0;
}

/* Runs printenv with env[]; what it prints is in scratch[], its length is returned. */
static long env_print(char *const argv[], char *const envp[])
{
	long pid = must_fork(), fd, size;

	if (pid == 0) {
		close(1);
		EQ(open("out", O_CREATE | O_WRONLY | O_TRUNC), 1);
		EQ(execve_raw(PRINTENV, argv, envp), 0);
		exit(98);
	}
	EQ(reap(pid), 0);
	fd = open("out", O_RDONLY);
	size = lseek(fd, 0, 2);
	EQ(lseek(fd, 0, 0), 0);
	EQ(read(fd, scratch, SCRATCH_SIZE), size < SCRATCH_SIZE ? size : SCRATCH_SIZE);
	EQ(close(fd), 0);
	EQ(unlink("out"), 0);
	return size;
}

static char *argv_one[] = { PRINTENV, 0 };

TEST(exec_env, variables_arrive)
{
	static const int counts[] = { 0, 1, 2, 62, 63, 64, 510, 511, 512, MAXARGS - 1 };

	for (unsigned i = 0; i < COUNT(counts); i++) {
		long want = 0;

		env_number(counts[i]);
		for (int k = 0; k < counts[i]; k++)
			want += strlen(words[k]) + 1;
		EQ(env_print(argv_one, env), want);
		for (long at = 0, k = 0; at < want; at += strlen(words[k++]) + 1)
			EQ(memcmp(scratch + at, words[k], strlen(words[k])), 0);
	}
	EQ(env_print(argv_one, 0), 0);
}

/* Entry 64 of both lists together is the first one that is kept in another frame. */
TEST(exec_env, lists_meet_at_any_place)
{
	static char *argv[80];

	for (int n = 1; n < 70; n++) {
		char *envp[] = { "A=1", "B=", "C=three", 0 };

		argv[0] = PRINTENV;
		for (int i = 1; i < n; i++)
			argv[i] = "C";
		argv[n] = 0;
		EQ(env_print(argv, envp), n == 1 ? 4 + 3 + 8 : 6 * (n - 1));
	}
}

TEST(exec_env, too_much)
{
	static char big[4200];
	static char *strings[17];
	word free = 0;

	memset(big, 'B', sizeof(big) - 1);
	env_number(MAXARGS);
	for (int i = 0; i < 16; i++)
		strings[i] = big;
	big[4095] = 0;
	strings[15] = 0;
	for (int round = 0; round < 2; round++) {
		EQ(env_print(argv_one, strings), 15 * 4096);
		free = round == 0 ? free_memory() : free;
	}
	strings[15] = big; /* with the array, more than half of the stack */
	EQ(execve_raw(PRINTENV, argv_one, strings), -E2BIG);
	EQ(execve_raw(PRINTENV, argv_one, env), -E2BIG);
	EQ(execve_raw(PRINTENV, env, argv_one), -E2BIG);
	big[4095] = 'B';
	EQ(execve_raw(PRINTENV, argv_one, (char *[]){ big, 0 }), -E2BIG);
	EVENTUALLY(free_memory() == free, 20);
}

TEST(exec_env, bad_pointers)
{
	static char *const bad[] = { KERNEL_ADDRESS, (char *)-1, (char *)MAXVA,
				     (char *)TRAPFRAME, (char *)0xeaeb0b5b00002f5e };
	static const int places[] = { 0, 1, 62, 63, 512, 1022 };
	word p = (sbrk(0, EAGER) + PAGE - 1) & -PAGE, free = 0;
	char **end = (char **)(p + PAGE);

	sbrk(p + PAGE - sbrk(0, EAGER), EAGER);
	for (int i = 1; i < 100; i++)
		end[-i] = "A=1"; /* and no NULL before the end of memory */
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < COUNT(bad) * COUNT(places); i++) {
			env_number(MAXARGS - 1);
			env[places[i % COUNT(places)]] = bad[i / COUNT(places)];
			EQ(execve_raw(PRINTENV, argv_one, env), -EFAULT);
			EQ(execve_raw(PRINTENV, argv_one, (char **)bad[i % COUNT(bad)]),
			   -EFAULT);
			EQ(execve_raw(PRINTENV, argv_one, end - 99), -EFAULT);
			EQ(execve_raw(PRINTENV, argv_one, (char **)((char *)end - 4)),
			   -EFAULT);
		}
		if (round == 0)
			free = free_memory();
	}
	EQ(free_memory(), free);
}

ROLE(no_environment)
{
	word top = sbrk(0, EAGER);

	EQ(argc, 3);
	EQ((word)argv, start_regs[2]);
	/* three strings of 16 bytes and the array of four pointers, nothing else */
	EQ((word)argv, top - 3 * 16 - 4 * 8);
	EQ(argv[3], 0);
	return 5;
}

/* It says nothing of its stack, so it looks as if made for xv6. */
TEST(exec_env, programs_of_xv6_get_none)
{
	static char big[3000];
	char *envp[] = { "A=1", big, big, 0 };
	long pid = must_fork();

	memset(big, 'b', sizeof(big) - 1);
	if (pid == 0) {
		execve_raw(test_self, (char *[]){ "abitest", "@no_environment", "xyz", 0 },
			   envp);
		exit(98);
	}
	EQ(reap(pid), 5);
}

/* The plain call, also in its native form, passes no environment. */
TEST(exec_env, exec_passes_none)
{
	for (int form = 0; form < 2; form++) {
		long pid = must_fork(), fd;

		if (pid == 0) {
			close(1);
			EQ(open("out", O_CREATE | O_WRONLY | O_TRUNC), 1);
			ecall_raw((long)PRINTENV, (long)argv_one, (long)argv_one, 0, 0, 0,
				  form * SYS_NATIVE + 7);
			exit(98);
		}
		EQ(reap(pid), 0);
		fd = open("out", O_RDONLY);
		EQ(read(fd, scratch, 10), 0);
		EQ(close(fd), 0);
		EQ(unlink("out"), 0);
	}
}

/* interpose() and trace() take it for exec(). */
TEST(exec_env, is_masked_with_exec)
{
	char *envp[] = { "A=1", 0 };

	CHILD(0, EQ(interpose(1 << 7, "-"), 0);
	      EQ(execve_raw(PRINTENV, argv_one, envp), -1));
	CHILD(0, close(1); EQ(open("out", O_CREATE | O_WRONLY), 1);
	      EQ(interpose(1 << 7, PRINTENV), 0); execve_raw(PRINTENV, argv_one, envp);
	      exit(98));
	EQ(unlink("out"), 0);
}
