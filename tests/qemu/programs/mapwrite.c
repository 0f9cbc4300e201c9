/* mapwrite.c - for test_mapped.py: writes a file through a shared mapping, and again after
 * the first write was written back.  Prints "written" when the second write must be on the
 * disk.
 *
 *	mapwrite sync|fsync|wait|none|away
 *
 * After the second write: sync, fsync: that call is made; wait: some time passes; none: the
 * page gets PROT_NONE, then sync; away: a child wrote it and was killed, then sync. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define PAGE 4096
#define NR_SYNC 64
#define NR_FSYNC 65
#define NR_MPROTECT 79

static char zeros[PAGE];

static long call(long number, long a, long b, long c)
{
	register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
	return a0;
}

static void write_by_a_child(char *page)
{
	int pid = fork();

	if (pid == 0) {
		page[0] = '2';
		pause(1000);
	}
	pause(2);
	kill(pid);
	wait(0);
}

static int finish(const char *how, int fd, char *page)
{
	if (strcmp(how, "away") == 0)
		write_by_a_child(page);
	else
		page[0] = '2';
	if (strcmp(how, "none") == 0 && call(NR_MPROTECT, (long)page, PAGE, 0))
		return 1;
	if (strcmp(how, "fsync") == 0)
		return call(NR_FSYNC, fd, 0, 0) != 0;
	if (strcmp(how, "wait") == 0) {
		pause(25);
		return 0;
	}
	return call(NR_SYNC, 0, 0, 0) != 0;
}

int main(int argc, char **argv)
{
	int fd = open("mapped", O_CREATE | O_RDWR);
	char *page;

	if (argc != 2 || write(fd, zeros, PAGE) != PAGE)
		exit(2);
	page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	page[0] = '1';
	call(NR_SYNC, 0, 0, 0);
	if (finish(argv[1], fd, page))
		exit(1);
	printf("written\n");
	pause(1000);
	exit(0);
}
