/* run.c - runs a tree of commands: lists, conditions, loops, functions, pipes. */
#include "shell.h"
#include "word/match.h"

#include <errno.h>
#include <pagoda.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of stack for commands within commands; arguments may have taken half of it. */
#define STACK_USED 400000

bool sh_line_dropped(void)
{
	return shell.interactive && (shell.dropped || job(JOB_INTERRUPTED) > 0);
}

bool sh_interrupted(void)
{
	if (!sh_line_dropped())
		return false;
	if (shell.dropped || !sh_trap_interrupt())
		return true;
	(void)job(JOB_PROMPT); /* what is started from here on does not end */
	return false;
}

int sh_abort(int status)
{
	shell.flow = shell.interactive ? SH_ABORT : SH_EXIT;
	shell.status = status;
	return status;
}

_Noreturn void sh_exit(void)
{
	sh_trap_exit();
	_exit(shell.status & 0xff);
}

/* --- sources -------------------------------------------------------------------- */

void sh_program_put(struct sh_program *program)
{
	if (--program->users > 0)
		return;
	arena_free(&program->arena);
	free(program);
}

static int source_complain(enum sh_result result, const char *near)
{
	const char *quote = result == SH_BAD && strcmp(near, "newline") != 0 ? "\"" : "";

	if (result == SH_NOMEM)
		sh_say("sh: out of memory\n", NULL);
	else if (result == SH_INCOMPLETE && strcmp(near, "end of file") != 0)
		sh_say("sh: syntax error: ", near, " without its end\n", NULL);
	else
		sh_say("sh: syntax error: ", quote, near, quote, " unexpected\n", NULL);
	return sh_abort(SH_STATUS_WRONG);
}

void sh_run_line(struct sh_source *src, bool last)
{
	struct sh_program *outer = shell.program, *program = calloc(1, sizeof(*program));
	enum sh_result result = SH_NOMEM;
	struct sh_node *tree = NULL;
	size_t from = src->at;
	const char *near = "";
	size_t start = src->at;

	src->aliases = &shell.aliases;
	if (program) {
		program->users = 1;
		result = sh_parse(&program->arena, src, &tree, &near);
		program->text =
			arena_copy(&program->arena, src->text + from, src->at - from);
	}
	if (sh_line_dropped())
		shell.status = SH_STATUS_INTERRUPTED;
	else if (result != SH_OK)
		source_complain(result, near);
	if (shell.options & SH_VERBOSE)
		(void)!write(STDERR_FILENO, src->text + start, src->at - start);
	shell.program = program;
	if (tree && shell.flow == SH_GO && !sh_line_dropped() &&
	    !(shell.options & SH_NOEXEC && !shell.interactive))
		sh_run(tree, last && !src->text[src->at]);
	shell.program = outer;
	if (program)
		sh_program_put(program);
}

int sh_run_text(const char *text, bool last)
{
	struct sh_source src = { .text = text };

	while (src.text[src.at] && shell.flow == SH_GO)
		sh_run_line(&src, last);
	free(src.own);
	return shell.status;
}

/* --- functions -------------------------------------------------------------------- */

struct sh_function *sh_function_find(const char *name)
{
	struct sh_function *f = shell.functions;

	while (f && strcmp(f->name, name) != 0)
		f = f->next;
	return f;
}

void sh_function_unset(const char *name)
{
	for (struct sh_function **f = &shell.functions; *f; f = &(*f)->next) {
		struct sh_function *old = *f;

		if (strcmp(old->name, name) != 0)
			continue;
		*f = old->next;
		sh_program_put(old->program);
		free(old);
		return;
	}
}

static int function_define(const struct sh_node *node)
{
	struct sh_function *f;

	if (sh_builtin_is_special(node->name)) {
		sh_warnx(node->name, "a special builtin can be no function");
		return sh_abort(SH_STATUS_WRONG);
	}
	f = malloc(sizeof(*f) + strlen(node->name) + 1);
	if (!f) {
		sh_warn(node->name);
		return 1;
	}
	sh_function_unset(node->name);
	strcpy(f->name, node->name);
	f->program = shell.program;
	f->program->users++;
	f->body = node->parts;
	f->next = shell.functions;
	shell.functions = f;
	return 0;
}

/* --- conditions and loops ------------------------------------------------------------ */

/* A condition; set -e does not look at it. */
static bool run_condition(const struct sh_node *node)
{
	bool holds;

	shell.tested++;
	holds = sh_run(node, false) == 0;
	shell.tested--;
	return holds;
}

