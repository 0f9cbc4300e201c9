/* top - show which processes use the processors, again and again */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: top [-b] [-d TIME] [-n COUNT]\n"
	"Show the processes every 2 seconds, those first that used most processor time\n"
	"since the last time, at first since they began.  q ends it; any other key\n"
	"shows them at once.\n"
	"  -b   one list after the other, as for a pipe, instead of a screen\n"
	"  -d   every TIME, as in 0.5 or 1m      -n   COUNT times\n";

static struct procinfo now[NPROC], before[NPROC];
static int nnow, nbefore;
static unsigned long long share[NPROC]; /* of a processor, in 1/1000; as `now` */
static long last_ns;

/* Since the last list, which was @period ago; without one, since the process began.  In
 * microseconds, as @time, which is now. */
static unsigned long long share_of(const struct procinfo *p, unsigned long long time,
				   unsigned long long period)
{
	unsigned long long used = p->cputime;

	if (!nbefore)
		period = time > p->started ? time - p->started : 1;
	for (int i = 0; i < nbefore; i++)
		if (before[i].pid == p->pid && before[i].started == p->started)
			used -= before[i].cputime;
	return used * 1000 / (period + 1);
}

static int compare(const void *a, const void *b)
{
	int p = *(const int *)a, q = *(const int *)b;

	if (share[p] != share[q])
		return share[p] < share[q] ? 1 : -1;
	return now[p].pid - now[q].pid;
}

/* @rows at most, of @columns letters. */
static void list_print(int rows, int columns)
{
	static const char states[] = {
		[PS_NEW] = 'N',      [PS_READY] = 'R',  [PS_RUNNING] = 'R',
		[PS_SLEEPING] = 'S', [PS_ZOMBIE] = 'Z', [PS_STOPPED] = 'T'
	};
	long ns = clock_ns(), period = ns - last_ns, up = ns / 1000000000;
	int order[NPROC], running = 0;
	struct meminfo m;
	char line[128];

	nnow = procinfo(now, NPROC);
	if (nnow < 0 || meminfo(&m) < 0)
		tool_die("processes");
	nnow = nnow < NPROC ? nnow : NPROC;
	for (int i = 0; i < nnow; i++) {
		order[i] = i;
		share[i] = share_of(&now[i], (unsigned long long)ns / 1000,
				    (unsigned long long)period / 1000);
		running += now[i].state == PS_RUNNING || now[i].state == PS_READY;
	}
	qsort(order, (size_t)nnow, sizeof(order[0]), compare);
	snprintf(line, sizeof(line), "up %ld:%02ld:%02ld, %d processes, %d running",
		 up / 3600, up / 60 % 60, up % 60, nnow, running);
	printf("%.*s\n", columns, line);
	snprintf(line, sizeof(line), "memory: %lluK, %lluK used, %lluK available",
		 m.total * 4, (m.total - m.available) * 4, m.available * 4);
	printf("%.*s\n\n", columns, line);
	printf("%.*s\n", columns, "  PID  PPID S  %CPU     SIZE      MEM     TIME NAME");
	for (int i = 0; i < nnow && i < rows - 4; i++) {
		const struct procinfo *p = &now[order[i]];
		unsigned long long tenths = share[order[i]];

		snprintf(line, sizeof(line),
			 "%5d %5d %c %3llu.%llu %7lluK %7lluK %5llu.%02llu %.*s", p->pid,
			 p->ppid, p->state <= PS_STOPPED ? states[p->state] : '?',
			 tenths / 10, tenths % 10, p->size / 1024, p->resident * 4,
			 p->cputime / 1000000, p->cputime / 10000 % 100,
			 (int)sizeof(p->name), p->name);
		printf("%.*s\n", columns, line);
	}
	memcpy(before, now, sizeof(before));
	nbefore = nnow;
	last_ns = ns;
}

/* Until the time is over or a key comes; false: it was q, ^C or ^D. */
static bool key_wait(int ticks)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (poll(&in, 1, ticks * (1000 / TICK_HZ)) <= 0)
		return true;
	return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 3 && key != 4;
}

static void screen_print(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	(void)tcgetwinsize(STDOUT_FILENO, &size);
	fputs("\033[H\033[2J", stdout);
	list_print(size.ws_row - 1, size.ws_col - 1);
	fflush(stdout);
}

static void screen_run(int ticks, long count)
{
	struct termios old, raw;

	if (tcgetattr(STDIN_FILENO, &old) < 0)
		tool_die("terminal");
	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		tool_die("terminal");
	do
		screen_print();
	while (--count != 0 && !ferror(stdout) && key_wait(ticks));
	tcsetattr(STDIN_FILENO, TCSANOW, &old);
}

static void lists_run(int ticks, long count)
{
	for (;;) {
		list_print(NPROC + 4, 127);
		fflush(stdout);
		if (--count == 0 || ferror(stdout))
			return;
		if (pause_ticks(ticks ? ticks : 1) < 0)
			tool_die("wait");
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	bool batch = !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
	const char *time = "2s";
	long count = 0;
	int c;

	while ((c = tool_getopt(argc, argv, "bd:n:h", usage)) != -1) {
		batch |= c == 'b';
		time = c == 'd' ? optarg : time;
		count = c == 'n' ? tool_number(optarg, 1, 1000000) : count;
	}
	if (argv[optind])
		tool_usage(usage);
	(batch ? lists_run : screen_run)(tool_ticks(time), count);
	return tool_finish();
}
