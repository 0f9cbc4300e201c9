/* mapped.c - see mapped.h. */

#define _GNU_SOURCE
#include "mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* With more holes than this, what follows counts as data. */
#define MAPPED_RANGES 1024

const char *mapped_open(struct mapped *m, const char *name)
{
	struct stat st;
	void *start;

	*m = (struct mapped){ .fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC) };
	if (m->fd < 0 || fstat(m->fd, &st) < 0)
		return "cannot be opened";
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)PAGE_SIZE)
		return "is no file with the RAM of a machine";
	start = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, m->fd, 0);
	if (start == MAP_FAILED)
		return "cannot be mapped";
	m->start = start;
	m->bytes = (u64)st.st_size;
	m->pages = m->bytes / PAGE_SIZE;
	m->data = calloc(MAPPED_RANGES, sizeof(*m->data));
	if (!m->data)
		return "needs more memory than there is";
	mapped_refresh(m);
	return NULL;
}

void mapped_close(struct mapped *m)
{
	free(m->data);
	if (m->start)
		munmap((void *)(uintptr_t)m->start, (size_t)m->bytes);
	if (m->fd >= 0)
		close(m->fd);
}

void mapped_refresh(struct mapped *m)
{
	struct stat st;
	u64 at = 0;

	m->ndata = 0;
	/* Reading past the end of a file that became shorter would be the end of us. */
	if (fstat(m->fd, &st) < 0 || (u64)st.st_size / PAGE_SIZE < m->pages)
		return;
	while (at < m->pages) {
		struct mapped_range *range = &m->data[m->ndata];
		off_t data = lseek(m->fd, (off_t)(at * PAGE_SIZE), SEEK_DATA);
		off_t hole = data < 0 ? data : lseek(m->fd, data, SEEK_HOLE);

		if (data < 0 && errno == ENXIO)
			return;
		*range = (struct mapped_range){ at, m->pages };
		m->ndata++;
		if (data < 0 || hole < 0)
			return;
		range->first = (u64)data / PAGE_SIZE;
		if (m->ndata < MAPPED_RANGES)
			range->end = DIV_UP((u64)hole, PAGE_SIZE);
		at = range->end;
	}
}

const void *mapped_page(void *arg, u64 index)
{
	const struct mapped *m = arg;
	u32 low = 0, high = m->ndata;

	/* The first range that ends after the page. */
	while (low < high) {
		u32 middle = (low + high) / 2;

		if (m->data[middle].end <= index)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == m->ndata || m->data[low].first > index)
		return NULL;
	return m->start + index * PAGE_SIZE;
}

/* Linux grants a read lease of a file only if nobody has it open for writing. */
bool mapped_is_written(const struct mapped *m)
{
#ifdef F_SETLEASE
	if (fcntl(m->fd, F_SETLEASE, F_RDLCK) < 0)
		return true;
	fcntl(m->fd, F_SETLEASE, F_UNLCK);
	return false;
#else
	(void)m;
	return true;
#endif
}
