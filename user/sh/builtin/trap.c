/* trap.c - the builtin trap. */
#include "builtin/builtin.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <tool.h>

static int trap_print(void)
{
	for (int sig = 0; sig < NSIG; sig++) {
		const char *action = sh_trap_action(sig);
		const char *text = action ? sh_quote(action) : NULL;

		if (text)
			printf("trap -- %s %s\n", text,
			       sig ? tool_signal_name(sig) : "EXIT");
	}
	return 0;
}

static int trap_set(const char *word, const char *action)
{
	int sig = strcmp(word, "EXIT") == 0 ? 0 : tool_signal(word);

	if (sig < 0) {
		sh_say("sh: trap: ", word, ": no such signal here\n", NULL);
		return 1;
	}
	if (sh_trap_set(sig, strcmp(action, "-") == 0 ? NULL : action))
		return 0;
	sh_say("sh: trap: ", word, ": ", tool_reason(), "\n", NULL);
	return 1;
}

/* With one argument, or if the first is a number, all go back to their defaults. */
int run_trap(int argc, char **argv)
{
	char **name = argv + 1, *action = "-";
	int status = 0;

	if (argc > 1 && strcmp(*name, "--") == 0)
		name++;
	if (!*name)
		return trap_print();
	if (name[1] && (!**name || (*name)[strspn(*name, "0123456789")]))
		action = *name++;
	for (; *name; name++)
		status |= trap_set(*name, action);
	return status;
}
