/* wss - show the working set of a process over time */

/* harvest() reports which pages were touched since its last call.  This program keeps the
 * last eight intervals of each page. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: wss [-i MS] [-n COUNT] PID | -p NAME | COMMAND [ARGUMENT...]\n"
	"Every MS milliseconds (500; a command that has just begun: 5, 10, 20 and so on)\n"
	"show how many pages a process has touched meanwhile, and where; until it ends,\n"
	"or COUNT times.  PID is a process that runs, NAME the name of one; anything\n"
	"else is a command to run.\n"
	"Each line has a picture of the pages that are there, from low to high\n"
	"addresses, with `|` between areas.  When the areas change, a line names them\n"
	"and says how much memory a character stands for.  Only the 16 largest areas are\n"
	"drawn.  Each character shows the hottest of its pages:\n"
	"  @ now and in most of the last 8 intervals   # now   + in the last two\n"
	"  - in the last 8   . longer ago, or never    blank: nothing there\n"
	"At the end each area is drawn alone, with its addresses.\n"
	"If the program calls pgaccess() itself, it and wss each miss what the other has\n"
	"seen: both read and clear the same bit of each page.\n";

static const char legend[] =
	"@ now and mostly  # now  + in the last two  - in the last 8  . longer ago";

#define PAGE 4096ull
#define REGION_PAGES 512
#define REGION_BYTES (REGION_PAGES * PAGE)
#define MARGIN 29  /* characters of a line before the picture        */
#define PICTURE 43 /* of the picture; the ruler has ` = 512G` after it */
#define ROW 48     /* of a row of the map at the end                 */
#define DRAWN 16   /* areas in the picture: some characters for each */
#define MS_USUAL 500
#define MS_FIRST 5
#define MS_MAX 3600000

/* The history of 2 MiB; all regions are sorted by address. */
struct region {
	unsigned long long base;
	unsigned char past[REGION_PAGES]; /* bit n: touched n intervals ago */
	bool there[REGION_PAGES];
};

/* An area, and the part of its addresses that is shown: a power of two pages at the end
 * where its memory is.  So what is shown seldom changes while the area grows. */
struct span {
	unsigned long long start, end; /* in the picture; may reach beyond the area */
	unsigned long long low, high;  /* the area                                  */
	unsigned kind;
	bool drawn;
};

/* A list that grows as needed. */
struct spans {
	struct span *at;
	size_t count, room;
};

static struct region **regions;
static size_t nregions;
static struct spans areas;
static unsigned long long scale; /* pages a character */

/* --- the history --------------------------------------------------------- */

static void *must(void *p)
{
	if (!p)
		tool_die("memory");
	return p;
}

static struct region *region_insert(size_t at, unsigned long long base)
{
	struct region *r = must(calloc(1, sizeof(*r)));

	regions = must(realloc(regions, (nregions + 1) * sizeof(*regions)));
	memmove(&regions[at + 1], &regions[at], (nregions - at) * sizeof(*regions));
	regions[at] = r;
	nregions++;
	r->base = base;
	return r;
}

/* The region of @va; if there is none, a new one or NULL. */
static struct region *region_find(unsigned long long va, bool make)
{
	unsigned long long base = va & ~(REGION_BYTES - 1);
	size_t lo = 0, hi = nregions;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (regions[mid]->base < base)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < nregions && regions[lo]->base == base)
		return regions[lo];
	return make ? region_insert(lo, base) : NULL;
}

static void history_shift(void)
{
	for (size_t i = 0; i < nregions; i++) {
		memset(regions[i]->there, 0, sizeof(regions[i]->there));
		for (int k = 0; k < REGION_PAGES; k++)
			regions[i]->past[k] <<= 1;
	}
}

/* A page that is gone loses its history: its address may be used for something else. */
static void history_forget(void)
{
	for (size_t i = 0; i < nregions; i++)
		for (int k = 0; k < REGION_PAGES; k++)
			if (!regions[i]->there[k])
				regions[i]->past[k] = 0;
}

/* Forget the past of all pages. */
static void history_reset(void)
{
	for (size_t i = 0; i < nregions; i++)
		memset(regions[i]->past, 0, sizeof(regions[i]->past));
}

static void run_note(const struct snap_run *run)
{
	unsigned long long end = run->va + run->pages * PAGE;

	for (unsigned long long va = run->va; va < end; va += PAGE) {
		struct region *r = region_find(va, true);
		unsigned k = (unsigned)(va / PAGE % REGION_PAGES);

		r->there[k] = true;
		r->past[k] |= run->flags & SNAP_RUN_TOUCHED ? 1 : 0;
	}
}

struct sums {
	unsigned long long resident, touched, dirty; /* pages */
};

/* One harvest; false: the process is gone. */
static bool sample(int pid, struct sums *sum)
{
	static struct snap_reader r;
	const struct snap_run *run;

	if (!snap_begin(&r, SNAP_TOUCHED, pid, 0))
		return false;
	memset(sum, 0, sizeof(*sum));
	history_shift();
	while ((run = snap_next(&r)) != NULL) {
		run_note(run);
		sum->resident += run->pages;
		sum->touched += run->flags & SNAP_RUN_TOUCHED ? run->pages : 0;
		sum->dirty += run->flags & SNAP_RUN_DIRTY ? run->pages : 0;
	}
	history_forget();
	return !r.error;
}

