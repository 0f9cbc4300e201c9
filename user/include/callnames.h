/* callnames.h - words for system calls, their arguments and their errors. */
#pragma once

#include <stdbool.h>

#define CALLS_MAX 256  /* the numbers are smaller */
#define CALL_WORDS 320 /* bytes: a set of all signals */

/* The number of the call @name, or 0; the name of call @number, or NULL. */
int call_number(const char *name);
const char *call_name(int number);

/* A letter for each argument of a call: see uapi/calltrace.h. */
const char *call_letters(int number);

/* Whether its result is an address or a set of bits. */
bool call_gives_hexadecimal(int number);

/* `ENOENT`, or the number. */
const char *call_error(int error);

/* The argument @value of kind @letter in words; and what one of the kinds W, P,
 * S, H and T points to.  Use @buf, or not. */
const char *call_value(char letter, unsigned long long value, char buf[CALL_WORDS]);
const char *call_struct(char letter, const void *bytes, char buf[CALL_WORDS]);