static int run_if(const struct sh_node *node, bool last)
{
	const struct sh_node *part = node->parts;

	while (part->next) {
		bool holds = run_condition(part);

		if (shell.flow != SH_GO)
			return shell.status;
		part = part->next;
		if (holds)
			return sh_run(part, last);
		part = part->next;
		if (!part)
			return 0;
	}
	return sh_run(part, last);
}

/* Between commands: whether what follows is not run.  ^C may have a trap, which runs. */
static bool run_stops(void)
{
	if (sh_interrupted())
		return true;
	if (sh_trap_came())
		sh_traps_run();
	return shell.flow != SH_GO;
}

/* After a round: whether the loop ends here. */
static bool loop_ends(void)
{
	if (shell.flow == SH_GO && !run_stops())
		return false;
	if (shell.flow == SH_GO) /* ^C */
		return true;
	if (shell.flow != SH_BREAK && shell.flow != SH_CONTINUE)
		return true;
	if (--shell.levels > 0)
		return true;
	if (shell.flow == SH_CONTINUE) {
		shell.flow = SH_GO;
		return false;
	}
	shell.flow = SH_GO;
	return true;
}

static int run_while(const struct sh_node *node)
{
	bool until = node->kind == SH_UNTIL;
	int status = 0;

	shell.loops++;
	for (;;) {
		bool holds = run_condition(node->parts);

		if (shell.flow != SH_GO) {
			if (loop_ends())
				break;
			continue;
		}
		if (holds == until)
			break;
		status = sh_run(node->parts->next, false);
		if (loop_ends())
			break;
	}
	shell.loops--;
	return shell.flow == SH_GO ? status : shell.status;
}

static int run_for(const struct sh_node *node)
{
	struct arena mark = shell.words;
	char **values = shell.values.args;
	int count, status = 0;

	if (node->over_args) {
		/* The arguments may change meanwhile. */
		for (count = 0; values[count]; count++)
			;
		values = arena_alloc(&shell.words, ((size_t)count + 1) * sizeof(char *));
		for (int i = 0; values && i < count; i++) {
			const char *arg = shell.values.args[i];

			values[i] = arena_copy(&shell.words, arg, strlen(arg));
			if (!values[i])
				values = NULL;
		}
		if (!values)
			sh_warn("for");
	} else {
		values = sh_words(node->words, &count);
	}
	if (!values)
		return sh_abort(SH_STATUS_WRONG);
	shell.loops++;
	for (; *values; values++) {
		if (!sh_var_set(node->name, *values)) {
			status = sh_abort(SH_STATUS_WRONG);
			break;
		}
		status = sh_run(node->parts, false);
		if (loop_ends())
			break;
	}
	shell.loops--;
	arena_release(&shell.words, mark);
	return status;
}

/* Whether @subject matches a pattern of the item; -1: an expansion failed. */
static int case_matches(const struct sh_node *item, const char *subject)
{
	struct sh_expansion x = { .arena = &shell.words, .values = &shell.values };

	for (const struct sh_word *w = item->words; w; w = w->next) {
		char *pattern = sh_expand_pattern(&x, w->text);

		if (!pattern) {
			if (x.nomem)
				sh_say("sh: out of memory\n", NULL);
			return -1;
		}
		if (match_text(pattern, subject))
			return 1;
	}
	return 0;
}

static int run_case(const struct sh_node *node, bool last)
{
	struct arena mark = shell.words;
	const char *subject = sh_word(node->words->text);
	const struct sh_node *item = node->parts;
	int found = subject ? 0 : -1;

	while (item && found == 0) {
		found = case_matches(item, subject);
		if (found == 0)
			item = item->next;
	}
	arena_release(&shell.words, mark);
	if (found < 0)
		return sh_abort(SH_STATUS_WRONG);
	return item && item->parts ? sh_run(item->parts, last) : 0;
}

/* --- processes ------------------------------------------------------------------------ */

static int run_group(const struct sh_node *node, bool last)
{
	pid_t pid = last && !sh_traps_any() ? 0 : sh_fork();

	if (pid != 0)
		return sh_wait(pid);
	if (sh_redirect(node->redirs))
		sh_run(node->parts, true);
	else
		shell.status = SH_STATUS_WRONG;
	sh_exit();
}

/* In a child of a pipeline: @in and @out become its descriptors 0 and 1, unless they are
 * -1.  @other is for the next child and is closed. */
_Noreturn static void run_stage(const struct sh_node *node, int in, int out, int other)
{
	if (other >= 0)
		close(other);
	if ((in >= 0 && dup2(in, 0) < 0) || (out >= 0 && dup2(out, 1) < 0)) {
		sh_warn("pipe");
		_exit(1);
	}
	if (in > 0)
		close(in);
	if (out >= 0 && out != 1)
		close(out);
	sh_run(node, true);
	sh_exit();
}

