/* explain.h - why an access to user memory is refused, in plain words. */
#pragma once

#define EXPLAIN_MAX 1024 /* bytes; no explanation is longer */

/* Boot: from now on the kernel prints it for each program that it kills for an access. */
void explain_init(void);
