// sources: scope/ram/ram.c scope/ram/layout.c scope/ram/kernel.c scope/decode/cells.c scope/decode/frame.c scope/decode/machine.c scope/decode/mapper.c scope/decode/notes.c scope/decode/pages.c scope/decode/space.c scope/decode/tally.c scope/decode/use.c scope/decode/walk.c scope/view/process.c scope/view/text.c scope/view/view.c
// cflags: -Iscope
/* fuzz_scope.c - a kernel's RAM with any bytes in it: every view of it ends, and reads
 * nothing outside.  The input says which view, and lists changes: where, and a word. */
#include "../host/scope/scope_rig.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct change {
	u16 where; /* in words: the RAM has less than 65536 */
	u8 how;    /* 0: the word as it is; else an entry or a pointer to page `how` */
	u8 bits;
	u32 word;
};

static u64 change_value(const struct change *c)
{
	if (c->how == 0)
		return c->word | (u64)c->bits << 56;
	if (c->how & 1)
		return pte_make(rig_pa(c->how / 2), c->bits).bits;
	return rig_va(c->how / 2) + c->bits * 8ul;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ram ram = rig_make();
	struct change c;
	u8 which;

	if (!size)
		return 0;
	which = *data++;
	size--;
	for (; size >= sizeof(c); size -= sizeof(c), data += sizeof(c)) {
		memcpy(&c, data, sizeof(c));
		rig_word(rig_va(0) + c.where % (RIG_PAGES * 512u) * 8, change_value(&c));
	}
	rig_view(&ram, which / 2 % VIEW_COUNT, 1 + which % 2);
	return 0;
}
