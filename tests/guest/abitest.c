/* abitest.c - runs the cases: `abitest [-l] [-q] [-s] [-x PREFIX] [NAME|PREFIX ...]`.
 *
 * -l lists the cases, -q leaves out the slow ones, -s runs only those, -x leaves out one
 * prefix.  A file of an image holds at most 268 KiB, so three programs share the cases:
 * after its own, abitest execs abitest2, if that exists, and passes on its counts
 * (-c PASSED FAILED); so does that with abitest3.
 *
 * Every case runs in a child.  It passes if the child exits with 0 and leaves the system
 * as it was: the scratch directory is empty, the number of processes and the free bytes
 * in sysinfo() are the same, and so is the number of frames of each kind except free and
 * page cache.  The exit status is 0 if all cases passed. */
#include "lib.h"

#include "uapi/snapshot.h"

#define SCRATCH_DIR "/abitest.d"
#define SECOND "/abitest2"
#define THIRD "/abitest3"
#define TIMEOUT_TICKS 900 /* detects a hang; does not measure speed */
#define SLOW_TIMEOUT_TICKS 6000
#define SETTLE_TICKS 50

extern const struct test tests_start[], tests_end[];
extern const struct role roles_start[], roles_end[];

struct selection {
	int quick, slow_only, list_only;
	const char *exclude;
	int passed, failed; /* counted by the previous program */
	int count;
	char **prefixes;
};

long snapshot(int kind, int pid, word start, void *buf, word bytes);

/* The number of frames of each kind. */
struct ledger {
	struct snap_header header;
	struct snap_count kinds[32];
};

static void test_full_name(const struct test *t, char name[64])
{
	format(name, 64, "%s.%s", t->area, t->name);
}

static int test_selected(const struct test *t, const struct selection *s)
{
	char name[64];

	test_full_name(t, name);
	if ((s->quick && t->slow) || (s->slow_only && !t->slow))
		return 0;
	if (s->exclude && strncmp(name, s->exclude, strlen(s->exclude)) == 0)
		return 0;
	for (int i = 0; i < s->count; i++)
		if (strncmp(name, s->prefixes[i], strlen(s->prefixes[i])) == 0)
			return 1;
	return s->count == 0;
}

/* True when the runner and the watchdog both sleep.  Until then they may still take or free
 * memory. */
static int others_asleep(long runner)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC, sizeof(struct procinfo)), me = getpid();
	int asleep = 0;

	for (long i = 0; i < n; i++)
		if (list[i].pid == runner || (list[i].ppid == runner && list[i].pid != me))
			asleep += list[i].state == PS_SLEEPING;
	return asleep == 2;
}

static long test_start(const struct test *t)
{
	long runner = getpid(), pid = fork();

	if (pid == 0) {
		while (!others_asleep(runner))
			pause(0);
		t->run();
		exit(0);
	}
	return pid;
}

/* Forks a child that kills @pid after @ticks. */
static long watchdog_start(long pid, int ticks)
{
	long dog = fork();

	if (dog == 0) {
		pause(ticks);
		printf("abitest: %s hangs\n", test_name);
		kill(pid);
		exit(0);
	}
	return dog;
}

static int test_wait(long pid, long dog)
{
	int status = 0, result = 0;
	long got;

	do {
		got = wait(&status);
		if (got == pid)
			result = status;
	} while (got >= 0 && got != pid);
	if (dog > 0) {
		kill(dog);
		while (wait(0) >= 0)
			;
	}
	return result;
}

static void ledger_read(struct ledger *l)
{
	EQ(snapshot(SNAP_FRAMES, 0, 0, l, sizeof(*l)), l->header.count);
	EQ(l->header.next, SNAP_END);
}

/* The page cache takes its frames from the free ones and returns them there. */
static int kind_may_change(const char *name)
{
	return strcmp(name, "free") == 0 || strcmp(name, "cache") == 0;
}

/* 1 if the frames add up to the RAM and each kind has as many as before. */
static int ledger_same(const struct ledger *before)
{
	static struct ledger now;
	struct meminfo m;
	word sum = 0;
	int same = 1;

	ledger_read(&now);
	EQ(meminfo(&m), 0);
	for (unsigned i = 0; i < now.header.count; i++) {
		const struct snap_count *was = &before->kinds[i], *is = &now.kinds[i];

		sum += is->value;
		if (was->value == is->value || kind_may_change(is->name))
			continue;
		printf("FAIL %s leaves %ld %s frames, not %ld\n", test_name,
		       (long)is->value, is->name, (long)was->value);
		same = 0;
	}
	if (sum == m.total)
		return same;
	printf("FAIL %s leaves frames that add up to %ld, not %ld\n", test_name, (long)sum,
	       (long)m.total);
	return 0;
}

