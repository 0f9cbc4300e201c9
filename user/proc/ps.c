/* ps - list the processes */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: ps\n"
	"List the processes, lowest PID first.  HART is where a process runs or last ran,\n"
	"SIZE its address space up to the break, MEM the memory that it uses, TIME its\n"
	"processor time in seconds.\n";

static int compare_pids(const void *a, const void *b)
{
	const struct procinfo *p = a, *q = b;

	return (p->pid > q->pid) - (p->pid < q->pid);
}

static const char *state_name(int state)
{
	static const char *const names[] = { [PS_NEW] = "new",
					     [PS_READY] = "ready",
					     [PS_RUNNING] = "running",
					     [PS_SLEEPING] = "sleeping",
					     [PS_ZOMBIE] = "zombie" };

	return state >= PS_NEW && state <= PS_ZOMBIE ? names[state] : "?";
}

int main(int argc, char **argv)
{
	static struct procinfo list[NPROC];
	int count;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	count = procinfo(list, NPROC);
	if (count < 0)
		tool_die("processes");
	if (count > NPROC)
		count = NPROC;
	qsort(list, (size_t)count, sizeof(list[0]), compare_pids);
	puts("  PID  PPID STATE    HART     SIZE      MEM     TIME NAME");
	for (struct procinfo *p = list; p < list + count; p++)
		printf("%5d %5d %-8s %4d %7lluK %7lluK %5llu.%02llu %.*s\n", p->pid,
		       p->ppid, state_name(p->state), p->hart, p->size / 1024,
		       p->resident * 4, p->cputime / 1000000, p->cputime / 10000 % 100,
		       (int)sizeof(p->name), p->name);
	return tool_finish();
}
