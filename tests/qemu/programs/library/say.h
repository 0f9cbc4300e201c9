/* say.h - what the programs share that run here and on the host, and print the same. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAY(format, ...) (printf("%s: " format "\n", __func__, __VA_ARGS__), fflush(stdout))

/* Errors whose words differ between libraries have their names. */
static const char *reason(int failed)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ EBADF, "EBADF" },         { ELOOP, "ELOOP" },   { ENOTTY, "ENOTTY" },
		{ ENOTEMPTY, "ENOTEMPTY" }, { EAGAIN, "EAGAIN" }, { ESRCH, "ESRCH" },
		{ EINTR, "EINTR" },         { EFBIG, "EFBIG" },   { EPERM, "EPERM" },
	};

	if (!failed)
		return "worked";
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == errno)
			return names[i].name;
	return strerror(errno);
}

struct named {
	const char *name;
	void (*run)(void);
};

/* Runs the case that the command line names. */
static int run_case(const struct named *cases, const char *name)
{
	for (; cases->name; cases++) {
		if (name && strcmp(cases->name, name) == 0) {
			cases->run();
			return 0;
		}
		if (!name)
			puts(cases->name);
	}
	return name != NULL;
}
