/* find - look for files in directories and all below them */
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>
#include <walk.h>

static const char usage[] =
	"usage: find [PATH...] [EXPRESSION]\n"
	"Print each file in PATH (.) and below it for which EXPRESSION is true.\n"
	"  -name P  -iname P  -path P   the name, or the whole path, matches pattern P\n"
	"  -type f|d|l|c     file, directory, link, device      -empty\n"
	"  -size N           units of 512 bytes; Nc bytes, Nk KiB, NM MiB\n"
	"  -links N  -inum N            N is exact, +N more, -N less\n"
	"  -mindepth N  -maxdepth N     levels below PATH\n"
	"  -depth            what is in a directory first       -prune  stay out of it\n"
	"  -print  -print0   also with a NUL at the end         -delete\n"
	"  -exec CMD {} ;    run CMD with the path in place of {}; true if it succeeds\n"
	"  -exec CMD {} +    with many paths at once            -ok   ask first\n"
	"  ! E   E -a E   E E   E -o E   ( E )   -true  -false\n"
	"Files have no times, owners or rights here.\n";

struct node;
typedef bool test_fn(struct node *node, struct walk *walk);

/* A test or action, or several of them. */
struct node {
	test_fn *test;
	struct node *left, *right;
	const char *text;
	long number; /* with `order`: 0 exactly, 1 more, -1 less */
	int order;
	long unit;
	char **command; /* nwords of it, without the end */
	int nwords;
	char **paths; /* for + */
	size_t npaths;
};

static bool depth_first, has_action, pruned;
static long min_depth, max_depth = LONG_MAX;
static struct node *expression;

/* --- tests ------------------------------------------------------------------ */

static bool test_and(struct node *n, struct walk *walk)
{
	return n->left->test(n->left, walk) && n->right->test(n->right, walk);
}

static bool test_or(struct node *n, struct walk *walk)
{
	return n->left->test(n->left, walk) || n->right->test(n->right, walk);
}

static bool test_not(struct node *n, struct walk *walk)
{
	return !n->left->test(n->left, walk);
}

static bool test_true(struct node *n, struct walk *walk)
{
	(void)n, (void)walk;
	return true;
}

static bool test_false(struct node *n, struct walk *walk)
{
	(void)n, (void)walk;
	return false;
}

/* The last part; that of `/` is `/`, and slashes at the end do not count. */
static const char *walk_name(const struct walk *walk)
{
	const char *name = tool_basename(walk->path);

	return *name ? name : walk->path;
}

static bool test_name(struct node *n, struct walk *walk)
{
	return fnmatch(n->text, walk_name(walk), 0) == 0;
}

static bool test_iname(struct node *n, struct walk *walk)
{
	return fnmatch(n->text, walk_name(walk), FNM_CASEFOLD) == 0;
}

static bool test_path(struct node *n, struct walk *walk)
{
	return fnmatch(n->text, walk->path, 0) == 0;
}

static bool test_type(struct node *n, struct walk *walk)
{
	mode_t mode = walk->st.st_mode;

	switch (*n->text) {
	case 'd':
		return S_ISDIR(mode);
	case 'l':
		return S_ISLNK(mode);
	case 'c':
		return S_ISCHR(mode);
	default:
		return S_ISREG(mode);
	}
}

static bool number_fits(const struct node *n, long value)
{
	return n->order > 0   ? value > n->number
	       : n->order < 0 ? value < n->number
			      : value == n->number;
}

static bool test_size(struct node *n, struct walk *walk)
{
	return number_fits(n, ((long)walk->st.st_size + n->unit - 1) / n->unit);
}

static bool test_links(struct node *n, struct walk *walk)
{
	return number_fits(n, (long)walk->st.st_nlink);
}

static bool test_inum(struct node *n, struct walk *walk)
{
	return number_fits(n, (long)walk->st.st_ino);
}

static bool test_empty(struct node *n, struct walk *walk)
{
	char **names;
	bool empty;

	(void)n;
	if (!S_ISDIR(walk->st.st_mode))
		return S_ISREG(walk->st.st_mode) && walk->st.st_size == 0;
	names = tool_names(walk->path);
	empty = names && !*names;
	free(names);
	return empty;
}

static bool test_prune(struct node *n, struct walk *walk)
{
	(void)n, (void)walk;
	pruned = true;
	return true;
}

/* --- actions ---------------------------------------------------------------- */

static bool act_print(struct node *n, struct walk *walk)
{
	(void)n;
	puts(walk->path);
	return true;
}

static bool act_print0(struct node *n, struct walk *walk)
{
	(void)n;
	fwrite(walk->path, 1, strlen(walk->path) + 1, stdout);
	return true;
}

