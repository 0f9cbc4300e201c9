/* vmstat.c - see vmstat.h. */

#include "mm/phys/vmstat.h"

#include "lib/describe.h"

struct vmstat_hart vmstat_harts[MAX_HARTS];

const char *const vmstat_name[VM_NSTAT] = {
#define X(name, what) #name,
	VMSTATS(X)
#undef X
};

const char *const vmstat_what[VM_NSTAT] = {
#define X(name, what) what,
	VMSTATS(X)
#undef X
};

u64 vmstat_read(enum vmstat s)
{
	u64 sum = 0;

	for (unsigned i = 0; i < MAX_HARTS; i++)
		sum += __atomic_load_n(&vmstat_harts[i].n[s], __ATOMIC_RELAXED);
	return sum;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_ARRAY("vmstat_harts", vmstat_harts);
DESCRIBE_ARRAY("vmstat_name", vmstat_name);
DESCRIBE_ARRAY("vmstat_what", vmstat_what);
