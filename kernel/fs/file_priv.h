/* file_priv.h - the table of open files. */
#pragma once

#include "core/sync/mutex.h"
#include "fs/file.h"

struct inode;
struct pipe;

enum file_kind { FILE_NONE, FILE_INODE, FILE_DEVICE, FILE_PIPE };

struct file {
	u32 refs;            /* (A) 0: free                                          */
	enum file_kind kind; /* (C) while open, as is all but off                   */
	bool readable, writable, append;
	struct mutex lock;      /* one read or write at a time moves the offset         */
	u64 off;                /* (lock) bytes                                         */
	struct inode *ip;       /* FILE_INODE, FILE_DEVICE; with a reference            */
	struct pipe *pipe;      /* FILE_PIPE                                            */
	struct file *next_free; /* (fstable) */
};

void file_init(void);

/* A file of kind FILE_NONE with one reference, or -ENFILE; and its undoing. */
int file_alloc(struct file **out) MUST_CHECK;
void file_free(struct file *f);

/* Makes @f an open file of @ip, whose reference moves to it; @flags of fcntl.h. */
void file_set_inode(struct file *f, struct inode *ip, int flags);
