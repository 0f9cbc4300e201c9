/* stat - show what the file system knows about files */
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: stat [-L] [-c FORMAT] FILE...\n"
	"Show the type, size, inode number and links of each file.  Files have no owner,\n"
	"rights or times here.\n"
	"  -L   what a symbolic link stands for, not the link\n"
	"  -c   print FORMAT: %n is the name, %N with what a link stands for, %s bytes,\n"
	"       %b blocks of %B bytes, %F type, %i inode number, %h links, %d device\n";

static const char *type_name(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "directory";
	if (S_ISCHR(st->st_mode))
		return "character special file";
	if (S_ISLNK(st->st_mode))
		return "symbolic link";
	return st->st_size ? "regular file" : "regular empty file";
}

static void print_target(const char *name, const struct stat *st)
{
	char target[MAXPATH];
	ssize_t n = S_ISLNK(st->st_mode) ? readlink(name, target, sizeof(target)) : -1;

	printf("%s", name);
	if (n >= 0)
		printf(" -> %.*s", (int)n, target);
}

static void print_item(char item, const char *name, const struct stat *st)
{
	switch (item) {
	case 'n':
		printf("%s", name);
		break;
	case 'N':
		print_target(name, st);
		break;
	case 's':
		printf("%lu", (unsigned long)st->st_size);
		break;
	case 'b':
		printf("%lu", (unsigned long)st->st_blocks);
		break;
	case 'B':
		printf("%d", S_BLKSIZE);
		break;
	case 'F':
		printf("%s", type_name(st));
		break;
	case 'i':
		printf("%lu", (unsigned long)st->st_ino);
		break;
	case 'h':
		printf("%lu", (unsigned long)st->st_nlink);
		break;
	case 'd':
		printf("%lu", (unsigned long)st->st_dev);
		break;
	case '%':
		putchar('%');
		break;
	default:
		printf("%%%c", item);
	}
}

static void print_format(const char *format, const char *name, const struct stat *st)
{
	for (; *format; format++)
		if (*format == '%' && format[1])
			print_item(*++format, name, st);
		else
			putchar(*format);
	putchar('\n');
}

int main(int argc, char **argv)
{
	const char *format = "  File: %N\n  Type: %F\n  Size: %s bytes, %b blocks of %B\n"
			     " Inode: %i on device %d\n Links: %h";
	bool follow = false;
	struct stat st;
	int c;

	while ((c = tool_getopt(argc, argv, "Lc:h", usage)) != -1) {
		follow |= c == 'L';
		format = c == 'c' ? optarg : format;
	}
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++)
		if ((follow ? stat : lstat)(*argv, &st) < 0)
			tool_warn(*argv);
		else
			print_format(format, *argv, &st);
	return tool_finish();
}
