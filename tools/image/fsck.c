/* fsck.c - checks an xv6 file system image, and repairs it on request.
 * Exit status: 0 clean, 1 repaired, 4 errors left, 8 could not do its work. */
#include "fsck.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_CLEAN = 0, EXIT_REPAIRED = 1, EXIT_ERRORS = 4, EXIT_FAILED = 8 };

#define RUNS 4 /* until clean: the first should repair all, the second proves it */

static const char usage[] =
	"usage: fsck [-yqS] [--plain | --big] IMAGE\n"
	"  -y         repair (without it nothing is written)\n"
	"  -q         print nothing about an image that is clean\n"
	"  -S         inodes without links are errors, as no running kernel has them open\n"
	"  --big      the inodes are those of the file system lab, with a double indirect\n"
	"             block; --plain: they are not.  Without either the files show it.\n"
	"Exit status: 0 clean, 1 repaired, 4 errors left, 8 failure.\n";

struct arguments {
	const char *image;
	bool repair, quiet, strict;
	enum fsimg_layout layout;
};

static int fail(const char *image, int err)
{
	fprintf(stderr, "fsck: %s: %s\n", image,
		err == -FSIMG_EHOST ? strerror(errno) : fsimg_strerror(err));
	return EXIT_FAILED;
}

/* Parses the command line; exits on a wrong one. */
static void arguments_parse(struct arguments *a, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "big", no_argument, NULL, 'b' },
		{ "plain", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*a = (struct arguments){ 0 };
	while ((c = getopt_long(argc, argv, "yqSbph", longs, NULL)) != -1) {
		switch (c) {
		case 'y':
			a->repair = true;
			break;
		case 'q':
			a->quiet = true;
			break;
		case 'S':
			a->strict = true;
			break;
		case 'b':
			a->layout = FSIMG_BIG;
			break;
		case 'p':
			a->layout = FSIMG_PLAIN;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? EXIT_CLEAN : EXIT_FAILED);
		}
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		exit(EXIT_FAILED);
	}
	a->image = argv[optind];
}

/* Checks and repairs until nothing is found; false if there is always something. */
static bool settle(struct fsimg *img)
{
	struct fsck_options opt = { 0 };
	struct fsck_report rep;

	for (int i = 0; i < RUNS; i++) {
		if (fsck_run(img, &opt, &rep) || rep.refused)
			return false;
		if (!rep.errors)
			return true;
	}
	return false;
}

static void summary(const struct arguments *a, const struct fsimg *img,
		    const struct fsck_report *rep, const char *result)
{
	const struct fs_super *sb = fsimg_super(img);

	if (a->quiet && !rep->errors)
		return;
	printf("%s: %s", a->image, result);
	if (rep->errors)
		printf(", %u error%s", rep->errors, rep->errors == 1 ? "" : "s");
	if (!rep->refused)
		printf("; %u of %u inodes, %u of %u blocks in use", rep->inodes_used,
		       sb->ninodes - 1, rep->blocks_used, sb->nblocks);
	putchar('\n');
}

/* @old: the image as it was. */
static int repair(const struct arguments *a, struct fsimg *img,
		  const struct fsck_report *rep, const uint8_t *old)
{
	int err;

	if (rep->refused || !settle(img)) {
		summary(a, img, rep, "NOT REPAIRED, nothing is written");
		return EXIT_ERRORS;
	}
	err = fsimg_host_update(a->image, img, old);
	if (err)
		return fail(a->image, err);
	summary(a, img, rep, rep->errors ? "REPAIRED" : "clean");
	return rep->errors ? EXIT_REPAIRED : EXIT_CLEAN;
}

static int check(const struct arguments *a, struct fsimg *img, const uint8_t *old)
{
	struct fsck_options opt = { .strict = a->strict, .out = stdout };
	struct fsck_report rep;
	int err;

	if (a->quiet) { /* a silent run first: if it finds errors, run again and print */
		opt.out = NULL;
		err = fsck_run(img, &opt, &rep);
		if (!err && rep.errors) {
			memcpy(img->data, old, (size_t)img->blocks * FS_BLOCK);
			opt.out = stdout;
			err = fsck_run(img, &opt, &rep);
		}
	} else {
		err = fsck_run(img, &opt, &rep);
	}
	if (err)
		return fail(a->image, err);
	if (a->repair)
		return repair(a, img, &rep, old);
	summary(a, img, &rep, rep.errors ? "ERRORS" : "clean");
	return rep.errors ? EXIT_ERRORS : EXIT_CLEAN;
}

int main(int argc, char **argv)
{
	struct arguments a;
	struct fsimg img = { 0 };
	const char *why;
	uint8_t *old;
	int err, status;

	arguments_parse(&a, argc, argv);
	err = fsimg_load(&img, a.image);
	if (err)
		return fail(a.image, err);
	why = fsimg_set_layout(&img, a.layout);
	if (why) {
		fprintf(stderr, "fsck: %s: %s\n", a.image, why);
		fsimg_free(&img);
		return EXIT_FAILED;
	}
	old = malloc((size_t)img.blocks * FS_BLOCK + 1);
	if (old) {
		memcpy(old, img.data, (size_t)img.blocks * FS_BLOCK);
		status = check(&a, &img, old);
	} else {
		status = fail(a.image, -FSIMG_ENOMEM);
	}
	free(old);
	fsimg_free(&img);
	return status;
}
