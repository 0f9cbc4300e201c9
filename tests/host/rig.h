/* rig.h - what every test program on the host starts with: cmocka, and a
 * stream of random numbers that is the same on every run. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/types.h"

static u64 rig_seed = 1;

/* splitmix64 (Steele, Lea and Flood 2014): 64 random bits. */
static inline u64 rig_random(void)
{
	u64 z = rig_seed += 0x9e3779b97f4a7c15ul;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
	z = (z ^ z >> 27) * 0x94d049bb133111ebul;
	return z ^ z >> 31;
}

/* A number in [0, n). */
static inline u64 rig_below(u64 n)
{
	return rig_random() % n;
}
