/* fsck.h - finds and repairs what is inconsistent in an image in memory.
 *
 * fsck_run() always repairs the copy that it is given; a caller that only checks throws
 * the copy away.  So a check and a repair print exactly the same.  The input may be any
 * bytes.  Memory is a small multiple of the image's size, and time is almost linear in
 * it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "fsimg.h"

/* X(kind, tag that is printed).  Notes come first, up to FSCK_NOTES. */
/* clang-format off */
#define FSCK_KINDS(X)                                                                \
	X(FSCK_NOTE_LOG, "log-pending")       /* a committed log to be replayed   */ \
	X(FSCK_NOTE_ORPHAN, "orphan")         /* nlink 0: freed at the next mount */ \
	X(FSCK_NOTE_TAIL, "image-tail")       /* file is longer than its size     */ \
	X(FSCK_SUPER, "super")                /* unusable superblock: refused     */ \
	X(FSCK_NBLOCKS, "nblocks")            /* count of data blocks is wrong    */ \
	X(FSCK_LOG, "log")                    /* log header is malformed          */ \
	X(FSCK_ROOT, "root")                  /* inode 1 is not a directory       */ \
	X(FSCK_TYPE, "inode-type")            /* a type that does not exist       */ \
	X(FSCK_RANGE, "inode-range")          /* an inode past ninodes            */ \
	X(FSCK_SIZE, "inode-size")            /* more than the map can hold       */ \
	X(FSCK_DEVICE, "device-blocks")       /* a device with size or blocks     */ \
	X(FSCK_BLOCK_RANGE, "block-range")    /* address outside the data area    */ \
	X(FSCK_BLOCK_TWICE, "block-twice")    /* block with two owners            */ \
	X(FSCK_BLOCK_PAST, "block-past-end")  /* block past the end of its file   */ \
	X(FSCK_DIR_SIZE, "dir-size")          /* not whole entries, or below two  */ \
	X(FSCK_DOT, "dot")                    /* first entry is not "." to itself */ \
	X(FSCK_DOTDOT, "dotdot")              /* second is not ".." to the parent */ \
	X(FSCK_DOT_EXTRA, "dot-extra")        /* "." or ".." elsewhere            */ \
	X(FSCK_ENTRY_RANGE, "entry-range")    /* entry to an impossible inode     */ \
	X(FSCK_ENTRY_FREE, "entry-free")      /* entry to a free inode            */ \
	X(FSCK_ENTRY_PAST, "entry-past-end")  /* entry past the directory's end   */ \
	X(FSCK_NAME_EMPTY, "name-empty")      /* */                                  \
	X(FSCK_NAME_SLASH, "name-slash")      /* */                                  \
	X(FSCK_NAME_PAD, "name-padding")      /* bytes after the name's NUL       */ \
	X(FSCK_NAME_TWICE, "name-twice")      /* two entries of one name          */ \
	X(FSCK_DIR_TWICE, "dir-twice")        /* second entry to a directory      */ \
	X(FSCK_UNREACHABLE, "unreachable")    /* has links, but no entry names it */ \
	X(FSCK_ORPHAN, "orphan-strict")       /* orphan, with strict on           */ \
	X(FSCK_NLINK, "link-count")           /* */                                  \
	X(FSCK_LINKS, "too-many-links")       /* more than a link count can hold  */ \
	X(FSCK_BIT_CLEAR, "bitmap-clear")     /* in use, marked free              */ \
	X(FSCK_BIT_SET, "bitmap-set")         /* not in use, marked used          */ \
	X(FSCK_BIT_META, "bitmap-meta")       /* metadata marked free             */ \
	X(FSCK_BIT_TAIL, "bitmap-tail")       /* bits past the last block         */ \
	X(FSCK_NO_ROOM, "no-room")            /* no block left to repair with     */

enum fsck_kind {
#define X(kind, tag) kind,
	FSCK_KINDS(X)
#undef X
	FSCK_NKINDS
};
/* clang-format on */

#define FSCK_NOTES (FSCK_NOTE_TAIL + 1)

struct fsck_options {
	bool strict; /* orphans are errors                     */
	FILE *out;   /* findings, one per line; NULL: silent   */
};

struct fsck_report {
	uint32_t count[FSCK_NKINDS];
	uint32_t notes;  /* sum of the notes                                     */
	uint32_t errors; /* sum of the rest                                      */
	bool refused;    /* an error cannot be repaired; the image is repaired
			  * as far as possible                                   */
	uint32_t inodes_used, blocks_used; /* data blocks */
};

/* Checks and repairs @img.  0, or -FSIMG_ENOMEM with nothing said about the
 * image.  @img->big is set by the caller. */
int fsck_run(struct fsimg *img, const struct fsck_options *opt, struct fsck_report *rep);

const char *fsck_kind_name(enum fsck_kind kind);
