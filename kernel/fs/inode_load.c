/* inode_load.c - the 64 bytes of an inode on the disk, and in memory. */
#include "fs/inode_priv.h"

#include "fs/store/buf_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/log_priv.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

void inode_unload(struct inode *ip)
{
	ip->whole = (struct inode_words){ .word = { 0 } };
	ip->goal = ip->next_page = ip->free_slot = ip->searches = 0;
	ip->unindexed = false;
}

static struct inode_words *inode_in_buf(const struct inode *ip, struct buf *b)
{
	return (struct inode_words *)(void *)b->data + ip->ino % FS_INODES_PER_BLOCK;
}

int inode_load(struct inode *ip)
{
	struct buf *b;
	int err = inode_keep_buf(ip);

	if (!err)
		err = inode_buf(ip, &b);
	if (err)
		return err;
	inode_unload(ip);
	ip->whole = *inode_in_buf(ip, b);
	inode_put_buf(ip, b);
	if (ip->type < T_DIR || ip->type > T_SYMLINK || ip->nlink < 0)
		return -EIO;
	__atomic_store_n(&ip->loaded, true, __ATOMIC_RELEASE);
	inode_note_names(ip);
	return 0;
}

int inode_buf(const struct inode *ip, struct buf **out)
{
	*out = ip->buf;
	return *out ? 0 : buf_get(geo_inode_block(ip->ino), out);
}

void inode_put_buf(const struct inode *ip, struct buf *b)
{
	if (b && b != ip->buf)
		buf_put(b);
}

void inode_store(struct log_op *op, struct inode *ip, struct buf *b)
{
	*inode_in_buf(ip, b) = ip->whole;
	ip->making = false;
	inode_note_names(ip);
	log_write(op, b);
}

void inode_stat(struct inode *ip, struct stat *st)
{
	inode_lock(ip);
	*st = (struct stat){
		.dev = 1,
		.ino = ip->ino,
		.type = ip->type,
		.nlink = ip->nlink,
		.size = ip->size,
	};
	inode_unlock(ip);
}
