/* watch.h - which pages of the RAM somebody wants to see, and who has been sent what.
 *
 * Of each page that anybody watches there is one copy, and the number of the round in which
 * it last changed.  Each watcher has the number of the round that it was sent of each page.
 * So a watcher that is slow gets the newest contents once it takes them, and nothing waits
 * for it in a queue.
 *
 * The machine may write meanwhile: a copy can be torn, but no aligned word of 8 bytes is.
 * No I/O; memory comes from malloc().  A round is one comparison with the RAM. */
#pragma once

#include "lib/types.h"

/* Page @index of the RAM, aligned to 8; NULL: it has only zeros. */
typedef const void *watch_page_fn(void *arg, u64 index);

struct watch {
	watch_page_fn *page;
	void *arg;
	u64 pages;  /* of the RAM                                            */
	u64 copies; /* pages that have a copy: those with only zeros do not  */
	u64 copies_max;
	u32 *slot_of; /* by page: the number of its slot + 1; 0: nobody watches */
	struct watch_slot {
		u64 *copy;   /* NULL: only zeros                          */
		u32 index;   /* the page                                  */
		u32 changed; /* round in which it last did, > WATCH_NEVER */
		u32 refs;    /* watchers; 0: the slot is free, and
			      * `changed` is the next one, as in `free`   */
	} * slot;
	u32 nslots, room;
	u32 free;  /* the first slot that is free, + 1; 0: none */
	u32 round; /* > WATCH_NEVER                             */
};

/* What a watcher was sent of a slot: */
#define WATCH_NOT 0   /* it does not watch the page */
#define WATCH_NEVER 1 /* nothing yet                */

struct watcher {
	struct watch *watch;
	u32 *sent; /* by slot */
	u32 room;
	u32 at; /* the next slot to look at in this round */
};

/* @copies_max: pages that may be kept at most.  False: no memory; nothing to undo. */
bool watch_init(struct watch *w, u64 pages, u64 copies_max, watch_page_fn *page,
		void *arg) MUST_CHECK;
void watch_fini(struct watch *w);

/* Compares all that is watched with the RAM: a new round.  Returns how many pages changed.
 * A page of which no copy can be made for want of memory counts as unchanged, and is tried
 * again in the next round. */
u64 watch_compare(struct watch *w);

void watcher_init(struct watcher *who, struct watch *w);
void watcher_fini(struct watcher *who);

/* Watches [first, first + count); pages that it watches already stay so.  False: they are
 * not all in the RAM, and nothing was done; or no memory, and some were not added. */
bool watcher_add(struct watcher *who, u64 first, u64 count) MUST_CHECK;

/* Watches [first, first + count) no more, as far as it did. */
void watcher_remove(struct watcher *who, u64 first, u64 count);

/* Whether it was not sent the newest of all that it watches. */
bool watcher_due(const struct watcher *who);

/* The round of this watcher begins at the first page again. */
void watcher_begin(struct watcher *who);

/* The next page that is due, and its contents up to the next call of watch_compare() or
 * watcher_remove(); *copy is NULL if it has only zeros.  It counts as sent.  False: there
 * is none up to the end of the round. */
bool watcher_next(struct watcher *who, u32 *index, const u64 **copy) MUST_CHECK;
