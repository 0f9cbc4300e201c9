/* simple.c - simple commands: assignments, builtins, functions, programs. */
#include "shell.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether the command takes assignments as arguments. */
static bool words_declare(const struct sh_word *w)
{
	while (w && strcmp(w->text, "command") == 0)
		w = w->next;
	return w && (strcmp(w->text, "export") == 0 || strcmp(w->text, "readonly") == 0 ||
		     strcmp(w->text, "local") == 0);
}

char **sh_words(const struct sh_word *words, int *argc)
{
	struct sh_expansion x = {
		.arena = &shell.words,
		.values = &shell.values,
		.declares = words_declare(words),
	};
	char **argv = sh_expand(&x, words, argc);

	if (x.nomem)
		sh_say("sh: out of memory\n", NULL);
	if (!argv)
		sh_abort(SH_STATUS_WRONG);
	return argv;
}

static char *word_expand(const char *text,
			 char *(*expand)(struct sh_expansion *x, const char *text))
{
	struct sh_expansion x = { .arena = &shell.words, .values = &shell.values };
	char *word = expand(&x, text);

	if (x.nomem)
		sh_say("sh: out of memory\n", NULL);
	if (!word)
		sh_abort(SH_STATUS_WRONG);
	return word;
}

char *sh_word(const char *text)
{
	return word_expand(text, sh_expand_one);
}

char *sh_word_assigned(const struct sh_word *assign)
{
	return word_expand(assign->text + sh_assigned_name(assign->text) + 1,
			   sh_expand_value);
}

char *sh_substitute(struct arena *a, const char *text)
{
	bool typed = shell.prompts;
	char *output;
	size_t len;
	int fd[2];
	pid_t pid;

	if (pipe(fd) < 0) {
		sh_warn("pipe");
		return NULL;
	}
	pid = sh_fork();
	if (pid == 0) {
		if (typed)
			signal(SIGTSTP, SIG_IGN); /* the shell reads on */
		close(fd[0]);
		dup2(fd[1], STDOUT_FILENO);
		if (fd[1] != STDOUT_FILENO)
			close(fd[1]);
		sh_run_text(text, true);
		sh_exit();
	}
	close(fd[1]);
	output = pid < 0 ? NULL : sh_read_all(a, fd[0], 256);
	close(fd[0]);
	shell.substituted = sh_wait(pid);
	if (!output)
		return NULL;
	len = strlen(output);
	while (len && output[len - 1] == '\n')
		output[--len] = '\0';
	return output;
}

/* --- set -x --------------------------------------------------------------------------- */

/* NAME=VALUE as a word that stands for itself; @text begins with the name. */
static struct sh_word *trace_word(const char *text, const char *value)
{
	size_t len = sh_assigned_name(text) + 1;
	const char *quoted = *value ? sh_quote(value) : "";
	struct sh_word *w = arena_alloc(&shell.words, sizeof(*w));

	if (!w || !quoted)
		return NULL;
	w->text = arena_alloc(&shell.words, len + strlen(quoted) + 1);
	if (!w->text)
		return NULL;
	memcpy(w->text, text, len);
	strcpy(w->text + len, quoted);
	return w;
}

/* Writes a command, and what is assigned for it.  The assignments are expanded here, so
 * *@node gets them as words that need no more of that.  False after a failure. */
static bool trace_command(struct sh_node *node, char **argv)
{
	const struct sh_word *from = node->assigns;
	struct sh_word **end = &node->assigns;

	for (; from; from = from->next) {
		char *value = sh_word_assigned(from);

		*end = value ? trace_word(from->text, value) : NULL;
		if (!*end)
			return false;
		end = &(*end)->next;
	}
	sh_trace(node->assigns, argv);
	return true;
}

/* The variable was set, by @assign. */
static void trace_assigned(const struct sh_word *assign)
{
	size_t len = sh_assigned_name(assign->text);
	char *none[] = { NULL }, *name = arena_copy(&shell.words, assign->text, len);
	const char *value = name ? sh_value(name) : NULL;
	struct sh_word *w = value ? trace_word(assign->text, value) : NULL;

	if (w)
		sh_trace(w, none);
}

/* --- functions and builtins ----------------------------------------------------------- */

