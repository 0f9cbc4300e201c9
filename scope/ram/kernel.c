/* kernel.c - see kernel.h. */

#include "ram/kernel.h"

#include "arch/riscv/pte.h"
#include "lib/string.h"

static bool kernel_refuse(struct kernel *k, const char *why)
{
	k->layout.why = why;
	return false;
}

/* A struct page lies within one page, and its fields within it. */
static bool kernel_pages_are_plain(const struct kernel *k)
{
	u64 each = k->layout.item[LAYOUT_page].size;

	if (each < sizeof(u64) || PAGE_SIZE % each)
		return false;
	for (enum layout_id id = LAYOUT_page_refs; id <= LAYOUT_page_heat; id++) {
		const struct layout_item *item = &k->layout.item[id];

		if (item->value > each ||
		    MIN((u64)item->size, sizeof(u64)) > each - item->value)
			return false;
	}
	return true;
}

bool kernel_open(struct kernel *k, struct ram *ram, u64 index)
{
	va_t span, pt;

	memset(k, 0, sizeof(*k));
	k->ram = ram;
	if (!layout_load(&k->layout, ram, index))
		return false;
	if (!kernel_pages_are_plain(k))
		return kernel_refuse(k, "the descriptor makes no sense");
	span = kernel_element(k, LAYOUT_frame_span, 0);
	pt = kernel_element(k, LAYOUT_kernel_pt, 0);
	k->frame_table = kernel_field(k, span, LAYOUT_frame_span_table);
	k->frame_base = kernel_field(k, span, LAYOUT_frame_span_base);
	k->frames = kernel_field(k, span, LAYOUT_frame_span_total);
	k->root = kernel_field(k, pt, LAYOUT_pt_root);
	if (k->unreadable)
		return kernel_refuse(k, "the kernel's data cannot be read");
	if (k->frame_table % k->layout.item[LAYOUT_page].size)
		return kernel_refuse(k, "the frame table is not aligned");
	if (!k->frames || !k->root)
		return kernel_refuse(k, "the kernel has not booted so far");
	if (k->frames > ram->pages ||
	    k->frame_base > (ram->base >> PAGE_SHIFT) + ram->pages - k->frames)
		return kernel_refuse(k, "the kernel has more RAM than there is here");
	return true;
}

/* The walk through the kernel's own table, for what is in neither of the two ranges. */
static bool kernel_walk(struct kernel *k, va_t va, pa_t *pa)
{
	pa_t table = k->root;

	for (int level = PT_LEVELS - 1; level >= 0; level--) {
		pte_t e;

		if (!ram_read(k->ram, table + level_index(va, level) * sizeof(e), &e,
			      sizeof(e)))
			return false;
		*pa = pte_pa(e) + va % level_size(level);
		if (pte_is_leaf(e))
			return true;
		if (!pte_is_table(e, level))
			return false;
		table = pte_pa(e);
	}
	return false;
}

static bool kernel_pa(struct kernel *k, va_t va, pa_t *pa)
{
	const struct descriptor *d = &k->layout.head;

	if (va >= d->image && va < d->image_end)
		*pa = va - d->image_offset;
	else if (va >= d->direct && va < d->direct_end)
		*pa = va - d->direct;
	else
		return k->root && kernel_walk(k, va, pa);
	return true;
}

void kernel_read(struct kernel *k, va_t va, void *to, u64 n)
{
	char *out = to;
	pa_t pa;

	while (n) {
		u64 part = MIN(n, PAGE_SIZE - va % PAGE_SIZE);

		if (!kernel_pa(k, va, &pa) || !ram_read(k->ram, pa, out, part)) {
			k->unreadable = true;
			memset(out, 0, (size_t)n);
			return;
		}
		out += part;
		va += part;
		n -= part;
	}
}

const void *kernel_bytes(struct kernel *k, va_t va, u64 n)
{
	const char *page = NULL;
	pa_t pa;

	if (n <= PAGE_SIZE - va % PAGE_SIZE && k->ram->left && kernel_pa(k, va, &pa)) {
		k->ram->left--;
		page = ram_page(k->ram, pa);
	}
	if (!page) {
		k->unreadable = true;
		return NULL;
	}
	return page + va % PAGE_SIZE;
}

u64 page_field(const struct kernel *k, const void *bytes, enum layout_id field)
{
	const struct layout_item *item = &k->layout.item[field];
	u64 value = 0;

	if (bytes)
		memcpy(&value, (const char *)bytes + item->value,
		       (size_t)MIN((u64)item->size, sizeof(value)));
	return value;
}

u64 kernel_field_at(struct kernel *k, va_t object, enum layout_id field, u64 i)
{
	const struct layout_item *item = &k->layout.item[field];
	u64 value = 0;

	if (i < item->count)
		kernel_read(k, object + item->value + i * item->size, &value,
			    MIN((u64)item->size, sizeof(value)));
	return value;
}

u64 kernel_field(struct kernel *k, va_t object, enum layout_id field)
{
	return kernel_field_at(k, object, field, 0);
}

va_t kernel_element(const struct kernel *k, enum layout_id array, u64 i)
{
	const struct layout_item *item = &k->layout.item[array];

	return i < item->count ? item->value + i * item->size : 0;
}

u64 kernel_value(struct kernel *k, enum layout_id object)
{
	u64 value = 0;

	kernel_read(k, kernel_element(k, object, 0), &value,
		    MIN((u64)k->layout.item[object].size, sizeof(value)));
	return value;
}

/* Leaves ASCII: control characters would reach the terminal of who looks at any RAM. */
static void kernel_text_tame(char *text)
{
	for (; *text; text++)
		*text = *text < ' ' || *text > '~' ? '?' : *text;
}

void kernel_text(struct kernel *k, va_t va, char *to, u64 size)
{
	bool whole = false;

	for (u64 used = 0, part; used < size - 1 && !whole; used += part) {
		part = MIN(size - 1 - used, PAGE_SIZE - (va + used) % PAGE_SIZE);
		kernel_read(k, va + used, to + used, part);
		whole = memchr(to + used, '\0', (size_t)part) != NULL;
	}
	to[size - 1] = '\0';
	kernel_text_tame(to);
}

void kernel_name(struct kernel *k, enum layout_id names, u64 i, char *to, u64 size)
{
	u64 text = 0;

	memcpy(to, "?", 2);
	if (i >= kernel_count(k, names))
		return;
	kernel_read(k, kernel_element(k, names, i), &text, sizeof(text));
	kernel_text(k, text, to, size);
}

/* The table has the lower halves of addresses: core/report/ksym.c. */
void kernel_function(struct kernel *k, va_t pc, char *to, u64 size, u64 *offset)
{
	va_t table = kernel_element(k, LAYOUT_ksym_table, 0), entry;
	u64 each = k->layout.item[LAYOUT_ksym_table].size;
	u64 lo = 0, hi = kernel_value(k, LAYOUT_ksym_count);

	to[0] = '\0';
	if (pc < k->layout.head.image || pc >= kernel_element(k, LAYOUT_kernel_text_end, 0))
		return;
	while (lo < hi) {
		u64 mid = lo + (hi - lo) / 2;

		if (kernel_field(k, table + mid * each, LAYOUT_ksym_addr) <= (u32)pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return;
	entry = table + (lo - 1) * each;
	*offset = (u32)pc - kernel_field(k, entry, LAYOUT_ksym_addr);
	kernel_text(k,
		    kernel_element(k, LAYOUT_ksym_names, 0) +
			    kernel_field(k, entry, LAYOUT_ksym_name),
		    to, size);
}
