/* builtin.c - the builtin commands of the shell, its variables and its messages. */
#include "shell.h"

#include <ctype.h>
#include <errno.h>
#include <pagoda.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <builtins.h>
#include <tool.h>

void sh_say(const char *first, ...)
{
	char buf[512];
	size_t len = 0;
	va_list ap;

	va_start(ap, first);
	for (const char *s = first; s; s = va_arg(ap, const char *)) {
		size_t n = strlen(s);

		n = n < sizeof(buf) - len ? n : sizeof(buf) - len;
		memcpy(buf + len, s, n);
		len += n;
	}
	va_end(ap);
	if (len == sizeof(buf))
		buf[len - 1] = '\n';
	(void)!write(STDERR_FILENO, buf, len);
}

void sh_warn(const char *what)
{
	sh_say("sh: ", what, ": ", strerror(errno), "\n", NULL);
}

static int run_cd(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/";

	if (chdir(dir) == 0)
		return 0;
	sh_say("cannot cd ", dir, "\n", NULL);
	return 1;
}

static int run_exit(int argc, char **argv)
{
	char *end;
	long status;

	shell.leave = true;
	if (argc < 2)
		return shell.status;
	errno = 0;
	status = strtol(argv[1], &end, 10);
	if (end != argv[1] && !*end && !errno)
		return status & 0xff;
	sh_say("exit: ", argv[1], ": not a number\n", NULL);
	return 2;
}

static int run_wait(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	while (waitpid(-1, NULL, shell.interactive ? WAIT_INTERRUPT : 0) > 0)
		;
	return sh_interrupted() ? SH_STATUS_INTERRUPTED : 0;
}

static int run_kill(int argc, char **argv)
{
	(void)argc;
	return tool_kill(argv);
}

static int run_nothing(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

sh_builtin_fn *sh_builtin_find(const char *name)
{
	static const struct {
		const char *name;
		sh_builtin_fn *fn;
	} builtins[] = {
#define X(word, run, arguments, what) { word, run },
		SH_BUILTINS(X)
#undef X
	};

	for (unsigned i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].fn;
	return NULL;
}

/* The number as text, valid until the next call. */
static const char *number_text(unsigned n)
{
	static char buf[12];
	char *s = buf + sizeof(buf) - 1;

	do {
		*--s = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	return s;
}

static const char *var_get(const char *name)
{
	unsigned n = 0;

	switch (*name) {
	case '?':
		return number_text((unsigned)shell.status);
	case '$':
		return number_text((unsigned)getpid());
	case '#':
		while (shell.values.args[n])
			n++;
		return number_text(n);
	default:
		break;
	}
	if (isdigit((unsigned char)*name)) {
		while (n < (unsigned)(*name - '0') && shell.args[n])
			n++;
		return shell.args[n];
	}
	for (struct sh_var *v = shell.vars; v; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v->value;
	return NULL;
}

/* The variable owns @value from here on. */
static void var_set(const char *name, size_t len, char *value)
{
	struct sh_var *v = shell.vars;

	while (v && (strncmp(v->name, name, len) != 0 || v->name[len]))
		v = v->next;
	if (!v) {
		v = calloc(1, sizeof(*v) + len + 1);
		if (!v) {
			sh_warn("variable");
			free(value);
			return;
		}
		memcpy(v->name, name, len);
		v->next = shell.vars;
		shell.vars = v;
	}
	free(v->value);
	v->value = value;
}

/* The length of NAME in NAME=VALUE, or 0. */
static size_t assigned_name(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return s[n] == '=' && !isdigit((unsigned char)*s) ? n : 0;
}

bool sh_assign(const struct sh_word *words)
{
	for (const struct sh_word *w = words; w; w = w->next)
		if (!assigned_name(w->text))
			return false;
	for (; words; words = words->next) {
		size_t len = assigned_name(words->text);
		char *value =
			sh_expand_one(&shell.line, &shell.values, words->text + len + 1);

		value = value ? strdup(value) : NULL;
		if (value)
			var_set(words->text, len, value);
		else
			sh_warn("variable");
	}
	return true;
}

void sh_vars_init(char **args)
{
	shell.args = args;
	shell.values = (struct sh_values){ .get = var_get, .args = args + (*args != NULL) };
}
