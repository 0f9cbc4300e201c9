/* input.h - commands from standard input, which a person may type. */
#pragma once

/* Run what comes, line by line, up to the end; returns the status. */
int input_run(void);

/* The lines that were typed have the numbers from 1 to this one, which is the last. */
unsigned input_history_count(void);

/* One of them; NULL: it is not kept any more, or there is none. */
const char *input_history(unsigned number);

/* Puts @text in place of the last. */
void input_history_replace(const char *text);
