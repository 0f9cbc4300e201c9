/* count.c - see count.h. */
#include "count.h"

#include <ctype.h>

void count_letters(FILE *in, unsigned long count[LETTERS])
{
	int c;

	while ((c = getc(in)) != EOF)
		if (isalpha(c))
			count[tolower(c) - 'a']++;
}
