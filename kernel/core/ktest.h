/* ktest.h - tests that run inside the kernel, at boot with ktest=on.
 *
 * Write KTEST(name) { ... } in any file of a build with CHECK=1, and check with ASSERT.
 * The tests run in the thread of process 1 before it becomes a program, with all harts
 * started and the file system mounted.  Then the machine powers off with status 0. */
#pragma once

#include "lib/assert.h"

struct ktest {
	const char *name;
	void (*fn)(void);
};

#define KTEST(test)                                                                     \
	static void test(void);                                                         \
	static const struct ktest ktest_##test                                          \
		__attribute__((used, section("ktests"), aligned(8))) = { #test, test }; \
	static void test(void)
