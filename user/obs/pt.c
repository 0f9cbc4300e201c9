/* pt - show the page table of a process */

/* As a tree: a line for each table, with its entries below it.  Pages share a line if their
 * virtual addresses are consecutive and their rights and their area are equal. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: pt [-k] [-a] [-s] [-u] [PID | NAME] [VA]\n"
	"Show the page table of a process, or of pt itself, as a tree: tables, and runs\n"
	"of pages that are neighbours and have the same rights.\n"
	"  -a   every entry on a line of its own, with the entry itself\n"
	"  -s   only runs, across tables, with their level; then the totals\n"
	"  -k   the kernel half, from the boot root: all processes share it\n"
	"  VA   the walk to this address, level by level, with the bits that decide;\n"
	"       hexadecimal, with 0x if there is no PID; with -k in the kernel half\n"
	"  -u   after the walk: everybody who maps the same frame\n"
	"Ranges do not include their end.  Rights: r read, w write, x execute, u for\n"
	"user mode, g in all address spaces, c copied before it is written.  AD:\n"
	"accessed (touched), dirty (written); + some pages of the run.  Users: how many\n"
	"map the page; the page cache does not count.  Physical: where the run lies, if\n"
	"in one piece.\n";

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

static bool opt_all, opt_runs, opt_kernel, opt_users;

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

/* Pages on one line. */
struct run {
	struct snap_entry first;
	unsigned long long pages;
	unsigned long long every, any; /* bits that all of the entries have, or some */
	unsigned users_low, users_high;
	bool one_piece; /* physically, too */
};

/* The kernel half has addresses of 16 digits, so a line has the first one only. */
static int range_width(void)
{
	return opt_kernel ? 16 : opt_all ? 10 : 21;
}

