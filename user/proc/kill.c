/* kill - end processes */
#include <tool.h>

int main(int argc, char **argv)
{
	return argc ? tool_kill(argv, NULL) : 2;
}
