/* pages.h - memory whose page faults the program handles itself
 *
 * An access that a page does not allow is a fault: the kernel sends SIGSEGV, and the
 * handler gets the address.  It opens the page and tells the program which one was touched.
 * Then the instruction that has faulted runs again. */
#pragma once

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096ul

static char *pages; /* where they begin */
static size_t pages_number;
static void (*pages_touched)(size_t page);

/* Allows accesses to @n pages from @page on: PROT_NONE, PROT_READ, ... */
static inline void pages_protect(size_t page, size_t n, int prot)
{
	if (mprotect(pages + page * PAGE, n * PAGE, prot) < 0)
		err(1, "mprotect");
}

static inline void pages_fault(int sig, siginfo_t *info, void *context)
{
	size_t page = (size_t)((char *)info->si_addr - pages) / PAGE;

	(void)context;
	if (page >= pages_number) { /* not ours: a fault of the program, which ends it */
		signal(sig, SIG_DFL);
		return;
	}
	pages_protect(page, 1, PROT_READ | PROT_WRITE);
	pages_touched(page);
}

/* Makes @n pages of zeros, which may be read and written.  When one faults, it is opened,
 * and @touched is called with its number.  Returns where the pages begin. */
static inline void *pages_begin(size_t n, void (*touched)(size_t page))
{
	struct sigaction action = { .sa_sigaction = pages_fault, .sa_flags = SA_SIGINFO };

	pages = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (pages == MAP_FAILED)
		err(1, "mmap");
	pages_number = n;
	pages_touched = touched;
	if (sigaction(SIGSEGV, &action, NULL) < 0)
		err(1, "sigaction");
	return pages;
}
