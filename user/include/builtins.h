/* builtins.h - the builtin commands of the shell, for the shell and for programs that list
 * them. */
#pragma once

/* X(name, function in the shell, arguments, what it does) */
#define SH_BUILTINS(X)                                                                    \
	X("cd", run_cd, "[DIR]", "go to a directory, to $HOME or /, or back: cd -")       \
	X("exit", run_exit, "[STATUS]", "end the shell")                                  \
	X("jobs", run_jobs, "[-l|-p]", "list what runs in the background or is stopped")  \
	X("wait", run_wait, "[PID|%N...]", "wait until what runs in the background ends") \
	X("fg", run_fg, "[%N]", "let a job go on in the foreground")                      \
	X("bg", run_bg, "[%N...]", "let stopped jobs go on in the background")            \
	X("kill", run_kill, "[-SIG] PID|NAME|%N...", "send processes or jobs a signal")   \
	X("times", run_times, "", "tell how much time the shell and its commands used")   \
	X("alias", run_alias, "[NAME[=VALUE]...]", "give a command another name")         \
	X("unalias", run_unalias, "-a | NAME...", "forget it")                            \
	X("hash", run_hash, "[-r] [NAME...]", "find commands; nothing is remembered")     \
	X("local", run_local, "NAME[=VALUE]...", "variables of a function")               \
	X("pwd", run_pwd, "[-L|-P]", "print the current directory")                       \
	X("test", run_test, "EXPR", "compare texts and numbers, look at files")           \
	X("[", run_test, "EXPR ]", "the same")                                            \
	X("echo", run_echo, "[-n] [WORD...]", "print the words")                          \
	X("printf", run_printf, "FORMAT [ARG...]", "print in a format")                   \
	X("read", run_read, "[-r] [-p PROMPT] [NAME...]", "read a line into variables")   \
	X("set", run_set, "[-aefnuvxC] [ARG...]", "set options and arguments")            \
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
	X("umask", run_umask, "[-S] [MASK]", "keep a mask of rights; files have none")    \
	X("ulimit", run_ulimit, "[-acdfnstuv]", "tell the limits of the system")          \
	X("history", run_history, "[N]", "list what was typed, the last N")               \
	X("fc", run_fc, "[-l|-s] [COMMAND...]", "list, edit or repeat what was typed")    \
	X("trap", run_trap, "[COMMAND] SIGNAL...", "run it at a signal, or at the EXIT")  \
	X("break", run_break, "[N]", "leave loops")                                       \
	X("continue", run_continue, "[N]", "go on with the next round of a loop")         \
	X("return", run_return, "[STATUS]", "leave a function or the file of `.`")        \
	X("true", run_true, "", "succeed")                                                \
	X("false", run_false, "", "fail")                                                 \
	X(":", run_true, "", "succeed")