static bool act_delete(struct node *n, struct walk *walk)
{
	(void)n;
	if (strcmp(walk->path, ".") == 0)
		return true;
	if ((S_ISDIR(walk->st.st_mode) ? rmdir : unlink)(walk->path) == 0) {
		tool_dir_removed(walk->st.st_ino);
		return true;
	}
	tool_warn(walk->path);
	return false;
}

/* @word with @path in place of each {}; the caller frees it. */
static char *replace(const char *word, const char *path)
{
	size_t count = 0, len = strlen(path);
	char *new, *to;

	for (const char *at = word; (at = strstr(at, "{}")) != NULL; at += 2)
		count++;
	new = to = tool_realloc(NULL, strlen(word) + count * len + 1, "-exec");
	while (*word)
		if (strncmp(word, "{}", 2) == 0) {
			to = stpcpy(to, path);
			word += 2;
		} else {
			*to++ = *word++;
		}
	*to = '\0';
	return new;
}

static bool act_exec(struct node *n, struct walk *walk)
{
	char **argv = calloc((size_t)n->nwords + 1, sizeof(*argv));
	int status;

	if (!argv)
		tool_die("-exec");
	for (int i = 0; i < n->nwords; i++)
		argv[i] = replace(n->command[i], walk->path);
	status = tool_run(argv);
	for (int i = 0; i < n->nwords; i++)
		free(argv[i]);
	free(argv);
	return status == 0;
}

static bool act_ok(struct node *n, struct walk *walk)
{
	static struct tool_line answer;

	fflush(stdout);
	fprintf(stderr, "< %s ... %s > ? ", n->command[0], walk->path);
	fflush(stderr);
	return tool_line(stdin, &answer) &&
	       (answer.text[0] == 'y' || answer.text[0] == 'Y') && act_exec(n, walk);
}

#define PATHS_MAX 400 /* of one command */

static void paths_run(struct node *n)
{
	if (!n->npaths)
		return;
	n->paths[(size_t)n->nwords + n->npaths] = NULL;
	if (tool_run(n->paths) != 0)
		tool_status = 1;
	while (n->npaths)
		free(n->paths[(size_t)n->nwords + --n->npaths]);
}

static bool act_exec_many(struct node *n, struct walk *walk)
{
	if (!n->paths) {
		n->paths = tool_realloc(
			NULL, ((size_t)n->nwords + PATHS_MAX + 1) * sizeof(*n->paths),
			"-exec");
		memcpy(n->paths, n->command, (size_t)n->nwords * sizeof(*n->paths));
	}
	n->paths[(size_t)n->nwords + n->npaths++] = replace("{}", walk->path);
	if (n->npaths == PATHS_MAX)
		paths_run(n);
	return true;
}

/* --- reading the expression ------------------------------------------------- */

/* What is not read yet. */
static char **args;

static struct node *node_new(test_fn *test, struct node *left, struct node *right)
{
	struct node *n = tool_realloc(NULL, sizeof(*n), "the expression");

	*n = (struct node){ .test = test, .left = left, .right = right };
	return n;
}

static void read_number(struct node *n)
{
	const char *text = n->text;
	char *end;

	n->order = *text == '+' ? 1 : *text == '-' ? -1 : 0;
	text += n->order != 0;
	n->number = strtol(text, &end, 10);
	n->unit = 512;
	if (n->test == test_size && *end) {
		n->unit = *end == 'c'   ? 1
			  : *end == 'k' ? 1024
			  : *end == 'M' ? 1 << 20
					: 512;
		end += strchr("bckM", *end) != NULL;
	}
	if (*text < '0' || *text > '9' || *end)
		tool_refuse(n->text, "not a number");
}

static void read_command(struct node *n)
{
	n->command = args;
	for (; *args; args++) {
		bool many = n->test == act_exec && strcmp(*args, "+") == 0 &&
			    args > n->command && strcmp(args[-1], "{}") == 0;

		if (!many && strcmp(*args, ";") != 0)
			continue;
		n->nwords = (int)(args - n->command) - many;
		if (many)
			n->test = act_exec_many;
		args++;
		if (!n->nwords)
			break;
		return;
	}
	tool_refuse("-exec", "needs a command and ; or {} + after it");
}

enum argument { NONE, TEXT, NUMBER, COMMAND };

