/* heat.h - when programs last touched each page: the option `heat`.
 *
 * While it is on, a thread of the kernel goes through all address spaces each so many
 * milliseconds.  It takes the A bit of each page that user mode can use, leaves PTE_SEEN in
 * its place, and notes the number of this round in the struct page.  harvest(), pgaccess()
 * and all who look at A take PTE_SEEN for it, so they tell the same as without. */
#pragma once

#include "lib/types.h"

struct page;

void heat_init(void); /* at boot */

/* Starts or stops it, as the option says now.  -ENOMEM: there is no memory for the thread's
 * stack; the option is off then. */
int heat_follow_option(void);

/* How many rounds ago @pg was last seen touched by any program, HEAT_OLDEST for that many
 * or more; HEAT_NEVER: not since it was handed out and the option is on. */
#define HEAT_OLDEST 254
#define HEAT_NEVER 255
u8 heat_age(const struct page *pg);
