// sources: scope/track/replay.c
// cflags: -Iscope -lm
/* fuzz_replay.c - a recording with any bytes in it: it is refused, or each page of it can
 * be read at any time.  Its head makes sense: the noise is in the moments. */
#include <stdlib.h>
#include <string.h>

#include "track/record.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define PAGES 64

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct record_head head = {
		.magic = { 'P', 'a', 'g', 'o', 'd', 'a', ':', ' ', 'r', 'e', 'c', 'o', 'r',
			   'd', 'e', 'd' },
		.version = RECORD_VERSION,
		.page_bytes = PAGE_SIZE,
		.pages = PAGES,
	};
	u8 *file = malloc(sizeof(head) + size);
	struct replay r;

	memcpy(file, &head, sizeof(head));
	if (size)
		memcpy(file + sizeof(head), data, size);
	if (!replay_init(&r, file, sizeof(head) + size)) {
		for (int i = 0; i < 4; i++) {
			replay_show(&r, r.end_ms * (i ^ 1) / 3);
			for (u64 p = 0; p <= PAGES; p++)
				replay_page(&r, p);
		}
		replay_fini(&r);
	}
	free(file);
	return 0;
}