/* --- the picture --------------------------------------------------------- */

static int bits_of(unsigned char b)
{
	int n = 0;

	for (; b; b &= (unsigned char)(b - 1))
		n++;
	return n;
}

static int heat_of(unsigned char past)
{
	if (past & 1)
		return bits_of(past) > 4 ? 5 : 4;
	return past & 6 ? 3 : past ? 2 : 1;
}

/* Moves @va on to the next resident page before @end; false: there is none. */
static bool page_next(unsigned long long *va, unsigned long long end)
{
	while (*va < end) {
		const struct region *r = region_find(*va, false);

		if (r && r->there[*va / PAGE % REGION_PAGES])
			return true;
		*va = r ? *va + PAGE : (*va | (REGION_BYTES - 1)) + 1;
	}
	return false;
}

/* The hottest page of [va, end) as a character. */
static char heat_char(unsigned long long va, unsigned long long end)
{
	int hottest = 0;

	for (; page_next(&va, end); va += PAGE) {
		int heat = heat_of(region_find(va, false)->past[va / PAGE % REGION_PAGES]);

		hottest = heat > hottest ? heat : hottest;
	}
	return " .-+#@"[hottest];
}

/* Chooses what is shown of an area; false: none of its pages is resident. */
static bool span_fit(struct span *s)
{
	unsigned long long first = s->low, last, va, bytes = 16 * PAGE;
	bool upward;

	if (!page_next(&first, s->high))
		return false;
	last = first;
	for (va = first; page_next(&va, s->high); va += PAGE)
		last = va;
	upward = first - s->low <= s->high - PAGE - last;
	while (bytes < (upward ? last + PAGE - s->low : s->high - first))
		bytes *= 2;
	s->start = upward || bytes > s->high ? s->low : s->high - bytes;
	s->end = upward ? s->low + bytes : s->high;
	return true;
}

static unsigned long long span_bytes(const struct span *s)
{
	return s->end - s->start;
}

static void spans_add(struct spans *all, const struct snap_area *a)
{
	struct span *last = all->count ? &all->at[all->count - 1] : NULL;

	if (last && last->kind == a->kind && last->high == a->start) {
		last->high = a->end;
		return;
	}
	if (all->count == all->room) {
		all->room = 2 * all->room + DRAWN;
		all->at = must(realloc(all->at, all->room * sizeof(*all->at)));
	}
	all->at[all->count++] =
		(struct span){ .low = a->start, .high = a->end, .kind = a->kind };
}

/* Marks the largest areas.  The scale is such that these fit into the picture, so none of
 * the others needs more than a row of the map. */
static void spans_choose(struct spans *all)
{
	for (int n = 0; n < DRAWN; n++) {
		struct span *largest = NULL;

		for (size_t i = 0; i < all->count; i++) {
			struct span *s = &all->at[i];

			if (!s->drawn && (!largest || span_bytes(s) > span_bytes(largest)))
				largest = s;
		}
		if (!largest)
			return;
		largest->drawn = true;
	}
}

static bool spans_equal(const struct spans *a, const struct spans *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->at[i].start != b->at[i].start || a->at[i].end != b->at[i].end ||
		    a->at[i].kind != b->at[i].kind)
			return false;
	return true;
}

/* Reads the areas that have memory and that the program can access, and joins adjacent
 * ones of one kind.  True if what is shown has changed. */
static bool areas_read(int pid)
{
	static struct snap_reader r;
	static struct spans now;
	const struct snap_area *a;
	struct spans old = areas;
	size_t shown = 0;

	if (!snap_begin(&r, SNAP_AREAS, pid, 0))
		return false;
	now.count = 0;
	while ((a = snap_next(&r)) != NULL)
		if (a->resident && a->kind < SNAP_AREA_USYSCALL)
			spans_add(&now, a);
	for (size_t i = 0; i < now.count; i++)
		if (span_fit(&now.at[i]))
			now.at[shown++] = now.at[i];
	now.count = shown;
	spans_choose(&now);
	areas = now;
	now = old;
	return !spans_equal(&areas, &old);
}

static unsigned long long chars_of(const struct span *s, unsigned long long pages)
{
	return (span_bytes(s) / PAGE + pages - 1) / pages;
}

static unsigned long long width_at(unsigned long long pages)
{
	unsigned long long width = 0;

	for (size_t i = 0; i < areas.count; i++)
		width += areas.at[i].drawn ? chars_of(&areas.at[i], pages) + 1 : 0;
	return width;
}

static void scale_choose(void)
{
	scale = 1;
	while (width_at(scale) > PICTURE)
		scale *= 2;
}

/* A character for each `scale` pages of the area from @va to @end. */
static void print_span(const struct span *s, unsigned long long va, unsigned long long end)
{
	for (; va < end; va += scale * PAGE) {
		unsigned long long low = va > s->low ? va : s->low;
		unsigned long long high = va + scale * PAGE;

		putchar(heat_char(low, high < s->high ? high : s->high));
	}
}

