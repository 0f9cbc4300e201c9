/* sixfive.c - prints the numbers of files that are multiples of 5 or 6, one a line.
 *
 * A number is a run of digits between separators, or between one of them and the start or
 * the end of the file.  So "/6," has a number and "xv6" has none.
 *
 * The state says what the word, that is all since the last separator, can still be.  A
 * number may be of any length: whether 5 or 6 divides it is known from its remainder by 30,
 * and only its first digits that are not zero have to be kept to print it. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define MAX_DIGITS 100

struct word {
	enum { EMPTY, NUMBER, OTHER } kind;
	int remainder; /* of the number by 30 */
	int ndigits;
	char digits[MAX_DIGITS + 1];
};

static int is_separator(char c)
{
	return strchr(" -\r\t\n./,", c) != 0;
}

static void word_add(struct word *w, char c)
{
	if (c < '0' || c > '9' || w->kind == OTHER || w->ndigits == MAX_DIGITS) {
		w->kind = OTHER;
		return;
	}
	w->kind = NUMBER;
	w->remainder = (w->remainder * 10 + (c - '0')) % 30;
	if (w->ndigits == 1 && w->digits[0] == '0') /* a leading zero */
		w->ndigits = 0;
	w->digits[w->ndigits++] = c;
}

static void word_end(struct word *w)
{
	if (w->kind == NUMBER && (w->remainder % 5 == 0 || w->remainder % 6 == 0)) {
		w->digits[w->ndigits] = '\0';
		printf("%s\n", w->digits);
	}
	w->kind = EMPTY;
	w->ndigits = w->remainder = 0;
}

static int sixfive(int fd, const char *name)
{
	struct word w = { .kind = EMPTY };
	char text[512];
	int n;

	while ((n = read(fd, text, sizeof(text))) > 0) {
		for (int i = 0; i < n; i++) {
			if (is_separator(text[i]))
				word_end(&w);
			else
				word_add(&w, text[i]);
		}
	}
	word_end(&w);
	if (n < 0)
		fprintf(2, "sixfive: cannot read %s\n", name);
	return n;
}

int main(int argc, char *argv[])
{
	int fd, status = 0;

	if (argc == 1)
		exit(sixfive(0, "the input") < 0);
	for (int i = 1; i < argc; i++) {
		fd = open(argv[i], O_RDONLY);
		if (fd < 0) {
			fprintf(2, "sixfive: cannot open %s\n", argv[i]);
			status = 1;
			continue;
		}
		if (sixfive(fd, argv[i]) < 0)
			status = 1;
		close(fd);
	}
	exit(status);
}
