/* mkfs.c - makes an xv6 file system image, looks into one, or adds files to one.
 *
 * The kernels of every year can mount the image.  The same arguments give the same bytes.
 * After an error there is no image, or the old one, untouched. */
#define _GNU_SOURCE
#include "mkfs.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_tree.h"

#define DEFAULT_SIZE 4000  /* blocks, unless the files need more          */
#define DEFAULT_INODES 200 /* likewise                                    */
#define DEFAULT_LOG 31     /* xv6 of 2025 on uses 31, whatever the image says */
#define MAX_LOG 31
#define FREE_BLOCKS 1024 /* room left for new files: 1 MiB              */
#define FREE_INODES 64

static const char usage[] =
	"usage: mkfs [-s BLOCKS] [-i INODES] [-l LOGBLOCKS] [--big] IMAGE [FILE ...]\n"
	"       mkfs --add IMAGE FILE ...        put in files that are missing or differ,\n"
	"                                        and print their names\n"
	"       mkfs --list IMAGE                show all names in an image\n"
	"       mkfs --get IMAGE PATH [TO]       copy a file, or a folder and all in it,\n"
	"                                        to TO (. if not given; - is stdout)\n"
	"       mkfs --layout IMAGE              print what its inodes are: plain or big;\n"
	"                                        any: no file is long enough to show it\n"
	"\n"
	"FILE is a path (its last element, without a leading '_' or a trailing '.sym',\n"
	"is the name in the root of the image) or path:name (directories in name are\n"
	"made).  Of a folder all is put in; symbolic links in it stay links.  Hard links\n"
	"of one file stay hard links.  Of several files of one name the last is used.\n"
	"A block is 1024 bytes.\n"
	"  -s BLOCKS     size of the image   (4000, or what the files need and 1 MiB)\n"
	"  -i INODES     number of inodes    (200, or what the files need)\n"
	"  -l LOGBLOCKS  log, 2 to 31 blocks (31)\n"
	"  --big         inodes of the file system lab: 11 direct blocks, one indirect,\n"
	"                one double indirect; a file can have 65803 blocks, not 268\n"
	"With --add, --list and --get, --big or --plain says what the inodes of the\n"
	"image are; without either the files in it show it.\n";

int mkfs_fail(const char *what, int err)
{
	fprintf(stderr, "mkfs: %s: %s\n", what,
		err == -FSIMG_EHOST ? strerror(errno) : fsimg_strerror(err));
	return 1;
}

/* The name that a file gets when none is asked for. */
static char *default_name(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t n;

	base = base ? base + 1 : path;
	if (*base == '_')
		base++;
	n = strlen(base);
	if (n > 4 && strcmp(base + n - 4, ".sym") == 0)
		n -= 4;
	return strndup(base, n);
}

struct mkfs_file *mkfs_files_new(struct mkfs_files *list, const char *from,
				 const char *name)
{
	struct mkfs_file *f;

	if (list->n == list->room) {
		int room = list->room ? 2 * list->room : 64;

		f = realloc(list->file, (size_t)room * sizeof(*f));
		if (!f) {
			mkfs_fail(from, -FSIMG_ENOMEM);
			return NULL;
		}
		list->file = f;
		list->room = room;
	}
	f = &list->file[list->n];
	*f = (struct mkfs_file){ .from = strdup(from), .name = strdup(name) };
	list->n++;
	if (f->from && f->name)
		return f;
	mkfs_fail(from, -FSIMG_ENOMEM);
	return NULL;
}

int mkfs_file_read(struct mkfs_file *f)
{
	int err = fsimg_host_read(f->from, &f->data, &f->size);

	return err ? mkfs_fail(f->from, err) : 0;
}

/* The name of an earlier file that is the same one of the host, or NULL. */
static const char *file_twin(const struct mkfs_file *files, int i)
{
	const uint64_t *host = files[i].host;

	for (int k = 0; k < i && host[1]; k++)
		if (files[k].host[0] == host[0] && files[k].host[1] == host[1])
			return files[k].name;
	return NULL;
}

int mkfs_put(struct fsimg *img, const struct mkfs_file *files, int i)
{
	const struct mkfs_file *f = &files[i];
	const char *twin = file_twin(files, i);

	if (twin)
		return fsimg_add_name(img, f->name, twin);
	switch (f->kind) {
	case MKFS_FOLDER:
		return fsimg_add_dir(img, f->name);
	case MKFS_LINK:
		return fsimg_add_link(img, f->name, f->data, f->size);
	default:
		return fsimg_add_file(img, f->name, f->data, f->size);
	}
}

