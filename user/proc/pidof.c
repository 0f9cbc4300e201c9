/* pidof - print the numbers of the processes that run a program */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: pidof [-s] NAME...\n"
	"Print the numbers of the processes that run a program NAME, newest first.\n"
	"Status 1: there are none.\n"
	"  -s   only one\n";

static int compare_pids(const void *a, const void *b)
{
	const struct procinfo *p = a, *q = b;

	return (p->pid < q->pid) - (p->pid > q->pid);
}

static bool is_named(const struct procinfo *p, char **names)
{
	for (; *names; names++)
		if (p->state != PS_ZOMBIE &&
		    strncmp(p->name, tool_basename(*names), sizeof(p->name) - 1) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static struct procinfo list[NPROC];
	bool only_one = false, found = false;
	int c, count;

	while ((c = tool_getopt(argc, argv, "sh", usage)) != -1)
		only_one |= c == 's';
	if (!argv[optind])
		tool_usage(usage);
	count = procinfo(list, NPROC);
	if (count < 0)
		tool_die("processes");
	count = count > NPROC ? NPROC : count;
	qsort(list, (size_t)count, sizeof(*list), compare_pids);
	for (int i = 0; i < count && !(found && only_one); i++) {
		if (!is_named(&list[i], argv + optind))
			continue;
		printf("%s%d", found ? " " : "", list[i].pid);
		found = true;
	}
	if (found)
		putchar('\n');
	return tool_finish() ? 1 : !found;
}
