/* ram.c - see ram.h. */

#include "ram/ram.h"

#include "lib/string.h"

static void ram_want(struct ram *ram, u64 index)
{
	for (u32 i = 0; i < ram->nwanted; i++)
		if (ram->wanted[i] == index)
			return;
	if (ram->nwanted < RAM_WANTED)
		ram->wanted[ram->nwanted++] = index;
}

const void *ram_page(struct ram *ram, pa_t pa)
{
	u64 index = (pa - ram->base) / PAGE_SIZE;
	const void *page;

	if (pa < ram->base || index >= ram->pages)
		return NULL;
	page = ram->page(ram->arg, index);
	if (!page)
		ram_want(ram, index);
	return page;
}

void ram_begin(struct ram *ram)
{
	ram->left = MIN(1024 * ram->pages + ((u64)1 << 17), (u64)1 << 29);
}

bool ram_read(struct ram *ram, pa_t pa, void *to, u64 n)
{
	char *out = to;

	if (!ram->left)
		return false;
	ram->left--;
	while (n) {
		u64 at = pa % PAGE_SIZE, part = MIN(n, PAGE_SIZE - at);
		const char *page = ram_page(ram, pa);
		u64 word;

		if (!page)
			return false;
		if (part == sizeof(word) && IS_ALIGNED(at, sizeof(word))) {
			word = __atomic_load_n((const u64 *)(const void *)(page + at),
					       __ATOMIC_RELAXED);
			memcpy(out, &word, sizeof(word));
		} else {
			memcpy(out, page + at, (size_t)part);
		}
		out += part;
		pa += part;
		n -= part;
	}
	return true;
}