int mkfs_put_fail(const struct fsimg *img, const struct mkfs_file *f, int err)
{
	if (err == -FSIMG_ETOOBIG)
		fprintf(stderr, "mkfs: %s: file too large: %zu bytes, but %u is the most\n",
			f->from, f->size, fsimg_max_blocks(img) * FS_BLOCK);
	else
		mkfs_fail(f->name, err);
	if (!img->big && (err == -FSIMG_ETOOBIG || err == -FSIMG_ENOSPC))
		fprintf(stderr, "More fits with: ./run --disk 64M --image big.img\n");
	return 1;
}

/* Takes `PATH:NAME` apart and reads it. */
static int file_parse(struct mkfs_files *list, const char *arg)
{
	const char *colon = strrchr(arg, ':');
	char *from = colon ? strndup(arg, (size_t)(colon - arg)) : strdup(arg);
	char *name = NULL;
	int status;

	if (from) {
		for (size_t n = strlen(from); n > 1 && from[n - 1] == '/';)
			from[--n] = '\0';
		name = colon ? strdup(colon + 1) : default_name(from);
	}
	status = name ? host_tree_read(list, from, name) : mkfs_fail(arg, -FSIMG_ENOMEM);
	free(from);
	free(name);
	return status;
}

static void file_free(struct mkfs_file *f)
{
	free(f->from);
	free(f->name);
	free(f->data);
	*f = (struct mkfs_file){ 0 };
}

/* Whether two paths are the same but for leading, trailing and double slashes. */
static bool names_equal(const char *a, const char *b)
{
	for (;;) {
		size_t n;

		a += strspn(a, "/");
		b += strspn(b, "/");
		n = strcspn(a, "/");
		if (n != strcspn(b, "/") || memcmp(a, b, n) != 0)
			return false;
		if (n == 0)
			return true;
		a += n;
		b += n;
	}
}

/* Drops each file that has the name of a later one; returns how many are left. */
static int files_drop_replaced(struct mkfs_file *files, int n)
{
	int kept = 0;

	for (int i = 0; i < n; i++) {
		int later = i + 1;

		while (later < n && !names_equal(files[i].name, files[later].name))
			later++;
		if (later == n) {
			struct mkfs_file keep = files[i];

			files[i] = (struct mkfs_file){ 0 };
			files[kept++] = keep;
		} else {
			file_free(&files[i]);
		}
	}
	return kept;
}

static void files_free(struct mkfs_files *list)
{
	for (int i = 0; i < list->n; i++)
		file_free(&list->file[i]);
	free(list->file);
}

/* All FILE arguments, read into memory; returns 0, or 1 after a message. */
static int files_read(struct mkfs_files *list, char **args, int n)
{
	for (int i = 0; i < n; i++)
		if (file_parse(list, args[i]))
			return 1;
	list->n = files_drop_replaced(list->file, list->n);
	return 0;
}

/* Blocks for a file's contents, address blocks included, and for its share of
 * directories: at most one new one for each '/' in its name. */
static uint32_t file_blocks(const struct mkfs_file *f)
{
	uint32_t n = (uint32_t)((f->size + FS_BLOCK - 1) / FS_BLOCK);

	n += n / FS_NINDIRECT + 2;
	for (const char *p = f->name; *p; p++)
		n += *p == '/';
	return n + 1;
}

static uint32_t file_inodes(const struct mkfs_file *f)
{
	uint32_t n = 1;

	for (const char *p = f->name; *p; p++)
		n += *p == '/';
	return n;
}

/* Fills in what was not asked for (0) so that the files and some more fit. */
static void geometry_fit(struct fsimg_geometry *g, const struct mkfs_file *files, int n)
{
	uint32_t blocks = FREE_BLOCKS, inodes = FREE_INODES;

	for (int i = 0; i < n; i++) {
		if (file_twin(files, i))
			continue;
		blocks += file_blocks(&files[i]);
		inodes += file_inodes(&files[i]);
	}
	if (!g->nlog)
		g->nlog = DEFAULT_LOG;
	if (!g->ninodes)
		g->ninodes = inodes > DEFAULT_INODES ? inodes : DEFAULT_INODES;
	if (!g->size) {
		g->size = DEFAULT_SIZE;
		blocks += fsimg_meta_blocks(g);
		blocks += blocks / FS_BITS_PER_BLOCK + 1; /* a larger bitmap */
		if (blocks > g->size)
			g->size = blocks;
	}
}

