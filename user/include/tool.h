/* tool.h - what the small programs share: options, help, and complaints in
 * the form `name: what: reason`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The status to leave with: 0, or tool_failed after a complaint.  That is 1, unless the
 * program sets another at its start, because its 1 says something else. */
extern int tool_status;
extern int tool_failed;

/* getopt() that knows -h and --help: prints @usage, whose first line is the
 * synopsis, and exits.  An unknown option exits with status 2. */
int tool_getopt(int argc, char **argv, const char *options, const char *usage);

/* The same for a program that has its own -h: only --help prints the usage. */
int tool_getopt_h(int argc, char **argv, const char *options, const char *usage);

/* The same as tool_getopt_h() for a program that has --color[=WHEN], which changes what
 * tool_colour() returns.  WHEN is auto, always or never; @alone without it. */
int tool_getopt_colour(int argc, char **argv, const char *options, const char *usage,
		       const char *alone);

/* What takes the WHEN of --color, or NULL without it; NULL: there is no such option. */
extern void (*tool_colour_word)(const char *when);

/* `-3` as the first argument becomes `-n3`, as old scripts have it. */
void tool_old_number(int argc, char **argv);

/* Complain about @what with the reason of errno, or with @reason. */
void tool_warn(const char *what);
void tool_warnx(const char *what, const char *reason);

/* The reason of errno, in words. */
const char *tool_reason(void);

/* tool_warn(), then exit(tool_failed). */
_Noreturn void tool_die(const char *what);

/* Print the synopsis and exit(2), because the arguments are wrong. */
_Noreturn void tool_usage(const char *usage);

/* tool_warnx() about an argument, and exit(2). */
_Noreturn void tool_refuse(const char *what, const char *reason);

/* A decimal number from @min to @max, or complain and exit(2), also if it has too many
 * digits. */
long tool_number(const char *text, long min, long max);

/* The same without exit: NULL and *@number, or what is wrong with @text. */
const char *tool_number_wrong(const char *text, long min, long max, long *number);

/* Seconds with a fraction and s, m, h or d after it, as in `1.5s`, or complain and exit(2).
 * The result is in ticks of 1/TICK_HZ second, rounded up. */
int tool_ticks(const char *text);

/* realloc(), or complain about @what and exit(tool_failed). */
void *tool_realloc(void *old, size_t size, const char *what);

/* The number of a process, from @min on; 0 is the caller where that is allowed.  @text is
 * the number, or the name if one process alone has it; else complain and exit(1). */
int tool_pid(const char *text, int min);

/* The same without exit: NULL and *@pid, or what is wrong with @text, valid until the next
 * call.  Whether @text is taken for a number. */
const char *tool_pid_wrong(const char *text, int min, int *pid);
bool tool_pid_is_number(const char *text);

/* What switches to a colour of the terminal; "" if standard output is none. */
enum tool_colour { PLAIN, BOLD, FAINT, RED, MAGENTA, BLUE, CYAN };
const char *tool_colour(enum tool_colour colour);

/* The columns of the terminal that is standard output; 0: it is none. */
unsigned tool_width(void);

/* An address in hexadecimal, with or without 0x before it, or complain and exit(2). */
unsigned long tool_address(const char *text);

/* Copy @path and @name with a slash between into @buf of @size bytes; false,
 * with errno set, if they do not fit. */
bool tool_join(char *buf, int size, const char *path, const char *name);

/* The part of @path after its last slash. */
const char *tool_basename(const char *path);

/* Where programs are looked for: PATH, or without it TOOL_PATH. */
#define TOOL_PATH "/:."
const char *tool_search_path(void);

/* Puts the next place to look for a program into @buf: the first directory of the list
 * *@dirs, and @name; *@dirs is then the rest of the list.  @buf is empty if it does not
 * fit.  False: the list has ended. */
bool tool_search(const char **dirs, const char *name, char *buf, size_t size);

bool tool_is_dir(const char *path);

/* Take the slashes at the end off @path, in place; returns @path. */
char *tool_trim(char *path);

/* Where ln, cp and mv put @from: @to; if @to is a directory, @to/NAME, which is built in
 * @buf, where NAME is the last element of @from.  NULL, with errno set, if that does not
 * fit. */
const char *tool_target(char *buf, int size, const char *to, const char *from);

/* For programs that walk a tree of directories: notes that the walk enters directory @ino.
 * False, after a complaint about @path, if it was entered before: the tree has a loop, so
 * the walk might never end.  Only a damaged file system has one. */
bool tool_dir_enter(const char *path, unsigned long ino);

/* Forget a directory that was removed; or all, before the next tree. */
void tool_dir_removed(unsigned long ino);
void tool_dir_forget_all(void);

/* The names in a directory in their order, without `.` and `..`, a NULL at the end; the
 * caller frees the list, the names go with it.  NULL, with errno set, if it fails. */
char **tool_names(const char *path);

/* Open a file to read, `-` is standard input; NULL after a complaint. */
FILE *tool_open(const char *name);

/* Complain if reading failed, and close. */
void tool_close(FILE *file, const char *name);

/* Call @fn for each file of the list, or for standard input if it is empty. */
typedef void tool_input_fn(FILE *file, const char *name);
void tool_each(char **names, tool_input_fn *fn);

/* A line of any length, with the newline that ends it; starts as { 0 }. */
struct tool_line {
	char *text; /* no NUL at its end, but room for one */
	size_t len, room;
};

/* Read the next line; false at the end of the file. */
bool tool_line(FILE *file, struct tool_line *line);

/* Run a program and wait for it; returns its status, -n if signal n ended it.  If it cannot
 * be started, that is complained about, and the status is one of these. */
enum { RUN_NOT_RUNNABLE = 126, RUN_NOT_FOUND = 127 };
int tool_run(char **argv);

/* The same; @prepare is called in the new process, before the program is its. */
int tool_run_prepared(char **argv, void (*prepare)(void));

/* The status of a program that ends as the one did which tool_run() ran: 128 + n. */
static inline int tool_run_status(int ended)
{
	return ended < 0 ? 128 - ended : ended;
}

/* Bytes as people read them, such as 812, 1.5K or 12M, rounded up; valid until the next
 * call. */
const char *tool_human(unsigned long bytes);

/* The command kill, of the program and of the shell; returns its status.  For words that
 * begin with % it calls @kill_job, if that is not NULL, which returns a status as well. */
int tool_kill(char **argv, int (*kill_job)(const char *name, int sig));

/* A signal by its number or its name, with or without SIG; -1: there is none.  The name of
 * one, without SIG; NULL: none that kill knows. */
int tool_signal(const char *word);
const char *tool_signal_name(int sig);

/* The commands test (or `[`, if that is argv[0]), printf and echo, of the programs and of
 * the shell.  They return the status: of test 0 true, 1 false, 2 after a complaint. */
int test_eval(int argc, char **argv);
int tool_printf(int argc, char **argv);
int tool_echo(int argc, char **argv);

/* Flush stdout and give the status to return from main(): 1 if the output
 * could not be written. */
int tool_finish(void);
