/* options.c - the list of boot options and their values; see options.h. */

#include "init/options.h"

#include "core/option/bootopt.h"
#include "core/option/bootopt_init.h"
#include "core/option/options.h"
#include "lib/fmt.h"
#include "lib/string.h"

/* Name, values with the default first, and what it is in at most 40 letters: a line of
 * the program vmctl.  README.md tells more. */
static const struct option known[] = {
	{ "fork", "cow copy", "share frames at fork, or copy them" },
	{ "heap", "eager lazy", "sbrk brings memory, or the first touch" },
	{ "super", "on off", "2 MiB leaves where they fit" },
	{ "asid", "on off 0-16", "numbers for spaces, of so many bits" },
	{ "isolate", "off on", "user mode on a root without the kernel" },
	{ "uaccess", "auto strict open walk", "how the kernel reaches user memory" },
	{ "vmprint", "on off", "print the first page table at boot" },
	{ "stats", "full lab", "what the device `statistics` says" },
	{ "fsbig", "off on", "image of xv6's file system lab" },
	{ "echo", "on off", "whether what is typed appears" },
	{ "eof", "once stays", "^D ends the input for one reader, or all" },
	{ "columns", "80", "width of the terminal, for editing" },
	{ "cmd", "", "one shell command, then power off" },
	{ "panic", "halt exit", "after a panic: stop, or leave QEMU" },
	{ "ktest", "off on overflow panic lock print start",
	  "try the kernel itself: init/ktest.c" },
};

void options_init(void)
{
	options_register(known, sizeof(known) / sizeof(known[0]));
}

static void refuse(const char *name, const char *value, const struct option *o)
{
	char line[160];

	if (!o)
		fmt_snprintf(line, sizeof(line),
			     "boot option '%s' is unknown; vmctl lists those there are",
			     name);
	else
		fmt_snprintf(line, sizeof(line), "boot option %s=%s: the values are: %s",
			     name, value, option_is_number(o) ? "1 to 9999" : o->values);
	stop_boot(line);
}

void options_check(void)
{
	const char *name;

	for (unsigned i = 0; (name = bootopt_name(i)); i++) {
		const struct option *o = option_find(name);

		if (!o || !option_takes(o, bootopt_value(i)))
			refuse(name, bootopt_value(i), o);
	}
}
