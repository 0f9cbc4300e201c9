/* aspace_options.c - the boot options of address spaces. */

#include "core/option/bootopt.h"
#include "core/option/options.h"
#include "lib/string.h"
#include "mm/space/aspace_priv.h"

bool aspace_heap_lazy, aspace_fork_copies, aspace_isolate, aspace_super;

static bool option_is(const char *name, const char *value)
{
	const char *v = bootopt_get(name);

	return v && strcmp(v, value) == 0;
}

/* These three are looked at once a call or a fault, and what was made under another value
 * stays as it is: they can change at any time. */
static void set_heap(const char *value)
{
	aspace_heap_lazy = strcmp(value, "lazy") == 0;
}

static void set_fork(const char *value)
{
	aspace_fork_copies = strcmp(value, "copy") == 0;
}

static void set_super(const char *value)
{
	aspace_super = strcmp(value, "off") != 0;
}

void aspace_read_options(void)
{
	aspace_heap_lazy = option_is("heap", "lazy");
	aspace_fork_copies = option_is("fork", "copy");
	aspace_isolate = option_is("isolate", "on");
	aspace_super = !option_is("super", "off");
	option_can_change("heap", set_heap);
	option_can_change("fork", set_fork);
	option_can_change("super", set_super);
}
