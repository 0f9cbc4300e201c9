/* complete.c - names of commands, files and variables that begin like a word; see
 * complete.h. */
#include "line/complete.h"

#include "shell.h"
#include "word/glob.h"

#include <ctype.h>
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
	char quote; /* the prefix is within these quotes, or 0 */
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
	for (struct sh_alias *a = shell.aliases; a; a = a->next)
		complete_add(c, a->name);
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

	while (at && strchr(" \t", text[at - 1]))
		at--;
	if (!at || strchr(";&|(`\n", text[at - 1]))
		return true;
	for (end = at; at && !strchr(" \t\n;&|(`", text[at - 1]); at--)
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

/* The @n bytes at @text as they have to be typed: outside of quotes, a character that is
 * special to the shell gets a backslash. */
static char *complete_quote(const struct completer *c, const char *text, size_t n)
{
	static const char special[] = " \t\\'\"`$&|;()<>*?[]#~!{}";
	const char *escaped = c->quote == '"' ? "\\\"`$" : c->quote ? "" : special;
	char *quoted = arena_alloc(c->arena, 2 * n + 3), *to = quoted;

	for (size_t i = 0; quoted && i < n; i++) {
		if (strchr(escaped, text[i]))
			*to++ = '\\';
		*to++ = text[i];
	}
	return quoted;
}

/* What all names have in common after the prefix; @dir: of files, in that directory. */
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
	text = complete_quote(c, f->names[0] + from, n - from);
	if (!text)
		return;
	f->insert = text;
	if (f->count > 1)
		return;
	text += strlen(text);
	if (dir && complete_is(dir, f->names[0], S_IFDIR)) {
		*text = '/';
		return;
	}
	if (c->quote)
		*text++ = c->quote;
	*text = ' ';
}

/* The word before the cursor, without its quotes. */
struct complete_scan {
	char *word;
	size_t start;         /* where it begins in the text             */
	const char *variable; /* in the word: what follows its last "$", or NULL */
	char quote;           /* that is still open, or 0                */
};

/* False: no memory. */
static bool complete_scan(struct arena *a, const char *text, size_t len,
			  struct complete_scan *s)
{
	char *to = s->word = arena_alloc(a, len + 1);

	for (size_t i = 0; to && i < len; i++) {
		char c = text[i];

		if (s->variable && c != '_' && !isalnum((unsigned char)c) &&
		    !(c == '{' && text[i - 1] == '$'))
			s->variable = NULL;
		if (c == s->quote && c) {
			s->quote = '\0';
		} else if (!s->quote && (c == '\'' || c == '"')) {
			s->quote = c;
		} else if (!s->quote && strchr(" \t\n;&|()<>`=", c)) {
			s->start = i + 1;
			to = s->word;
		} else {
			if (c == '\\' && s->quote != '\'' && i + 1 < len)
				c = text[++i];
			else if (c == '$' && s->quote != '\'')
				s->variable = to + 1;
			*to++ = c;
		}
		if (to)
			*to = '\0';
	}
	return to;
}

static void complete_variable(struct completer *c, const char *prefix)
{
	bool braces = *prefix == '{';

	c->prefix = prefix + braces;
	for (struct sh_var *v = shell.vars; v; v = v->next)
		if (v->value)
			complete_add(c, v->name);
	complete_sort(c->found);
	complete_insert(c, NULL);
	if (c->found->count == 1 && (braces || c->quote)) {
		char *end = strrchr(c->found->insert, c->quote ? c->quote : ' ');

		if (end) {
			end[0] = braces ? '}' : '\0';
			end[1] = '\0';
		}
	}
}

/* The directory that the @n bytes at @word name, which may begin with "~". */
static char *complete_where(struct completer *c, const char *word, size_t n)
{
	const char *home = strncmp(word, "~/", 2) == 0 ? sh_value("HOME") : NULL;
	char *dir = arena_alloc(c->arena, n + (home ? strlen(home) : 0) + 1);

	if (!dir)
		return NULL;
	if (home) {
		strcpy(dir, home);
		word++;
		n--;
	}
	return memcpy(dir + strlen(dir), word, n) ? dir : NULL;
}

void complete_word(struct arena *a, const char *text, size_t len, struct completion *f)
{
	struct completer c = { .arena = a, .found = f };
	struct complete_scan s = { 0 };
	const char *slash, *dir = NULL;

	*f = (struct completion){ .insert = "" };
	if (!complete_scan(a, text, len, &s))
		return;
	c.quote = s.quote;
	if (s.variable) {
		complete_variable(&c, s.variable);
		return;
	}
	slash = strrchr(s.word, '/');
	c.prefix = slash ? slash + 1 : s.word;
	if (!slash && complete_is_command(text, s.start)) {
		complete_command(&c);
	} else {
		dir = complete_where(&c, s.word, slash ? (size_t)(slash + 1 - s.word) : 0);
		if (!dir)
			return;
		complete_dir(&c, dir, false);
	}
	complete_sort(f);
	complete_insert(&c, dir);
}
