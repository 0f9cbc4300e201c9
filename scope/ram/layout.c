/* layout.c - see layout.h. */

#include "ram/layout.h"

#include "lib/string.h"

#define ITEMS_MAX 4096 /* of a descriptor */

static const struct {
	const char *name;
	u32 kind;
} layout_wanted[LAYOUT_COUNT] = {
#define X(id, name, kind) { name, DESCRIPTOR_##kind },
	LAYOUT_ITEMS(X)
#undef X
};

bool layout_find(struct ram *ram, u64 *index)
{
	for (*index = 0; *index < ram->pages; ++*index) {
		const char *page = ram->page(ram->arg, *index);

		if (page && memcmp(page, DESCRIPTOR_MAGIC, sizeof(DESCRIPTOR_MAGIC)) == 0)
			return true;
	}
	return false;
}

static bool layout_refuse(struct layout *layout, const char *why)
{
	layout->why = why;
	return false;
}

static bool layout_check_head(struct layout *layout, struct ram *ram, u64 index)
{
	const struct descriptor *d = &layout->head;

	if (memcmp(d->magic, DESCRIPTOR_MAGIC, sizeof(d->magic)) != 0)
		return layout_refuse(layout, "no descriptor is there");
	if (d->version != DESCRIPTOR_VERSION)
		return layout_refuse(layout, "the descriptor is of another version");
	if (!IS_ALIGNED(d->self, PAGE_SIZE) || d->self < index * PAGE_SIZE ||
	    d->item_bytes != sizeof(struct descriptor_item) || d->items_end < d->items ||
	    (d->items_end - d->items) / d->item_bytes > ITEMS_MAX ||
	    d->image_end < d->image || d->direct_end < d->direct)
		return layout_refuse(layout, "the descriptor makes no sense");
	ram->base = d->self - index * PAGE_SIZE;
	return true;
}

static void layout_take(struct layout *layout, struct descriptor_item *from)
{
	from->name[sizeof(from->name) - 1] = '\0';
	for (u32 id = 0; id < LAYOUT_COUNT; id++) {
		if (from->kind != layout_wanted[id].kind ||
		    strcmp(from->name, layout_wanted[id].name) != 0)
			continue;
		layout->item[id] = (struct layout_item){
			.value = from->value,
			.count = MIN(from->count, (u64)LAYOUT_ARRAY_MAX),
			.size = from->size,
		};
	}
}

bool layout_load(struct layout *layout, struct ram *ram, u64 index)
{
	struct descriptor_item item;

	memset(layout, 0, sizeof(*layout));
	layout->missing = "";
	ram->base = 0;
	ram_begin(ram);
	if (!ram_read(ram, index * PAGE_SIZE, &layout->head, sizeof(layout->head)))
		return layout_refuse(layout, "the descriptor cannot be read");
	if (!layout_check_head(layout, ram, index))
		return false;
	for (pa_t at = layout->head.items; at < layout->head.items_end;
	     at += sizeof(item)) {
		if (!ram_read(ram, at, &item, sizeof(item)))
			return layout_refuse(layout, "the items are not at hand");
		layout_take(layout, &item);
	}
	for (u32 id = 0; id < LAYOUT_COUNT; id++) {
		if (layout->item[id].count)
			continue;
		layout->missing = layout_wanted[id].name;
		return layout_refuse(layout, "this kernel does not describe ");
	}
	return true;
}
