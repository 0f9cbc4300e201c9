/* assert.h - ASSERT is for our own bugs; what users do wrong gets an error. */
#pragma once

/* Stops the machine (kernel) or the test (host) and says where. */
void assert_fail(const char *file, int line, const char *what) __attribute__((noreturn));

#define ASSERT(cond) ((cond) ? (void)0 : assert_fail(__FILE__, __LINE__, #cond))
