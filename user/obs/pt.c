/* pt - show the page table of a process */

/* As a tree: a line for each table, with its entries below it.  Pages share a line if both
 * their virtual and their physical addresses are consecutive and their bits are equal. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: pt [-k] [-a] [-s] [PID] [VA]\n"
	"Show the page table of a process, or of pt itself, as a tree: tables, and runs\n"
	"of pages that are neighbours virtually and physically and have the same bits.\n"
	"  -a   every entry on a line of its own, with the entry itself\n"
	"  -s   only runs, across tables, with their level; then the totals\n"
	"  -k   the kernel half, from the boot root: all processes share it\n"
	"  VA   the walk to this address, level by level, with the bits that decide;\n"
	"       hexadecimal, with 0x if there is no PID; with -k it is in the kernel half\n"
	"Ranges do not include their end.  Rights: r read, w write, x execute, u for user\n"
	"mode, g in all address spaces, c copied before it is written.  AD: touched,\n"
	"written.  Users: how many map the page; the page cache does not count.\n";

#define PAGE 4096ull
#define LEVELS 3
#define USER_END 0x4000000000ull
#define KERNEL_START 0xffffffc000000000ull

enum {
	V = 1 << 0,
	R = 1 << 1,
	W = 1 << 2,
	X = 1 << 3,
	U = 1 << 4,
	G = 1 << 5,
	A = 1 << 6,
	D = 1 << 7,
	COW = 1 << 8,
	BITS = 0x3ff,
};

static bool opt_all, opt_runs, opt_kernel;
static int digits = 10; /* of virtual addresses; 16 in the kernel half */

struct totals {
	unsigned long long runs, pages, shared, tables, guards;
};

static unsigned long long level_size(int level)
{
	return PAGE << (9 * level);
}

static unsigned index_of(unsigned long long va, int level)
{
	return (unsigned)(va >> (12 + 9 * level)) & 511;
}

/* --- lines --------------------------------------------------------------- */

static const char *rights(unsigned long long pte, char text[8])
{
	static const char letters[] = "rwxug";

	for (int i = 0; i < 5; i++)
		text[i] = pte & (R << i) ? letters[i] : '-';
	text[5] = pte & COW ? 'c' : '-';
	text[6] = '\0';
	return text;
}

static void print_heading(void)
{
	const char *entry = opt_runs ? "level" : "entry";
	const char *virtual = opt_all ? "virtual" : "virtual range";
	const char *physical = opt_all ? "physical" : "physical range";
	int va = opt_all ? digits : 2 * digits + 1, pa = opt_all ? 9 : 19;

	printf("%-*s %-*s %-*s %5s ", opt_runs ? 5 : 11, entry, va, virtual, pa, physical,
	       "size");
	if (opt_all)
		printf("%-16s ", "entry itself");
	printf("%-6s AD %5s area\n", "rights", "users");
}

/* The index of an entry in its table, indented by the depth of the table. */
static void print_place(const struct snap_entry *e, unsigned long long pages)
{
	unsigned first = index_of(e->va, e->level);
	unsigned last = first + (unsigned)(pages * PAGE / level_size(e->level)) - 1;
	char text[16];

	if (opt_runs)
		snprintf(text, sizeof(text), "%d", e->level);
	else if (first == last || opt_all)
		snprintf(text, sizeof(text), "%*s%u", 2 * (LEVELS - 1 - e->level), "",
			 first);
	else
		snprintf(text, sizeof(text), "%*s%u-%u", 2 * (LEVELS - 1 - e->level), "",
			 first, last);
	printf("%-*s ", opt_runs ? 5 : 11, text);
}

static void print_range(unsigned long long start, unsigned long long bytes, int width)
{
	if (opt_all)
		printf("%0*llx ", width, start);
	else
		printf("%0*llx-%0*llx ", width, start, width, start + bytes);
}

static void print_users(const struct snap_entry *e)
{
	if (e->users)
		printf("%5u", e->users);
	else
		printf("%5s", "-");
}

static void print_run(const struct snap_entry *e, unsigned long long pages)
{
	unsigned long long bytes = pages * PAGE;
	char size[24], text[8];

	print_place(e, pages);
	print_range(e->va, bytes, digits);
	if (e->pa)
		print_range(e->pa, bytes, 9);
	else
		printf("%-*s ", opt_all ? 9 : 19,
		       e->what == SNAP_GUARD ? "none" : "a note");
	printf("%5s ", snap_size(bytes, size));
	if (opt_all)
		printf("%016llx ", e->pte);
	printf("%s %c%c ", rights(e->pte, text), e->pte & A ? 'a' : '-',
	       e->pte & D ? 'd' : '-');
	print_users(e);
	printf(" %s\n", snap_area_name(e->area));
}

static void print_table(const struct snap_entry *e)
{
	char size[24];

	if (opt_runs)
		return;
	print_place(e, level_size(e->level) / PAGE);
	print_range(e->va, level_size(e->level), digits);
	printf("%09llx %*s%5s ", e->pa, opt_all ? 0 : 10, "",
	       snap_size(level_size(e->level), size));
	if (opt_all)
		printf("%016llx ", e->pte);
	printf("table\n");
}