static void print_picture(void)
{
	for (size_t i = 0; i < areas.count; i++) {
		const struct span *s = &areas.at[i];

		if (!s->drawn)
			continue;
		print_span(s, s->start, s->end);
		putchar('|');
	}
}

static void print_ruler(void)
{
	char size[24];

	printf("%*s", MARGIN, "");
	for (size_t i = 0; i < areas.count; i++) {
		const struct span *s = &areas.at[i];
		int width = (int)chars_of(s, scale);

		if (s->drawn)
			printf("%-*.*s|", width, width, snap_area_name(s->kind));
	}
	printf(" = %s\n", snap_size(scale * PAGE, size));
	if (areas.count > DRAWN)
		printf("%*sand %zu more\n", MARGIN, "", areas.count - DRAWN);
}

/* Here an area ends at its real end, not at a power of two pages. */
static void print_map(void)
{
	unsigned long long step = ROW * scale * PAGE;
	char size[24], range[48];

	printf("\nat the end, a character is %s\n", snap_size(scale * PAGE, size));
	for (size_t i = 0; i < areas.count; i++) {
		const struct span *s = &areas.at[i];
		unsigned long long va = s->start > s->low ? s->start : s->low;
		unsigned long long last = s->end < s->high ? s->end : s->high;

		for (; va < last; va += step) {
			unsigned long long end = last - va > step ? va + step : last;

			snprintf(range, sizeof(range), "%llx-%llx", va, end);
			printf("%-21s %-6s ", range, snap_area_name(s->kind));
			print_span(s, va, end);
			putchar('\n');
		}
	}
	printf("%s%s%s\n", tool_colour(FAINT), legend, tool_colour(PLAIN));
}

/* --- */

/* The first looks at a command are milliseconds apart; the others are told as exactly. */
static void print_sample(const struct sums *s, long ns, bool exact)
{
	long now = ns / 1000000;

	if (exact && now < 100000)
		printf("%2ld.%03ld", now / 1000, now % 1000);
	else
		printf("%4ld.%ld", now / 1000, now / 100 % 10);
	printf(" %6llu %7llu %5llu  ", s->resident, s->touched, s->dirty);
	print_picture();
	putchar('\n');
	fflush(stdout);
}

/* How long until look @i: @ms, or if that is 0 what suits a long run and a short
 * command. */
static long interval(int ms, bool is_command, long i)
{
	if (ms || !is_command || i > 6)
		return ms ? ms : MS_USUAL;
	return MS_FIRST << i;
}

/* The first harvest reports everything since the process began, so its history is
 * dropped.  A command may have ended by then; false: it ended before there was a
 * picture. */
static bool watch(int pid, int ms, long count, bool is_command)
{
	long begin = clock_ns();
	struct sums sum;
	bool lives = sample(pid, &sum);

	if (!lives && !(is_command && errno == ESRCH))
		snap_die(pid);
	history_reset();
	printf("%s%6s %6s %7s %5s  where%s\n", tool_colour(BOLD), "time", "memory",
	       "touched", "dirty", tool_colour(PLAIN));
	for (long i = 0; lives && i < count; i++) {
		long wait = interval(ms, is_command, i);

		usleep((useconds_t)wait * 1000);
		if (!sample(pid, &sum))
			break;
		if (areas_read(pid)) {
			scale_choose();
			print_ruler();
		}
		if (!areas.count)
			break;
		print_sample(&sum, clock_ns() - begin, wait < 100 || (is_command && !ms));
	}
	if (areas.count)
		print_map();
	return areas.count > 0;
}

/* Runs a command and watches it; the status is the command's. */
static int watch_command(char **argv, int ms, long count)
{
	int pid, status = 0;
	bool seen;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		tool_die("fork");
	if (pid == 0) {
		execvp(argv[0], argv);
		tool_warn(argv[0]);
		_exit(127);
	}
	seen = watch(pid, ms, count, true);
	if (waitpid(pid, &status, 0) < 0)
		tool_die("wait");
	if (!seen && WEXITSTATUS(status) != 127)
		fprintf(stderr, "wss: %s ended before the first look%s\n", argv[0],
			ms == 1 ? "" : "; -i 1 looks sooner");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

int main(int argc, char **argv)
{
	long count = LONG_MAX;
	int c, ms = 0, pid = 0;

	while ((c = tool_getopt(argc, argv, "+i:n:p:h", usage)) != -1) {
		if (c == 'p')
			pid = tool_pid(optarg, 1);
		if (c == 'i')
			ms = (int)tool_number(optarg, 1, MS_MAX);
		if (c == 'n')
			count = tool_number(optarg, 1, LONG_MAX);
	}
	if ((optind == argc) != (pid != 0))
		tool_usage(usage);
	if (!pid && !is_number(argv[optind])) {
		int status = watch_command(&argv[optind], ms, count);

		return tool_finish() ? 1 : status;
	}
	if (argc - optind > 1)
		tool_usage(usage);
	watch(pid ? pid : tool_pid(argv[optind], 1), ms, count, false);
	return tool_finish();
}
