/* assert.h - ASSERT is for our own bugs; a mistake of a user gets an error instead. */
#pragma once

/* Says where, and stops the machine; in tests on the host, the test. */
void assert_fail(const char *file, int line, const char *what) __attribute__((noreturn));

#define ASSERT(cond) ((cond) ? (void)0 : assert_fail(__FILE__, __LINE__, #cond))
