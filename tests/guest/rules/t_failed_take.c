/* t_failed_take.c - uses up the resources that calls need, and gives them back one by
 * one. */
#include "t_failed.h"

static struct {
	int fd[NOFILE], fds;
	long holder[NPROC];
	int holders, stop[2];
	int fillers, inodes;
	word area[2000];
	int areas;
} taken;

void resources_begin(void)
{
	memset(&taken, 0, sizeof(taken));
}

static void descriptors_take(void)
{
	int fd;

	for (taken.fds = 0; (fd = (int)dup(0)) >= 0; taken.fds++)
		taken.fd[taken.fds] = fd;
}

static void descriptors_give(void)
{
	CHECK(taken.fds > 0);
	EQ(close(taken.fd[--taken.fds]), 0);
}

static void descriptors_end(void)
{
	while (taken.fds > 0)
		descriptors_give();
}

static void holder_close_all_but(int a, int b)
{
	for (int fd = 0; fd < NOFILE; fd++)
		if (fd != a && fd != b)
			close(fd);
}

/* Forks a child that opens as many files as it can. */
static void holder_start(void)
{
	int ready[2];
	char c;

	EQ(pipe(ready), 0);
	taken.holder[taken.holders] = must_fork();
	if (taken.holder[taken.holders] == 0) {
		holder_close_all_but(ready[1], taken.stop[0]);
		while (open("/README", O_RDONLY) >= 0)
			;
		write(ready[1], "x", 1);
		close(ready[1]);
		open("/README", O_RDONLY);
		read(taken.stop[0], &c, 1);
		exit(0);
	}
	taken.holders++;
	EQ(close(ready[1]), 0);
	EQ(read(ready[0], &c, 1), 1);
	EQ(close(ready[0]), 0);
}

static void files_give(void)
{
	CHECK(taken.fds > 0);
	EQ(close(taken.fd[--taken.fds]), 0);
}

/* The caller opens the last ones itself, so that it can close them one by one. */
static void files_take(void)
{
	taken.holders = 0;
	EQ(pipe(taken.stop), 0);
	for (taken.fds = 0; taken.fds < 3; taken.fds++)
		taken.fd[taken.fds] = (int)open("/README", O_RDONLY);
	CHECK(taken.fd[2] >= 0);
	for (;;) {
		long fd = open("/README", O_RDONLY), second = open("/README", O_RDONLY);

		if (fd >= 0)
			close(fd);
		if (second >= 0)
			close(second);
		else
			break;
		holder_start();
	}
	while ((taken.fd[taken.fds] = (int)open("/README", O_RDONLY)) >= 0)
		taken.fds++;
}

static void holders_end(void)
{
	EQ(close(taken.stop[1]), 0);
	EQ(close(taken.stop[0]), 0);
	while (taken.holders > 0)
		CHECK(wait4((int)taken.holder[--taken.holders], 0, 0) > 0);
}

static void files_end(void)
{
	while (taken.fds > 0)
		files_give();
	holders_end();
}

static void filler_name(char name[8])
{
	format(name, 8, "z%d", taken.fillers);
}

static void blocks_take(void)
{
	long fd, wrote;
	char name[8];

	taken.fillers = 0;
	do {
		filler_name(name);
		fd = open(name, O_CREATE | O_WRONLY);
		CHECK(fd >= 0);
		taken.fillers++;
		for (long n = 0; n < 268 && (wrote = write(fd, scratch, 1024)) == 1024; n++)
			;
		EQ(close(fd), 0);
	} while (wrote == 1024);
	sync();
}

/* Starts with the first file, which has the most blocks. */
static void blocks_give(void)
{
	long size = file_size("z0"), fd = open("z0", O_WRONLY);

	EQ(ftruncate(fd, size - 1024), 0);
	EQ(close(fd), 0);
	sync();
}

static void blocks_end(void)
{
	char name[8];

	while (taken.fillers-- > 0) {
		filler_name(name);
		EQ(unlink(name), 0);
	}
	sync();
}

static void inode_name(char name[8])
{
	format(name, 8, "i%d", taken.inodes);
}

static void inodes_take(void)
{
	char name[8];

	for (taken.inodes = 0;; taken.inodes++) {
		long fd;

		inode_name(name);
		fd = open(name, O_CREATE | O_WRONLY);
		if (fd < 0)
			return;
		EQ(close(fd), 0);
	}
}

static void inodes_give(void)
{
	char name[8];

	CHECK(taken.inodes-- > 0);
	inode_name(name);
	EQ(unlink(name), 0);
}

static void inodes_end(void)
{
	while (taken.inodes > 0)
		inodes_give();
	sync();
}

static void frames_take(void)
{
	for (int step = 64; step > 0; step /= 2)
		while (sbrk(step * (int)PAGE, EAGER) != -1)
			;
}

static void frames_give(void)
{
	CHECK(sbrk(-(int)PAGE, EAGER) != -1);
}

static void frames_end(void)
{
	CHECK(sbrk((int)(world.brk - (word)sbrk(0, EAGER)), EAGER) != -1);
}

/* Neighbouring mappings differ, so that each needs an area of its own. */
static void areas_take(void)
{
	word p;

	frames_take();
	for (taken.areas = 0; taken.areas < (int)COUNT(taken.area); taken.areas++) {
		p = map(0, PAGE, taken.areas % 2 ? RW : PROT_READ,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == ~0ul)
			return;
		taken.area[taken.areas] = p;
	}
	FAIL("more than %d areas", taken.areas);
}

static void areas_give(void)
{
	CHECK(taken.areas > 0);
	EQ(unmap(taken.area[--taken.areas], PAGE), 0);
	frames_give();
}

static void areas_end(void)
{
	while (taken.areas > 0)
		EQ(unmap(taken.area[--taken.areas], PAGE), 0);
	frames_end();
}

static void processes_take(void)
{
	char c;
	long pid;

	EQ(pipe(taken.stop), 0);
	for (taken.holders = 0; (pid = fork()) > 0; taken.holders++)
		taken.holder[taken.holders] = pid;
	if (pid == 0) {
		holder_close_all_but(taken.stop[0], taken.stop[0]);
		read(taken.stop[0], &c, 1);
		exit(0);
	}
}

static void processes_give(void)
{
	long pid = taken.holder[--taken.holders];

	EQ(kill((int)pid), 0);
	EQ(wait4((int)pid, 0, 0), pid);
}

const struct supply resources[RESOURCES] = {
	[DESCRIPTORS] = { "descriptors", descriptors_take, descriptors_give,
			  descriptors_end },
	[FILES] = { "open files", files_take, files_give, files_end },
	[BLOCKS] = { "blocks", blocks_take, blocks_give, blocks_end },
	[INODES] = { "inodes", inodes_take, inodes_give, inodes_end },
	[FRAMES] = { "frames", frames_take, frames_give, frames_end },
	[AREAS] = { "areas", areas_take, areas_give, areas_end },
	[PROCESSES] = { "processes", processes_take, processes_give, holders_end },
};
