// lab_calls.c - what programs of the system call lab expect of trace(), sysinfo() and
// interpose().
//   lab_calls trace MASK COMMAND [ARG...]        runs it with its calls traced
//   lab_calls box MASK PATH COMMAND [ARG...]     runs it with these calls masked
//   lab_calls sysinfo | getpid | fork | escape | forkpath | alive
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/sysinfo.h"
#include "user/user.h"

static uint64 memory_free(void)
{
	struct sysinfo info;

	if (sysinfo(&info) < 0)
		printf("sysinfo: fails\n");
	return info.freemem;
}

static int processes(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.nproc;
}

static void sysinfo_part(void)
{
	uint64 free = memory_free(), pages = 0;
	int n = processes(), pid;
	char *start = sbrk(0);

	if (sysinfo((struct sysinfo *)0xeaeb0b5b00002f5e) != -1)
		printf("sysinfo: a bad pointer works\n");
	while (sbrk(PGSIZE) != SBRK_ERROR)
		pages++;
	if (memory_free() != 0)
		printf("sysinfo: %lu bytes are free when none can be had\n", memory_free());
	if (sbrk(-PGSIZE) == SBRK_ERROR || memory_free() != PGSIZE)
		printf("sysinfo: a page back, %lu bytes are free\n", memory_free());
	sbrk(start - (char *)sbrk(0));
	if (free / PGSIZE < pages)
		printf("sysinfo: %lu pages of %lu bytes\n", pages, free);
	pid = fork();
	if (pid == 0) {
		if (processes() != n + 1)
			printf("sysinfo: %d processes, then %d\n", n, processes());
		exit(0);
	}
	wait(0);
	if (processes() != n)
		printf("sysinfo: %d processes, after a child %d\n", n, processes());
	printf("sysinfotest: OK\n");
}

static void alive(void)
{
	printf("sbtest: alive\n");
}

static void getpid_part(void)
{
	printf("sbtest: getpid ret %d\n", getpid());
	alive();
}

static void fork_part(void)
{
	int pid = fork();

	if (pid == 0) {
		printf("sbtest: CHILD RAN\n");
		exit(0);
	}
	printf("sbtest: fork ret %d\n", pid);
	alive();
}

static void escape_part(void)
{
	interpose(0, 0);
	interpose(0, "README");
	printf(open("README", O_RDONLY) < 0 ? "sbtest: escape confined\n"
					    : "sbtest: escape ESCAPED\n");
}

static void forkpath_part(void)
{
	if (fork() == 0) {
		printf("sbtest: forkpath child README %s\n",
		       open("README", O_RDONLY) < 0 ? "denied" : "ok");
		printf("sbtest: forkpath child echo %s\n",
		       open("echo", O_RDONLY) < 0 ? "denied" : "ok");
		exit(0);
	}
	wait(0);
}

static const struct {
	char *name;
	void (*run)(void);
} parts[] = {
	{ "sysinfo", sysinfo_part }, { "getpid", getpid_part },     { "fork", fork_part },
	{ "escape", escape_part },   { "forkpath", forkpath_part }, { "alive", alive },
};

int main(int argc, char **argv)
{
	char **command = argv + 3;

	for (int i = 0; argc > 1 && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(argv[1], parts[i].name) == 0) {
			parts[i].run();
			exit(0);
		}
	if (argc > 3 && strcmp(argv[1], "trace") == 0) {
		if (trace(atoi(argv[2])) < 0)
			printf("lab_calls: trace fails\n");
	} else if (argc > 4 && strcmp(argv[1], "box") == 0) {
		command++;
		if (interpose(atoi(argv[2]), argv[3]) < 0)
			printf("lab_calls: interpose fails\n");
	} else {
		printf("lab_calls: what?\n");
		exit(2);
	}
	exec(command[0], command);
	printf("lab_calls: exec %s fails\n", command[0]);
	exit(1);
}
