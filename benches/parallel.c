/* parallel.c - what as many processes as harts do at the same time, in loops a second.
 *
 * usage: benchpar PROCESSES FIRST LAST       numbers of rows
 *
 * Prints `@ NAME VALUE 1`: VALUE in thousandths of loops a second, of all processes
 * together.  `@ clock NAME` comes first and `@ end` last. */
#include "common.h"

#define RUN_NS 300000000ull
#define RUN_TICKS_NS 2000000000ull /* with uptime() */
#define FAULT_BYTES (1 << 20)
#define READ_PAGES 32

static int fd[2];
static char page[PAGE] __attribute__((aligned(PAGE)));
static char own[5], new[5], dir[5];

/* Names that process @number has for itself. */
static void names_set(int number)
{
	for (int i = 0; i < 3; i++) {
		own[i] = "own"[i];
		new[i] = "new"[i];
		dir[i] = "dir"[i];
	}
	own[3] = new[3] = dir[3] = (char)('0' + number);
}

static void file_make(const char *name)
{
	int file = open(name, O_CREATE | O_RDWR);

	for (int i = 0; i < READ_PAGES; i++)
		write(file, page, PAGE);
	close(file);
}

static void child_once(void)
{
	int pid = fork();

	if (pid == 0)
		exit(0);
	wait(0);
}

static void heap_once(int bytes)
{
	char *at = sbrk(bytes);

	for (int i = 0; i < bytes; i += PAGE)
		at[i] = 1;
	sbrk(-bytes);
}

static void file_read(const char *name)
{
	int file = open(name, O_RDONLY);

	for (int i = 0; i < READ_PAGES; i++)
		read(file, page, PAGE);
	close(file);
}

static void operation(enum bench_row row)
{
	switch (row) {
	case ROW_pgetpid:
		getpid();
		break;
	case ROW_pfork:
		child_once();
		break;
	case ROW_pfault:
		heap_once(FAULT_BYTES);
		break;
	case ROW_psbrk:
		heap_once(PAGE);
		break;
	case ROW_ppipe:
		write(fd[1], page, 1);
		read(fd[0], page, 1);
		break;
	case ROW_popen:
		close(open(own, O_RDONLY));
		break;
	case ROW_popensame:
		close(open("same", O_RDONLY));
		break;
	case ROW_pread:
		file_read(own);
		break;
	case ROW_preadsame:
		file_read("same");
		break;
	default:
		close(open(new, O_CREATE | O_RDWR));
		unlink(new);
	}
}

struct result {
	uint64 loops, ns;
};

/* One process: says that it is ready, waits for the start, and tells what it did. */
static void member(enum bench_row row, int number, const int *ready, const int *go)
{
	uint64 begin, run = clock_kind == CLOCK_UPTIME ? RUN_TICKS_NS : RUN_NS;
	struct result r = { 0, 0 };

	names_set(number);
	if (pipe(fd) < 0)
		exit(1);
	if (row == ROW_pcreatedir) {
		mkdir(dir);
		if (chdir(dir) < 0)
			exit(1);
	}
	operation(row);
	write(ready[1], &r, sizeof(r));
	close(go[1]);
	read(go[0], page, 1);
	begin = clock_now();
	do {
		operation(row);
		r.loops++;
		r.ns = clock_now() - begin;
	} while (r.ns < run);
	write(ready[1], &r, sizeof(r));
	exit(0);
}

/* Loops a second of @processes together, in thousandths; 0: it did not work. */
static uint64 row_measure(enum bench_row row, int processes)
{
	int ready[2], go[2];
	uint64 sum = 0;
	struct result r;

	if (pipe(ready) < 0 || pipe(go) < 0)
		return 0;
	for (int i = 0; i < processes; i++) {
		names_set(i);
		file_make(own);
		if (fork() == 0)
			member(row, i, ready, go);
	}
	for (int i = 0; i < processes; i++)
		read(ready[0], &r, sizeof(r));
	close(go[0]);
	close(go[1]);
	close(ready[1]);
	for (int i = 0; i < processes; i++) {
		if (read(ready[0], &r, sizeof(r)) == sizeof(r) && r.ns)
			sum += r.loops * 1000000000000ull / r.ns;
	}
	close(ready[0]);
	for (int i = 0; i < processes; i++)
		wait(0);
	return sum;
}

#define ROW_NAME(id, name, group, what) name,
static const char *const row_names[] = { BENCH_ROWS(ROW_NAME) };

int main(int argc, char **argv)
{
	const char *first = argv[2], *last = argv[3], *processes = argv[1];
	int n, end;

	if (argc != 4)
		exit(2);
	n = digits(&processes);
	end = digits(&last);
	clock_choose();
	file_make("same");
	for (int row = digits(&first); row <= end && row < NROWS; row++) {
		put("@ ");
		put(row_names[row]);
		put(" ");
		put_number(row_measure((enum bench_row)row, n));
		put(" 1");
		put_line();
	}
	put("@ end");
	put_line();
	exit(0);
}
