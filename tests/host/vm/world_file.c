/* world_file.c - the file of world.h. */
#include "world.h"

#include "lib/string.h"
#include "mm/truncate_maps.h"
#include "uapi/errno.h"

struct world_file world_file;

static int file_read(struct object *obj, struct page *pg)
{
	(void)obj;
	memset(frame_va(pg), pg->index < PAGES ? world_file.disk[pg->index] : 0, PAGE_SIZE);
	object_filled(pg, 0);
	return 0;
}

static void file_get(struct object *obj)
{
	(void)obj;
	world_file.refs++;
}

static void file_put(struct object *obj)
{
	(void)obj;
	assert_true(world_file.refs-- > 0);
}

static u64 file_pages(struct object *obj)
{
	(void)obj;
	return world_file.pages;
}

/* Now and then the page has been replaced by a copy. */
static int file_prepare(struct object *obj, struct page **pg)
{
	struct page *copy;

	if (!object_has_page(obj, *pg))
		return -ESTALE;
	if (world_file.stale) {
		copy = frame_alloc(FRAME_cache, 0);
		if (!copy)
			return -ENOMEM;
		world_file.stale--;
		page_copy(frame_va(copy), frame_va(*pg));
		object_replace_page(obj, *pg, copy);
		frame_put(*pg);
		*pg = copy;
	}
	world_file.dirty[(*pg)->index] = true;
	return 0;
}

static void file_dirty(struct object *obj, struct page *pg)
{
	if (object_has_page(obj, pg))
		world_file.dirty[pg->index] = true;
}

void world_set_length(u64 pages)
{
	world_file.pages = pages;
	object_drop_pages(&world_file.obj, pages);
	for (u64 p = pages; p < PAGES; p++) {
		world_file.disk[p] = 0;
		world_file.dirty[p] = false;
	}
	mappings_cut(&world_file.obj, pages);
}

void world_writeback(void)
{
	struct page *pg;

	list_for_each(pg, &world_file.obj.pages, link) {
		if (world_file.dirty[pg->index])
			world_file.disk[pg->index] = *(u8 *)frame_va(pg);
		world_file.dirty[pg->index] = false;
	}
}

const struct object_ops world_file_ops = {
	.read_page = file_read,
	.get = file_get,
	.put = file_put,
	.pages = file_pages,
	.prepare_write = file_prepare,
	.mark_dirty = file_dirty,
};
