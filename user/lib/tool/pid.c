/* pid.c - which process an argument names; see tool.h. */
#include <tool.h>

#include <ctype.h>
#include <limits.h>
#include <pagoda.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first few PIDs of @name, as many as there is room for. */
static void pid_list(const struct procinfo *list, int n, const char *name, char reason[64])
{
	size_t len = (size_t)snprintf(reason, 64, "several processes have that name:");

	for (int i = 0; i < n; i++)
		if (strncmp(list[i].name, name, sizeof(list[i].name)) == 0 && len < 52)
			len += (size_t)snprintf(reason + len, 64 - len, " %d", list[i].pid);
}

/* As tool_pid_wrong() for a name. */
static const char *pid_by_name(const char *name, int *pid)
{
	static struct procinfo list[NPROC];
	static char reason[64];
	int n = procinfo(list, NPROC), found = 0;

	if (n < 0)
		return tool_reason();
	n = n < NPROC ? n : NPROC;
	for (int i = 0; i < n; i++) {
		if (strncmp(list[i].name, name, sizeof(list[i].name)) != 0)
			continue;
		found++;
		*pid = list[i].pid;
	}
	if (found == 1)
		return NULL;
	if (!found)
		return "no process has that name";
	pid_list(list, n, name, reason);
	return reason;
}

bool tool_pid_is_number(const char *text)
{
	return isdigit((unsigned char)text[*text == '-']);
}

const char *tool_pid_wrong(const char *text, int min, int *pid)
{
	const char *wrong;
	long number;

	if (!tool_pid_is_number(text))
		return pid_by_name(text, pid);
	wrong = tool_number_wrong(text, min, INT_MAX, &number);
	if (!wrong)
		*pid = (int)number;
	return wrong;
}

int tool_pid(const char *text, int min)
{
	const char *wrong;
	int pid = 0;

	if (tool_pid_is_number(text))
		return (int)tool_number(text, min, INT_MAX);
	wrong = pid_by_name(text, &pid);
	if (wrong) {
		tool_warnx(text, wrong);
		exit(1);
	}
	return pid;
}
