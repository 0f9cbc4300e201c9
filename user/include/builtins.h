/* builtins.h - the builtin commands of the shell, for the shell and for programs that list
 * them. */
#pragma once

/* X(name, function in the shell, arguments, what it does) */
#define SH_BUILTINS(X)                                                                    \
	X("cd", run_cd, "[DIR]", "go to a directory, or to /")                            \
	X("exit", run_exit, "[STATUS]", "end the shell")                                  \
	X("wait", run_wait, "", "wait until all that runs in the background ends")        \
	X("kill", run_kill, "PID...", "end processes, even if no new one can be started") \
	X(":", run_nothing, "", "succeed")
