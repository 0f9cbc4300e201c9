/* bench.c - measures what system calls cost, row by row.
 *
 * usage: bench count|time ROWS...      each a name, a number or a range such as 3-9
 *
 * Each row runs in a process of its own that has just begun this program, so that its
 * result does not depend on the rows before it.  Prints `@ NAME VALUE OPERATIONS`: VALUE
 * in thousandths of a nanosecond or an instruction, `-` if this kernel cannot do it.
 * `@ clock NAME` comes first and `@ end` last.
 *
 * Text and data are kept to two pages each, because fork and exec cost something a page. */
#include "bench.h"

/* How many passes measure time: enough to take so long together. */
#define PASSES_MAX 41
#define PASSES_MIN 5
#define PASSES_COARSE 10 /* for instructions, if the clock counts only hundreds of them */
#define ENOUGH_NS 60000000ull
#define ENOUGH_TICKS 2000000000ull /* nanoseconds, too */

uint64 meter_time;
int meter_ops;
static uint64 meter_at, meter_cost;
static int passes;
static uint64 spent, counted;
static uint64 samples[PASSES_MAX];

/* --- the meter ------------------------------------------------------------------ */

void meter_begin(void)
{
	MARK(MARK_START);
	meter_at = clock_now();
}

void meter_end(int ops)
{
	meter_time += clock_now() - meter_at - meter_cost;
	MARK(MARK_STOP);
	meter_ops += ops;
}

/* What meter_begin() and meter_end() take themselves, to the instruction. */
static void meter_calibrate(void)
{
	if (clock_kind != CLOCK_INSTRET)
		return;
	meter_begin();
	meter_end(0);
	meter_cost = meter_time;
}

/* What the pass that has ended took; with uptime() alone only the sum of all means much. */
static void sample_add(void)
{
	if (passes < 2 || !meter_ops)
		return;
	if (passes - 2 < PASSES_MAX)
		samples[passes - 2] = meter_time * 1000 / (uint64)meter_ops;
	spent += meter_time;
	counted += (uint64)meter_ops;
}

static int sampled_enough(void)
{
	if (clock_kind == CLOCK_UPTIME)
		return spent >= ENOUGH_TICKS;
	if (counting)
		return passes >= (clock_kind == CLOCK_INSTRET ? 2 : PASSES_COARSE);
	return passes > PASSES_MAX || (spent >= ENOUGH_NS && passes > PASSES_MIN);
}

int meter_next(int count)
{
	sample_add();
	if (passes >= 2 && sampled_enough())
		return 0;
	passes++;
	meter_time = 0;
	meter_ops = 0;
	MARK(MARK_CLEAR);
	return passes == 1 ? count / 4 + 1 : count;
}

static void sort_samples(int n)
{
	for (int i = 1; i < n; i++) {
		for (int j = i; j > 0 && samples[j] < samples[j - 1]; j--) {
			uint64 swap = samples[j];

			samples[j] = samples[j - 1];
			samples[j - 1] = swap;
		}
	}
}

uint64 meter_counted(void)
{
	return counted;
}

uint64 meter_value(void)
{
	if (clock_kind == CLOCK_UPTIME)
		return counted ? spent * 1000 / counted : 0;
	sort_samples(passes - 1);
	return samples[(passes - 1) / 2];
}

void touch(char *at, int pages)
{
	for (int i = 0; i < pages; i++)
		at[i * PAGE] = 1;
}

void not_there(void)
{
	exit(1);
}

/* --- rows ----------------------------------------------------------------------- */

#define ROW_NAME(id, name, group, what) name "\0"
static const char row_names[] = BENCH_ROWS(ROW_NAME);

static const char *row_name(int row)
{
	const char *name = row_names;

	while (row--)
		while (*name++)
			;
	return name;
}

static void row_print(enum bench_row row)
{
	put("@ ");
	put(row_name(row));
	put(" ");
	if (counted)
		put_number(meter_value());
	else
		put("-");
	put(" ");
	put_number(counted);
	put_line();
}

static void row_measure(enum bench_row row)
{
	if (counting)
		tick_wait();
	meter_calibrate();
	if (row <= ROW_exec || (row >= ROW_ring2 && row <= ROW_sleep32))
		row_process(row);
	else if (row <= ROW_cow || row == ROW_ugetpid || row == ROW_mmap)
		row_memory(row);
	else if (row >= ROW_map10 && row <= ROW_fork1000)
		row_area(row);
	else if (row >= ROW_alarm && row <= ROW_futex)
		row_thread(row);
	else
		row_file(row);
	if (!counted)
		not_there();
	MARK(MARK_ROW);
	row_print(row);
	exit(0);
}

/* In a new process that has just begun this program: its arguments say which row.  What
 * the row before it left to write is written first: a kernel that does so some time later
 * would do it while this row is counted. */
static void row_run(enum bench_row row)
{
	char number[2] = { (char)('!' + row), 0 };
	char clock[2] = { (char)('0' + clock_kind), 0 };
	char *argv[] = { (char *)self, counting ? "c" : "t", number, clock, 0 };
	int status = 0, pid;

	if (counting)
		files_sync();
	pid = fork();
	if (pid == 0) {
		exec(self, argv);
		exit(1);
	}
	if (pid < 0 || wait(&status) != pid || status != 0)
		row_print(row);
}

/* --- arguments ------------------------------------------------------------------ */

static void usage(void)
{
	put("usage: bench count|time ROWS...");
	put_line();
	exit(2);
}

/* A row, or several. */
static void rows_run(const char *text)
{
	int first = 0, last;

	while (first < NROWS && !same(text, row_name(first)))
		first++;
	last = first;
	if (first == NROWS) {
		first = last = digits(&text);
		if (*text == '-')
			text++, last = digits(&text);
		if (*text || last >= ROW_pcompute)
			usage();
	}
	for (; first <= last; first++)
		row_run((enum bench_row)first);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc == 2 && argv[1][0] == 'x') /* the row exec */
		exit(0);
	if (argc < 3)
		usage();
	counting = argv[1][0] == 'c';
	if (argc == 4 && argv[1][1] == 0) {
		clock_kind = (enum clock)(argv[3][0] - '0');
		row_measure((enum bench_row)(argv[2][0] - '!'));
	}
	clock_choose();
	for (int i = 2; i < argc; i++)
		rows_run(argv[i]);
	put("@ end");
	put_line();
	exit(0);
}
