/* explain.h - why an access to user memory is refused, in plain words. */
#pragma once

#define EXPLAIN_MAX 1024 /* bytes that always suffice */

/* Makes killed programs say it.  */
void explain_init(void);