/* --- runs ---------------------------------------------------------------- */

/* Whether @e continues the run of @pages pages that starts with @run. */
static bool continues(const struct snap_entry *run, unsigned long long pages,
		      const struct snap_entry *e)
{
	if (opt_all || !pages || e->what != SNAP_LEAF || run->what != SNAP_LEAF)
		return false;
	/* In a tree each table has a line of its own, so a run ends with its table. */
	if (!opt_runs && index_of(e->va, e->level) == 0)
		return false;
	return e->va == run->va + pages * PAGE && e->pa == run->pa + pages * PAGE &&
	       (e->pte & BITS) == (run->pte & BITS) && e->level == run->level &&
	       e->users == run->users && e->area == run->area;
}

static void count(struct totals *t, const struct snap_entry *e)
{
	unsigned long long pages = level_size(e->level) / PAGE;

	t->tables += e->what == SNAP_TABLE;
	t->guards += e->what == SNAP_GUARD;
	if (e->what == SNAP_LEAF || e->what == SNAP_PARKED) {
		t->pages += pages;
		t->shared += e->users > 1 ? pages : 0;
	}
}

static void flush_run(const struct snap_entry *run, unsigned long long *pages,
		      struct totals *t)
{
	if (*pages) {
		print_run(run, *pages);
		t->runs++;
	}
	*pages = 0;
}

static void print_entries(struct snap_reader *r, struct totals *t)
{
	unsigned long long pages = 0;
	const struct snap_entry *e;
	struct snap_entry run;

	while ((e = snap_next(r)) != NULL) {
		count(t, e);
		if (!continues(&run, pages, e)) {
			flush_run(&run, &pages, t);
			run = *e;
		}
		if (e->what == SNAP_TABLE)
			print_table(e);
		else
			pages += level_size(e->level) / PAGE;
	}
	flush_run(&run, &pages, t);
}

static void print_totals(const struct totals *t, const struct snap_header *h)
{
	char size[24];

	printf("%llu pages (%s) in %llu runs", t->pages, snap_size(t->pages * PAGE, size),
	       t->runs - t->guards);
	if (!opt_kernel)
		printf(", %llu of them shared; %llu guard%s", t->shared, t->guards,
		       t->guards == 1 ? "" : "s");
	printf("; %llu tables", t->tables + 1 + (!opt_kernel && h->flags & SNAP_ISOLATED));
	printf(opt_kernel ? ", the root included\n" : ", roots included\n");
}

/* --- one address --------------------------------------------------------- */

static void print_bits(unsigned long long pte)
{
	static const char letters[] = "VRWXUGADC";

	for (int i = 0; i < 9; i++)
		printf(" %c", pte & (1ull << i) ? letters[i] : '-');
}

static void print_step(const struct snap_entry *e, unsigned long long va,
		       unsigned long long table)
{
	unsigned index = index_of(va, e->level);

	printf("level %d entry %3u at %09llx: %016llx", e->level, index, table + index * 8,
	       e->pte);
	print_bits(e->pte);
	switch (e->what) {
	case SNAP_TABLE:
		printf("  table at %09llx\n", e->pa);
		break;
	case SNAP_LEAF:
		printf("  page at %09llx\n", e->pa);
		break;
	case SNAP_GUARD:
		puts("  guard: no R, W or X");
		break;
	case SNAP_PARKED:
		printf("  page at %09llx, no R, W or X\n", e->pa);
		break;
	default:
		printf("  V is clear: the walk ends\n");
	}
}

/* Which bit of the last entry refuses an access that needs @right. */
static const char *refusal(const struct snap_entry *e, int right, bool user)
{
	if (!(e->pte & V))
		return "no, V is clear";
	if (e->what == SNAP_GUARD)
		return "no, a guard page";
	if (e->what == SNAP_PARKED)
		return "no, R, W and X are clear";
	if (user && !(e->pte & U))
		return "no, U is clear";
	return right == R   ? "no, R is clear"
	       : right == W ? "no, W is clear"
			    : "no, X is clear";
}

/* What an access by the program does; the kernel decided it (uapi/access.h). */
static const char *user_verdict(const struct snap_entry *e, int right)
{
	switch (e->fate[right == R ? 0 : right == W ? 1 : 2]) {
	case FATE_OK:
	case FATE_SPURIOUS:
		return "yes";
	case FATE_ABSENT:
		return "yes, after a fault that brings the page in";
	case FATE_COW:
		return e->users > 1 ? "yes, after a copy (C)" : "yes, after a fault (C)";
	case FATE_SHARED_WRITE:
		return "yes, after a fault that notes it";
	default:
		return refusal(e, right, true);
	}
}

static const char *verdict(const struct snap_entry *e, int right, bool user)
{
	if (user)
		return user_verdict(e, right);
	return e->what == SNAP_LEAF && e->pte & right ? "yes" : refusal(e, right, false);
}

