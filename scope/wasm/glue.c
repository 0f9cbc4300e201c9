/* glue.c - the decoder as a WebAssembly module: RAM in slots, views as texts.
 *
 * The caller writes the pages that it has into slots, asks for a view, and then looks at
 * which pages were read and which were wanted and are not here.  A module instance stands
 * for one machine: there is nothing that frees memory. */

#include "decode/cells.h"
#include "lib/string.h"
#include "view/view.h"

#define EXPORT(name) __attribute__((export_name(#name)))

#define TEXT_FIRST ((size_t)1 << 20)
#define TEXT_MOST ((size_t)1 << 28)
#define LIST_MOST 65536 /* wanted pages; the next look finds the others */

static struct ram ram;
static struct kernel kernel;
static bool opened;

static struct page_slot {
	u8 *bytes;   /* NULL: none                          */
	u32 look;    /* the last look that asked for it     */
	bool hidden; /* as if it were not here: page_hide() */
} * slots;

static u32 look; /* number of the present look */
static u32 *read_pages, *wanted_pages;
static u32 nread, nwanted;

static struct {
	char *bytes;
	size_t n, room;
	bool is_short; /* there was no memory for the rest */
} out;

static struct cell *cells;

/* --- memory ------------------------------------------------------------------ */

extern u8 __heap_base;
static size_t heap_at, heap_end;

/* Zeroed, aligned to a page; NULL: there is none.  Never freed. */
static void *take(size_t n)
{
	size_t start = heap_at ? heap_at : ALIGN_UP((size_t)&__heap_base, PAGE_SIZE);
	size_t end = start + ALIGN_UP(n, PAGE_SIZE), size = 65536;

	heap_end = heap_end ? heap_end : __builtin_wasm_memory_size(0) * size;
	if (end < start)
		return NULL;
	if (end > heap_end) {
		size_t more = MAX((end - heap_end + size - 1) / size, (size_t)64);

		if (__builtin_wasm_memory_grow(0, more) == (size_t)-1)
			return NULL;
		heap_end += more * size;
	}
	heap_at = end;
	return (void *)start;
}

/* --- pages --------------------------------------------------------------------- */

static const void *page_look(void *arg, u64 index)
{
	struct page_slot *slot = &slots[index];
	bool is_here = slot->bytes && !slot->hidden;

	(void)arg;
	if (slot->look != look) {
		slot->look = look;
		if (is_here)
			read_pages[nread++] = (u32)index;
		else if (nwanted < LIST_MOST)
			wanted_pages[nwanted++] = (u32)index;
	}
	return is_here ? slot->bytes : NULL;
}

static void look_begin(void)
{
	look++;
	nread = nwanted = 0;
	ram.nwanted = 0;
	out.n = 0;
	out.is_short = false;
}

/* A machine of @pages 4 KiB pages, whose descriptor is in page @index: once, first.
 * False: there is no memory. */
EXPORT(scope_open) bool scope_open(u32 pages, u32 index)
{
	if (!pages || index >= pages)
		return false;
	slots = take((size_t)pages * sizeof(*slots));
	read_pages = take((size_t)pages * sizeof(*read_pages));
	wanted_pages = take(LIST_MOST * sizeof(*wanted_pages));
	out.bytes = take(TEXT_FIRST);
	out.room = TEXT_FIRST;
	ram = (struct ram){ .page = page_look, .pages = pages, .arg = &slots[index] };
	return slots && read_pages && wanted_pages && out.bytes;
}

/* Where the bytes of a page are or will be, zeroed at first; NULL: there is no memory. */
EXPORT(scope_slot) u8 *scope_slot(u32 page)
{
	if (page >= ram.pages)
		return NULL;
	if (!slots[page].bytes)
		slots[page].bytes = take(PAGE_SIZE);
	return slots[page].bytes;
}

/* Whether looks shall find the page missing although it has a slot. */
EXPORT(scope_hide) void scope_hide(u32 page, bool hidden)
{
	if (page < ram.pages)
		slots[page].hidden = hidden;
}

/* The pages that the last look has read, and those that it missed. */
EXPORT(scope_read) const u32 *scope_read(void)
{
	return read_pages;
}

EXPORT(scope_read_count) u32 scope_read_count(void)
{
	return nread;
}

EXPORT(scope_wanted) const u32 *scope_wanted(void)
{
	return wanted_pages;
}

EXPORT(scope_wanted_count) u32 scope_wanted_count(void)
{
	return nwanted;
}

/* --- looks --------------------------------------------------------------------- */

static bool out_grow(size_t want)
{
	size_t room = out.room;
	char *bytes;

	while (room < want)
		room *= 2;
	if (room > TEXT_MOST || !(bytes = take(room)))
		return false;
	memcpy(bytes, out.bytes, out.n);
	out.bytes = bytes;
	out.room = room;
	return true;
}

static void out_put(void *arg, const char *bytes, u64 n)
{
	(void)arg;
	if (out.is_short || (out.n + n > out.room && !out_grow(out.n + (size_t)n))) {
		out.is_short = true;
		return;
	}
	memcpy(out.bytes + out.n, bytes, (size_t)n);
	out.n += (size_t)n;
}

/* Until it has succeeded, each look tries it: the kernel may not have booted so far, or
 * its pages are still to come. */
static bool kernel_ready(struct text *t)
{
	u64 index = (u64)((struct page_slot *)ram.arg - slots);

	if (!opened && kernel_open(&kernel, &ram, index)) {
		cells = take((size_t)kernel.frames * sizeof(*cells));
		opened = cells != NULL;
	}
	if (opened)
		return true;
	text_open(t, NULL, '{');
	text_string(t, "why", kernel.layout.why ? kernel.layout.why : "no memory is left");
	text_string(t, "missing", kernel.layout.missing ? kernel.layout.missing : "");
	text_close(t, '}');
	return false;
}

/* Makes the JSON of a view; an address has a low and a high half.  False: there is no such
 * process or frame, or the RAM cannot be read so far; then the JSON says why. */
EXPORT(scope_view) bool scope_view(u32 view, u32 pid, u32 low, u32 high)
{
	struct view_request r = {
		.view = (enum view)view,
		.pid = (int)pid,
		.address = low | (u64)high << 32,
	};
	struct text t = { .put = out_put };

	look_begin();
	if (view >= VIEW_COUNT || !kernel_ready(&t))
		return false;
	r.cells = cells;
	return view_write(&kernel, &r, &t) && !out.is_short;
}

EXPORT(scope_text) const char *scope_text(void)
{
	return out.bytes;
}

EXPORT(scope_text_length) u32 scope_text_length(void)
{
	return (u32)out.n;
}

/* A struct cell for each frame that the kernel manages; NULL: RAM cannot be read so far.
 * scope_frames(): how many; scope_frame_base(): the number of the first. */
EXPORT(scope_cells) const struct cell *scope_cells(void)
{
	struct text t = { .put = out_put };

	look_begin();
	if (!kernel_ready(&t))
		return NULL;
	ram_begin(&ram);
	cells_fill(&kernel, cells);
	return cells;
}

EXPORT(scope_frames) u32 scope_frames(void)
{
	return opened ? (u32)kernel.frames : 0;
}

EXPORT(scope_frame_base) u32 scope_frame_base(void)
{
	return opened ? (u32)kernel.frame_base : 0;
}
