/* why - tell why an access of a process to an address is or would be refused */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pagoda.h"
#include "tool.h"

#define TEXT_SIZE 1024

static long parse(const char *s, const char *what)
{
	char *end;
	long n = (long)strtoul(s, &end, 0);

	if (*end || end == s) {
		fprintf(stderr, "why: %s: '%s' is no number\n", what, s);
		exit(2);
	}
	return n;
}

int main(int argc, char *argv[])
{
	static const char accesses[] = "rwx";
	static char text[TEXT_SIZE];
	const char *access = argc == 4 ? strchr(accesses, argv[3][0]) : accesses;
	long n;

	if (argc < 3 || argc > 4 || !access || strcmp(argv[1], "--help") == 0) {
		printf("usage: why PID ADDRESS [r|w|x]\n");
		return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	n = explain((int)parse(argv[1], "pid"), (unsigned long)parse(argv[2], "address"),
		    (int)(access - accesses), text, sizeof(text));
	if (n < 0) {
		perror("why");
		return 1;
	}
	fputs(text, stdout);
	return 0;
}
