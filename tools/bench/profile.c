/* profile.c - what the operations of a row consist of. */
#include "tool.h"

int profile_print(struct plan *plan, int row)
{
	(void)plan;
	(void)row;
	return 1;
}

int options_print(struct plan *plan)
{
	(void)plan;
	return 1;
}
