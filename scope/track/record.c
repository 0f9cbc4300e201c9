/* record.c - see record.h: writing. */

#include "track/record.h"

#include <stdlib.h>
#include <string.h>

static bool record_put(struct recorder *r, const void *bytes, u64 n)
{
	r->bytes += n;
	return fwrite(bytes, 1, (size_t)n, r->file) == n;
}

bool recorder_init(struct recorder *r, FILE *file, u64 pages, u64 bytes_max)
{
	struct record_head head = {
		.version = RECORD_VERSION,
		.page_bytes = PAGE_SIZE,
		.pages = pages,
	};

	*r = (struct recorder){ .file = file, .pages = pages, .bytes_max = bytes_max };
	memcpy(head.magic, RECORD_MAGIC, sizeof(head.magic));
	if (pages <= RECORD_PAGES_MAX)
		r->sum = calloc(pages, sizeof(*r->sum));
	if (r->sum && record_put(r, &head, sizeof(head)) && fflush(file) == 0)
		return true;
	recorder_fini(r);
	return false;
}

void recorder_fini(struct recorder *r)
{
	free(r->sum);
	if (r->file)
		fclose(r->file);
	*r = (struct recorder){ 0 };
}

/* A number for the words of a page; 0: only zeros.  Four sums at once, for speed.  It need
 * not withstand those who look for two pages with the same number: whoever can write the
 * RAM can show what he likes. */
static u64 record_sum(const u64 *page)
{
	u64 sum[4] = { 1, 2, 3, 4 }, any = 0;

	for (u32 i = 0; i < RECORD_WORDS; i += 4) {
		for (u32 lane = 0; lane < 4; lane++) {
			u64 word = __atomic_load_n(page + i + lane, __ATOMIC_RELAXED);

			any |= word;
			sum[lane] = (sum[lane] ^ word) * 0x9e3779b97f4a7c15u;
			sum[lane] ^= sum[lane] >> 29;
		}
	}
	if (!any)
		return 0;
	sum[0] = (sum[0] * 3 + sum[1]) * 0xff51afd7ed558ccdu;
	sum[0] = (sum[0] + sum[2]) * 0xc4ceb9fe1a85ec53u + sum[3];
	return sum[0] ? sum[0] : 1;
}

static bool record_page(struct recorder *r, u32 index, const u64 *page)
{
	struct record_page head = { .index = index };
	struct record_mask mask = { 0 };
	u64 words[RECORD_WORDS];

	for (u32 i = 0; i < RECORD_WORDS; i++) {
		if (!page[i])
			continue;
		mask.bits[i / 64] |= BIT(i % 64);
		words[head.words++] = page[i];
	}
	return record_put(r, &head, sizeof(head)) &&
	       (!head.words || (record_put(r, &mask, sizeof(mask)) &&
				record_put(r, words, head.words * sizeof(u64))));
}

/* The page is copied before it is compared, as it may change meanwhile. */
static bool record_if_changed(struct recorder *r, u32 index, const u64 *page)
{
	static const u64 zeros[RECORD_WORDS];
	u64 copy[RECORD_WORDS];

	if (!page) {
		if (!r->sum[index])
			return true;
		page = zeros;
	} else if (record_sum(page) == r->sum[index]) {
		return true;
	}
	for (u32 i = 0; i < RECORD_WORDS; i++)
		copy[i] = __atomic_load_n(page + i, __ATOMIC_RELAXED);
	r->sum[index] = record_sum(copy);
	return record_page(r, index, copy);
}

bool recorder_add(struct recorder *r, double ms, record_page_fn *page, void *arg)
{
	struct record_moment moment = { .mark = RECORD_MOMENT, .ms = ms };
	struct record_page end = { .index = RECORD_END };
	bool done = record_put(r, &moment, sizeof(moment));

	for (u64 i = 0; done && i < r->pages; i++)
		done = record_if_changed(r, (u32)i, page(arg, i));
	return done && record_put(r, &end, sizeof(end)) && fflush(r->file) == 0 &&
	       r->bytes < r->bytes_max;
}
