/* tour - show the memory of processes in situations, one after the other */
#include "tour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: tour [-ly] [NAME...]\n"
	"Bring about situations in which there is something to see of virtual memory,\n"
	"and stop there; without a NAME all, one after the other.  Look at them with\n"
	"`./run --view`, or with the commands that each stop names.\n"
	"  -l   list the names       -y   do not wait, but run the commands\n"
	"At a stop: Enter goes on, c and Enter runs the commands, q and Enter ends.\n";

static const struct {
	const char *name, *what;
	void (*run)(void);
} situations[] = {
#define X(name, what) { #name, what, situation_##name },
	SITUATIONS(X)
#undef X
};

#define COUNT (sizeof(situations) / sizeof(situations[0]))

static const char *current;
static int number;
static bool waits = true;

void tour_fail(const char *what)
{
	tool_warn(what);
	child_end();
	exit(1);
}

static void run(const char *command)
{
	fflush(stdout);
	if (system(command) < 0)
		tool_warn("sh");
}

/* Puts the process and the address into the commands. */
static void commands_make(char *to, size_t size, const char *commands, int pid,
			  unsigned long va)
{
	size_t n = 0;

	while (*commands && n + 20 < size) {
		if (strncmp(commands, "%d", 2) == 0) {
			n += (size_t)snprintf(to + n, size - n, "%d", pid);
			commands += 2;
		} else if (strncmp(commands, "%lx", 3) == 0) {
			n += (size_t)snprintf(to + n, size - n, "%lx", va);
			commands += 3;
		} else {
			to[n++] = *commands++;
		}
	}
	to[n] = '\0';
}

void tour_stop(int pid, unsigned long va, const char *text, const char *commands)
{
	char command[128], line[80];

	commands_make(command, sizeof(command), commands, pid, va);
	printf("\n[tour %s %d pid=%d va=0x%lx]\n%s  c: %s\n", current, ++number, pid, va,
	       text, command);
	if (!waits) {
		run(command);
		return;
	}
	for (;;) {
		fputs("Enter: on, c: run that, q: end> ", stdout);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin) || line[0] == 'q')
			break;
		if (line[0] != 'c')
			return;
		run(command);
	}
	child_end();
	puts("[tour end]");
	exit(tool_finish());
}

static void situation_run(size_t i)
{
	current = situations[i].name;
	number = 0;
	printf("\n%s%s: %s%s\n", tool_colour(BOLD), current, situations[i].what,
	       tool_colour(PLAIN));
	fflush(stdout);
	situations[i].run();
}

static void situation_named(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(name, situations[i].name) == 0) {
			situation_run(i);
			return;
		}
	tool_refuse(name, "there is no such situation; tour -l lists them");
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "lyh", usage)) != -1) {
		if (c == 'l') {
			for (size_t i = 0; i < COUNT; i++)
				printf("%-6s %s\n", situations[i].name, situations[i].what);
			return tool_finish();
		}
		waits = false;
	}
	argv += optind;
	if (!*argv)
		for (size_t i = 0; i < COUNT; i++)
			situation_run(i);
	for (; *argv; argv++)
		situation_named(*argv);
	puts("\n[tour end]");
	return tool_finish();
}
