/* qmp.h - QEMU's control channel: what its lines say.  Pure.
 *
 * A line is one JSON object.  Texts of others in it have their quotes escaped, so the few
 * words that are looked for can stand in no text. */
#pragma once

#include "lib/types.h"

enum qmp_event {
	QMP_NOTHING,
	QMP_GREETING,
	QMP_ERROR, /* a command failed */
	QMP_STOP,  /* also the answer that it stands still */
	QMP_RESUME,
	QMP_RESET,
	QMP_SHUTDOWN, /* somebody here wanted it: a signal, the monitor */
};

#define QMP_LINE 4096 /* longer lines are cut */

struct qmp {
	char line[QMP_LINE];
	u32 n;
};

/* Takes the next bytes up to the end of a line.  Returns how many it took; *event is what
 * the line says, QMP_NOTHING also if it has not ended. */
u64 qmp_take(struct qmp *q, const char *bytes, u64 n, enum qmp_event *event);
