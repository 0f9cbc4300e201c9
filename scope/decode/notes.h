/* notes.h - what the kernel keeps for people: messages, events, boot options. */
#pragma once

#include "ram/kernel.h"
#include "uapi/event.h"

/* Copies up to @n bytes of the messages since boot, from byte *@from on, or from the oldest
 * that is kept; *@from is then that.  Returns how many. */
u64 notes_messages(struct kernel *k, u64 *from, char *to, u64 n);

/* How many events @hart has recorded; their numbers are 1 to that. */
u64 notes_recorded(struct kernel *k, u64 hart);

/* Event @number of @hart.  False: it was overwritten, or is not complete. */
bool notes_event(struct kernel *k, u64 hart, u64 number, struct event *e) MUST_CHECK;

struct note_option {
	char name[24], value[40]; /* the value in effect; cut if longer */
};

bool notes_option(struct kernel *k, u64 i, struct note_option *o) MUST_CHECK;
