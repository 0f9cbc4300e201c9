/* pid.c - which process an argument names; see tool.h. */
#include <tool.h>

#include <ctype.h>
#include <limits.h>
#include <pagoda.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void pid_refuse(const char *text, const char *reason)
{
	tool_warnx(text, reason);
	exit(1);
}

/* The first few PIDs of @name, as many as there is room for. */
static void pid_list(const struct procinfo *list, int n, const char *name, char reason[64])
{
	size_t len = (size_t)snprintf(reason, 64, "several processes have that name:");

	for (int i = 0; i < n; i++)
		if (strncmp(list[i].name, name, sizeof(list[i].name)) == 0 && len < 52)
			len += (size_t)snprintf(reason + len, 64 - len, " %d", list[i].pid);
}

static int pid_by_name(const char *name)
{
	static struct procinfo list[NPROC];
	int n = procinfo(list, NPROC), found = 0, pid = 0;
	char reason[64];

	if (n < 0)
		tool_die(name);
	n = n < NPROC ? n : NPROC;
	for (int i = 0; i < n; i++) {
		if (strncmp(list[i].name, name, sizeof(list[i].name)) != 0)
			continue;
		found++;
		pid = list[i].pid;
	}
	if (found == 1)
		return pid;
	if (!found)
		pid_refuse(name, "no process has that name");
	pid_list(list, n, name, reason);
	pid_refuse(name, reason);
}

int tool_pid(const char *text, int min)
{
	if (isdigit((unsigned char)text[*text == '-']))
		return (int)tool_number(text, min, INT_MAX);
	return pid_by_name(text);
}
