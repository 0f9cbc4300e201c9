/* traps.c - what `trap` wants to be run when the shell ends or a signal arrives.
 *
 * A handler only notes the signal.  Its action runs when the command that runs now has
 * ended; only `wait` and `read` end for it.  A shell at the keyboard gets no SIGINT for ^C:
 * it asks the kernel, see sh_interrupted(). */
#include "shell.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct {
	char *action; /* malloc'd; "": ignored; NULL: the default */
	bool asked;   /* whether .fixed is known                  */
	bool fixed;   /* ignored when the shell started           */
} traps[NSIG];        /* [0]: EXIT */

static volatile sig_atomic_t came[NSIG], any_came;

static void trap_note(int sig)
{
	came[sig] = any_came = 1;
}

/* Whether the signal was ignored at the start: then it stays so. */
static bool trap_is_fixed(int sig)
{
	struct sigaction now;

	if (!traps[sig].asked && sigaction(sig, NULL, &now) == 0)
		traps[sig].fixed = now.sa_handler == SIG_IGN && !shell.interactive;
	traps[sig].asked = true;
	return traps[sig].fixed;
}

static int trap_install(int sig, const char *action, int flags)
{
	struct sigaction new = { .sa_handler = SIG_DFL, .sa_flags = flags };

	if (action)
		new.sa_handler = *action ? trap_note : SIG_IGN;
	return sigaction(sig, &new, NULL);
}

const char *sh_trap_action(int sig)
{
	return traps[sig].action;
}

bool sh_trap_set(int sig, const char *action)
{
	char *copy = NULL;

	if (sig && trap_is_fixed(sig))
		return true;
	if (action && !(copy = strdup(action)))
		return false;
	if (sig && trap_install(sig, action, SA_RESTART) < 0) {
		free(copy);
		return false;
	}
	free(traps[sig].action);
	traps[sig].action = copy;
	return true;
}

bool sh_traps_any(void)
{
	for (int sig = 0; sig < NSIG; sig++)
		if (traps[sig].action && *traps[sig].action)
			return true;
	return false;
}

void sh_traps_reset(void)
{
	for (int sig = 0; sig < NSIG; sig++) {
		if (traps[sig].action && *traps[sig].action)
			(void)sh_trap_set(sig, NULL);
		came[sig] = 0;
	}
	any_came = 0;
	shell.in_trap = false;
}

void sh_traps_interrupt(bool on)
{
	for (int sig = 1; sig < NSIG; sig++)
		if (traps[sig].action && *traps[sig].action)
			(void)trap_install(sig, traps[sig].action, on ? 0 : SA_RESTART);
}

int sh_trap_came(void)
{
	if (any_came)
		for (int sig = 1; sig < NSIG; sig++)
			if (came[sig])
				return sig;
	return 0;
}

bool sh_trap_interrupt(void)
{
	if (!traps[SIGINT].action)
		return false;
	if (*traps[SIGINT].action)
		trap_note(SIGINT);
	return true;
}

/* Runs the text with $? as it is, and then makes that what it was. */
static void trap_run(const char *text)
{
	int status = shell.status, outer = shell.trap_status;
	bool nested = shell.in_trap;

	shell.trap_status = status;
	shell.in_trap = true;
	sh_run_text(text, false);
	shell.in_trap = nested;
	shell.trap_status = outer;
	if (shell.flow == SH_GO)
		shell.status = status;
}

void sh_traps_run(void)
{
	int sig;

	while (shell.flow == SH_GO && (sig = sh_trap_came()) > 0) {
		/* The action may change the trap. */
		char *text = traps[sig].action ? strdup(traps[sig].action) : NULL;

		came[sig] = 0;
		if (text)
			trap_run(text);
		else if (traps[sig].action)
			sh_warn("trap");
		free(text);
	}
	if (any_came) {
		any_came = 0;
		for (int i = 1; i < NSIG; i++) /* one may have come just now */
			if (came[i])
				any_came = 1;
	}
}

void sh_trap_exit(void)
{
	char *text = traps[0].action;

	traps[0].action = NULL;
	if (!text)
		return;
	shell.flow = SH_GO;
	shell.options &= ~(unsigned)SH_ERREXIT;
	trap_run(text);
}
