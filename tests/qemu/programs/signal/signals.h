/* signals.h - what signals.c and alarms.c share: small calls, and cases by name. */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int calls, last;

static inline void note(int sig)
{
	calls++;
	last = sig;
}

static inline void catch (int sig, void (*handler)(int), int flags)
{
	struct sigaction a = { .sa_handler = handler, .sa_flags = flags };

	sigaction(sig, &a, NULL);
}

static inline void set_mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

static inline void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static inline void result(const char *what, long value)
{
	printf("  %s %ld\n", what, value);
}

struct signal_case {
	const char *name;
	void (*fn)(void);
};

/* All of the @n cases, or the one that is called @name, each in a process of its own. */
static inline void cases_run(const struct signal_case *cases, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		int status;

		if (name && strcmp(name, cases[i].name))
			continue;
		printf("%s\n", cases[i].name);
		fflush(stdout);
		if (fork() == 0) {
			cases[i].fn();
			exit(0);
		}
		wait(&status);
		if (status)
			printf("  ended with %x\n", (unsigned)status);
	}
}
