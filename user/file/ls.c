/* ls - list files and directories */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: ls [-1aACdFhilpRrSx] [--color[=WHEN]] [PATH...]\n"
	"List directories and files, by name; on a terminal in columns.\n"
	"  -a   also names that start with a dot     -A   but not . and ..\n"
	"  -d   a directory itself, not its contents -R   directories in them as well\n"
	"  -l   type (d directory, c device, l link), links, inode, bytes, name\n"
	"  -h   bytes as 1.5K or 12M                 -i   the inode before the name\n"
	"  -F   / after directories, @ after links   -p   only the /\n"
	"  -S   the largest first                    -r   backwards\n"
	"  -C   columns, also in a pipe              -x   the same, row by row\n"
	"  -1   a name a line\n"
	"  --color   colours always; with =never never, with =auto on a terminal that\n"
	"            has them, as without the option\n"
	"There is no -t, -u or -n: files have no times, owners or groups.\n";

#define GAP 2 /* blanks between columns */

struct item {
	char *name; /* as it was found in the directory, or given */
	struct stat st;
};

struct items {
	struct item *at;
	size_t count, room;
};

static bool show_dots, show_both, show_self, show_long, human, recursive;
static bool show_inode, mark_all, mark_dirs, by_size, backwards, is_terminal;
static bool row_by_row;
static unsigned width; /* 0: a name a line */

/* --- one file ------------------------------------------------------------------- */

static char type_letter(mode_t mode)
{
	return S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISLNK(mode) ? 'l' : '-';
}

static const char *item_mark(const struct item *item)
{
	if (S_ISDIR(item->st.st_mode) && (mark_all || mark_dirs))
		return "/";
	return S_ISLNK(item->st.st_mode) && mark_all ? "@" : "";
}

/* A control byte would change the screen, so a terminal gets a question mark. */
static void print_text(const char *text)
{
	for (; *text; text++)
		putchar(is_terminal && ((unsigned char)*text < ' ' || *text == 0x7f)
				? '?'
				: *text);
}

/* The name with what -i and -F add. */
static void print_name(const struct item *item)
{
	mode_t mode = item->st.st_mode;
	enum tool_colour colour = S_ISDIR(mode)   ? BLUE
				  : S_ISLNK(mode) ? CYAN
				  : S_ISCHR(mode) ? MAGENTA
						  : PLAIN;

	if (show_inode && !show_long)
		printf("%5lu ", (unsigned long)item->st.st_ino);
	if (colour != PLAIN)
		fputs(tool_colour(colour), stdout);
	print_text(item->name);
	if (colour != PLAIN)
		fputs(tool_colour(PLAIN), stdout);
	fputs(item_mark(item), stdout);
}

/* The columns that print_name() takes. */
static unsigned item_width(const struct item *item)
{
	unsigned n = (show_inode ? 6 : 0) + (unsigned)strlen(item_mark(item));

	for (const char *c = item->name; *c; c++)
		n += (*c & 0xc0) != 0x80;
	return n;
}

static void print_long(const struct item *item, const char *path)
{
	const struct stat *st = &item->st;
	char target[MAXPATH];
	ssize_t n;

	printf("%c %2u %4lu ", type_letter(st->st_mode), (unsigned)st->st_nlink,
	       (unsigned long)st->st_ino);
	if (human)
		printf("%7s ", tool_human((unsigned long)st->st_size));
	else
		printf("%7lu ", (unsigned long)st->st_size);
	print_name(item);
	if (S_ISLNK(st->st_mode)) {
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		fputs(" -> ", stdout);
		print_text(target);
		if (n < 0)
			tool_warn(path);
	}
	putchar('\n');
}

/* --- lists ---------------------------------------------------------------------- */

static int compare_items(const void *a, const void *b)
{
	const struct item *p = a, *q = b;
	int order = strcmp(p->name, q->name);

	if (by_size && p->st.st_size != q->st.st_size)
		order = p->st.st_size < q->st.st_size ? 1 : -1;
	return backwards ? -order : order;
}

/* How the names stand in columns: down the first one, then down the second; with -x along
 * the first row, then along the second. */
struct grid {
	size_t rows, columns;
};

static size_t grid_index(const struct grid *g, size_t row, size_t column)
{
	return row_by_row ? row * g->columns + column : column * g->rows + row;
}

static unsigned column_width(const struct items *list, const struct grid *g, size_t column)
{
	unsigned widest = 0;

	for (size_t row = 0; row < g->rows; row++) {
		size_t i = grid_index(g, row, column);
		unsigned n = i < list->count ? item_width(&list->at[i]) : 0;

		widest = n > widest ? n : widest;
	}
	return widest + GAP;
}

static bool grid_fits(const struct items *list, const struct grid *g)
{
	size_t sum = 0;

	for (size_t column = 0; column < g->columns; column++)
		sum += column_width(list, g, column);
	return sum < width + GAP; /* the last column of a terminal stays free */
}

/* With as few rows as fit; with -x, as many columns. */
static struct grid grid_of(const struct items *list)
{
	size_t n = list->count, room = width / (1 + GAP) + 1, most = n < room ? n : room;
	struct grid g;