/* 1 if the system is as it was before the case; prints what differs. */
static int system_settled(word processes, word memory)
{
	word now = 0;
	int left = directory_empty(0);

	if (left) {
		printf("FAIL %s leaves %d files\n", test_name, left);
		return 0;
	}
	for (int i = 0; i < SETTLE_TICKS && process_count() != processes; i++)
		pause(1);
	if (process_count() != processes) {
		printf("FAIL %s leaves %ld processes, not %ld\n", test_name,
		       process_count(), processes);
		return 0;
	}
	for (int i = 0; i < SETTLE_TICKS; i++) {
		sync();
		now = free_memory();
		if (now == memory)
			return 1;
		pause(1);
	}
	printf("FAIL %s leaves %ld bytes free, not %ld: %ld pages lost\n", test_name, now,
	       memory, (long)(memory - now) / (long)PAGE);
	return 0;
}

static int test_run(const struct test *t)
{
	static struct ledger ledger;
	static char name[64];
	word processes, memory;
	long pid, dog;
	int status;

	test_full_name(t, name);
	test_name = name;
	sync();
	processes = process_count();
	memory = free_memory();
	ledger_read(&ledger);
	pid = test_start(t);
	dog = watchdog_start(pid, t->slow ? SLOW_TIMEOUT_TICKS : TIMEOUT_TICKS);
	if (pid < 0 || dog < 0) {
		printf("FAIL %s cannot be started\n", name);
		kill(pid);
	}
	status = test_wait(pid, dog);
	heap_as_booted();
	if (status != 0 && status != REPORTED)
		printf("FAIL %s exit status %d\n", name, status);
	if (!system_settled(processes, memory) || !ledger_same(&ledger) || status != 0)
		return 0;
	printf("ok %s\n", name);
	return 1;
}

static int is_last(void)
{
	return strcmp(test_self, THIRD) == 0;
}

static char *next_program(void)
{
	return strcmp(test_self, SECOND) == 0 ? THIRD : SECOND;
}

/* Execs the program with the other cases; returns if there is none. */
static void go_on(char *const args[], int passed, int failed)
{
	char *next = next_program();
	char counts[2][16], *argv[MAXARG] = { next, "-c", counts[0], counts[1] };
	int n = 4;

	format(counts[0], sizeof(counts[0]), "%d", passed);
	format(counts[1], sizeof(counts[1]), "%d", failed);
	while (*args && n < MAXARG - 1)
		argv[n++] = *args++;
	if (!is_last())
		exec(next, argv);
}

static int run_all(const struct selection *s, char *const args[])
{
	int passed = s->passed, failed = s->failed;
	char value[16];

	directory_empty(0);
	if (bootarg("heat", value, sizeof(value)) < 0) {
		/* The kernel's thread gets the stack that it keeps. */
		setoption("heat", "9999");
		setoption("heat", "off");
	}
	for (const struct test *t = tests_start; t < tests_end; t++) {
		if (!test_selected(t, s))
			continue;
		if (test_run(t))
			passed++;
		else
			failed++;
	}
	chdir("/");
	if (unlink(SCRATCH_DIR) != 0) {
		printf("FAIL the scratch directory cannot be removed\n");
		failed++;
	}
	go_on(args, passed, failed);
	if (!is_last())
		printf("abitest: %s is not there: its cases did not run\n", next_program());
	else if (!passed && !failed)
		printf("abitest: no case is called so; abitest -l lists them\n");
	printf("abitest: %d passed, %d failed\n", passed, failed);
	return failed || !passed;
}

static int run_role(int argc, char *argv[])
{
	test_name = argv[0];
	for (const struct role *r = roles_start; r < roles_end; r++)
		if (strcmp(r->name, argv[1] + 1) == 0)
			return r->main(argc, argv);
	return 99;
}

static void list(const struct selection *s)
{
	for (const struct test *t = tests_start; t < tests_end; t++)
		if (test_selected(t, s))
			printf("%s.%s%s\n", t->area, t->name, t->slow ? " (slow)" : "");
}

static int option_take(struct selection *s, char letter)
{
	s->list_only |= letter == 'l';
	s->quick |= letter == 'q';
	s->slow_only |= letter == 's';
	return letter == 'l' || letter == 'q' || letter == 's' || letter == 'x';
}

int main(int argc, char *argv[])
{
	static char self[MAXPATH] = "/";
	struct selection s = { 0 };
	int i = 1, first;

	if (argc > 1 && argv[1][0] == '@')
		return run_role(argc, argv);
	if (argc > 3 && strcmp(argv[1], "-c") == 0) {
		s.passed = (int)number(argv[2]);
		s.failed = (int)number(argv[3]);
		i = 4;
	}
	first = i;
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!option_take(&s, argv[i][1])) {
			printf("usage: abitest [-lqs] [-x PREFIX] [NAME|PREFIX ...]\n");
			return 2;
		}
		if (argv[i][1] == 'x' && i + 1 < argc)
			s.exclude = argv[++i];
	}
	s.count = argc - i;
	s.prefixes = argv + i;
	strcpy(self + (argv[0][0] != '/'), argv[0]);
	test_self = self;
	if (s.list_only) {
		list(&s);
		go_on(argv + first, 0, 0);
		return 0;
	}
	mkdir(SCRATCH_DIR);
	if (chdir(SCRATCH_DIR) < 0) {
		printf("abitest: cannot use %s\n", SCRATCH_DIR);
		return 1;
	}
	return run_all(&s, argv + first);
}
