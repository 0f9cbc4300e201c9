/* vmtop - show the memory of all processes, and what it costs, again and again */
#include "vmtop.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

#include "screen/screen.h"

static const char usage[] =
	"usage: vmtop [-b] [-d TIME] [-n COUNT] [-s ORDER]\n"
	"Show every 2 seconds what the frames of the machine are used for, what faults\n"
	"and shootdowns there are, and the memory of each process.  What is counted a\n"
	"second is since the last time, at first since boot or since a process began.\n"
	"  -b   one list after the other, as for a pipe, instead of a screen\n"
	"  -d   every TIME, as in 0.5 or 1m      -n   COUNT times\n"
	"  -s   the largest first: cpu faults mem private shared large size; or by pid\n"
	"Keys: c f m v s l z p sort by these, + and - change the time, a blank shows the\n"
	"list at once, h this text, q ends.\n"
	"MEM is SHARED, which others have as well, and PRIV.  LARGE is in 2 MiB leaves.\n"
	"satp writes are those that load another page table; with isolate=on each system\n"
	"call writes satp as well, which is not counted.\n";

#define TICKS_MAX (60 * TICK_HZ)
#define MS_PER_TICK (1000 / TICK_HZ)
#define BATCH_COLUMNS 79

static enum order order = BY_CPU;
static int ticks;

static const struct {
	char key;
	const char *name;
} orders[NORDERS] = {
#define X(id, key, name) { key, name },
	ORDERS(X)
#undef X
};

/* --- lines ------------------------------------------------------------------------ */

/* The next line of the list goes there: a row of the screen, or standard output. */
static unsigned row;
static bool on_screen;

static unsigned columns(void)
{
	return on_screen ? screen.columns : BATCH_COLUMNS;
}

static void line_print(enum screen_look look, const char *format, ...)
{
	char text[160];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (on_screen)
		screen_string(row, 0, text, look);
	else
		puts(text);
	row++;
}

/* A line that is filled with words, and goes on in the next one. */
static char filled[160];

static void line_flush(void)
{
	if (filled[0])
		line_print(SCREEN_PLAIN, "%s", filled);
	filled[0] = '\0';
}

static void line_add(const char *word)
{
	size_t width = columns() < sizeof(filled) ? columns() : sizeof(filled) - 1;

	if (filled[0] && strlen(filled) + 1 + strlen(word) > width) {
		line_flush();
		strcpy(filled, " ");
	}
	if (filled[0])
		strcat(filled, " ");
	strncat(filled, word, sizeof(filled) - strlen(filled) - 1);
}

/* --- numbers ------------------------------------------------------------------------ */

struct number {
	char text[24];
};

static struct number pages(unsigned long long n)
{
	struct number out;

	strlcpy(out.text, n ? tool_human(n * 4096) : "0", sizeof(out.text));
	return out;
}

static struct number tenths(unsigned long long n)
{
	struct number out;

	if (n && n < 1000)
		snprintf(out.text, sizeof(out.text), "%llu.%llu", n / 10, n % 10);
	else
		snprintf(out.text, sizeof(out.text), "%llu", n / 10);
	return out;
}

/* --- the list ----------------------------------------------------------------------- */

static void print_kinds(const struct figures *f)
{
	unsigned long long all = 0;
	char word[64];

	for (int i = 0; i < f->kinds; i++)
		all += f->kind[i].value;
	snprintf(word, sizeof(word), "memory %s:", pages(all).text);
	line_add(word);
	for (int i = 0; i < f->kinds; i++) {
		const struct snap_count *c = &f->kind[i];

		if (!c->value)
			continue;
		snprintf(word, sizeof(word), "%s %s", c->name, pages(c->value).text);
		line_add(word);
	}
	line_flush();
}

static void add_rate(const char *what, const char *counter)
{
	char word[64];

	snprintf(word, sizeof(word), "%s %s", what, tenths(figures_rate(counter)).text);
	line_add(word);
}

static void print_rates(const struct figures *f)
{
	static const char prefix[] = "fault_";

	line_add("faults/s:");
	for (int i = 0; i < f->counters; i++) {
		const char *name = f->counter[i].name;

		if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
			add_rate(name + sizeof(prefix) - 1, name);
	}
	line_flush();
	line_add("a second:");
	add_rate("shootdowns", "shootdown");
	add_rate("to other harts", "shootdown_remote");
	add_rate("satp writes", "space_load");
	add_rate("zeroed pages", "page_zeroed");
	line_flush();
}

