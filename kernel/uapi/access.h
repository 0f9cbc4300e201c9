/* access.h - what an access to a user address does: the names, for the kernel and for the
 * programs that print them. */
#pragma once

/* X(name, what it means).  The kernel's mm/space/access.h decides between them. */
#define ACCESS_FATES(X)                                               \
	X(OK, "the entry allows it")                                  \
	X(SPURIOUS, "the entry allows it; A or D is still to be set") \
	X(ABSENT, "untouched; the area allows it")                    \
	X(COW, "copy-on-write: a write copies it")                    \
	X(SHARED_WRITE, "shared: the first write sets W")             \
	X(NO_AREA, "no area has the address")                         \
	X(NO_RIGHT, "the area does not allow it")                     \
	X(GUARD, "a guard page")                                      \
	X(PARKED, "kept, but under PROT_NONE")

enum access_fate {
#define X(name, what) FATE_##name,
	ACCESS_FATES(X) ACCESS_NFATES
#undef X
};

/* From this fate on the access is refused: the program is killed, or the system call that
 * makes the access fails with EFAULT. */
#define FATE_FIRST_REFUSED FATE_NO_AREA
