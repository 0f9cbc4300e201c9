/* free - show how much memory is used, and for what */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>
#include <tool.h>

#define KIB_PER_PAGE 4
#define PAGE_BITS 12
#define LARGE_PAGES 512 /* of a 2 MiB leaf */
#define KINDS_MAX 32
#define USES_MAX 80
#define TRIES 8 /* to count while nothing changes */
#define KERNEL_HALF 0xffffffc000000000ull

static const char usage[] =
	"usage: free [-hkmv]\n"
	"Show how much memory is used, in KiB.  The page cache counts as available:\n"
	"programs get its memory when they need it.\n"
	"  -h   as 512K or 1.5M       -m   in MiB       -k   in KiB\n"
	"  -v   what each frame of the machine is used for, and by whom; a frame that\n"
	"       several processes share counts once.  Status 1 if the sum is wrong.\n";

typedef unsigned long long count_t;

/* --- all frames, at one instant ------------------------------------------------ */

static struct snap_count kinds[KINDS_MAX];
static struct snap_use uses[USES_MAX];
static int nkinds, nuses;

static int records_read(int kind, void *to, size_t size, int max)
{
	static struct snap_reader r;
	const void *record;
	int n = 0;

	if (!snap_begin(&r, kind, 0, 0))
		tool_die("frames");
	while ((record = snap_next(&r)) != NULL && n < max)
		memcpy((char *)to + (size_t)n++ * size, record, size);
	return n;
}