static void print_process(const struct process *p)
{
	const struct procinfo *i = &p->info;

	line_print(SCREEN_PLAIN, "%5d %c %4d %6s %6s %6s %6s %6s %8s %3llu.%llu %.*s",
		   i->pid,
		   "?NRRSZT"[i->state >= PS_NEW && i->state <= PS_STOPPED ? i->state : 0],
		   i -> hart, pages((i->size + 4095) / 4096).text, pages(i->resident).text,
		   pages(p->shared).text, pages(p->private).text, pages(p->large).text,
		   tenths(p->faults).text, p->cpu / 10, p->cpu % 10, (int)sizeof(i->name),
		   i->name);
}

/* @rows at most. */
static void list_print(unsigned rows)
{
	const struct figures *f = figures_read(order);
	unsigned long long up = f->ns / 1000000000;

	row = 0;
	line_print(SCREEN_PLAIN,
		   "up %llu:%02llu:%02llu, %d processes, %d running, by %s, every %s s%s",
		   up / 3600, up / 60 % 60, up % 60, f->processes, f->running,
		   orders[order].name, tenths((unsigned)ticks * 10ull / TICK_HZ).text,
		   on_screen ? "  h: help" : "");
	print_kinds(f);
	print_rates(f);
	line_print(SCREEN_REVERSE, "%s",
		   "  PID S HART   SIZE    MEM SHARED   PRIV  LARGE FAULTS/S  %CPU NAME");
	for (int i = 0; i < f->processes && row < rows; i++)
		print_process(&f->process[i]);
}

static void lists_run(long count)
{
	for (;;) {
		list_print(UINT_MAX);
		fflush(stdout);
		if (--count == 0 || ferror(stdout))
			return;
		if (pause_ticks(ticks) < 0)
			tool_die("wait");
		putchar('\n');
	}
}

/* --- the screen --------------------------------------------------------------------- */

static void help_show(void)
{
	const char *end, *at = usage;

	screen_clear();
	for (row = 0; *at; at = end + 1) {
		end = strchr(at, '\n');
		line_print(SCREEN_PLAIN, "%.*s", (int)(end - at), at);
	}
	line_print(SCREEN_REVERSE, "Any key goes back.");
	screen_show(row < screen.rows ? row : screen.rows - 1, 0);
	(void)screen_key(-1);
}

/* False: the program is to end. */
static bool key_take(int key)
{
	if (key == 'q' || key == 'Q' || key == CTRL('C') || key == CTRL('D') ||
	    key == SCREEN_END)
		return false;
	if (key == CTRL('Z') && !screen_suspend())
		tool_die("terminal");
	if (key == 'h' || key == '?')
		help_show();
	if (key == '+' && ticks < TICKS_MAX)
		ticks *= 2;
	if (key == '-' && ticks > 1)
		ticks /= 2;
	for (int i = 0; i < NORDERS; i++)
		if (key == orders[i].key)
			order = (enum order)i;
	return true;
}

static void screen_run(long count)
{
	if (!screen_begin(STDIN_FILENO))
		tool_die("terminal");
	on_screen = true;
	do {
		screen_clear();
		list_print(screen.rows);
		screen_show(screen.rows - 1, screen.columns - 1);
	} while (--count != 0 && key_take(screen_key_within(ticks * MS_PER_TICK)));
	screen_end();
}

/* --- the start ------------------------------------------------------------------------ */

static enum order order_parse(const char *name)
{
	for (int i = 0; i < NORDERS; i++)
		if (strcmp(name, orders[i].name) == 0)
			return (enum order)i;
	tool_refuse(name, "the orders are cpu faults mem private shared large size pid");
}

int main(int argc, char **argv)
{
	bool batch = !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
	const char *time = "2s";
	long count = 0;
	int c;

	while ((c = tool_getopt(argc, argv, "bd:n:s:h", usage)) != -1) {
		batch |= c == 'b';
		time = c == 'd' ? optarg : time;
		count = c == 'n' ? tool_number(optarg, 1, 1000000) : count;
		order = c == 's' ? order_parse(optarg) : order;
	}
	if (argv[optind])
		tool_usage(usage);
	ticks = tool_ticks(time);
	ticks = ticks ? ticks : 1;
	(batch ? lists_run : screen_run)(count);
	return tool_finish();
}
