/* variables.c - builtins that change variables, arguments and options. */
#include "builtin/builtin.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const option_names[] = { "allexport", "errexit", "noclobber",
					    "noexec",    "noglob",  "nounset",
					    "xtrace",    "verbose", "pipefail" };

static void option_put(unsigned bit, bool on)
{
	shell.options = on ? shell.options | bit : shell.options & ~bit;
	shell.values.must_be_set = shell.options & SH_NOUNSET;
	shell.values.no_patterns = shell.options & SH_NOGLOB;
}

/* As a table, or as commands that set them so. */
static void options_print(bool table)
{
	for (unsigned i = 0; i < sizeof(option_names) / sizeof(option_names[0]); i++) {
		bool on = shell.options & 1u << i;

		if (table)
			printf("%-10s %s\n", option_names[i], on ? "on" : "off");
		else
			printf("set %co %s\n", on ? '-' : '+', option_names[i]);
	}
}

/* @kind: of the command line of sh; NULL: the builtin set has it. */
static void option_complain(const char *word, const char *kind)
{
	if (kind)
		sh_warnx(word, "no such option");
	else
		builtin_complain("set", word, "no such option");
}

static bool option_by_name(const char *name, bool on, const char *kind)
{
	for (unsigned i = 0; i < sizeof(option_names) / sizeof(option_names[0]); i++) {
		if (strcmp(option_names[i], name) != 0)
			continue;
		option_put(1u << i, on);
		return true;
	}
	option_complain(name, kind);
	return false;
}

int sh_options_read(char **args, char *kind)
{
	char **arg = args;

	for (; *arg && (**arg == '-' || **arg == '+') && (*arg)[1]; arg++) {
		bool on = **arg == '-';

		if (strcmp(*arg, "--") == 0)
			return (int)(arg + 1 - args);
		for (const char *c = *arg + 1; *c; c++) {
			const char *at = strchr(SH_OPTION_LETTERS, *c);

			if (at) {
				option_put(1u << (at - SH_OPTION_LETTERS), on);
			} else if (*c == 'o' && !c[1] && arg[1]) {
				if (!option_by_name(*++arg, on, kind))
					return -1;
				break;
			} else if (*c == 'o' && !c[1]) {
				options_print(on);
			} else if (strchr("cs", *c) && on && kind) {
				*kind = *c;
			} else {
				char word[] = { **arg, *c, '\0' };

				option_complain(word, kind);
				return -1;
			}
		}
	}
	return (int)(arg - args);
}

/* --- printing ------------------------------------------------------------------------ */

static int variable_compare(const void *a, const void *b)
{
	const struct sh_var *const *one = a, *const *two = b;

	return strcmp((*one)->name, (*two)->name);
}

/* Prints those that @wanted says, in a form that the shell reads. */
static int variables_print(const char *before, bool (*wanted)(const struct sh_var *))
{
	size_t n = 0, i = 0;
	const struct sh_var **list;

	for (const struct sh_var *v = shell.vars; v; v = v->next)
		n += wanted(v);
	list = arena_alloc(&shell.words, (n + 1) * sizeof(*list));
	if (!list) {
		sh_warn("variables");
		return 1;
	}
	for (const struct sh_var *v = shell.vars; v; v = v->next)
		if (wanted(v))
			list[i++] = v;
	qsort(list, n, sizeof(*list), variable_compare);
	for (i = 0; i < n; i++) {
		const char *value = list[i]->value ? sh_quote(list[i]->value) : NULL;

		printf("%s%s%s%s\n", before, list[i]->name, value ? "=" : "",
		       value ? value : "");
	}
	return 0;
}

static bool variable_is_set(const struct sh_var *v)
{
	return v->value;
}

static bool variable_is_exported(const struct sh_var *v)
{
	return v->exported;
}

static bool variable_is_readonly(const struct sh_var *v)
{
	return v->readonly;
}

/* --- the builtins --------------------------------------------------------------------- */

