/* complete.c - names of commands and files that begin like a word; see complete.h. */
#include "line/complete.h"

#include "shell.h"
#include "word/glob.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>

#include <builtins.h>

struct completer {
	struct arena *arena;
	struct completion *found;
	const char *prefix; /* of the names */
	int room;
};

static void complete_add(struct completer *c, const char *name)
{
	struct completion *f = c->found;
	char *copy;

	if (strncmp(name, c->prefix, strlen(c->prefix)) != 0 ||
	    (*name == '.' && *c->prefix != '.'))
		return;
	if (f->count + 1 >= c->room) {
		int room = c->room ? c->room * 2 : 16;
		char **larger = arena_alloc(c->arena, (size_t)room * sizeof(char *));

		if (!larger)
			return;
		if (f->count)
			memcpy(larger, f->names, (size_t)f->count * sizeof(char *));
		f->names = larger;
		c->room = room;
	}
	copy = arena_copy(c->arena, name, strlen(name));
	if (copy)
		f->names[f->count++] = copy;
}

static bool complete_is(const char *dir, const char *name, mode_t type)
{
	char path[PATH_MAX];
	struct stat st;

	return tool_join(path, sizeof(path), *dir ? dir : ".", name) &&
	       stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

/* The names in @dir; only of programs if @commands. */
static void complete_dir(struct completer *c, const char *dir, bool commands)
{
	DIR *d = opendir(*dir ? dir : ".");
	struct dirent *entry;

	while (d && (entry = readdir(d)) != NULL)
		if (!commands ||
		    (strncmp(entry->d_name, c->prefix, strlen(c->prefix)) == 0 &&
		     complete_is(dir, entry->d_name, S_IFREG)))
			complete_add(c, entry->d_name);
	if (d)
		closedir(d);
}

static void complete_command(struct completer *c)
{
	static const char *const builtins[] = {
#define X(word, run, arguments, what) word,
		SH_BUILTINS(X)
#undef X
	};
	const char *path = sh_value("PATH");
	char dir[PATH_MAX];

	for (unsigned i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		complete_add(c, builtins[i]);
	for (struct sh_function *f = shell.functions; f; f = f->next)
		complete_add(c, f->name);
	path = path ? path : TOOL_PATH;
	while (tool_search(&path, "", dir, sizeof(dir)))
		complete_dir(c, dir, true);
}

/* Whether a word that starts at byte @at is where a command begins. */
static bool complete_is_command(const char *text, size_t at)
{
	static const char *const before[] = { "if",    "then", "elif", "else", "while",
					      "until", "do",   "{",    "!" };
	size_t end, len;

	while (at && text[at - 1] == ' ')
		at--;
	if (!at || strchr(";&|(`", text[at - 1]))
		return true;
	for (end = at; at && !strchr(" ;&|(`", text[at - 1]); at--)
		;
	len = end - at;
	for (unsigned i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (strlen(before[i]) == len && strncmp(before[i], text + at, len) == 0)
			return true;
	return false;
}

static void complete_sort(struct completion *f)
{
	int kept = 0;

	if (f->count == 0)
		return;
	qsort(f->names, (size_t)f->count, sizeof(char *), glob_compare);
	for (int i = 0; i < f->count; i++)
		if (kept == 0 || strcmp(f->names[kept - 1], f->names[i]) != 0)
			f->names[kept++] = f->names[i];
	f->count = kept;
	f->names[kept] = NULL;
}

/* What all names have in common after the prefix. */
static void complete_insert(struct completer *c, const char *dir)
{
	struct completion *f = c->found;
	size_t from = strlen(c->prefix), n = from;
	char *text;

	if (f->count == 0)
		return;
	/* They are sorted: what the first and the last have in common, all have. */
	while (f->names[0][n] && f->names[0][n] == f->names[f->count - 1][n])
		n++;
	text = arena_alloc(c->arena, n - from + 2);
	if (!text)
		return;
	memcpy(text, f->names[0] + from, n - from);
	if (f->count == 1)
		text[n - from] = dir && complete_is(dir, f->names[0], S_IFDIR) ? '/' : ' ';
	f->insert = text;
}

void complete_word(struct arena *a, const char *text, size_t len, struct completion *f)
{
	struct completer c = { .arena = a, .found = f };
	size_t start = len;
	const char *slash, *dir = NULL;
	char *word;

	*f = (struct completion){ .insert = "" };
	while (start && !strchr(" ;&|()<>`'\"=", text[start - 1]))
		start--;
	word = arena_copy(a, text + start, len - start);
	slash = word ? strrchr(word, '/') : NULL;
	c.prefix = slash ? slash + 1 : word;
	if (!word)
		return;
	if (!slash && complete_is_command(text, start)) {
		complete_command(&c);
	} else {
		dir = slash ? arena_copy(a, word, (size_t)(slash + 1 - word)) : "";
		if (!dir)
			return;
		complete_dir(&c, dir, false);
	}
	complete_sort(f);
	complete_insert(&c, dir);
}
