/* file_priv.h - the table of open files. */
#pragma once

#include "core/sync/mutex.h"
#include "fs/file.h"

struct inode;
struct pipe;
struct port;

enum file_kind { FILE_NONE, FILE_INODE, FILE_DEVICE, FILE_PIPE, FILE_SOCKET };

struct file {
	u32 used;            /* (A) 0: free                                          */
	u32 refs;            /* (A) */
	enum file_kind kind; /* (C) while open, as are all fields but off           */
	bool readable, writable, append;
	struct mutex lock; /* one read or write at a time moves the offset         */
	u64 off;           /* (lock) bytes                                         */
	struct inode *ip;  /* FILE_INODE, FILE_DEVICE; with a reference            */
	union {
		struct pipe *pipe; /* FILE_PIPE                                         */
		struct port *port; /* FILE_SOCKET                                       */
	};
};

void file_init(void);

/* Takes a file of kind FILE_NONE, with one reference, from the table.  -ENFILE: each was in
 * use when this looked at it.  file_free() gives it back. */
int file_alloc(struct file **out) MUST_CHECK;
void file_free(struct file *f);

/* Opens @f for @ip, with @flags as in fcntl.h.  The reference of @ip moves to @f. */
void file_set_inode(struct file *f, struct inode *ip, int flags);
