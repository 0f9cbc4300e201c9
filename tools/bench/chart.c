/* chart.c - the result for programs, and as a picture. */
#include "tool.h"

void json_write(const struct plan *plan)
{
	(void)plan;
}

void svg_write(const struct plan *plan)
{
	(void)plan;
}
