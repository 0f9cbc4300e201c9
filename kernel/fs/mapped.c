/* mapped.c - mapped files: what mm asks of the file that a page belongs to.
 *
 * A shared mapping writes straight into the page cache.  Before the first write,
 * mapped_prepare() gives the page its blocks and marks it dirty.  When the hardware's D bit
 * tells of a later write, mapped_dirty() marks the page again.  Neither makes the file
 * longer: bytes past its end in the last page never reach the disk. */
#include "fs/mapped_priv.h"

#include "fs/store/buf_priv.h"
#include "fs/file.h"
#include "fs/file_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "fs/pageio_priv.h"
#include "fs/wb_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "uapi/errno.h"

struct mapped {
	struct inode *ip;
	struct page *pg;
	struct page *spare; /* a frame for a copy if programs run from pg, or NULL */
	bool reserved;      /* a record of wb_reserve() */
	struct buf *ibuf;   /* the inode's, once it is going to change */
	bool write;         /* make the page ready for writes as well */
	u32 mask;           /* bit i: block i of the page lies in the file */
	struct page_blocks blocks;
};

void mapped_get(struct object *obj)
{
	inode_dup(inode_of(obj));
}

void mapped_put(struct object *obj)
{
	inode_put(inode_of(obj));
}

u64 mapped_pages(struct object *obj)
{
	return DIV_UP((u64)__atomic_load_n(&inode_of(obj)->size, __ATOMIC_RELAXED),
		      PAGE_SIZE);
}

int inode_own_page(struct inode *ip, struct page **pg, struct page **copy)
{
	ASSERT(mutex_held(&ip->lock));
	if (!(page_flags(*pg) & PG_TEXT))
		return 0;
	if (__atomic_load_n(&(*pg)->refs, __ATOMIC_ACQUIRE) == 2) {
		/* The references are the cache's and ours, so no program runs from the
		 * page.  While the inode is locked, inode_text_page() gives it to none. */
		page_clear_flags(*pg, PG_TEXT);
		return 0;
	}
	if (!*copy)
		return -EAGAIN;
	/* Until the disk has the page, the copy must not be dropped and read again. */
	while (page_flags(*pg) & PG_WRITEBACK) {
		if (log_commit())
			return -EROFS;
	}
	page_copy(frame_va(*copy), frame_va(*pg));
	object_replace_page(&ip->obj, *pg, *copy);
	wb_move(*pg, *copy);
	frame_put(*pg);
	*pg = *copy;
	*copy = NULL;
	return 0;
}

/* Finds the blocks of the page that lie in the file. */
static int mapped_find_blocks(struct mapped *m)
{
	u32 n = pageio_count(m->ip, m->pg->index);

	m->mask = (1u << n) - 1;
	return pageio_find(m->ip, m->pg->index, 0, n, &m->blocks);
}

static void mapped_mark(struct mapped *m)
{
	u32 mask = m->mask & ~m->blocks.missing;

	if (mask)
		wb_mark(&m->reserved, m->pg, mask, m->blocks.block);
}

/* Gives a place to every missing block of the page.  If there is not room for all, those
 * that got a place keep it, and the rest still read as zeros.  The blocks become dirty in
 * the same transaction, so it does not commit without their contents. */
static int mapped_alloc_missing(struct mapped *m)
{
	struct log_op op;
	int err = inode_buf(m->ip, &m->ibuf);

	if (!err)
		err = pageio_begin(&op, &m->blocks);
	if (err)
		return err;
	err = pageio_alloc(&op, m->ip, &m->blocks);
	mapped_mark(m);
	inode_store(&op, m->ip, m->ibuf);
	log_end(&op);
	return err;
}

/* -EAGAIN: needs m->spare.  -ESTALE: the page no longer belongs to the file. */
static int mapped_prepare_locked(struct mapped *m)
{
	int err;

	if (!object_has_page(&m->ip->obj, m->pg))
		return -ESTALE;
	err = inode_own_page(m->ip, &m->pg, &m->spare);
	if (err || !m->write)
		return err;
	inode_note_change(m->ip);
	err = mapped_find_blocks(m);
	if (!err && m->blocks.missing)
		err = mapped_alloc_missing(m);
	else if (!err)
		mapped_mark(m);
	return err;
}

static void mapped_finish(struct mapped *m)
{
	inode_put_buf(m->ip, m->ibuf);
	wb_unreserve(m->reserved);
	if (m->spare)
		frame_put(m->spare);
}

static int mapped_prepare_page(struct object *obj, struct page **pg, bool write)
{
	struct mapped m = { .ip = inode_of(obj), .pg = *pg, .write = write };
	int err;

	for (;;) {
		err = wb_reserve(&m.reserved);
		if (err)
			break;
		inode_lock(m.ip);
		err = mapped_prepare_locked(&m);
		inode_unlock(m.ip);
		if (err != -EAGAIN || m.spare)
			break;
		wb_unreserve(m.reserved);
		m.reserved = false;
		m.spare = frame_alloc(FRAME_cache, 0);
		if (!m.spare) {
			err = -ENOMEM;
			break;
		}
	}
	mapped_finish(&m);
	*pg = m.pg;
	return err;
}

int mapped_prepare(struct object *obj, struct page **pg)
{
	return mapped_prepare_page(obj, pg, true);
}

int mapped_own(struct object *obj, struct page **pg)
{
	return mapped_prepare_page(obj, pg, false);
}

/* A writer looks at PG_TEXT and writes without giving up the inode lock in between.  The
 * flag is set under the same lock: so a page is written before it runs, or it is replaced.
 * The lock also keeps the size stable. */
int inode_text_page(struct inode *ip, u64 index, struct page **out)
{
	struct page *pg;
	int err;

	if (index >= mapped_pages(&ip->obj))
		return -ENOEXEC; /* past the end: do not read it */
	err = object_get_page(&ip->obj, index, &pg);
	if (err)
		return err;
	inode_lock(ip);
	if ((index + 1) * PAGE_SIZE > ip->size)
		err = -ENOEXEC;
	else if (!object_give_text(&ip->obj, pg))
		err = -EAGAIN;
	inode_unlock(ip);
	if (err)
		frame_put(pg);
	else
		*out = pg;
	return err;
}

void mapped_dirty(struct object *obj, struct page *pg)
{
	struct mapped m = { .ip = inode_of(obj), .pg = pg };

	if (wb_reserve(&m.reserved))
		return; /* the disk has failed, which has been reported */
	inode_lock(m.ip);
	if (object_has_page(obj, pg) && mapped_find_blocks(&m) == 0)
		mapped_mark(&m);
	inode_unlock(m.ip);
	mapped_finish(&m);
}

int file_mappable(struct file *f, bool write, struct object **out)
{
	if (f->kind != FILE_INODE)
		return -ENODEV;
	if (!f->readable || (write && !f->writable))
		return -EACCES;
	*out = inode_object(f->ip);
	return *out ? 0 : -ENODEV;
}
