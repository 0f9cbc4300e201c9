/* shell.h - the state of the shell, and what its parts offer each other. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "syntax/arena.h"
#include "syntax/parse.h"
#include "word/expand.h"

#define SH_STATUS_WRONG 2     /* of a command that was not understood     */
#define SH_STATUS_NOT_RUN 126 /* the program is there but could not be run */
#define SH_STATUS_MISSING 127
#define SH_STATUS_PIPE 141        /* nobody reads what is printed */
#define SH_STATUS_INTERRUPTED 130 /* ^C before anything was run */

/* Why commands that follow are not run. */
enum sh_flow {
	SH_GO,
	SH_BREAK,    /* up to the end of loops.. */
	SH_CONTINUE, /* .. or the next round     */
	SH_RETURN,   /* from a function or `.`   */
	SH_ABORT,    /* to the next prompt       */
	SH_EXIT
};

/* The options of `set`: their letters, and bits in the same order; those without a letter
 * come last. */
#define SH_OPTION_LETTERS "aeCnfuxv"
enum sh_option {
	SH_ALLEXPORT = 1,
	SH_ERREXIT = 2,
	SH_NOCLOBBER = 4,
	SH_NOEXEC = 8,
	SH_NOGLOB = 16,
	SH_NOUNSET = 32,
	SH_XTRACE = 64,
	SH_VERBOSE = 128,
	SH_PIPEFAIL = 256,
};

struct sh_var {
	struct sh_var *next;
	char *value; /* malloc'd; NULL: not set */
	bool exported, readonly;
	char name[];
};

/* Commands that were parsed together.  Functions among them keep them. */
struct sh_program {
	struct arena arena;
	const char *text; /* what was parsed */
	int users;
};

struct sh_function {
	struct sh_function *next;
	struct sh_program *program;
	const struct sh_node *body;
	char name[];
};

struct shell {
	int status;      /* of the last command: $?              */
	int substituted; /* status of the last $(...), -1: there was none */
	enum sh_flow flow;
	int levels;      /* loops that break and continue still have to leave */
	int loops;       /* that run now                         */
	int calls;       /* functions and `.` that run now       */
	int tested;      /* > 0: set -e does not look            */
	int trap_status; /* $? before the trap that runs now */
	unsigned options;
	unsigned line; /* of the command that runs: $LINENO */
	unsigned mask; /* what `umask` has set */

	bool interactive; /* lines come from the console            */
	bool prompts;     /* and a person types them                */
	bool dropped;     /* ^C while a line was edited             */
	bool in_trap;     /* the action of a trap runs              */
	bool by_command;  /* `command` runs the builtin: a failure ends no script */
	pid_t pid;        /* $$                                     */
	pid_t background; /* $!, or 0                               */
	int warned;       /* > 0: of stopped jobs, so it may end    */
	const struct sh_node *part; /* of a list, which runs; or NULL */
	char *name;                 /* $0                                     */
	const char *stack;          /* about where it starts                 */

	struct arena words;         /* of the commands that run */
	struct sh_program *program; /* that runs       */
	struct sh_var *vars;
	struct sh_function *functions;
	struct sh_alias *aliases;
	struct sh_kept *locals; /* of the function that runs */
	struct sh_values values;
	void *args_owned; /* what to free when the arguments change */
};

extern struct shell shell;

/* --- run/run.c: trees ------------------------------------------------------- */

/* Run a tree.  With @last the process has nothing to do afterwards, so it may execute the
 * last command itself.  Returns the status, which is also in shell.status. */
int sh_run(const struct sh_node *node, bool last);

/* Parse and run the next line of @src, and what belongs to it. */
void sh_run_line(struct sh_source *src, bool last);

/* The same for all of a text. */
int sh_run_text(const char *text, bool last);

/* Whether ^C was typed since the prompt. */
bool sh_line_dropped(void);

/* The same, and INT has no trap: then the rest of the line is not run. */
bool sh_interrupted(void);

/* Give up: a script ends with @status, at the keyboard the next prompt comes. */
int sh_abort(int status);

/* Run what `trap ... EXIT` wants, and end this process with shell.status. */
_Noreturn void sh_exit(void);

/* A user less; the last one frees it. */
void sh_program_put(struct sh_program *program);

struct sh_function *sh_function_find(const char *name);
void sh_function_unset(const char *name);

/* --- run/simple.c ----------------------------------------------------------- */

int sh_run_simple(const struct sh_node *node, bool last);

/* Run a builtin or a program, but no function. */
int sh_run_args(int argc, char **argv);

/* sh_expand() and sh_expand_one() with the values of this shell.  NULL after sh_abort(). */
char **sh_words(const struct sh_word *words, int *argc);
char *sh_word(const char *text);

/* The value of NAME=word. */
char *sh_word_assigned(const struct sh_word *assign);

/* For struct sh_values. */
char *sh_substitute(struct arena *a, const char *text);

/* --- run/redir.c ------------------------------------------------------------ */

/* Descriptors as they were; free entries have fd -1. */
struct sh_saved {
	int count;
	struct {
		int fd, copy; /* -1: it was closed */
	} fds[10];
};

bool sh_redirect(const struct sh_redir *r);

/* Redirect, and remember in @saved how it was. */
bool sh_redirect_save(const struct sh_redir *r, struct sh_saved *saved);
void sh_redirect_undo(struct sh_saved *saved);

/* Forget how it was: the redirections stay. */
void sh_redirect_keep(struct sh_saved *saved);

