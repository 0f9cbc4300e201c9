/* tree.h - writes a device tree, word by word, for drivers that look for their device. */
#pragma once

#include <string.h>

#include "lib/types.h"

static u8 tree[2048];
static u32 tree_size;

static void tree_put(u32 value)
{
	for (int i = 24; i >= 0; i -= 8)
		tree[tree_size++] = value >> i;
}

static void tree_text(const char *text, u32 n)
{
	memcpy(tree + tree_size, text, n);
	tree_size = ALIGN_UP(tree_size + n, 4u);
}