static int image_fill(struct fsimg *img, const struct mkfs_file *files, int n)
{
	int err;

	for (int i = 0; i < n; i++) {
		err = mkfs_put(img, files, i);
		if (err)
			return mkfs_put_fail(img, &files[i], err);
	}
	err = fsimg_pad_root(img);
	return err ? mkfs_fail("root directory", err) : 0;
}

static int image_make(const char *path, struct fsimg_geometry *g,
		      const struct mkfs_file *files, int n, bool big)
{
	struct fsimg img = { .big = big };
	int err, status;

	geometry_fit(g, files, n);
	err = fsimg_format(&img, g);
	status = err ? mkfs_fail(path, err) : image_fill(&img, files, n);
	if (!status) {
		err = fsimg_host_replace(path, &img);
		if (err)
			status = mkfs_fail(path, err);
	}
	fsimg_free(&img);
	return status;
}

/* Reads a number from @lo to @hi; exits with a message if @text is none. */
static uint32_t number(const char *what, const char *text, uint32_t lo, uint32_t hi)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (end == text || *end || *text == '-' || errno || n < lo || n > hi) {
		fprintf(stderr, "mkfs: %s: must be a number from %u to %u, not '%s'\n",
			what, lo, hi, text);
		exit(1);
	}
	return (uint32_t)n;
}

enum mode { MODE_MAKE, MODE_ADD, MODE_LIST, MODE_GET, MODE_LAYOUT };

struct arguments {
	enum mode mode;
	struct fsimg_geometry geometry; /* 0: not given */
	enum fsimg_layout layout;
};

/* Parses the options; the rest starts at optind.  Exits on a wrong one. */
static void arguments_parse(struct arguments *a, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "add", no_argument, NULL, 'a' },   { "list", no_argument, NULL, 't' },
		{ "get", no_argument, NULL, 'x' },   { "big", no_argument, NULL, 'b' },
		{ "plain", no_argument, NULL, 'p' }, { "layout", no_argument, NULL, 'y' },
		{ "help", no_argument, NULL, 'h' },  { 0 },
	};
	int c;

	*a = (struct arguments){ .mode = MODE_MAKE };
	while ((c = getopt_long(argc, argv, "s:i:l:atxbpyh", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			a->geometry.size = number("-s", optarg, 1, 1u << 22);
			break;
		case 'i':
			a->geometry.ninodes = number("-i", optarg, 2, UINT16_MAX);
			break;
		case 'l':
			a->geometry.nlog = number("-l", optarg, 2, MAX_LOG);
			break;
		case 'a':
			a->mode = MODE_ADD;
			break;
		case 't':
			a->mode = MODE_LIST;
			break;
		case 'x':
			a->mode = MODE_GET;
			break;
		case 'b':
			a->layout = FSIMG_BIG;
			break;
		case 'p':
			a->layout = FSIMG_PLAIN;
			break;
		case 'y':
			a->mode = MODE_LAYOUT;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 1);
		}
	}
}

int main(int argc, char **argv)
{
	struct arguments a;
	struct mkfs_files files = { 0 };
	const char *image;
	char **rest;
	int n, status;

	arguments_parse(&a, argc, argv);
	rest = argv + optind + 1;
	n = argc - optind - 1;
	if (n < 0 || ((a.mode == MODE_LIST || a.mode == MODE_LAYOUT) && n != 0) ||
	    (a.mode == MODE_GET && n != 1 && n != 2)) {
		fputs(usage, stderr);
		return 1;
	}
	image = argv[optind];
	if (a.mode == MODE_LAYOUT)
		return mkfs_print_layout(image);
	if (a.mode == MODE_LIST)
		return mkfs_list(image, a.layout);
	if (a.mode == MODE_GET)
		return mkfs_get(image, rest[0], n == 2 ? rest[1] : ".", a.layout);
	status = files_read(&files, rest, n);
	if (status == 0 && a.mode == MODE_ADD)
		status = mkfs_add(image, files.file, files.n, a.layout);
	else if (status == 0)
		status = image_make(image, &a.geometry, files.file, files.n,
				    a.layout == FSIMG_BIG);
	files_free(&files);
	return status;
}
