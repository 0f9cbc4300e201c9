/* test.c - the command test, for the program and for the shell; see tool.h.
 *
 * POSIX says what a number of arguments means, so that `test -n` or `test ! = x` have one
 * meaning.  With more than four, -a and -o join conditions, -a first; ( ) group. */
#include <tool.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"usage: test CONDITION | [ CONDITION ]\n"
	"Status 0 if CONDITION is true, 1 if it is not, 2 after an error.\n"
	"  -e F  F exists      -f F  is a file       -d F  a directory   -s F  not empty\n"
	"  -h F, -L F  a link  -c F  a device        -t N  descriptor N is a terminal\n"
	"  -r F, -w F, -x F    exists, as all may use all files\n"
	"  -n S, S  S is not empty    -z S  S is empty     A = B   A != B\n"
	"  A -eq B  -ne  -lt  -le  -gt  -ge   numbers      A -ef B  the same file\n"
	"  ! C   C -a C   C -o C   ( C )\n";

#define STATUS_WRONG 2

/* The arguments that are not read yet. */
struct test {
	char **at;
	int left;
	bool wrong;
};

/* The shell has test built in, so nothing here exits, and the name in a complaint is that
 * of the command. */
static bool test_refuse(struct test *t, const char *what, const char *reason)
{
	if (!t->wrong)
		fprintf(stderr, "test: %s: %s\n", what, reason);
	t->wrong = true;
	return false;
}

static const char *test_take(struct test *t)
{
	if (t->left == 0)
		return "";
	t->left--;
	return *t->at++;
}

static long test_number(struct test *t, const char *text)
{
	long number = 0;
	const char *end, *wrong;
	char trimmed[32];

	/* Blanks around it and a plus are not part of it. */
	text += strspn(text, " \t\n");
	text += *text == '+';
	end = text + strcspn(text, " \t\n");
	if (end[strspn(end, " \t\n")] || (size_t)(end - text) >= sizeof(trimmed)) {
		test_refuse(t, text, "not a number");
		return 0;
	}
	memcpy(trimmed, text, (size_t)(end - text));
	trimmed[end - text] = '\0';
	wrong = tool_number_wrong(trimmed, -__LONG_MAX__ - 1, __LONG_MAX__, &number);
	if (wrong)
		test_refuse(t, text, wrong);
	return number;
}

static bool is_unary(const char *word)
{
	return word[0] == '-' && word[1] && !word[2] &&
	       strchr("bcdefghLnprSstuwxz", word[1]);
}

static bool test_unary(struct test *t, char letter, const char *text)
{
	struct stat st;
	bool found;

	if (letter == 'n' || letter == 'z')
		return (*text != '\0') == (letter == 'n');
	if (letter == 't')
		return isatty((int)test_number(t, text));
	found = (letter == 'h' || letter == 'L' ? lstat : stat)(text, &st) == 0;
	if (!found)
		return false;
	switch (letter) {
	case 'c':
		return S_ISCHR(st.st_mode);
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'f':
		return S_ISREG(st.st_mode);
	case 'h':
	case 'L':
		return S_ISLNK(st.st_mode);
	case 's':
		return st.st_size > 0;
	default: /* there are no other kinds of files, and no rights */
		return strchr("erwx", letter) != NULL;
	}
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

enum binary { EQUAL, UNEQUAL, EQ, NE, LT, LE, GT, GE, SAME, NO_BINARY };

static enum binary binary_find(const char *word)
{
	static const char *const words[] = { "=",   "!=",  "-eq", "-ne", "-lt",
					     "-le", "-gt", "-ge", "-ef" };
	unsigned i = 0;

	while (i < NO_BINARY && strcmp(word, words[i]) != 0)
		i++;
	return (enum binary)i;
}

static bool test_binary(struct test *t, const char *a, enum binary op, const char *b)
{
	long x = 0, y = 0;

	if (op == SAME)
		return is_same_file(a, b);
	if (op == EQUAL || op == UNEQUAL)
		return (strcmp(a, b) == 0) == (op == EQUAL);
	x = test_number(t, a);
	y = test_number(t, b);
	switch (op) {
	case EQ:
		return x == y;
	case NE:
		return x != y;
	case LT:
		return x < y;
	case LE:
		return x <= y;
	case GT:
		return x > y;
	default:
		return x >= y;
	}
}

static bool test_or(struct test *t);

static bool test_primary(struct test *t)
{
	const char *word;
	enum binary op;
	bool value;

	if (t->left == 0)
		return test_refuse(t, "the condition", "something is missing at its end");
	op = t->left >= 3 ? binary_find(t->at[1]) : NO_BINARY;
	word = test_take(t);
	if (op != NO_BINARY) {
		test_take(t);
		return test_binary(t, word, op, test_take(t));
	}
	if (strcmp(word, "!") == 0 && t->left)
		return !test_primary(t);
	if (strcmp(word, "(") == 0 && t->left) {
		value = test_or(t);
		if (strcmp(test_take(t), ")") != 0)
			return test_refuse(t, "(", "has no )");
		return value;
	}
	if (is_unary(word) && t->left)
		return test_unary(t, word[1], test_take(t));
	return *word != '\0';
}

/* Both sides are read, even if the first one decides. */
static bool test_and(struct test *t)
{
	bool value = test_primary(t);

	while (t->left && strcmp(*t->at, "-a") == 0) {
		test_take(t);
		value &= test_primary(t);
	}
	return value;
}

static bool test_or(struct test *t)
{
	bool value = test_and(t);

	while (t->left && strcmp(*t->at, "-o") == 0) {
		test_take(t);
		value |= test_and(t);
	}
	return value;
}

/* The meaning that POSIX gives to up to four arguments. */
static bool test_few(struct test *t)
{
	char **at = t->at;
	bool not = t->left > 1 && strcmp(at[0], "!") == 0;

	if (t->left == 0)
		return false;
	if (t->left == 1)
		return *test_take(t) != '\0';
	if (t->left == 3 && binary_find(at[1]) == NO_BINARY && strcmp(at[1], "-a") != 0 &&
	    strcmp(at[1], "-o") != 0 && strcmp(at[0], "(") == 0 &&
	    strcmp(at[2], ")") == 0) {
		t->left = 0;
		return *at[1] != '\0';
	}
	if (t->left == 2 && !not &&!is_unary(at[0]))
		return test_refuse(t, at[0], "no such test");
	if (not &&(t->left != 3 || binary_find(at[1]) == NO_BINARY)) {
		test_take(t);
		return !test_few(t);
	}
	return test_or(t);
}

int tool_test(char **argv)
{
	struct test t = { .at = argv + 1 };
	bool value;

	while (argv[1 + t.left])
		t.left++;
	if (strcmp(*argv, "[") == 0 && (!t.left || strcmp(argv[t.left--], "]") != 0)) {
		fprintf(stderr, "[: the last argument must be ]\n");
		return STATUS_WRONG;
	}
	if (t.left == 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return fflush(stdout) ? STATUS_WRONG : 0;
	}
	value = t.left > 4 ? test_or(&t) : test_few(&t);
	if (t.left && !t.wrong)
		test_refuse(&t, *t.at, "is too much");
	return t.wrong ? STATUS_WRONG : !value;
}