int run_set(int argc, char **argv)
{
	int used;

	if (argc < 2)
		return variables_print("", variable_is_set);
	used = sh_options_read(argv + 1, NULL);
	if (used < 0)
		return SH_STATUS_WRONG;
	if (argv[1 + used] && strcmp(argv[1 + used], "-") == 0 &&
	    strcmp(argv[used], "--") != 0) { /* an old way to say -- */
		option_put(SH_XTRACE | SH_VERBOSE, false);
		used++;
	}
	if (argv[1 + used] || strcmp(argv[used], "--") == 0)
		return sh_args_set(argv + 1 + used) ? 0 : 1;
	return 0;
}

int run_shift(int argc, char **argv)
{
	long n = 1;

	(void)argc;
	if (!builtin_number(argv, INT_MAX, &n))
		return SH_STATUS_WRONG;
	for (long i = 0; i < n; i++)
		if (!shell.values.args[i])
			return builtin_complain("shift", argv[1] ? argv[1] : "1",
						"there are fewer arguments");
	shell.values.args += n;
	return 0;
}

/* Takes the options that @letters has off the arguments; the last one, or 0. */
static char variable_option(int *argc, char ***argv, const char *letters)
{
	char option = '\0';

	while (*argc > 1 && (*argv)[1][0] == '-' && (*argv)[1][1]) {
		const char *word = *++*argv;

		--*argc;
		if (strcmp(word, "--") == 0)
			break;
		option = strchr(letters, word[1]) && !word[2] ? word[1] : '?';
	}
	return option;
}

/* @arg is NAME or NAME=VALUE. */
static struct sh_var *variable_declare(const char *name, const char *arg)
{
	size_t n = sh_name_length(arg);
	struct sh_var *v;

	if (n == 0 || (arg[n] && arg[n] != '=')) {
		builtin_complain(name, arg, "is no name");
		return NULL;
	}
	v = sh_var_make(arg, n);
	if (v && arg[n] && !sh_var_set(v->name, arg + n + 1)) {
		sh_abort(SH_STATUS_WRONG);
		return NULL;
	}
	return v;
}

int run_export(int argc, char **argv)
{
	const char *name = argv[0];

	(void)variable_option(&argc, &argv, "p");
	if (argc < 2)
		return variables_print("export ", variable_is_exported);
	for (int i = 1; i < argc; i++) {
		struct sh_var *v = variable_declare(name, argv[i]);

		if (!v)
			return SH_STATUS_WRONG;
		v->exported = true;
	}
	return 0;
}

int run_readonly(int argc, char **argv)
{
	const char *name = argv[0];

	(void)variable_option(&argc, &argv, "p");
	if (argc < 2)
		return variables_print("readonly ", variable_is_readonly);
	for (int i = 1; i < argc; i++) {
		struct sh_var *v = variable_declare(name, argv[i]);

		if (!v)
			return SH_STATUS_WRONG;
		v->readonly = true;
	}
	return 0;
}

int run_unset(int argc, char **argv)
{
	char how = variable_option(&argc, &argv, "fv");

	if (how == '?')
		return builtin_complain("unset", argv[0], "no such option");
	for (int i = 1; i < argc; i++) {
		if (how == 'f')
			sh_function_unset(argv[i]);
		else if (!sh_var_unset(argv[i]))
			return sh_abort(SH_STATUS_WRONG);
	}
	return 0;
}

/* The function that runs gives the variables back as they were. */
int run_local(int argc, char **argv)
{
	if (shell.calls == 0) {
		(void)builtin_complain("local", "this", "is for functions");
		return sh_abort(SH_STATUS_WRONG);
	}
	for (int i = 1; i < argc; i++) {
		size_t n = sh_name_length(argv[i]);

		if (n && (!argv[i][n] || argv[i][n] == '=') &&
		    !sh_var_keep(&shell.locals, argv[i], n))
			return SH_STATUS_WRONG;
		if (!variable_declare(argv[0], argv[i]))
			return SH_STATUS_WRONG;
	}
	return 0;
}
