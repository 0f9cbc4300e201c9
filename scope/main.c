/* main.c - scope: shows what is in the RAM of a machine, which QEMU keeps in a file. */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/machine.h"
#include "print.h"
#include "source.h"
#ifdef SCOPE_SERVES
#include "serve/serve.h"
#endif

static const char usage[] =
	"usage: scope FILE [--port N] [--no-browser] [--name NAME] [--record NEW]\n"
	"       scope [--text | --json] [--at TIME] FILE [VIEW [ARGUMENT...]]\n"
	"Show what is in the RAM of a machine, which runs, stands still or has crashed:\n"
	"in a browser, or one view as text.  `./run --ram FILE` keeps the RAM in FILE.\n"
	"The page is at a port of this computer alone, and at an address that is told.\n"
	"--record keeps what changes, twice a second, in the file NEW, up to 1 GiB; FILE\n"
	"may be one: a view is of its end, or of TIME seconds after its start.  Options\n"
	"for a view may also follow FILE.  PID is a number, or the name of one process;\n"
	"addresses are hexadecimal.  VIEW is\n";

static void print_usage(FILE *to)
{
	fputs(usage, to);
	for (int i = 0; i < VIEW_COUNT; i++)
		fprintf(to, "  %-10s %-7s %s\n", view_name[i], view_arguments[i],
			view_what[i]);
	fputs("A machine that runs changes while it is read: then a view may be torn.\n"
	      "Status 1 if there is no such process or frame, 2 if FILE is no such RAM.\n",
	      to);
}

_Noreturn static void misused(const char *what, const char *which)
{
	fprintf(stderr, "scope: %s%s\n", what, which);
	exit(2);
}

static void put(void *arg, const char *bytes, u64 n)
{
	fwrite(bytes, 1, (size_t)n, arg);
}

static u64 number(const char *text, int base, u64 most)
{
	char *end;
	u64 value;

	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || end == text || *end || value > most)
		misused("this is no number, or too large a one: ", text);
	return value;
}

/* What is to be shown as text. */
struct wish {
	bool asked; /* some option is only for text */
	bool json;
	double seconds;   /* of a recording: after its start, or SOURCE_END  */
	const char *name; /* of the process; NULL: its number is known       */
	struct view_request r;
};

/* The options before or after FILE; returns what follows them. */
static char **take_options(char **args, struct wish *w)
{
	char *end;

	for (; *args; args++) {
		if (strcmp(*args, "--at") == 0 && args[1]) {
			w->seconds = strtod(*++args, &end);
			if (*end || end == *args || !(w->seconds >= 0))
				misused("this is no time: ", *args);
		} else if (strcmp(*args, "--json") == 0 || strcmp(*args, "--text") == 0) {
			w->json = strcmp(*args, "--json") == 0;
		} else {
			break;
		}
		w->asked = true;
	}
	return args;
}

/* VIEW and what follows it. */
static void take_view(char **args, struct wish *w)
{
	struct view_request *r = &w->r;
	const char *want;

	if (*args) {
		while (r->view < VIEW_COUNT && strcmp(view_name[r->view], *args) != 0)
			r->view++;
		if (r->view == VIEW_COUNT)
			misused("there is no such view; see scope --help: ", *args);
		args++;
	}
	want = view_arguments[r->view];
	if (strncmp(want, "PID", 3) == 0 && !*args)
		misused("which process? usage: scope FILE VIEW ", want);
	if (strncmp(want, "PID", 3) == 0 && isdigit((unsigned char)**args))
		r->pid = (int)number(*args++, 10, INT_MAX);
	else if (strncmp(want, "PID", 3) == 0)
		w->name = *args++;
	if (strchr(want, 'A') && *args)
		r->address = number(*args++, 16, UINT64_MAX);
	else if (strchr(want, 'A'))
		misused("which address? usage: scope FILE VIEW ", want);
	if (*args)
		misused("too many arguments: ", *args);
}

/* The process that alone has the name; else says what is wrong. */
static bool find_named(struct kernel *k, const char *name, int *pid)
{
	char all[64] = "";
	struct process p;
	u64 found = 0;

	for (u64 i = 0; i < machine_slots(k); i++) {
		size_t n = strlen(all);

		if (!machine_process(k, i, &p) || strcmp(p.name, name) != 0)
			continue;
		found++;
		*pid = p.pid;
		snprintf(all + n, sizeof(all) - n, " %d", p.pid);
	}
	if (found == 1)
		return true;
	fprintf(stderr,
		found ? "scope: %s: several processes have that name:%s\n"
		      : "scope: %s: no process has that name%s\n",
		name, all);
	return false;
}

/* What follows FILE is for the server. */
static int serve_file(const char *file, char **args)
{
#ifdef SCOPE_SERVES
	const char *name = strrchr(file, '/');
	struct serve_options options = {
		.file = file,
		.name = name ? name + 1 : file,
		.browser = true,
		.tell = STDOUT_FILENO,
	};

	for (; *args && !options.qemu; args++) {
		if (strcmp(*args, "--no-browser") == 0)
			options.browser = false;
		else if (strcmp(*args, "--temporary") == 0)
			options.temporary = true;
		else if (strcmp(*args, "--only") == 0)
			options.only = true;
		else if (!args[1])
			misused("unknown option, or no value for it: ", *args);
		else if (strcmp(*args, "--port") == 0)
			options.port = (int)number(*++args, 10, INT_MAX);
		else if (strcmp(*args, "--tell") == 0)
			options.tell = (int)number(*++args, 10, INT_MAX);
		else if (strcmp(*args, "--record") == 0)
			options.record = *++args;
		else if (strcmp(*args, "--name") == 0)
			options.name = *++args;
		else if (strcmp(*args, "--start") == 0)
			options.qemu = args + 1;
		else
			misused("unknown option: ", *args);
	}
	return serve(&options);
#else
	(void)args;
	misused(file,
		": this scope was built without libwebsockets, so it makes text only: "
		"give a view, or install libwebsockets-dev and run make build/scope");
#endif
}

static int show_text(const char *file, struct wish *w)
{
	struct text json = { .put = put, .arg = stdout };
	static struct source source;
	static struct kernel k;
	struct ram ram;
	const char *wrong = source_open(&source, &ram, file, w->seconds);
	bool found = true;
	u64 index;

	if (wrong) {
		fprintf(stderr, "scope: %s: %s\n", file, wrong);
		return 2;
	}
	if (!layout_find(&ram, &index))
		misused(file, ": no kernel is in it that describes itself");
	if (!kernel_open(&k, &ram, index))
		misused(k.layout.why, k.layout.missing);
	if (w->name && !find_named(&k, w->name, &w->r.pid))
		return 1;
	if (!(w->r.cells = calloc(k.frames, sizeof(*w->r.cells))))
		misused("there is no memory for the cells", "");
	if (w->json) {
		found = view_write(&k, &w->r, &json);
		putchar('\n');
	} else {
		found = print_view(&k, &w->r);
	}
	free(w->r.cells);
	return found && fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct wish w = { .seconds = SOURCE_END, .r.view = VIEW_machine };
	const char *file;
	char **args;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_usage(stdout);
		return 0;
	}
	args = take_options(argv + 1, &w);
	file = *args;
	if (!file) {
		print_usage(stderr);
		return 2;
	}
	args = take_options(args + 1, &w);
	if (!w.asked && (!*args || strncmp(*args, "--", 2) == 0))
		return serve_file(file, args);
	take_view(args, &w);
	return show_text(file, &w);
}
