/* uaccess_walk.c - see uaccess_walk.h. */

#include "mm/uaccess_walk.h"

#include "core/sched.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/truncate_maps.h"

/* A page may be unmapped again between the fault that brought it in and its use, but
 * hardly this many times in a row. */
#define TRIES 8

/* The kernel's address of the byte at @va, valid until mapping_walk_end(); NULL: refused,
 * and nothing to end. */
static char *walk_translate(struct aspace *as, va_t va, enum access access)
{
	u64 used = access_used_bits(access);

	for (unsigned tries = 0; tries < TRIES; tries++) {
		if (mapping_walk_begin(as)) {
			struct pt_cur c = pt_peek(&as->pt, va);
			pte_t e = pte_load(c.slot);

			if (pte_permits(e, access)) {
				/* As the hardware would.  Bits are only added, so no
				 * hart has to flush. */
				if ((e.bits & used) != used)
					pte_set_bits(c.slot, used);
				return (char *)frame_va(frame_of_pa(pte_pa(e))) +
				       (va & (level_size(c.level) - 1));
			}
			mapping_walk_end(as);
		}
		if (thread_current()->no_fault || aspace_fault(as, va, access))
			break;
	}
	return NULL;
}

static u64 walk_page_rest(va_t va)
{
	return PAGE_SIZE - (va & (PAGE_SIZE - 1));
}

u64 walk_copy_in(struct aspace *as, void *kernel, va_t user, u64 n)
{
	u64 done = 0;

	while (done < n) {
		u64 chunk = MIN(n - done, walk_page_rest(user + done));
		char *at = walk_translate(as, user + done, ACCESS_READ);

		if (!at)
			break;
		memcpy((char *)kernel + done, at, chunk);
		mapping_walk_end(as);
		done += chunk;
	}
	return done;
}

u64 walk_copy_out(struct aspace *as, va_t user, const void *kernel, u64 n)
{
	u64 done = 0;

	while (done < n) {
		u64 chunk = MIN(n - done, walk_page_rest(user + done));
		char *at = walk_translate(as, user + done, ACCESS_WRITE);

		if (!at)
			break;
		memcpy(at, (const char *)kernel + done, chunk);
		mapping_walk_end(as);
		done += chunk;
	}
	return done;
}

s64 walk_string(struct aspace *as, char *kernel, va_t user, u64 max)
{
	u64 len = 0;

	while (len < max) {
		u64 chunk = MIN(max - len, walk_page_rest(user + len));
		const char *at = walk_translate(as, user + len, ACCESS_READ);
		u64 n;

		if (!at)
			return -1;
		n = strnlen(at, chunk);
		memcpy(kernel + len, at, n);
		mapping_walk_end(as);
		len += n;
		if (n < chunk) {
			kernel[len] = '\0';
			return (s64)len;
		}
	}
	return (s64)max;
}
