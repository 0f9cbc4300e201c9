/* snap_machine.c - the disk, and the messages of the kernel. */

#include "core/report/klog.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "obs/snap/snap_priv.h"

void snap_disk(struct snap *s)
{
	struct fs_space space;
	struct snap_disk *r;

	if (s->start)
		return;
	fs_space(&space);
	r = snap_add(s);
	strlcpy(r->name, space.name, sizeof(r->name));
	r->block = space.block;
	r->blocks = space.blocks;
	r->available = space.available;
	r->read_only = space.read_only;
}

void snap_messages(struct snap *s)
{
	u64 at = s->start;
	char text[SNAP_BYTES_MAX];
	u64 n;

	while ((n = klog_read(&at, text, sizeof(text))) > 0) {
		struct snap_bytes *r;

		if (s->header->count == s->room) {
			s->header->next = at;
			return;
		}
		r = snap_add(s);
		r->at = at;
		r->count = (u32)n;
		r->is_there = 1;
		memcpy(r->byte, text, n);
		at += n;
	}
}