static void print_verdict(const struct snap_entry *e, bool user)
{
	const char *reads = verdict(e, R, user), *writes = verdict(e, W, user);
	const char *runs = verdict(e, X, user);

	printf("%-9s", user ? "user:" : "kernel:");
	if (reads == writes && writes == runs)
		printf("access: %s\n", reads);
	else
		printf("read: %s; write: %s; execute: %s\n", reads, writes, runs);
}

static void print_verdicts(const struct snap_entry *e, const struct snap_header *h)
{
	if (e->va >= KERNEL_START && h->flags & SNAP_ISOLATED)
		puts("user:    access: no, its own root has none of this half");
	else
		print_verdict(e, true);
	if (e->area == SNAP_AREA_USYSCALL)
		puts("kernel:  no, copies refuse this page; "
		     "it is written through the direct map");
	else if (e->pte & U)
		puts("kernel:  as the user, in a copy for the program (SUM); no execute");
	else
		print_verdict(e, false);
}

static void print_area(int pid, unsigned long long va)
{
	static struct snap_reader r;
	const struct snap_area *a;

	if (!snap_begin(&r, SNAP_AREAS, pid, 0))
		return;
	while ((a = snap_next(&r)) != NULL) {
		if (va < a->start || va >= a->end)
			continue;
		printf("area:    %s %010llx-%010llx, allows %c%c%c\n",
		       snap_area_name(a->kind), a->start, a->end, a->prot & 1 ? 'r' : '-',
		       a->prot & 2 ? 'w' : '-', a->prot & 4 ? 'x' : '-');
		return;
	}
	printf("area:    none\n");
}

/* The address, if Sv39 and -k allow it; else complain and exit. */
static unsigned long long path_address(const char *text)
{
	unsigned long long va = tool_address(text);
	const char *wrong = NULL;

	if (va >= USER_END && va < KERNEL_START)
		wrong = "Sv39 has no address between 0x4000000000 and 0xffffffc000000000";
	else if (opt_kernel && va < KERNEL_START)
		wrong = "not in the kernel half, which starts at 0xffffffc000000000";
	if (!wrong)
		return va;
	tool_warnx(text, wrong);
	exit(2);
}

static void print_path(int pid, const char *address)
{
	unsigned long long va = path_address(address);
	static struct snap_reader r;
	const struct snap_entry *e;
	struct snap_entry last = { 0 };
	unsigned long long table;

	if (!snap_begin(&r, SNAP_PATH, pid, va))
		snap_die(pid);
	table = r.header.root;
	printf("address %llx of ", va);
	if (va >= KERNEL_START)
		printf("the kernel, in the boot root, which %d (%s) shares\n", r.header.pid,
		       r.header.name);
	else
		printf("%d (%s)\n", r.header.pid, r.header.name);
	while ((e = snap_next(&r)) != NULL) {
		print_step(e, va, table);
		table = e->pa;
		last = *e;
	}
	if (last.what == SNAP_LEAF) {
		printf("page:    physical address %09llx",
		       last.pa + (va & (level_size(last.level) - 1)));
		if (last.users)
			printf(", users %u", last.users);
		putchar('\n');
	}
	print_verdicts(&last, &r.header);
	if (va < KERNEL_START)
		print_area(pid, va);
	else
		printf("area:    %s, of the kernel\n", snap_area_name(last.area));
}

/* --- */

static void print_title(const struct snap_header *h)
{
	if (opt_kernel) {
		printf("the kernel half, in the boot root %09llx, which %d (%s) shares\n",
		       h->root, h->pid, h->name);
		return;
	}
	printf("page table of %d (%s), root %09llx", h->pid, h->name, h->root);
	if (h->flags & SNAP_ISOLATED)
		printf(", in user mode %09llx", h->user_root);
	putchar('\n');
}

static void print_whole(int pid)
{
	static struct snap_reader r;
	struct totals t = { 0 };

	if (!snap_begin(&r, SNAP_PT, pid, opt_kernel ? KERNEL_START : 0))
		snap_die(pid);
	print_title(&r.header);
	print_heading();
	print_entries(&r, &t);
	if (opt_runs)
		print_totals(&t, &r.header);
	if (r.error)
		tool_warnx("the process", "has ended meanwhile");
}

int main(int argc, char **argv)
{
	int c, pid = 0;

	while ((c = tool_getopt(argc, argv, "kash", usage)) != -1) {
		opt_kernel |= c == 'k';
		opt_all |= c == 'a';
		opt_runs |= c == 's';
	}
	digits = opt_kernel ? 16 : 10;
	if (opt_all && opt_runs)
		tool_usage(usage);
	if (optind < argc && strncasecmp(argv[optind], "0x", 2) != 0)
		pid = tool_pid(argv[optind++], 1);
	if (argc - optind > 1)
		tool_usage(usage);
	if (optind < argc)
		print_path(pid, argv[optind]);
	else
		print_whole(pid);
	return tool_finish();
}
