/* main.c - prints how often each letter occurs in standard input. */
#include "count.h"

int main(void)
{
	unsigned long count[LETTERS] = { 0 };

	count_letters(stdin, count);
	for (int i = 0; i < LETTERS; i++)
		printf("%c %lu\n", 'a' + i, count[i]);
	return ferror(stdin) != 0;
}