static int function_call(struct sh_function *f, char **argv)
{
	char **args = shell.values.args;
	void *owned = shell.args_owned;
	struct sh_program *outer = shell.program, *program = f->program;
	struct sh_kept *locals = shell.locals;
	int loops = shell.loops, status;

	shell.values.args = argv + 1;
	shell.args_owned = NULL;
	shell.locals = NULL;
	shell.loops = 0;
	shell.calls++;
	shell.program = program;
	program->users++; /* the function may redefine itself */
	status = sh_run(f->body, false);
	if (shell.flow == SH_RETURN) {
		shell.flow = SH_GO;
		status = shell.status;
	}
	sh_program_put(program);
	shell.program = outer;
	shell.calls--;
	shell.loops = loops;
	sh_args_free();
	sh_var_restore(shell.locals);
	shell.locals = locals;
	shell.values.args = args;
	shell.args_owned = owned;
	return status;
}

/* What a builtin prints is written before anything else runs. */
static int builtin_call(sh_builtin_fn *fn, int argc, char **argv)
{
	int status = fn(argc, argv);

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	clearerr(stdout);
	if (errno == EPIPE && !shell.interactive) /* as a program that SIGPIPE ends */
		return sh_abort(SH_STATUS_PIPE);
	if (errno != EPIPE)
		sh_say("sh: ", argv[0], ": standard output: ", strerror(errno), "\n", NULL);
	return status ? status : 1;
}

/* Applies redirections and assignments, and runs @fn or function @f in this process. */
static int run_inside(const struct sh_node *node, int argc, char **argv)
{
	sh_builtin_fn *fn = argc ? sh_builtin_find(argv[0]) : NULL;
	bool special = fn && sh_builtin_is_special(argv[0]);
	struct sh_function *f = argc && !special ? sh_function_find(argv[0]) : NULL;
	struct sh_kept *kept = NULL;
	struct sh_saved saved;
	int status = SH_STATUS_WRONG;
	bool done = sh_redirect_save(node->redirs, &saved);
	const struct sh_word *assigns = argc && !special ? node->assigns : NULL;

	for (; done && assigns; assigns = assigns->next)
		done = sh_var_keep(&kept, assigns->text, sh_assigned_name(assigns->text));
	for (const struct sh_word *w = node->assigns; w && done; w = w->next)
		if (!sh_assign(w, argc && (!special || strcmp(argv[0], "exec") == 0)))
			done = false;
		else if (!argc && shell.options & SH_XTRACE)
			trace_assigned(w);
	if (done && argc)
		status = f ? function_call(f, argv) : builtin_call(fn, argc, argv);
	else if (done)
		status = shell.substituted < 0 ? 0 : shell.substituted;
	else if (special || shell.flow != SH_GO)
		status = sh_abort(SH_STATUS_WRONG);
	if (done && argc == 1 && strcmp(argv[0], "exec") == 0)
		sh_redirect_keep(&saved);
	else
		sh_redirect_undo(&saved);
	sh_var_restore(kept);
	return status;
}

int sh_run_args(int argc, char **argv)
{
	sh_builtin_fn *fn = sh_builtin_find(argv[0]);
	pid_t pid;

	if (fn) {
		int status;

		shell.by_command = true;
		status = builtin_call(fn, argc, argv);
		shell.by_command = false;
		return status;
	}
	pid = sh_fork();
	if (pid == 0)
		_exit(sh_exec(argv));
	return sh_wait(pid);
}

/* --- programs ------------------------------------------------------------------------- */

_Noreturn static void run_program(const struct sh_node *node, char **argv)
{
	if (!sh_redirect(node->redirs))
		_exit(SH_STATUS_WRONG);
	for (const struct sh_word *w = node->assigns; w; w = w->next)
		if (!sh_assign(w, true))
			_exit(SH_STATUS_WRONG);
	_exit(sh_exec(argv));
}

int sh_run_simple(const struct sh_node *node, bool last)
{
	struct arena mark = shell.words;
	struct sh_node traced = *node;
	int argc, status = SH_STATUS_WRONG;
	char **argv;

	shell.substituted = -1;
	shell.by_command = false;
	shell.line = node->line;
	argv = sh_words(node->words, &argc);
	if (argv && argc && shell.options & SH_XTRACE) {
		node = &traced;
		if (!trace_command(&traced, argv))
			argv = NULL;
	}
	if (argv && (argc == 0 || sh_builtin_find(argv[0]) || sh_function_find(argv[0]))) {
		status = run_inside(node, argc, argv);
	} else if (argv) {
		pid_t pid = last && !sh_traps_any() ? 0 : sh_fork();

		if (pid == 0)
			run_program(node, argv);
		status = sh_wait(pid);
	}
	arena_release(&shell.words, mark);
	return status;
}
