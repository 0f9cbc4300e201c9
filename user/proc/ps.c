/* ps - list the processes */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>
#include <usyscall.h>

static const char usage[] =
	"usage: ps [-ef | aux] [-p PID[,PID]...]\n"
	"List the processes, lowest PID first.  HART is where one runs or last ran,\n"
	"SIZE its address space up to the break, MEM the memory that it uses, TIME its\n"
	"processor time in seconds.  -ef changes nothing: it is all processes.  aux has\n"
	"other columns, in their usual order.\n"
	"  -p   only these processes; status 1 if there is none of them\n";

static int compare_pids(const void *a, const void *b)
{
	const struct procinfo *p = a, *q = b;

	return (p->pid > q->pid) - (p->pid < q->pid);
}

static const char *state_name(int state)
{
	static const char *const names[] = {
		[PS_NEW] = "new",         [PS_READY] = "ready",
		[PS_RUNNING] = "running", [PS_SLEEPING] = "sleeping",
		[PS_ZOMBIE] = "zombie",   [PS_STOPPED] = "stopped"
	};

	return state >= PS_NEW && state <= PS_STOPPED ? names[state] : "?";
}

/* When it started, as time of day; or `-`, if the machine does not know the time. */
static const char *start_of(const struct procinfo *p, char buf[16])
{
	unsigned long long boot = usyscall_page()->real_boot_ns / 1000000000;
	time_t at = (time_t)(boot + p->started / 1000000);
	struct tm *tm = localtime(&at);

	if (!boot || !tm)
		return "-";
	strftime(buf, 16, "%H:%M", tm);
	return buf;
}

static void print_users_columns(const struct procinfo *list, int count)
{
	unsigned long long age, now = (unsigned long long)clock_ns() / 1000;
	struct meminfo m;
	char buf[16];

	if (meminfo(&m) < 0)
		tool_die("memory");
	puts("USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND");
	for (const struct procinfo *p = list; p < list + count; p++) {
		unsigned long long cpu, mem = p->resident * 1000 / m.total;

		age = now > p->started ? now - p->started : 1;
		cpu = p->cputime * 1000 / age;
		printf("root     %5d %2llu.%llu %2llu.%llu %6llu %5llu console  %c    %5s "
		       "%3llu:%02llu %.*s\n",
		       p->pid, cpu / 10, cpu % 10, mem / 10, mem % 10, p->size / 1024,
		       p->resident * 4, "?RRRSZT"[p->state <= PS_STOPPED ? p->state : 0],
		       start_of(p, buf), p -> cputime / 60000000,
		       p -> cputime / 1000000 % 60, (int)sizeof(p->name), p->name);
	}
}

/* `aux` and the like, without a dash. */
static bool is_letters(const char *text)
{
	return *text && text[strspn(text, "axuwe")] == '\0';
}

/* Whether @pid is in @text, numbers with commas or blanks between. */
static bool pids_have(const char *text, int pid)
{
	bool found = false;
	char number[16];
	size_t n;

	for (; *text; text += n + (text[n] != '\0')) {
		n = strcspn(text, ", ");
		snprintf(number, sizeof(number), "%.*s", (int)n, text);
		found |= n && tool_number(number, 1, INT_MAX) == pid;
	}
	return found;
}

/* Leaves those in @list whose number is in one of the @n texts; returns how many. */
static int list_choose(struct procinfo *list, int count, const char *const *pids, int n)
{
	int kept = 0;

	for (int i = 0; i < count; i++) {
		bool found = false;

		for (int k = 0; k < n; k++)
			found |= pids_have(pids[k], list[i].pid);
		if (found)
			list[kept++] = list[i];
	}
	if (!kept)
		tool_status = 1;
	return kept;
}

int main(int argc, char **argv)
{
	static struct procinfo list[NPROC];
	const char *pids[NPROC];
	bool users = false;
	int c, count, npids = 0;

	while ((c = tool_getopt(argc, argv, "aAefuxp:h", usage)) != -1) {
		users |= c == 'u';
		if (c == 'p' && npids < NPROC)
			pids[npids++] = optarg;
	}
	for (; argv[optind] && is_letters(argv[optind]); optind++)
		users |= strchr(argv[optind], 'u') != NULL;
	if (argv[optind])
		tool_usage(usage);
	count = procinfo(list, NPROC);
	if (count < 0)
		tool_die("processes");
	if (count > NPROC)
		count = NPROC;
	if (npids)
		count = list_choose(list, count, pids, npids);
	qsort(list, (size_t)count, sizeof(list[0]), compare_pids);
	if (users) {
		print_users_columns(list, count);
		return tool_finish();
	}
	puts("  PID  PPID STATE    HART     SIZE      MEM     TIME NAME");
	for (struct procinfo *p = list; p < list + count; p++)
		printf("%5d %5d %-8s %4d %7lluK %7lluK %5llu.%02llu %.*s\n", p->pid,
		       p->ppid, state_name(p->state), p->hart, p->size / 1024,
		       p->resident * 4, p->cputime / 1000000, p->cputime / 10000 % 100,
		       (int)sizeof(p->name), p->name);
	return tool_finish();
}
