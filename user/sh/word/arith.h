/* arith.h - arithmetic with signed 64-bit numbers, as in C, for $((...)).
 *
 * There are all operators of C but sizeof, ++, -- and the comma.  A result that is too
 * large wraps around. */
#pragma once

#include "word/expand.h"

/* Evaluate @text, in which $ was replaced already.  Returns NULL, or why it is wrong; "" if
 * somebody has complained already. */
const char *arith_value(struct sh_expansion *x, const char *text, long *value);

/* The number in decimal, in @buf. */
const char *arith_text(long value, char buf[24]);
