/* snap_users.c - who has a frame in their page table; see snap.h. */
#include <snap.h>

#include <pagoda.h>
#include <stdio.h>
#include <tool.h>

#define PAGE 4096ull
#define KERNEL_HALF 0xffffffc000000000ull

static unsigned long long entry_bytes(const struct snap_entry *e)
{
	return e->what == SNAP_TABLE ? PAGE : PAGE << (9 * e->level);
}

static void print_user(const struct snap_header *h, const struct snap_entry *e,
		       unsigned long long va)
{
	char who[40] = "the kernel", size[24];

	if (va < KERNEL_HALF)
		snprintf(who, sizeof(who), "%d (%s)", h->pid, h->name);
	if (e->what == SNAP_TABLE) {
		printf("%-20s table of level %d, for %llx and up\n", who, e->level - 1,
		       e->va);
		return;
	}
	printf("%-20s at %-10llx %c%c%c%s %s", who, va, e->pte & 2 ? 'r' : '-',
	       e->pte & 4 ? 'w' : '-', e->pte & 8 ? 'x' : '-',
	       e->pte & 256 ? " copy-on-write" : "", snap_area_name(e->area));
	if (e->level)
		printf(", in a leaf of %s", snap_size(entry_bytes(e), size));
	putchar('\n');
}

/* The entries for the frame at @pa in one half of the table of @pid. */
static int print_users_of(int pid, unsigned long long pa, unsigned long long start)
{
	static struct snap_reader r;
	const struct snap_entry *e;
	int found = 0;

	if (!snap_begin(&r, SNAP_PT, pid, start))
		return 0; /* it has ended */
	if (!start && (r.header.root == pa || r.header.user_root == pa)) {
		printf("%d (%s) has it as a root table\n", r.header.pid, r.header.name);
		found++;
	}
	while ((e = snap_next(&r)) != NULL) {
		if (!e->pa || pa < e->pa || pa - e->pa >= entry_bytes(e))
			continue;
		/* The direct map has every frame. */
		if (start && e->what != SNAP_TABLE && e->area == SNAP_AREA_DIRECT)
			continue;
		print_user(&r.header, e, e->va + (pa - e->pa));
		found++;
	}
	return found;
}

int snap_print_users(unsigned long long pa)
{
	static struct procinfo list[NPROC];
	int n = procinfo(list, NPROC), found = 0;

	if (n < 0)
		tool_die("processes");
	pa &= ~(PAGE - 1);
	for (int i = 0; i < n && i < NPROC; i++)
		found += print_users_of(list[i].pid, pa, 0);
	return found + print_users_of(0, pa, KERNEL_HALF);
}