/* Close the copies of all who have saved, in a new process. */
void sh_redirect_close(void);

/* All of @fd, or of a file, in memory of @a; NULL after a complaint.  About @room bytes are
 * expected.  sh_read_file() sets errno, to ENOEXEC if the file is no text. */
char *sh_read_all(struct arena *a, int fd, size_t room);
char *sh_read_file(struct arena *a, const char *path);

/* --- run/jobs.c ------------------------------------------------------------- */

/* fork() with a complaint; the child is a subshell. */
pid_t sh_fork(void);

/* Wait for the processes of a command in the foreground, -1 for those that could not be
 * started; the status of the last (with pipefail, of the last that
 * failed), 128 + n if signal n ended it.  If they stop, they become
 * a job, and the rest of the line is not run. */
int sh_wait_all(const pid_t *pids, int count);
int sh_wait(pid_t pid); /* for one */

/* In the child that runs something in the background: it gets neither ^C nor what is
 * typed. */
void sh_go_background(void);

/* Process @pid runs shell.part in the background. */
void sh_job_add(pid_t pid);
void sh_jobs_collect(void);

/* The builtin `jobs`: -l, -p, or 0. */
void sh_jobs_print(char how);

/* Tell a person which jobs have ended or stopped since they heard of it last. */
void sh_jobs_notify(void);

/* The shell is about to end: true if jobs are stopped and a person was told so only now. */
bool sh_jobs_warn(void);

/* The process that `%1` and the like mean, or 0 after a complaint. */
pid_t sh_job_pid(const char *name);

/* Let a job go on, and wait for it in the foreground. */
int sh_job_foreground(pid_t pid);

/* Let a job go on in the background; send a signal to all of its processes.  Both return a
 * status, after a complaint. */
int sh_job_background(const char *name);
int sh_job_kill(const char *name, int sig);

/* The builtin `wait`: for one process, or for all. */
int sh_job_wait(pid_t pid);
int sh_jobs_wait(void);

/* --- run/traps.c ------------------------------------------------------------ */

/* What `trap` has set for a signal, 0: for the end of the shell.  "": it is ignored; NULL:
 * nothing is set. */
const char *sh_trap_action(int sig);

/* Set it; false with errno after a failure. */
bool sh_trap_set(int sig, const char *action);

/* Whether a trap has commands to run: then this process has to stay. */
bool sh_traps_any(void);

/* In a subshell: only what is ignored stays. */
void sh_traps_reset(void);

/* A signal whose action has to run, or 0. */
int sh_trap_came(void);

/* Run the actions of the signals that came. */
void sh_traps_run(void);

/* Run that of EXIT. */
void sh_trap_exit(void);

/* Whether system calls end with EINTR when there is a trap for a signal. */
void sh_traps_interrupt(bool on);

/* ^C at the keyboard: true if INT has a trap, whose action will run. */
bool sh_trap_interrupt(void);

/* --- run/find.c ------------------------------------------------------------- */

/* Execute a program; returns the status for the shell, after a complaint. */
int sh_exec(char **argv);

/* The file that a command name runs, in @path of @size bytes; false: there is none. */
bool sh_find(const char *name, char *path, size_t size);

/* --- vars.c ----------------------------------------------------------------- */

void sh_vars_init(void);
const char *sh_value(const char *name); /* also of $?, $1, ... */

/* The variable, made if there is none; NULL after a complaint. */
struct sh_var *sh_var_make(const char *name, size_t len);

/* Set it to a copy of @value; false after a complaint. */
bool sh_var_set(const char *name, const char *value);
bool sh_var_unset(const char *name);

/* Expand and set NAME=word, and export it if @export; false after a complaint. */
bool sh_assign(const struct sh_word *assign, bool export);

/* A variable that a command or a function has for itself only, as it was. */
struct sh_kept {
	struct sh_kept *next;
	struct sh_var *var;
	char *value; /* malloc'd */
	bool exported;
};

/* Remember how the variable with this name is; false after a complaint. */
bool sh_var_keep(struct sh_kept **kept, const char *name, size_t len);

/* Make all as they were, and forget it. */
void sh_var_restore(struct sh_kept *kept);

/* NAME=VALUE of what is exported, a NULL at the end, in shell.words; NULL: no memory. */
char **sh_environment(void);

/* The arguments $1, $2, ... become copies of @args. */
bool sh_args_set(char **args);
void sh_args_free(void);

/* --- builtin/builtin.c ------------------------------------------------------ */

/* What only the shell itself can do.  A builtin returns its status. */
typedef int sh_builtin_fn(int argc, char **argv);
sh_builtin_fn *sh_builtin_find(const char *name);

/* Whether POSIX calls it special: a failure ends a script, assignments before it stay. */
bool sh_builtin_is_special(const char *name);

/* Options letter by letter: -ex, +x, -o NAME; -c and -s, which *@kind becomes, only if that
 * is not NULL.  Returns the number of words used, or -1 after a complaint. */
int sh_options_read(char **args, char *kind);

/* --- say.c ------------------------------------------------------------------ */

/* Write the strings, up to a NULL, to descriptor 2 in one piece. */
void sh_say(const char *first, ...);

/* The same for `sh: what: reason`, of errno without a @why. */
void sh_warn(const char *what);
void sh_warnx(const char *what, const char *why);

/* The word as the shell would have to read it, in shell.words; NULL: no memory. */
char *sh_quote(const char *word);

/* For set -x: write the words, and before them, if @assigns is not NULL, those. */
void sh_trace(const struct sh_word *assigns, char **args);
