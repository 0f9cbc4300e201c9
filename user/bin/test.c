/* test - check a condition: files, texts, numbers */
#include <tool.h>

/* A file `[`, made with `ln /test [`, wants ] at the end. */
int main(int argc, char **argv)
{
	return argc < 1 ? 2 : test_eval(argc, argv);
}