static void print_heading(void)
{
	printf("%s%-*s %-*s", tool_colour(BOLD), opt_runs ? 5 : 11,
	       opt_runs ? "level" : "entry", range_width(),
	       opt_kernel || opt_all ? "virtual" : "virtual range");
	if (opt_all)
		printf(" %-16s", "entry itself");
	else
		printf(" %5s", "size");
	printf(" rights AD users %-9s area%s\n", "physical", tool_colour(PLAIN));
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

/* Which addresses, how many, or the entry itself. */
static void print_range(const struct snap_entry *e, unsigned long long bytes)
{
	char range[48], size[24];

	if (opt_kernel || opt_all)
		snprintf(range, sizeof(range), "%llx", e->va);
	else
		snprintf(range, sizeof(range), "%llx-%llx", e->va, e->va + bytes);
	printf("%-*s ", range_width(), range);
	if (opt_all)
		printf("%-16llx ", e->pte);
	else
		printf("%5s ", snap_size(bytes, size));
}

static void print_users(const struct run *run)
{
	char text[24] = "-";

	if (run->users_low != run->users_high)
		snprintf(text, sizeof(text), "%u-%u", run->users_low, run->users_high);
	else if (run->users_low)
		snprintf(text, sizeof(text), "%u", run->users_low);
	printf("%5s ", text);
}

static void print_physical(const struct run *run)
{
	if (!run->first.pa)
		printf("%-9s ", run->first.what == SNAP_GUARD ? "none" : "a note");
	else if (run->one_piece)
		printf("%-9llx ", run->first.pa);
	else
		printf("%-9s ", "in pieces");
}

static char mark(const struct run *run, unsigned long long bit, char letter)
{
	return run->every & bit ? letter : run->any & bit ? '+' : '-';
}

static void print_run(const struct run *run)
{
	const struct snap_entry *e = &run->first;
	enum tool_colour colour = e->what == SNAP_GUARD ? RED
				  : e->pte & COW        ? MAGENTA
							: PLAIN;
	char text[8];

	printf("%s", colour == PLAIN ? "" : tool_colour(colour));
	print_place(e, run->pages);
	print_range(e, run->pages * PAGE);
	printf("%s %c%c ", rights(e->pte, text), mark(run, A, 'a'), mark(run, D, 'd'));
	print_users(run);
	print_physical(run);
	printf("%s%s\n", snap_area_name(e->area),
	       colour == PLAIN ? "" : tool_colour(PLAIN));
}

static void print_table(const struct snap_entry *e)
{
	if (opt_runs)
		return;
	printf("%s", tool_colour(FAINT));
	print_place(e, level_size(e->level) / PAGE);
	print_range(e, level_size(e->level));
	printf("%-15s %llx%s\n", "table", e->pa, tool_colour(PLAIN));
}

static void print_legend(void)
{
	printf("%su user, g global, c copied before a write; a accessed, d dirty, "
	       "+ some of them%s\n",
	       tool_colour(FAINT), tool_colour(PLAIN));
}

/* --- runs ---------------------------------------------------------------- */

static void run_start(struct run *run, const struct snap_entry *e)
{
	*run = (struct run){
		*e, level_size(e->level) / PAGE, e->pte, e->pte, e->users, e->users, true
	};
}

/* Makes @e a part of the run, if it continues it. */
static bool run_take(struct run *run, const struct snap_entry *e)
{
	if (opt_all || !run->pages || e->what != SNAP_LEAF || run->first.what != SNAP_LEAF)
		return false;
	/* In a tree each table has a line of its own, so a run ends with its table. */
	if (!opt_runs && index_of(e->va, e->level) == 0)
		return false;
	if (e->va != run->first.va + run->pages * PAGE ||
	    (e->pte ^ run->first.pte) & (BITS & ~(A | D)) || e->level != run->first.level ||
	    e->area != run->first.area)
		return false;
	run->one_piece &= e->pa == run->first.pa + run->pages * PAGE;
	run->pages += level_size(e->level) / PAGE;
	run->every &= e->pte;
	run->any |= e->pte;
	run->users_low = e->users < run->users_low ? e->users : run->users_low;
	run->users_high = e->users > run->users_high ? e->users : run->users_high;
	return true;
}

static void count(struct totals *t, const struct snap_entry *e)
{
	unsigned long long pages = level_size(e->level) / PAGE;

	t->tables += e->what == SNAP_TABLE;
	t->guards += e->what == SNAP_GUARD;
	if (e->what == SNAP_LEAF || e->what == SNAP_PARKED) {
		t->pages += pages;
		/* 0: all processes have the trampoline, and nobody counts them. */
		t->shared += e->users != 1 ? pages : 0;
	}
}

static void run_finish(struct run *run, struct totals *t)
{
	if (run->pages) {
		print_run(run);
		t->runs++;
	}
	run->pages = 0;
}

static void print_entries(struct snap_reader *r, struct totals *t)
{
	const struct snap_entry *e;
	struct run run = { 0 };

	while ((e = snap_next(r)) != NULL) {
		count(t, e);
		if (run_take(&run, e))
			continue;
		run_finish(&run, t);
		if (e->what == SNAP_TABLE)
			print_table(e);
		else
			run_start(&run, e);
	}
	run_finish(&run, t);
}

static void print_totals(const struct totals *t, const struct snap_header *h)
{
	char size[24];

	printf("%llu pages (%s) in %llu runs", t->pages, snap_size(t->pages * PAGE, size),
	       t->runs - t->guards);
	if (!opt_kernel)
		printf(", %llu shared; %llu guard%s", t->shared, t->guards,
		       t->guards == 1 ? "" : "s");
	printf("; %llu tables", t->tables + 1 + (!opt_kernel && h->flags & SNAP_ISOLATED));
	putchar('\n');
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

	printf("level %d entry %3u at %9llx: %10llx", e->level, index, table + index * 8,
	       e->pte);
	print_bits(e->pte);
	switch (e->what) {
	case SNAP_TABLE:
		printf("  table %llx\n", e->pa);
		break;
	case SNAP_LEAF:
		printf("  page %llx\n", e->pa);
		break;
	case SNAP_GUARD:
		puts("  guard");
		break;
	case SNAP_PARKED:
		printf("  page %llx\n", e->pa);
		break;
	default:
		printf("  no page\n");
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

	const char *who = user ? "user:" : "kernel:";

	if (reads == writes && writes == runs) {
		printf("%-9saccess:  %s\n", who, reads);
		return;
	}
	printf("%-9sread:    %s\n", who, reads);
	printf("%-9swrite:   %s\n", "", writes);
	printf("%-9sexecute: %s\n", "", runs);
}

static void print_verdicts(const struct snap_entry *e, const struct snap_header *h)
{
	if (e->va >= KERNEL_START && h->flags & SNAP_ISOLATED)
		puts("user:    access:  no, its own root has none of this half");
	else
		print_verdict(e, true);
	if (e->area == SNAP_AREA_USYSCALL)
		puts("kernel:  no, copies refuse it; it is written through the direct map");
	else if (e->pte & U)
		puts("kernel:  as the user, in a copy for the program (SUM); no execution");
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
		printf("area:    %s %llx-%llx, allows %c%c%c\n", snap_area_name(a->kind),
		       a->start, a->end, a->prot & 1 ? 'r' : '-', a->prot & 2 ? 'w' : '-',
		       a->prot & 4 ? 'x' : '-');
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
	printf("address %llx of %s%d (%s)\n", va,
	       va >= KERNEL_START ? "the kernel half of " : "", r.header.pid,
	       r.header.name);
	while ((e = snap_next(&r)) != NULL) {
		print_step(e, va, table);
		table = e->pa;
		last = *e;
	}
	if (last.what == SNAP_LEAF) {
		printf("page:    physical address %llx",
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
	if (opt_users && last.what == SNAP_LEAF) {
		puts("users of the frame:");
		snap_print_users(last.pa + (va & (level_size(last.level) - 1)));
	}
}

/* --- */

static void print_title(const struct snap_header *h)
{
	if (opt_kernel) {
		printf("kernel half of %d (%s), boot root %llx\n", h->pid, h->name,
		       h->root);
		return;
	}
	printf("page table of %d (%s), root %llx", h->pid, h->name, h->root);
	if (h->flags & SNAP_ISOLATED)
		printf(", in user mode %llx", h->user_root);
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
	print_legend();
	if (r.error)
		tool_warnx("the process", "has ended meanwhile");
}

int main(int argc, char **argv)
{
	int c, pid = 0;

	while ((c = tool_getopt(argc, argv, "kasuh", usage)) != -1) {
		opt_kernel |= c == 'k';
		opt_all |= c == 'a';
		opt_runs |= c == 's';
		opt_users |= c == 'u';
	}
	if (opt_all && opt_runs)
		tool_usage(usage);
	if (optind < argc && strncasecmp(argv[optind], "0x", 2) != 0)
		pid = tool_pid(argv[optind++], 1);
	if (argc - optind > 1)
		tool_usage(usage);
	if (optind == argc && opt_users)
		tool_usage(usage);
	if (optind < argc)
		print_path(pid, argv[optind]);
	else
		print_whole(pid);
	return tool_finish();
}
