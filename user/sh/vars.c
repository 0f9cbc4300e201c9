/* vars.c - variables, parameters and the environment. */
#include "shell.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static struct sh_var *var_find(const char *name)
{
	struct sh_var *v = shell.vars;

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

struct sh_var *sh_var_make(const char *name, size_t len)
{
	struct sh_var *v = shell.vars;

	while (v && (strncmp(v->name, name, len) != 0 || v->name[len]))
		v = v->next;
	if (v)
		return v;
	v = calloc(1, sizeof(*v) + len + 1);
	if (!v) {
		sh_warn("variable");
		return NULL;
	}
	memcpy(v->name, name, len);
	v->next = shell.vars;
	shell.vars = v;
	return v;
}

static bool var_is_free(const struct sh_var *v)
{
	if (!v->readonly)
		return true;
	sh_warnx(v->name, "is read only");
	return false;
}

/* The variable owns @value from here on. */
static bool var_put(struct sh_var *v, char *value)
{
	if (!v || !value) {
		if (v)
			sh_warn("variable");
		free(value);
		return false;
	}
	if (!var_is_free(v)) {
		free(value);
		return false;
	}
	free(v->value);
	v->value = value;
	v->exported |= (shell.options & SH_ALLEXPORT) != 0;
	return true;
}

bool sh_var_set(const char *name, const char *value)
{
	struct sh_var *v = sh_var_make(name, strlen(name));

	return v && var_put(v, strdup(value));
}

bool sh_var_unset(const char *name)
{
	struct sh_var *v = var_find(name);

	if (!v)
		return true;
	if (!var_is_free(v))
		return false;
	free(v->value);
	v->value = NULL;
	v->exported = false;
	return true;
}

bool sh_assign(const struct sh_word *assign, bool export)
{
	size_t len = sh_assigned_name(assign->text);
	char *value = sh_word_assigned(assign);
	struct sh_var *v = value ? sh_var_make(assign->text, len) : NULL;

	if (!v || !var_put(v, strdup(value))) {
		sh_abort(SH_STATUS_WRONG);
		return false;
	}
	v->exported |= export;
	return true;
}

/* --- assignments for one command --------------------------------------------------- */

bool sh_var_keep(struct sh_kept **kept, const char *name, size_t len)
{
	struct sh_kept *k = calloc(1, sizeof(*k));
	struct sh_var *v = k ? sh_var_make(name, len) : NULL;

	if (v && v->value)
		k->value = strdup(v->value);
	if (!v || (v->value && !k->value)) {
		sh_warn("variable");
		free(k);
		return false;
	}
	k->var = v;
	k->exported = v->exported;
	k->next = *kept;
	*kept = k;
	return true;
}

void sh_var_restore(struct sh_kept *kept)
{
	while (kept) {
		struct sh_kept *next = kept->next;

		if (kept->var->readonly) {
			free(kept->value);
		} else {
			free(kept->var->value);
			kept->var->value = kept->value;
			kept->var->exported = kept->exported;
		}
		free(kept);
		kept = next;
	}
}

/* --- parameters -------------------------------------------------------------------- */

/* The number as text, valid until the next call. */
static const char *param_number(unsigned n)
{
	static char buf[12];

	snprintf(buf, sizeof(buf), "%u", n);
	return buf;
}

static const char *param_options(void)
{
	static char buf[sizeof(SH_OPTION_LETTERS)];
	char *to = buf;

	for (const char *c = SH_OPTION_LETTERS; *c; c++)
		if (shell.options & 1u << (c - SH_OPTION_LETTERS))
			*to++ = *c;
	*to = '\0';
	return buf;
}

static const char *param_position(const char *name)
{
	unsigned long n = strtoul(name, NULL, 10);
	char **args = shell.values.args;

	if (n == 0)
		return shell.name;
	while (--n && *args)
		args++;
	return *args;
}

/* Where the shell was started, before any cd. */
static const char *param_directory(void)
{
	char path[PATH_MAX];

	if (!getcwd(path, sizeof(path)) || !sh_var_set("PWD", path))
		return NULL;
	return var_find("PWD")->value;
}

const char *sh_value(const char *name)
{
	const struct sh_var *v;
	unsigned n = 0;

	switch (*name) {
	case '?':
		return param_number((unsigned)shell.status);
	case '$':
		return param_number((unsigned)shell.pid);
	case '!':
		return shell.background ? param_number((unsigned)shell.background) : NULL;
	case '-':
		return param_options();
	case '#':
		while (shell.values.args[n])
			n++;
		return param_number(n);
	default:
		break;
	}
	if (isdigit((unsigned char)*name))
		return param_position(name);
	v = var_find(name);
	if (!v && strcmp(name, "PWD") == 0)
		return param_directory();
	if (!v && strcmp(name, "LINENO") == 0)
		return param_number(shell.line);
	return v ? v->value : NULL;
}

void sh_args_free(void)
{
	free(shell.args_owned);
	shell.args_owned = NULL;
}

bool sh_args_set(char **args)
{
	size_t n = 0, bytes = 0;
	char **list, *to;

	for (; args[n]; n++)
		bytes += strlen(args[n]) + 1;
	list = malloc((n + 1) * sizeof(char *) + bytes);
	if (!list) {
		sh_warn("set");
		return false;
	}
	to = (char *)(list + n + 1);
	for (size_t i = 0; i < n; i++) {
		list[i] = to;
		to = stpcpy(to, args[i]) + 1;
	}
	list[n] = NULL;
	sh_args_free();
	shell.args_owned = list;
	shell.values.args = list;
	return true;
}

/* --- the environment ---------------------------------------------------------------- */

char **sh_environment(void)
{
	size_t n = 0;
	char **envp;

	for (const struct sh_var *v = shell.vars; v; v = v->next)
		n += v->exported && v->value;
	envp = arena_alloc(&shell.words, (n + 1) * sizeof(char *));
	if (!envp)
		return NULL;
	n = 0;
	for (const struct sh_var *v = shell.vars; v; v = v->next) {
		if (!v->exported || !v->value)
			continue;
		envp[n] = arena_alloc(&shell.words, strlen(v->name) + strlen(v->value) + 2);
		if (!envp[n])
			return NULL;
		stpcpy(stpcpy(stpcpy(envp[n++], v->name), "="), v->value);
	}
	return envp;
}

void sh_vars_init(void)
{
	shell.values.get = sh_value;
	shell.values.set = sh_var_set;
	shell.values.command = sh_substitute;
	shell.values.fail = sh_warnx;
	(void)sh_var_set("OPTIND", "1");
	(void)sh_var_set("PPID", param_number((unsigned)getppid()));
	for (char **entry = environ; entry && *entry; entry++) {
		size_t len = sh_assigned_name(*entry);
		struct sh_var *v = len ? sh_var_make(*entry, len) : NULL;

		/* IFS from elsewhere would change what scripts mean. */
		if (v && strcmp(v->name, "IFS") != 0 &&
		    var_put(v, strdup(*entry + len + 1)))
			v->exported = true;
	}
}
