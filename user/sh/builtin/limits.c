/* limits.c - the builtins umask and ulimit.
 *
 * Files have no rights here, so a mask changes nothing: it is kept for scripts that set it
 * and look at it.  Limits are those of the system; nobody can change them. */
#include "builtin/builtin.h"

#include <pagoda.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RIGHTS 0777u
#define STACK_KBYTES 8192 /* of a program, see user/build.mk */

static const char rights[] = "rwx", who[] = "ugo";

static void mask_print(void)
{
	for (int i = 0; i < 3; i++) {
		printf("%s%c=", i ? "," : "", who[i]);
		for (int k = 0; k < 3; k++)
			if (!(shell.mask & 0400u >> (3 * i + k)))
				putchar(rights[k]);
	}
	putchar('\n');
}

/* The bits that letters of @list at *@text stand for, in one group of three; moves after
 * them. */
static unsigned mask_letters(const char **text, const char *list)
{
	unsigned bits = 0;
	const char *at;

	for (; **text && (at = strchr(list, **text)); ++*text)
		bits |= 4u >> (at - list);
	return bits;
}

/* Changes *@allowed as one part of `u=rwx,go-w` says; what follows it, or NULL. */
static const char *mask_symbols(const char *text, unsigned *allowed)
{
	unsigned groups = 0, three, bits = 0;

	for (; *text && strchr("ugoa", *text); text++)
		groups |= *text == 'a' ? 7 : 4u >> (strchr(who, *text) - who);
	if (!groups)
		groups = 7;
	if (!*text || !strchr("+-=", *text))
		return NULL;
	while (*text && strchr("+-=", *text)) {
		char op = *text++;

		three = mask_letters(&text, rights);
		bits = 0;
		for (unsigned i = 0; i < 3; i++)
			if (groups & 4u >> i)
				bits |= three << (6 - 3 * i);
		if (op == '=')
			for (unsigned i = 0; i < 3; i++)
				if (groups & 4u >> i)
					*allowed &= ~(7u << (6 - 3 * i));
		*allowed = op == '-' ? *allowed & ~bits : *allowed | bits;
	}
	return *text == ',' ? text + 1 : *text ? NULL : text;
}

int run_umask(int argc, char **argv)
{
	bool symbols = argc > 1 && strcmp(argv[1], "-S") == 0;
	char *text = argv[1 + symbols], *end;
	unsigned allowed = ~shell.mask & RIGHTS;

	if (!text) {
		if (symbols)
			mask_print();
		else
			printf("%04o\n", shell.mask);
		return 0;
	}
	if (*text >= '0' && *text <= '9') {
		unsigned long mask = strtoul(text, &end, 8);

		if (*end || mask > RIGHTS)
			return builtin_complain("umask", text, "is no mask of rights");
		shell.mask = (unsigned)mask;
		return 0;
	}
	for (const char *at = text; at && *at;)
		if (!(at = mask_symbols(at, &allowed)))
			return builtin_complain("umask", text, "is no mask of rights");
	shell.mask = ~allowed & RIGHTS;
	return 0;
}

/* --- limits --------------------------------------------------------------------------- */

#define UNLIMITED (-1)

/* The limit of an option of ulimit; -2: there is no such option. */
static long limit_of(char option)
{
	switch (option) {
	case 'c': /* there are no core files */
		return 0;
	case 'n':
		return sysconf(_SC_OPEN_MAX);
	case 's':
		return STACK_KBYTES;
	case 'u':
		return sysconf(_SC_CHILD_MAX);
	case 'd':
	case 'f':
	case 't':
	case 'v':
		return UNLIMITED;
	default:
		return -2;
	}
}

static void limit_print(char option, const char *before)
{
	long limit = limit_of(option);

	if (limit == UNLIMITED)
		printf("%sunlimited\n", before);
	else
		printf("%s%ld\n", before, limit);
}

static int limits_print(void)
{
	static const struct {
		char option;
		const char *what;
	} all[] = {
		{ 't', "time(seconds)        " }, { 'f', "file(blocks)         " },
		{ 'd', "data(kbytes)         " }, { 's', "stack(kbytes)        " },
		{ 'c', "coredump(blocks)     " }, { 'u', "process              " },
		{ 'n', "nofiles              " }, { 'v', "vmemory(kbytes)      " },
	};

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		limit_print(all[i].option, all[i].what);
	return 0;
}

int run_ulimit(int argc, char **argv)
{
	char option = 'f', *end;
	long wanted;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++)
		for (const char *c = argv[i] + 1; *c; c++) {
			if (*c == 'a')
				option = 'a';
			else if (limit_of(*c) != -2)
				option = *c;
			else if (!strchr("HS", *c))
				return builtin_complain("ulimit", argv[i],
							"no such option");
		}
	if (option == 'a')
		return limits_print();
	if (i == argc) {
		limit_print(option, "");
		return 0;
	}
	wanted = strcmp(argv[i], "unlimited") == 0 ? UNLIMITED : strtol(argv[i], &end, 10);
	if (wanted != UNLIMITED && (*end || end == argv[i]))
		return builtin_complain("ulimit", argv[i], "is no number");
	if (wanted == limit_of(option))
		return 0;
	return builtin_complain("ulimit", argv[i], "limits cannot be changed");
}
