/* kill - end processes */
#include <tool.h>

/* The usage is in tool_kill(), as the shell has kill built in. */
int main(int argc, char **argv)
{
	return argc ? tool_kill(argv, NULL) : 2;
}