/* The index of the kind of that name, or -1 if this kernel has none. */
static int kind_find(const char *name)
{
	for (int i = 0; i < nkinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}

static count_t kind_pages(int kind)
{
	count_t pages = 0;

	for (int i = 0; i < nuses; i++)
		if ((int)uses[i].kind == kind)
			pages += uses[i].pages;
	return pages;
}

/* --- frames that were seen ------------------------------------------------------ */

/* One bit per frame, in stretches of 128 MiB, which are made when they are needed. */
#define STRETCH_BITS 15

static struct stretch {
	struct stretch *next;
	count_t number;
	unsigned char seen[1 << (STRETCH_BITS - 3)];
} * stretches;

static struct stretch *stretch_of(count_t number)
{
	struct stretch *s = stretches;

	while (s && s->number != number)
		s = s->next;
	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		tool_die("frames");
	s->number = number;
	s->next = stretches;
	return stretches = s;
}

/* Notes that frame @pfn was seen; true if it is the first time. */
static bool frame_is_new(count_t pfn)
{
	struct stretch *s = stretch_of(pfn >> STRETCH_BITS);
	unsigned i = pfn & ((1u << STRETCH_BITS) - 1), bit = 1u << (i % 8);
	bool is_new = !(s->seen[i / 8] & bit);

	s->seen[i / 8] |= (unsigned char)bit;
	return is_new;
}

static void frames_forget(void)
{
	for (struct stretch *s = stretches; s; s = s->next)
		memset(s->seen, 0, sizeof(s->seen));
}

/* --- who has what ---------------------------------------------------------------- */

static struct owner {
	int pid; /* 0: the kernel */
	char name[16];
	count_t tables, private;
} owners[NPROC + 1];
static int nowners;
static count_t shared, mapped; /* memory of several processes; pages of files */
static int kind_table, kind_anon, kind_cache;

static void count_leaf(struct owner *o, const struct snap_entry *e)
{
	count_t n = e->level ? LARGE_PAGES : 1, fresh = 0;

	if (e->frame != kind_anon && e->frame != kind_cache)
		return;
	for (count_t i = 0; i < n; i++)
		fresh += frame_is_new((e->pa >> PAGE_BITS) + i);
	if (e->frame == kind_cache)
		mapped += fresh;
	else if (e->users == 1)
		o->private += fresh;
	else
		shared += fresh;
	/* Each 2 MiB leaf has a table in reserve, for splitting it. */
	o->tables += e->level > 0;
}

static void count_entries(struct owner *o, count_t start)
{
	static struct snap_reader r;
	const struct snap_entry *e;

	if (!snap_begin(&r, SNAP_PT, o->pid, start))
		return; /* the process has ended */
	o->tables += 1 + (o->pid && r.header.user_root);
	while ((e = snap_next(&r)) != NULL) {
		if (e->what == SNAP_TABLE)
			o->tables += e->frame == kind_table;
		else if (o->pid && (e->what == SNAP_LEAF || e->what == SNAP_PARKED))
			count_leaf(o, e); /* not the kernel's: these map all RAM */
	}
}

static void owners_count(void)
{
	static struct procinfo list[NPROC];
	int n = procinfo(list, NPROC);

	frames_forget();
	shared = mapped = 0;
	nowners = 0;
	for (int i = -1; i < n && nowners < NPROC + 1; i++) {
		struct owner *o = &owners[nowners++];

		*o = (struct owner){ .pid = i < 0 ? 0 : list[i].pid };
		strcpy(o->name, i < 0 ? "kernel" : list[i].name);
		count_entries(o, i < 0 ? KERNEL_HALF : 0);
	}
}

/* Reads what all frames are used for, and by whom; again, up to TRIES times, if that
 * changed meanwhile. */
static void look(void)
{
	static struct snap_use before[USES_MAX];

	nkinds = records_read(SNAP_FRAMES, kinds, sizeof(kinds[0]), KINDS_MAX);
	kind_table = kind_find("table");
	kind_anon = kind_find("anon");
	kind_cache = kind_find("cache");
	for (int i = 0; i < TRIES; i++) {
		nuses = records_read(SNAP_LEDGER, before, sizeof(before[0]), USES_MAX);
		owners_count();
		nuses = records_read(SNAP_LEDGER, uses, sizeof(uses[0]), USES_MAX);
		if (memcmp(before, uses, sizeof(uses)) == 0)
			return;
	}
}

/* --- printing --------------------------------------------------------------------- */

static void print_row(count_t pages, const char *what)
{
	printf("%10llu  %s\n", pages * KIB_PER_PAGE, what);
}

static void print_part(count_t pages, const char *what)
{
	if (pages)
		printf("%10s  %10llu  %s\n", "", pages * KIB_PER_PAGE, what);
}

/* The part of a kind that no line so far accounts for. */
static void print_left(count_t all, count_t known, const char *what)
{
	if (all >= known)
		print_part(all - known, what);
	else
		printf("%24s%llu KiB were freed during the count\n", "",
		       (known - all) * KIB_PER_PAGE);
}

static void print_owners(count_t all, bool tables)
{
	count_t known = tables ? 0 : shared;
	char line[64];

	for (int i = 0; i < nowners; i++) {
		const struct owner *o = &owners[i];
		count_t pages = tables ? o->tables : o->private;

		if (o->pid)
			snprintf(line, sizeof(line), "%d (%s)", o->pid, o->name);
		else
			strcpy(line, "the kernel");
		print_part(pages, line);
		known += pages;
	}
	if (!tables)
		print_part(shared, "of several processes, counted once");
	print_left(all, known, "of processes that started or ended meanwhile");
}

static void print_uses(int kind)
{
	char line[64];

	for (int i = 0; i < nuses; i++) {
		if ((int)uses[i].kind != kind)
			continue;
		if (uses[i].count == uses[i].pages)
			strcpy(line, uses[i].name);
		else
			snprintf(line, sizeof(line), "%llu %.23s", uses[i].count,
				 uses[i].name);
		print_part(uses[i].pages, line);
	}
}

static void print_kind(int kind)
{
	count_t pages = kind_pages(kind);

	if (!pages)
		return;
	print_row(pages, kinds[kind].what);
	if (kind == kind_table || kind == kind_anon) {
		print_owners(pages, kind == kind_table);
	} else if (kind == kind_cache) {
		print_part(mapped, "mapped by processes, counted once");
		print_left(pages, mapped, "not mapped");
	} else if (kind == kind_find("free") || kind == kind_find("slab") ||
		   kind == kind_find("packet")) {
		print_uses(kind);
	}
}

static void print_all(void)
{
	struct meminfo m;
	count_t sum = 0;

	look();
	if (meminfo(&m) < 0)
		tool_die("memory");
	puts("       KiB    of these  used for");
	for (int i = 0; i < nkinds; i++) {
		print_kind(i);
		sum += kind_pages(i);
	}
	print_row(sum, "in all: the RAM of the machine");
	if (sum != m.total)
		tool_warnx("frames", "they do not add up to the RAM of the machine");
}

/* @unit is h, k or m. */
static void print_short(char unit)
{
	count_t pages[3];
	struct meminfo m;

	if (meminfo(&m) < 0)
		tool_die("memory");
	pages[0] = m.total;
	pages[1] = m.total - m.available;
	pages[2] = m.available;
	printf("     total      used available   %s\n", unit == 'h'   ? ""
							: unit == 'm' ? "(MiB)"
								      : "(KiB)");
	for (int i = 0; i < 3; i++)
		if (unit == 'h')
			printf("%10s", tool_human(pages[i] << PAGE_BITS));
		else
			printf("%10llu",
			       (pages[i] * KIB_PER_PAGE) >> (unit == 'm' ? 10 : 0));
	putchar('\n');
}

int main(int argc, char **argv)
{
	bool all = false;
	char unit = 'k';
	int c;

	while ((c = tool_getopt_h(argc, argv, "hkmv", usage)) != -1)
		if (c == 'v')
			all = true;
		else
			unit = (char)c;
	if (argv[optind])
		tool_usage(usage);
	if (all)
		print_all();
	else
		print_short(unit);
	return tool_finish();
}
