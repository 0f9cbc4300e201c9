/* test.c - the conditions of the command test; see tool.h. */
#include <tool.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATUS_WRONG 2
#define DEPTH 100 /* parentheses and negations inside each other */

struct test {
	char **at, **end;
	const char *wrong, *what; /* the first failure, and where */
	int depth;
};

static bool test_fail(struct test *t, const char *what, const char *why)
{
	if (!t->wrong) {
		t->wrong = why;
		t->what = what;
	}
	return false;
}

static long test_number(struct test *t, const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	while (*end == ' ' || *end == '\t')
		end++;
	if (end == text || *end || errno)
		test_fail(t, text, errno ? "too large" : "not a number");
	return n;
}

/* -ef, -nt, -ot; files have no times here, so none is newer. */
static bool test_files(const char *a, const char *op, const char *b)
{
	struct stat one, two;
	bool has_one = stat(a, &one) == 0, has_two = stat(b, &two) == 0;

	switch (op[1]) {
	case 'e':
		return has_one && has_two && one.st_dev == two.st_dev &&
		       one.st_ino == two.st_ino;
	case 'n':
		return has_one && (!has_two || one.st_mtime > two.st_mtime);
	default:
		return has_two && (!has_one || one.st_mtime < two.st_mtime);
	}
}

static int test_find(const char *const *list, const char *op)
{
	for (int i = 0; list[i]; i++)
		if (strcmp(list[i], op) == 0)
			return i;
	return -1;
}

static const char *const binary[] = { "=",   "!=",  "<",  ">",   "-eq", "-ne", "-lt", "-le",
				      "-gt", "-ge", "==", "-ef", "-nt", "-ot", NULL };

static bool test_binary(struct test *t, const char *a, const char *op, const char *b)
{
	int kind = test_find(binary, op), order = strcmp(a, b);

	if (kind >= 11)
		return test_files(a, op, b);
	if (kind >= 4 && kind < 10) {
		long x = test_number(t, a), y = test_number(t, b);

		order = (x > y) - (x < y);
	}
	switch (kind) {
	case 0:
	case 4:
	case 10:
		return order == 0;
	case 1:
	case 5:
		return order != 0;
	case 2:
	case 6:
		return order < 0;
	case 7:
		return order <= 0;
	case 3:
	case 8:
		return order > 0;
	default:
		return order >= 0;
	}
}

static bool test_file(char op, const char *path)
{
	struct stat st;

	if ((op == 'h' || op == 'L' ? lstat : stat)(path, &st) < 0)
		return false;
	switch (op) {
	case 'b':
		return S_ISBLK(st.st_mode);
	case 'c':
		return S_ISCHR(st.st_mode);
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'f':
		return S_ISREG(st.st_mode);
	case 'h':
	case 'L':
		return S_ISLNK(st.st_mode);
	case 'p':
		return S_ISFIFO(st.st_mode);
	case 'g':
		return st.st_mode & S_ISGID;
	case 'u':
		return st.st_mode & S_ISUID;
	case 'S':
		return S_ISSOCK(st.st_mode);
	case 's':
		return st.st_size > 0;
	default: /* e, r, w, x: everybody may do everything */
		return true;
	}
}

static bool test_unary(struct test *t, char op, const char *word)
{
	switch (op) {
	case 'n':
		return *word;
	case 'z':
		return !*word;
	case 't':
		return isatty((int)test_number(t, word));
	default:
		return test_file(op, word);
	}
}

static bool test_or(struct test *t);

/* A binary operator in the middle decides first: in `! = x` the "!" is a text. */
static bool test_primary(struct test *t)
{
	long left = t->end - t->at;
	char **at = t->at;
	bool is;

	if (left <= 0)
		return test_fail(t, "EXPR", "something is missing");
	if (left >= 3 && test_find(binary, at[1]) >= 0) {
		t->at += 3;
		return test_binary(t, at[0], at[1], at[2]);
	}
	t->at++;
	if (left == 1)
		return *at[0];
	if (strcmp(at[0], "!") == 0 || strcmp(at[0], "(") == 0) {
		if (++t->depth > DEPTH)
			return test_fail(t, at[0], "nested too deeply");
		is = *at[0] == '!' ? !test_primary(t) : test_or(t);
		t->depth--;
		if (*at[0] == '(' && (t->at == t->end || strcmp(*t->at++, ")") != 0))
			test_fail(t, ")", "is missing");
		return is;
	}
	if (at[0][0] == '-' && at[0][1] && !at[0][2] &&
	    strchr("bcdefghLnprSstuwxz", at[0][1])) {
		t->at++;
		return test_unary(t, at[0][1], at[1]);
	}
	return *at[0];
}

static bool test_takes(struct test *t, const char *op)
{
	if (t->wrong || t->at == t->end || strcmp(*t->at, op) != 0)
		return false;
	t->at++;
	return true;
}

static bool test_and(struct test *t)
{
	bool is = test_primary(t);

	while (test_takes(t, "-a"))
		is = test_primary(t) && is;
	return is;
}

static bool test_or(struct test *t)
{
	bool is = test_and(t);

	while (test_takes(t, "-o"))
		is = test_and(t) || is;
	return is;
}

int test_eval(int argc, char **argv)
{
	struct test t = { .at = argv + 1, .end = argv + argc };
	bool is = false;

	if (strcmp(tool_basename(argv[0]), "[") == 0 &&
	    (argc < 2 || strcmp(*--t.end, "]") != 0))
		test_fail(&t, "]", "is missing");
	else if (t.end - t.at == 4 && strcmp(*t.at, "!") == 0)
		is = (t.at++,
		      !test_or(&t)); /* of four words the first negates all others */
	else if (t.at < t.end)
		is = test_or(&t);
	if (t.at < t.end)
		test_fail(&t, *t.at, "was not expected");
	if (!t.wrong)
		return !is;
	fprintf(stderr, "%s: %s: %s\n", tool_basename(argv[0]), t.what, t.wrong);
	return STATUS_WRONG;
}
