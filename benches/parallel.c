/* parallel.c - what as many processes as harts do at the same time, in loops a second.
 *
 * usage: benchpar PROCESSES ROWS...       each a number or a range such as 3-9
 *
 * Goes through all rows many times, so that other work of the host, which comes and goes,
 * falls on all rows alike.  Prints `@ NAME VALUE LOOPS`: VALUE in thousandths of loops a
 * second, of all processes together, the median of the passes; LOOPS of all passes.
 * `@ clock NAME` comes first and `@ end` last. */
#include "common.h"

#define PASSES 9
#define RUN_NS 35000000ull
#define RUN_TICKS_NS 2000000000ull /* with uptime(), in one pass */
#define ROUNDS 1000
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

/* Numbers of a shift register: each round waits for the one before it. */
static void compute(void)
{
	static uint64 state = 1;
	uint64 x = state;

	for (int i = 0; i < ROUNDS; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	state = x;
}

static void operation(enum bench_row row)
{
	switch (row) {
	case ROW_pcompute:
		compute();
		break;
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

static uint64 loops[NROWS];

/* Loops a second of @processes together, in thousandths; 0: it did not work. */
static uint64 row_measure(enum bench_row row, int processes)
{
	int ready[2], go[2];
	uint64 sum = 0;
	struct result r;

	if (pipe(ready) < 0 || pipe(go) < 0)
		return 0;
	for (int i = 0; i < processes; i++) {
		if (fork() == 0)
			member(row, i, ready, go);
	}
	for (int i = 0; i < processes; i++)
		read(ready[0], &r, sizeof(r));
	close(go[0]);
	MARK(MARK_START);
	close(go[1]);
	close(ready[1]);
	for (int i = 0; i < processes; i++) {
		if (read(ready[0], &r, sizeof(r)) == sizeof(r) && r.ns)
			sum += r.loops * 1000000000000ull / r.ns;
		loops[row] += r.loops;
	}
	MARK(MARK_STOP);
	close(ready[0]);
	for (int i = 0; i < processes; i++)
		wait(0);
	return sum;
}

/* --- rows and passes ------------------------------------------------------------ */

#define ROW_NAME(id, name, group, what) name,
static const char *const row_names[] = { BENCH_ROWS(ROW_NAME) };
static char wanted[NROWS];
static uint64 samples[NROWS][PASSES];

static void usage(void)
{
	put("usage: benchpar PROCESSES ROWS...");
	put_line();
	exit(2);
}

static void rows_add(const char *text)
{
	int first = digits(&text), last = first;

	if (*text == '-')
		text++, last = digits(&text);
	if (*text || first < ROW_pcompute || last >= NROWS)
		usage();
	for (; first <= last; first++)
		wanted[first] = 1;
}

/* The one in the middle of @n, an odd number. */
static uint64 sample_median(const uint64 *sample, int n)
{
	for (int i = 0; i < n; i++) {
		int below = 0, same = 0;

		for (int j = 0; j < n; j++) {
			below += sample[j] < sample[i];
			same += sample[j] == sample[i];
		}
		if (below <= n / 2 && below + same > n / 2)
			return sample[i];
	}
	return 0;
}

static void row_print(int row, int passes)
{
	put("@ ");
	put(row_names[row]);
	put(" ");
	put_number(sample_median(samples[row], passes));
	put(" ");
	put_number(loops[row]);
	put_line();
	MARK(MARK_ROW);
}

int main(int argc, char **argv)
{
	const char *number = argv[1];
	int processes, passes;

	if (argc < 3)
		usage();
	processes = digits(&number);
	for (int i = 2; i < argc; i++)
		rows_add(argv[i]);
	clock_choose();
	passes = clock_kind == CLOCK_UPTIME ? 1 : PASSES;
	file_make("same");
	for (int i = 0; i < processes; i++) {
		names_set(i);
		file_make(own);
	}
	for (int pass = 0; pass < passes; pass++)
		for (int row = 0; row < NROWS; row++)
			if (wanted[row])
				samples[row][pass] =
					row_measure((enum bench_row)row, processes);
	for (int row = 0; row < NROWS; row++)
		if (wanted[row])
			row_print(row, passes);
	put("@ end");
	put_line();
	exit(0);
}
