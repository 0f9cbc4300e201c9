/* builtin.c - the list of the builtin commands, and the short ones. */
#include "builtin/builtin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <builtins.h>
#include <tool.h>

static const struct {
	const char *name;
	sh_builtin_fn *fn;
} builtins[] = {
#define X(word, run, arguments, what) { word, run },
	SH_BUILTINS(X)
#undef X
};

sh_builtin_fn *sh_builtin_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].fn;
	return NULL;
}

bool sh_builtin_is_special(const char *name)
{
	static const char *const special[] = { ":",    ".",      "break",    "continue",
					       "eval", "exec",   "exit",     "export",
					       "set",  "return", "readonly", "shift",
					       "trap", "unset",  "times" };

	for (unsigned i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (strcmp(special[i], name) == 0)
			return true;
	return false;
}

int builtin_complain(const char *name, const char *what, const char *why)
{
	sh_say("sh: ", name, ": ", what, ": ", why, "\n", NULL);
	return builtin_fail(name);
}

int builtin_fail(const char *name)
{
	return sh_builtin_is_special(name) && !shell.by_command ? sh_abort(SH_STATUS_WRONG)
								: SH_STATUS_WRONG;
}

bool builtin_number(char **argv, long max, long *number)
{
	const char *wrong;

	if (!argv[1])
		return true;
	wrong = tool_number_wrong(argv[1], 0, max, number);
	if (wrong)
		builtin_complain(argv[0], argv[1], wrong);
	return !wrong;
}

int run_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int run_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

int run_test(int argc, char **argv)
{
	return test_eval(argc, argv);
}

int run_echo(int argc, char **argv)
{
	return tool_echo(argc, argv);
}

int run_printf(int argc, char **argv)
{
	return tool_printf(argc, argv);
}

/* --- what a name means ---------------------------------------------------------------- */

/* Prints what @name runs: in words, or for `command -v` as a word. */
static int describe(const char *name, bool words)
{
	char path[PATH_MAX];
	const char *what = NULL;
	struct sh_alias *a = alias_find(shell.aliases, name, strlen(name));

	if (a) {
		const char *value = sh_quote(a->value);

		printf(words ? "%s is an alias for %s\n" : "alias %s=%s\n", name,
		       words || !value ? a->value : value);
		return 0;
	}
	if (sh_is_reserved(name, strlen(name)))
		what = "a shell keyword";
	else if (sh_builtin_is_special(name))
		what = "a special shell builtin";
	else if (sh_function_find(name))
		what = "a shell function";
	else if (sh_builtin_find(name))
		what = "a shell builtin";
	else if (sh_find(name, path, sizeof(path)))
		what = path;
	if (!what) {
		if (words)
			sh_say(name, ": not found\n", NULL);
		return SH_STATUS_MISSING;
	}
	if (words)
		printf("%s is %s\n", name, what);
	else
		printf("%s\n", what == path ? path : name);
	return 0;
}

int run_hash(int argc, char **argv)
{
	char path[PATH_MAX];
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-r") == 0 || sh_builtin_find(argv[i]) ||
		    sh_function_find(argv[i]) || sh_find(argv[i], path, sizeof(path)))
			continue;
		sh_say("sh: hash: ", argv[i], ": not found\n", NULL);
		status = 1;
	}
	return status;
}

int run_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= describe(argv[i], true);
	return status;
}

int run_command(int argc, char **argv)
{
	int i = 1, status = 0;
	char how = '\0';

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (argv[i][2] || !strchr("pvV", argv[i][1]))
			return builtin_complain(argv[0], argv[i], "no such option");
		if (argv[i][1] != 'p')
			how = argv[i][1];
	}
	if (i == argc)
		return 0;
	if (!how)
		return sh_run_args(argc - i, argv + i);
	for (; i < argc; i++)
		status |= describe(argv[i], how == 'V');
	return status;
}
