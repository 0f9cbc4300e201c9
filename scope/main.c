/* main.c - scope: shows what is in the RAM of a machine, which QEMU keeps in a file. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "print.h"
#ifdef SCOPE_SERVES
#include "serve/serve.h"
#endif

static const char usage[] =
	"usage: scope FILE [--port N] [--no-browser] [--name NAME] [--record NEW]\n"
	"       scope FILE [--text | --json] VIEW [ARGUMENT...]\n"
	"Show what is in the RAM of a machine, which runs, stands still or has crashed:\n"
	"in a browser, or one view as text.  `./run --ram FILE` keeps the RAM in FILE.\n"
	"The page is at a port of this computer alone, and at an address that is told.\n"
	"--record keeps what changes, twice a second, in the file NEW, up to 1 GiB; FILE\n"
	"may be such a recording, for the browser.  For text, addresses are hexadecimal.\n"
	"VIEW is\n";

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

struct mapping {
	const char *start;
};

static const void *mapping_page(void *arg, u64 index)
{
	return ((struct mapping *)arg)->start + index * PAGE_SIZE;
}

static void mapping_open(struct mapping *m, struct ram *ram, const char *name)
{
	int fd = open(name, O_RDONLY);
	struct stat st;
	void *start;

	if (fd < 0 || fstat(fd, &st) < 0)
		misused(name, ": cannot be opened");
	if (st.st_size < (off_t)PAGE_SIZE)
		misused(name, ": is too short");
	start = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (start == MAP_FAILED)
		misused(name, ": cannot be mapped");
	close(fd);
	m->start = start;
	*ram = (struct ram){
		.page = mapping_page,
		.arg = m,
		.pages = (u64)st.st_size / PAGE_SIZE,
	};
}

static void put(void *arg, const char *bytes, u64 n)
{
	fwrite(bytes, 1, (size_t)n, arg);
}

static u64 number(const char *text, int base)
{
	char *end;
	u64 value;

	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || end == text || *end)
		misused("this is no number: ", text);
	return value;
}

static struct view_request request(char **args)
{
	struct view_request r = { .view = VIEW_machine };
	const char *want;

	if (*args) {
		while (r.view < VIEW_COUNT && strcmp(view_name[r.view], *args) != 0)
			r.view++;
		if (r.view == VIEW_COUNT)
			misused("there is no such view; see scope --help: ", *args);
		args++;
	}
	want = view_arguments[r.view];
	if (strncmp(want, "PID", 3) == 0 && *args)
		r.pid = (int)number(*args++, 10);
	else if (strncmp(want, "PID", 3) == 0)
		misused("which process? usage: scope FILE VIEW ", want);
	if (strchr(want, 'A') && *args)
		r.address = number(*args++, 16);
	else if (strchr(want, 'A'))
		misused("which address? usage: scope FILE VIEW ", want);
	if (*args)
		misused("too many arguments: ", *args);
	return r;
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
			options.port = (int)number(*++args, 10);
		else if (strcmp(*args, "--tell") == 0)
			options.tell = (int)number(*++args, 10);
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

static int show_text(const char *file, char **args)
{
	struct text json = { .put = put, .arg = stdout };
	static struct kernel k;
	struct view_request r;
	struct mapping mapping;
	struct ram ram;
	bool as_json, found = true;
	u64 index;

	as_json = *args && strcmp(*args, "--json") == 0;
	r = request(args + (as_json || (*args && strcmp(*args, "--text") == 0)));
	mapping_open(&mapping, &ram, file);
	if (memcmp(mapping.start, "Pagoda: recorded", 16) == 0)
		misused(file,
			": is a recording, which is shown in a browser alone: scope FILE");
	if (!layout_find(&ram, &index))
		misused(file, ": no kernel is in it that describes itself");
	if (!kernel_open(&k, &ram, index))
		misused(k.layout.why, k.layout.missing);
	if (!(r.cells = calloc(k.frames, sizeof(*r.cells))))
		misused("there is no memory for the cells", "");
	if (as_json) {
		found = view_write(&k, &r, &json);
		putchar('\n');
	} else {
		found = print_view(&k, &r);
	}
	free(r.cells);
	return found && fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_usage(stdout);
		return 0;
	}
	if (argc < 2) {
		print_usage(stderr);
		return 2;
	}
	if (argc == 2 || (strncmp(argv[2], "--", 2) == 0 &&
			  strcmp(argv[2], "--json") != 0 && strcmp(argv[2], "--text") != 0))
		return serve_file(argv[1], argv + 2);
	return show_text(argv[1], argv + 2);
}
