/* qmp.c - see qmp.h. */

#include "serve/qmp.h"

#include <string.h>

static enum qmp_event qmp_event(const char *line)
{
	static const char *const words[] = {
		[QMP_GREETING] = "{\"QMP\": ",
		[QMP_ERROR] = "{\"error\": ",
		[QMP_STOP] = "\"event\": \"STOP\"",
		[QMP_RESUME] = "\"event\": \"RESUME\"",
		[QMP_RESET] = "\"event\": \"RESET\"",
	};

	for (u32 i = QMP_GREETING; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return i;
	if (strncmp(line, "{\"return\": ", 11) == 0 && strstr(line, "\"running\": false"))
		return QMP_STOP;
	if (strstr(line, "\"event\": \"SHUTDOWN\"") && strstr(line, "\"guest\": false"))
		return QMP_SHUTDOWN;
	return QMP_NOTHING;
}

u64 qmp_take(struct qmp *q, const char *bytes, u64 n, enum qmp_event *event)
{
	*event = QMP_NOTHING;
	for (u64 i = 0; i < n; i++) {
		if (bytes[i] == '\n') {
			q->line[q->n] = '\0';
			q->n = 0;
			*event = qmp_event(q->line);
			return i + 1;
		}
		if (q->n + 1 < sizeof(q->line))
			q->line[q->n++] = bytes[i];
	}
	return n;
}
