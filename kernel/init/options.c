/* options.c - the list of boot options and their values; see options.h. */

#include "init/options.h"

#include "core/bootopt.h"
#include "core/bootopt_init.h"
#include "lib/fmt.h"
#include "lib/string.h"

struct option {
	const char *name;
	const char *values; /* separated by blanks; NULL: any text */
};

static const struct option known[] = {
	{ "columns", NULL },      /* dev/console.c: width of the terminal */
	{ "echo", "on off" },     /* dev/console.c: whether what is typed appears */
	{ "cmd", NULL },          /* the command that init runs, then power off */
	{ "fork", "cow copy" },   /* mm/fork.c    */
	{ "heap", "eager lazy" }, /* mm/aspace.c  */
	{ "super", "on off" },    /* mm/super.c: 2 MiB leaves */
	{ "isolate", "off on" },  /* mm/aspace.c: a second root for user mode */
	/* mm/load.c: numbers for address spaces, or how many bits at most */
	{ "asid", "on off 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16" },
	{ "uaccess", "auto strict open walk" }, /* mm/uaccess.c */
	{ "fsbig", "on off" },                  /* fs/: images of the file system lab */
	{ "vmprint", "on off" },                /* init/main.c: the first page table */
	{ "stats", "full lab" }, /* obs/stats.c: lines of the device "statistics" */
	{ "ktest", "on overflow panic start" }, /* init/ktest.c */
	{ "panic", "halt exit" },               /* core/panic.c */
};

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (list) {
		if (strncmp(list, word, n) == 0 && (list[n] == ' ' || !list[n]))
			return true;
		list = strchr(list, ' ');
		if (list)
			list++;
	}
	return false;
}

static void refuse(const char *name, const char *value, const struct option *o)
{
	char line[160];

	if (!o)
		fmt_snprintf(line, sizeof(line), "boot option '%s' is unknown", name);
	else
		fmt_snprintf(line, sizeof(line), "boot option %s=%s: the values are: %s",
			     name, value, o->values);
	stop_boot(line);
}

static void check(const char *name, const char *value)
{
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		if (known[i].values && !has_word(known[i].values, value))
			refuse(name, value, &known[i]);
		return;
	}
	refuse(name, value, NULL);
}

void options_check(void)
{
	const char *name;

	for (unsigned i = 0; (name = bootopt_name(i)); i++)
		check(name, bootopt_get(name));
}
