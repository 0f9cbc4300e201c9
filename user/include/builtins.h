/* builtins.h - the builtin commands of the shell, for the shell and for programs that list
 * them. */
#pragma once

/* X(name, function in the shell, arguments, what it does) */
#define SH_BUILTINS(X)                                                                    \
	X("cd", run_cd, "[DIR]", "go to a directory, to $HOME or /, or back: cd -")       \
	X("exit", run_exit, "[STATUS]", "end the shell")                                  \
	X("jobs", run_jobs, "", "list what runs in the background")                       \
	X("wait", run_wait, "[PID...]", "wait until what runs in the background ends")    \
	X("kill", run_kill, "PID...", "end processes, even if no new one can be started") \
	X("test", run_test, "EXPR", "compare texts and numbers, look at files")           \
	X("[", run_test, "EXPR ]", "the same")                                            \
	X("printf", run_printf, "FORMAT [ARG...]", "print in a format")                   \
	X("read", run_read, "[-r] [NAME...]", "read a line into variables")               \
	X("set", run_set, "[-aefnuxC] [ARG...]", "set options and arguments")             \
	X("shift", run_shift, "[N]", "drop the first arguments")                          \
	X("export", run_export, "[NAME[=VALUE]...]", "give variables to programs")        \
	X("readonly", run_readonly, "[NAME[=VALUE]...]", "make variables constant")       \
	X("unset", run_unset, "[-f] NAME...", "remove variables or functions")            \
	X("eval", run_eval, "[WORD...]", "run the words as a command")                    \
	X("exec", run_exec, "[COMMAND...]", "replace the shell, or redirect for good")    \
	X(".", run_dot, "FILE", "run the commands in FILE here")                          \
	X("command", run_command, "[-v] NAME...", "run NAME, but no function")            \
	X("type", run_type, "NAME...", "tell what a command name runs")                   \
	X("getopts", run_getopts, "LETTERS NAME", "take the next option of a script")     \
	X("trap", run_trap, "[COMMAND EXIT]", "run COMMAND when the shell ends")          \
	X("break", run_break, "[N]", "leave loops")                                       \
	X("continue", run_continue, "[N]", "go on with the next round of a loop")         \
	X("return", run_return, "[STATUS]", "leave a function or the file of `.`")        \
	X("true", run_true, "", "succeed")                                                \
	X("false", run_false, "", "fail")                                                 \
	X(":", run_true, "", "succeed")
