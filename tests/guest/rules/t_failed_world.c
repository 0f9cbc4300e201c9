/* t_failed_world.c - the files and the process that the rows of t_failed.c work on, and
 * the functions that look at them. */
#include "t_failed.h"

struct world world;

void mem_make(void)
{
	EQ(map(world.mem, MEM_PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	       0),
	   world.mem);
	pattern_fill((unsigned char *)world.mem, MEM_PAGES * PAGE, 9);
}

void shared_make(void)
{
	EQ(map(world.shared, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   world.shared);
}

void mem_touch(void)
{
	for (word p = world.mem; p < world.mem + MEM_PAGES * PAGE; p += PAGE)
		load8(p);
}

/* Most often without the 100 ms of a pause: on one hart its turn comes after 10 ms. */
void world_await(long pid, int state)
{
	long end = clock() + 50000000;

	while (process_state((int)pid) != state && clock() < end)
		;
	EVENTUALLY(process_state((int)pid) == state, 100);
}

void zombie_make(void)
{
	world.zombie = must_fork();
	if (world.zombie == 0)
		exit(5);
	world_await(world.zombie, PS_ZOMBIE);
}

/* It waits, so it will not write its stack any more. */
void leaver_make(void)
{
	int leave[2];
	char c;

	EQ(pipe(leave), 0);
	world.leaver = must_fork();
	if (world.leaver == 0) {
		close(leave[1]);
		read(leave[0], &c, 1);
		exit(0);
	}
	EQ(close(leave[0]), 0);
	world.leave = leave[1];
	world_await(world.leaver, PS_SLEEPING);
}

void pipe_fill(void)
{
	CHECK(write(world.pipe[1], "", 1) == 1); /* so that the read does not wait */
	CHECK(read(world.pipe[0], scratch, 512) > 0);
	EQ(write(world.pipe[1], "abc", 3), 3);
}

void datagram_make(void)
{
	EQ(send(4000, 0x7f000001, WORLD_PORT, "abc", 3), 0);
}

void full_make(void)
{
	char name[8];

	EQ(mkdir("d"), 0);
	for (int i = 0; i < 62; i++) {
		format(name, sizeof(name), "d/%d", i);
		EQ(link("f", name), 0);
	}
}

void full_remove(void)
{
	EQ(chdir("d"), 0);
	directory_empty(1);
	EQ(chdir(".."), 0);
	EQ(unlink("d"), 0);
}

void files_make(void)
{
	file_make("f", F_SIZE, 7);
	file_make("w", W_SIZE, 8);
	EQ(symlink("f", "s"), 0);
	full_make();
	sync();
}

void files_remove(void)
{
	full_remove();
	EQ(unlink("s"), 0);
	EQ(unlink("w"), 0);
	EQ(unlink("f"), 0);
}

void world_make(void)
{
	/* Unshares the pages that are written later, when no memory is free. */
	memset(scratch, 1, SCRATCH_SIZE);
	resources_begin();
	world.f = (int)open("f", O_RDWR);
	world.w = (int)open("w", O_RDWR);
	world.spare = (int)dup(world.w);
	EQ(lseek(world.f, 1024, 0), 1024);
	EQ(lseek(world.w, W_SIZE, 0), W_SIZE);
	EQ(pipe(world.pipe), 0);
	EQ(write(world.pipe[1], "abc", 3), 3);
	EQ(bind(WORLD_PORT), 0);
	datagram_make();
	world.lazy = anon(1, RW);
	world.mem = anon(MEM_PAGES, RW);
	mem_make();
	world.shared = map(0, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	world.brk = sbrk(0, EAGER);
	zombie_make();
}

/* --- looking -------------------------------------------------------------------- */

static word mixed(word sum, const void *p, long n)
{
	for (long i = 0; i < n; i++)
		sum = (sum ^ ((const unsigned char *)p)[i]) * 0x100000001b3ul;
	return sum;
}

static word look_descriptors(void)
{
	word sum = 0;

	for (int fd = 0; fd < NOFILE; fd++) {
		struct stat st = { 0 };
		long is[3];

		is[0] = fstat(fd, &st);
		is[1] = lseek(fd, 0, 1);
		is[2] = isatty(fd);
		if (st.type == T_DIR)
			st.size = 0;
		sum = mixed(mixed(sum, is, sizeof(is)), &st, sizeof(st));
	}
	return sum;
}

static struct {
	struct snap_header header;
	struct snap_area area[40];
} piece;

/* A boundary between two equal areas does not count; nor does which pages are present,
 * except in world.mem. */
static word look_areas(void)
{
	struct snap_area last = { 0 };
	word sum = sbrk(0, EAGER);

	piece.header.next = 0;
	while (piece.header.next != SNAP_END) {
		CHECK(snapshot(SNAP_AREAS, 0, piece.header.next, &piece, sizeof(piece)) >=
		      0);
		for (unsigned i = 0; i < piece.header.count; i++) {
			struct snap_area a = piece.area[i];
			word touched = a.start >= world.mem &&
				       a.end <= world.mem + MEM_PAGES * PAGE;

			touched = touched ? a.touched : 0;
			if (a.start != last.end || a.kind != last.kind ||
			    a.prot != last.prot || a.flags != last.flags)
				sum = mixed(sum,
					    (word[]){ last.end, a.start, a.kind, a.prot,
						      a.flags },
					    5 * sizeof(word));
			sum += touched << 32;
			last = a;
		}
	}
	return sum + last.end;
}

/* The order of the entries does not count.  With the numbers of inodes, or without. */
static word look_names(const char *path, int numbers)
{
	struct fs_dirent entry;
	long fd = open(path, O_RDONLY);
	word sum = 0;

	CHECK(fd >= 0);
	while (read(fd, &entry, sizeof(entry)) == sizeof(entry))
		if (entry.ino && numbers)
			sum += mixed(1, &entry, sizeof(entry));
		else if (entry.ino)
			sum += mixed(1, entry.name, sizeof(entry.name));
	EQ(close(fd), 0);
	return sum;
}

static word look_contents(const char *path)
{
	long fd = open(path, O_RDONLY), n;
	word sum = 0;

	CHECK(fd >= 0);
	while ((n = read(fd, scratch, SCRATCH_SIZE)) > 0)
		sum = mixed(sum, scratch, n);
	EQ(close(fd), 0);
	return sum;
}

static word look_directory(void)
{
	long fd = open(".", O_RDONLY);
	struct stat st;

	EQ(fstat(fd, &st), 0);
	EQ(close(fd), 0);
	return st.ino;
}

static word look_pipe(void)
{
	long n;

	EQ(write(world.pipe[1], "!", 1), 1);
	n = read(world.pipe[0], scratch, 512);
	CHECK(n >= 1);
	if (n > 1)
		EQ(write(world.pipe[1], scratch, n - 1), n - 1);
	return mixed(0, scratch, n);
}

/* Without the children of init: what the last row left ends at its own time, and is gone
 * when init has run. */
static word look_processes(void)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC, sizeof(struct procinfo));
	word count = 0;

	CHECK(n > 0 && n <= NPROC);
	for (long i = 0; i < n; i++)
		count += list[i].ppid != 1;
	return count;
}

void world_look(struct look *l)
{
	l->areas = look_areas(); /* first, as the other looks touch pages */
	l->memory = mixed(0, (void *)world.mem, MEM_PAGES * PAGE);
	l->descriptors = look_descriptors();
	l->directory = look_directory();
	l->names = look_names(".", 0) + look_names("d", 0);
	l->numbers = look_names(".", 1) + look_names("d", 1);
	l->contents = look_contents("f") + 3 * look_contents("w");
	EQ(readlink("s", (char *)scratch, 10), 1);
	l->bytes_in_pipe = look_pipe();
	l->processes = look_processes() * 8 + process_state((int)world.zombie);
}

void world_compare(const char *call, const char *what, const struct look *before, int made)
{
	struct look after;

	world_look(&after);
	if (made)
		after.numbers = before->numbers;
#define X(part)                         \
	if (after.part != before->part) \
		FAIL("%s (%s) left a change: " #part, call, what);
	PARTS(X)
#undef X
}
