/* snap_options.c - the boot options as records, and the call that changes one. */

#include "core/option/options.h"
#include "lib/string.h"
#include "obs/events.h"
#include "obs/heat.h"
#include "obs/snap/snap_priv.h"
#include "proc/args.h"
#include "proc/syscall.h"

static u32 snap_option_flags(const struct option *o, const struct option_state *state)
{
	return (state->given ? SNAP_OPTION_GIVEN : 0) |
	       (o->when == ANY_TIME ? SNAP_OPTION_CAN_SET : 0) |
	       (state->changed ? SNAP_OPTION_WAS_SET : 0) |
	       (option_is_number(o) ? SNAP_OPTION_NUMBER : 0) |
	       (option_is_text(o) ? SNAP_OPTION_TEXT : 0);
}

/* A text that does not fit is cut and ends with three dots. */
static void snap_option_put(char *to, const char *text, size_t size)
{
	if (strlcpy(to, text, size) >= size)
		memcpy(to + size - 4, "...", 3);
}

static void snap_add_option(struct snap *s, const struct option *o)
{
	struct snap_option *r = snap_add(s);
	struct option_state state;

	option_look(o, &state);
	snap_option_put(r->name, o->name, sizeof(r->name));
	option_list(o, r->values, sizeof(r->values));
	snap_option_put(r->value, state.value, sizeof(r->value));
	if (state.given)
		snap_option_put(r->given, state.given, sizeof(r->given));
	snap_option_put(r->what, o->what, sizeof(r->what));
	r->flags = snap_option_flags(o, &state);
}

void snap_options(struct snap *s)
{
	const struct option *o;

	for (u64 i = s->start; i < NOPTIONS && (o = option_at((u32)i)); i++) {
		if (s->header->count == s->room) {
			s->header->next = i;
			return;
		}
		snap_add_option(s, o);
	}
}

s64 sys_setoption(const u64 arg[6])
{
	char name[MAXPATH], value[MAXPATH];
	int err = arg_path(arg[0], name);

	if (!err)
		err = arg_path(arg[1], value);
	if (!err)
		err = option_set(name, value);
	if (!err && strcmp(name, "events") == 0)
		err = events_follow_option();
	if (!err && strcmp(name, "heat") == 0)
		err = heat_follow_option();
	return err;
}
