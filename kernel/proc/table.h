/* table.h - who uses the console: the foreground job. */
#pragma once

/* The running process is about to read the console.  Whatever its shell
 * starts from now on is the foreground job that Ctrl-C ends. */
void proc_reads_console(void);

/* The pid that the next process will get. */
int proc_next_pid(void);
