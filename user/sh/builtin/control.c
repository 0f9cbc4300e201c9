/* control.c - builtins that change what is run next. */
#include "builtin/builtin.h"

#include <limits.h>
#include <string.h>

static int control_leave_loops(char **argv, enum sh_flow flow)
{
	long levels = 1;

	if (!builtin_number(argv, INT_MAX, &levels))
		return SH_STATUS_WRONG;
	if (levels < 1)
		return builtin_complain(argv[0], argv[1], "must be at least 1");
	if (shell.loops > 0) {
		shell.levels = levels < shell.loops ? (int)levels : shell.loops;
		shell.flow = flow;
	}
	return 0;
}

int run_break(int argc, char **argv)
{
	(void)argc;
	return control_leave_loops(argv, SH_BREAK);
}

int run_continue(int argc, char **argv)
{
	(void)argc;
	return control_leave_loops(argv, SH_CONTINUE);
}

static int control_leave(char **argv, enum sh_flow flow)
{
	long status = shell.status;

	if (!builtin_number(argv, INT_MAX, &status))
		return SH_STATUS_WRONG;
	shell.flow = flow;
	shell.status = (int)(status & 0xff);
	return shell.status;
}

/* In a trap without a number: as it was before the trap. */
int run_exit(int argc, char **argv)
{
	if (sh_jobs_warn())
		return 1;
	if (argc < 2 && shell.in_trap)
		shell.status = shell.trap_status;
	return control_leave(argv, SH_EXIT);
}

int run_return(int argc, char **argv)
{
	(void)argc;
	return control_leave(argv, shell.calls > 0 ? SH_RETURN : SH_EXIT);
}

int run_eval(int argc, char **argv)
{
	size_t size = 1;
	char *text, *to;

	for (int i = 1; i < argc; i++)
		size += strlen(argv[i]) + 1;
	text = to = arena_alloc(&shell.words, size);
	if (!text) {
		sh_warn("eval");
		return sh_abort(SH_STATUS_WRONG);
	}
	for (int i = 1; i < argc; i++) {
		to = stpcpy(to, argv[i]);
		if (i + 1 < argc)
			*to++ = ' ';
	}
	shell.status = 0;
	return sh_run_text(text, false);
}

int run_dot(int argc, char **argv)
{
	char path[PATH_MAX], *text;
	int status;

	if (argc < 2)
		return builtin_complain(".", "FILE", "is missing");
	text = sh_read_file(&shell.words,
			    sh_find(argv[1], path, sizeof(path)) ? path : argv[1]);
	if (!text)
		return builtin_fail(".");
	shell.status = 0;
	shell.calls++;
	status = sh_run_text(text, false);
	shell.calls--;
	if (shell.flow == SH_RETURN) {
		shell.flow = SH_GO;
		status = shell.status;
	}
	return status;
}

/* Without arguments its redirections stay; see run_inside(). */
int run_exec(int argc, char **argv)
{
	int status;

	if (argc < 2)
		return 0;
	if (!shell.interactive)
		sh_redirect_close();
	status = sh_exec(argv + 1);
	return sh_abort(status);
}
