/* fgets.c - fgets() in place of picolibc 1.8's, which loses a last line that does not end
 * with a newline. */
#include <stdio.h>

char *fgets(char *restrict line, int size, FILE *restrict f)
{
	int n = 0, c = 0;

	while (n < size - 1 && c != '\n' && (c = getc(f)) != EOF)
		line[n++] = (char)c;
	if (size < 1 || (c == EOF && (n == 0 || ferror(f))))
		return NULL;
	line[n] = '\0';
	return line;
}
