/* test - check a condition: files, texts, numbers */
#include <string.h>

#include <tool.h>

/* A file `[`, made with `ln /test [`, wants ] at the end. */
int main(int argc, char **argv)
{
	if (argc < 1)
		return 2;
	argv[0] = strcmp(tool_basename(argv[0]), "[") == 0 ? "[" : "test";
	return tool_test(argv);
}
