/* alias.c - the builtins alias and unalias. */
#include "builtin/builtin.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int alias_missing(const char *builtin, const char *name)
{
	sh_say("sh: ", builtin, ": ", name, ": not found\n", NULL);
	return 1;
}

static void alias_print(const struct sh_alias *a)
{
	const char *value = sh_quote(a->value);

	if (value)
		printf("%s=%s\n", a->name, value);
}

/* Names may have these characters (POSIX, XBD 3.10), and a few more that are plain. */
static size_t alias_name_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("_!%,@-.+:", text[n])))
		n++;
	return n;
}

int run_alias(int argc, char **argv)
{
	int status = 0;

	for (struct sh_alias *a = shell.aliases; a && argc < 2; a = a->next)
		alias_print(a);
	for (int i = 1; i < argc; i++) {
		size_t n = alias_name_length(argv[i]);
		struct sh_alias *a = alias_find(shell.aliases, argv[i], n);

		if (n && argv[i][n] == '=') {
			if (!alias_set(&shell.aliases, argv[i], n, argv[i] + n + 1)) {
				sh_warn("alias");
				return 1;
			}
		} else if (argv[i][n] && strchr(argv[i], '=')) {
			return builtin_complain("alias", argv[i], "is no name");
		} else if (a && !argv[i][n]) {
			alias_print(a);
		} else {
			status = alias_missing("alias", argv[i]);
		}
	}
	return status;
}

int run_unalias(int argc, char **argv)
{
	int status = 0;

	if (argc < 2)
		return builtin_complain("unalias", "NAME", "is missing");
	if (strcmp(argv[1], "-a") == 0)
		while (shell.aliases)
			(void)alias_unset(&shell.aliases, shell.aliases->name);
	else
		for (int i = 1; i < argc; i++)
			if (!alias_unset(&shell.aliases, argv[i]))
				status = alias_missing("unalias", argv[i]);
	return status;
}
