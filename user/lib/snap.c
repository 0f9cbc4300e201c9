/* snap.c - reading the kernel's snapshots; see snap.h. */
#include <snap.h>

#include "sys.h"

#include <errno.h>
#include <stdio.h>
#include <tool.h>

long snapshot(int kind, int pid, unsigned long long start, void *buf, unsigned long bytes)
{
	return sys_result(sys_snapshot(kind, pid, start, buf, bytes));
}

long harvest(int pid, unsigned long long start, void *buf, unsigned long bytes)
{
	return sys_result(sys_harvest(pid, start, buf, bytes));
}

static bool piece_read(struct snap_reader *r, unsigned long long start)
{
	long n = r->kind == SNAP_TOUCHED
			 ? harvest(r->pid, start, r->piece, sizeof(r->piece))
			 : snapshot(r->kind, r->pid, start, r->piece, sizeof(r->piece));

	r->index = 0;
	r->error = n < 0 ? errno : 0;
	if (n >= 0 && r->header.version != SNAP_VERSION)
		r->error = errno = ENOSYS;
	return r->error == 0;
}

bool snap_begin(struct snap_reader *r, int kind, int pid, unsigned long long start)
{
	r->kind = kind;
	r->pid = pid;
	return piece_read(r, start);
}

const void *snap_next(struct snap_reader *r)
{
	const char *records = r->piece + sizeof(r->header);

	while (r->index == r->header.count) {
		if (r->header.next == SNAP_END || !piece_read(r, r->header.next))
			return NULL;
	}
	return records + (unsigned long)r->index++ * r->header.record_bytes;
}

const char *snap_area_name(unsigned kind)
{
	static const char *const names[] = {
#define X(id, name, what) name,
		SNAP_AREA_NAMES(X)
#undef X
	};

	return kind < SNAP_NAREAS ? names[kind] : "?";
}

const char *snap_size(unsigned long long bytes, char buf[24])
{
	static const char units[] = "BKMGT";
	const char *unit = units;

	while (bytes && bytes % 1024 == 0 && unit[1]) {
		bytes /= 1024;
		unit++;
	}
	snprintf(buf, 24, "%llu%c", bytes, *unit);
	return buf;
}

void snap_die(int pid)
{
	char what[32];

	snprintf(what, sizeof(what), "process %d", pid);
	tool_die(what);
}
