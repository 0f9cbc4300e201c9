/* input.h - commands from standard input, which a person may type. */
#pragma once

/* Run what comes, line by line, up to the end; returns the status. */
int input_run(void);