static int run_stages(const struct sh_node *node)
{
	int n = 0, in = -1;
	pid_t *pids;

	for (const struct sh_node *stage = node->parts; stage; stage = stage->next)
		n++;
	pids = arena_alloc(&shell.words, (size_t)n * sizeof(*pids));
	if (!pids) {
		sh_warn("pipe");
		return 1;
	}
	n = 0;
	for (const struct sh_node *stage = node->parts; stage; stage = stage->next) {
		int fd[2] = { -1, -1 };

		if (stage->next && pipe(fd) < 0) {
			sh_warn("pipe");
			pids[n++] = -1;
			break;
		}
		pids[n] = sh_fork();
		if (pids[n] == 0)
			run_stage(stage, in, fd[1], fd[0]);
		if (in >= 0)
			close(in);
		if (fd[1] >= 0)
			close(fd[1]);
		in = fd[0];
		if (pids[n++] < 0)
			break;
	}
	if (in >= 0)
		close(in);
	return sh_wait_all(pids, n);
}

static int run_pipeline(const struct sh_node *node)
{
	struct arena mark = shell.words;
	int status;

	shell.tested += node->negated;
	status = node->parts->next ? run_stages(node) : sh_run(node->parts, false);
	shell.tested -= node->negated;
	arena_release(&shell.words, mark);
	return node->negated && shell.flow == SH_GO ? !status : status;
}

static int run_background(const struct sh_node *node)
{
	pid_t pid;

	sh_jobs_collect();
	pid = sh_fork();
	if (pid == 0) {
		sh_go_background();
		sh_run(node, true);
		sh_exit();
	}
	if (pid < 0)
		return 1;
	sh_job_add(pid);
	return 0;
}

/* --- lists ---------------------------------------------------------------------------- */

static int run_andor(const struct sh_node *node, bool last)
{
	int status = 0;

	for (const struct sh_node *part = node->parts; part; part = part->next) {
		if (part->join != SH_ALWAYS && (part->join == SH_IF_OK) != (status == 0))
			continue;
		shell.tested += part->next != NULL;
		status = sh_run(part, last && !part->next);
		shell.tested -= part->next != NULL;
		if (shell.flow != SH_GO || (part->next && run_stops()))
			break;
	}
	return status;
}

static int run_list(const struct sh_node *node, bool last)
{
	const struct sh_node *outer = shell.part;
	int status = 0;

	for (const struct sh_node *part = node->parts; part; part = part->next) {
		shell.part = part;
		if (part->background)
			status = run_background(part);
		else
			status = sh_run(part, last && !part->next);
		if (shell.flow != SH_GO || (part->next && run_stops()))
			break;
		shell.status = status;
	}
	shell.part = outer;
	return status;
}

static int run_kind(const struct sh_node *node, bool last)
{
	switch (node->kind) {
	case SH_SIMPLE:
		return sh_run_simple(node, last);
	case SH_GROUP:
		return run_group(node, last);
	case SH_BRACE:
		return sh_run(node->parts, last);
	case SH_PIPELINE:
		return run_pipeline(node);
	case SH_ANDOR:
		return run_andor(node, last);
	case SH_IF:
		return run_if(node, last);
	case SH_WHILE:
	case SH_UNTIL:
		return run_while(node);
	case SH_FOR:
		return run_for(node);
	case SH_CASE:
		return run_case(node, last);
	case SH_FUNCTION:
		return function_define(node);
	default:
		return run_list(node, last);
	}
}

/* A compound command in this process, with its redirections. */
static int run_redirected(const struct sh_node *node, bool last)
{
	struct arena mark = shell.words;
	struct sh_saved saved;
	int status = SH_STATUS_WRONG;

	if (!node->redirs || node->kind == SH_SIMPLE || node->kind == SH_GROUP)
		return run_kind(node, last);
	if (sh_redirect_save(node->redirs, &saved))
		status = run_kind(node, false);
	sh_redirect_undo(&saved);
	arena_release(&shell.words, mark);
	return status;
}

int sh_run(const struct sh_node *node, bool last)
{
	const char *here = __builtin_frame_address(0);
	bool fails;

	if (shell.stack - here > STACK_USED) {
		sh_say("sh: commands are nested too deeply\n", NULL);
		return sh_abort(SH_STATUS_WRONG);
	}
	shell.status = run_redirected(node, last);
	if (sh_trap_came())
		sh_traps_run();
	fails = shell.status && (node->kind == SH_SIMPLE || node->kind == SH_GROUP ||
				 (node->kind == SH_PIPELINE && !node->negated));
	if (fails && shell.options & SH_ERREXIT && !shell.tested && shell.flow == SH_GO)
		shell.flow = SH_EXIT;
	return shell.status;
}
