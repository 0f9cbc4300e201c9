/* sys/utsname.h - what system this is. */
#pragma once

#include <sys/cdefs.h>

__BEGIN_DECLS

struct utsname {
	char sysname[16];
	char nodename[16];
	char release[16];
	char version[32];
	char machine[16];
};

int uname(struct utsname *name);

__END_DECLS
