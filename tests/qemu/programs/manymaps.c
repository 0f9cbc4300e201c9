/* manymaps.c - for test_images.py: `manymaps N` makes N files, maps a page of each, and
 * runs `echo others go on` while all of them are mapped. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

static void map_one(int n)
{
	char name[] = "m000";
	char *page;
	int fd;

	name[1] += n / 100;
	name[2] += n / 10 % 10;
	name[3] += n % 10;
	fd = open(name, O_CREATE | O_RDWR);
	if (fd < 0 || write(fd, name, 4) != 4) {
		printf("cannot make %s\n", name);
		exit(1);
	}
	page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == (char *)-1 || page[3] != name[3]) {
		printf("cannot map %s\n", name);
		exit(1);
	}
	page[0] = 'M';
	close(fd);
}

int main(int argc, char **argv)
{
	char *args[] = { "echo", "others", "go", "on", 0 };
	int n = argc > 1 ? atoi(argv[1]) : 0, go[2], pid;
	char c;

	/* The child maps, the parent needs new files. */
	pipe(go);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < n; i++)
			map_one(i);
		write(go[1], "x", 1);
		pause(100000);
	}
	close(go[1]);
	if (read(go[0], &c, 1) == 1 && fork() == 0) {
		if (open("another", O_CREATE | O_RDWR) < 0 || open("README", O_RDONLY) < 0)
			printf("cannot open\n");
		exec("echo", args);
		printf("cannot run\n");
		exit(1);
	}
	wait(0);
	kill(pid);
	wait(0);
	exit(0);
}