	for (size_t i = 1; i < (row_by_row ? most : n); i++) {
		size_t lines = row_by_row ? most + 1 - i : i;
		size_t others = (n + lines - 1) / lines;

		g = row_by_row ? (struct grid){ others, lines }
			       : (struct grid){ lines, others };
		if (grid_fits(list, &g))
			return g;
	}
	return (struct grid){ .rows = n, .columns = 1 };
}

static void print_columns(const struct items *list)
{
	struct grid g = grid_of(list);

	for (size_t row = 0; row < g.rows; row++) {
		for (size_t column = 0; column < g.columns; column++) {
			size_t i = grid_index(&g, row, column),
			       next = grid_index(&g, row, column + 1);
			unsigned used;

			if (i >= list->count)
				break;
			used = item_width(&list->at[i]);
			print_name(&list->at[i]);
			if (column + 1 < g.columns && next < list->count)
				printf("%*s", (int)(column_width(list, &g, column) - used),
				       "");
		}
		putchar('\n');
	}
}

/* Prints and frees the names; those in a directory @path, or with NULL those given. */
static void print_items(struct items *list, const char *path)
{
	if (list->count)
		qsort(list->at, list->count, sizeof(*list->at), compare_items);
	if (width && !show_long)
		print_columns(list);
	for (size_t i = 0; i < list->count && !(width && !show_long); i++) {
		char file[MAXPATH];
		struct item *item = &list->at[i];

		if (!show_long) {
			print_name(item);
			putchar('\n');
		} else if (!path) {
			print_long(item, item->name);
		} else if (tool_join(file, sizeof(file), path, item->name)) {
			print_long(item, file);
		}
	}
}

/* Adds @name, whose file is @path; complains if that is not there. */
static void items_add(struct items *list, const char *name, const char *path)
{
	struct item *item;

	if (list->count == list->room) {
		list->room = 2 * list->room + 32;
		list->at = tool_realloc(list->at, list->room * sizeof(*list->at), name);
	}
	item = &list->at[list->count];
	if (lstat(path, &item->st) < 0) {
		tool_warn(path);
		return;
	}
	item->name = strdup(name);
	if (!item->name)
		tool_die(name);
	list->count++;
}

static bool is_dot_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* False, with errno set, if the directory cannot be opened. */
static bool items_read(struct items *list, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return false;
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		char file[MAXPATH];

		if (name[0] == '.' && !show_both && !(show_dots && !is_dot_dot(name)))
			continue;
		if (tool_join(file, sizeof(file), path, name))
			items_add(list, name, file);
		else
			tool_warn(name);
	}
	if (errno) /* the names read so far are listed */
		tool_warn(path);
	closedir(dir);
	return true;
}

static void list_dir(const char *path)
{
	struct items list = { 0 };

	if (!items_read(&list, path)) {
		tool_warn(path);
		return;
	}
	print_items(&list, path);
	for (size_t i = 0; i < list.count; i++) {
		struct item *item = &list.at[i];
		char file[MAXPATH];

		if (recursive && S_ISDIR(item->st.st_mode) && !is_dot_dot(item->name) &&
		    tool_join(file, sizeof(file), path, item->name) &&
		    tool_dir_enter(file, item->st.st_ino)) {
			printf("\n%s:\n", file);
			list_dir(file);
		}
		free(item->name);
	}
	free(list.at);
}

/* Files first, then the directories with what is in them. */
static void list_paths(int count, char **paths)
{
	struct items files = { 0 }, dirs = { 0 };
	bool gap;

	for (int i = 0; i < count; i++)
		items_add(!show_self && tool_is_dir(paths[i]) ? &dirs : &files, paths[i],
			  paths[i]);
	print_items(&files, NULL);
	gap = files.count > 0;
	if (dirs.count)
		qsort(dirs.at, dirs.count, sizeof(*dirs.at), compare_items);
	for (size_t i = 0; i < dirs.count; i++) {
		tool_dir_forget_all();
		if (count > 1 || recursive)
			printf("%s%s:\n", gap ? "\n" : "", dirs.at[i].name);
		list_dir(dirs.at[i].name);
		gap = true;
	}
}

static void read_option(int c)
{
	show_dots |= c == 'A';
	show_both |= c == 'a';
	show_self |= c == 'd';
	show_long |= c == 'l';
	human |= c == 'h';
	recursive |= c == 'R';
	show_inode |= c == 'i';
	mark_all |= c == 'F';
	mark_dirs |= c == 'p';
	by_size |= c == 'S';
	backwards |= c == 'r';
	if (c == '1')
		width = 0;
	if (c == 'C' || c == 'x') {
		row_by_row = c == 'x';
		width = is_terminal ? tool_width() : 80;
	}
}

int main(int argc, char **argv)
{
	char *here[] = { "." };
	int c;

	width = tool_width();
	is_terminal = width;
	while ((c = tool_getopt_colour(argc, argv, "1aACdFhilpRrSx", usage, "always")) !=
	       -1)
		read_option(c);
	if (optind < argc)
		list_paths(argc - optind, argv + optind);
	else
		list_paths(1, here);
	return tool_finish();
}