static const struct primary {
	const char *word;
	test_fn *test;
	enum argument argument;
} primaries[] = {
	{ "-name", test_name, TEXT },       { "-iname", test_iname, TEXT },
	{ "-path", test_path, TEXT },       { "-type", test_type, TEXT },
	{ "-size", test_size, NUMBER },     { "-links", test_links, NUMBER },
	{ "-inum", test_inum, NUMBER },     { "-empty", test_empty, NONE },
	{ "-prune", test_prune, NONE },     { "-true", test_true, NONE },
	{ "-false", test_false, NONE },     { "-xdev", test_true, NONE },
	{ "-mount", test_true, NONE },      { "-print", act_print, NONE },
	{ "-print0", act_print0, NONE },    { "-delete", act_delete, NONE },
	{ "-exec", act_exec, COMMAND },     { "-ok", act_ok, COMMAND },
	{ "-depth", test_true, NONE },      { "-mindepth", test_true, NUMBER },
	{ "-maxdepth", test_true, NUMBER },
};

static void primary_finish(struct node *n, const char *word)
{
	has_action |= n->test == act_print || n->test == act_print0 ||
		      n->test == act_delete || n->test == act_exec ||
		      n->test == act_exec_many || n->test == act_ok;
	depth_first |= n->test == act_delete || strcmp(word, "-depth") == 0;
	if (strcmp(word, "-mindepth") == 0)
		min_depth = tool_number(n->text, 0, LONG_MAX);
	if (strcmp(word, "-maxdepth") == 0)
		max_depth = tool_number(n->text, 0, LONG_MAX);
	if (n->test == test_type &&
	    (!n->text[0] || n->text[1] || !strchr("fdlc", n->text[0])))
		tool_refuse(n->text, "the types are f, d, l and c");
}

static struct node *read_primary(void)
{
	const char *word = *args++;
	struct node *n;

	for (size_t i = 0; i < sizeof(primaries) / sizeof(primaries[0]); i++) {
		const struct primary *p = &primaries[i];

		if (strcmp(word, p->word) != 0)
			continue;
		n = node_new(p->test, NULL, NULL);
		if (p->argument == COMMAND) {
			read_command(n);
		} else if (p->argument != NONE) {
			n->text = *args;
			if (!n->text)
				tool_refuse(word, "needs an argument");
			args++;
			if (p->argument == NUMBER)
				read_number(n);
		}
		primary_finish(n, word);
		return n;
	}
	tool_refuse(word, strchr("amc", word[1]) && strstr(word, "time")
				  ? "files have no times here"
				  : "no such test");
}

static bool word_is(const char *word)
{
	return *args && strcmp(*args, word) == 0;
}

static struct node *read_or(void);

static struct node *read_not(void)
{
	struct node *n;

	if (!*args)
		tool_refuse("the expression", "something is missing at its end");
	if (word_is("!") || word_is("-not")) {
		args++;
		n = read_not();
		return node_new(test_not, n, NULL);
	}
	if (!word_is("("))
		return read_primary();
	args++;
	n = read_or();
	if (!word_is(")"))
		tool_refuse("(", "has no )");
	args++;
	return n;
}

static struct node *read_and(void)
{
	struct node *n = read_not();

	while (*args && !word_is(")") && !word_is("-o") && !word_is("-or")) {
		if (word_is("-a") || word_is("-and"))
			args++;
		n = node_new(test_and, n, read_not());
	}
	return n;
}

static struct node *read_or(void)
{
	struct node *n = read_and();

	while (word_is("-o") || word_is("-or")) {
		args++;
		n = node_new(test_or, n, read_and());
	}
	return n;
}

/* --- the walk --------------------------------------------------------------- */

static void look(struct walk *walk)
{
	if (walk->depth >= min_depth)
		(void)expression->test(expression, walk);
}

static bool enter(struct walk *walk)
{
	pruned = false;
	if (!depth_first || !S_ISDIR(walk->st.st_mode))
		look(walk);
	return !(pruned && !depth_first) && walk->depth < max_depth;
}

static void leave(struct walk *walk)
{
	if (depth_first)
		look(walk);
}

static void finish(struct node *n)
{
	if (!n)
		return;
	finish(n->left);
	finish(n->right);
	paths_run(n);
}

static bool is_expression(const char *word)
{
	return word[0] == '-' || strcmp(word, "!") == 0 || strcmp(word, "(") == 0;
}

int main(int argc, char **argv)
{
	struct walk walk = { .before = enter, .after = leave };
	char *here[] = { ".", NULL }, **paths = argv + 1;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return tool_finish();
	}
	for (args = paths; *args && !is_expression(*args);)
		args++;
	if (args == paths)
		paths = here;
	expression = *args ? read_or() : node_new(test_true, NULL, NULL);
	if (*args)
		tool_refuse(*args, "has no (");
	if (!has_action)
		expression =
			node_new(test_and, expression, node_new(act_print, NULL, NULL));
	for (; *paths && !is_expression(*paths); paths++)
		walk_tree(&walk, *paths);
	finish(expression);
	return tool_finish();
}
