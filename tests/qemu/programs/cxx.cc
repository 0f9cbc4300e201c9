/* cxx.cc - what C++ without exceptions needs: objects, virtual functions, templates, new, and
 * variables that are made before main() or at their first use. */
#include <dirent.h>
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <pagoda.h>

struct shape {
	virtual ~shape() {}
	virtual int area() const = 0;
};

struct square : shape {
	int side;
	explicit square(int n) : side(n) {}
	~square() override { printf("square %d is gone\n", side); }
	int area() const override { return side * side; }
};

template <class T> static T largest(T a, T b)
{
	return a < b ? b : a;
}

static square before_main(3);

static int make_once()
{
	puts("made once");
	return 4;
}

static int once()
{
	static const int value = make_once();
	return value;
}

static volatile sig_atomic_t caught;

static void note(int sig)
{
	caught = sig;
}

/* Out of a handler that has returned, by a jump that C++ calls. */
static int signals()
{
	struct sigaction a = {};
	sigjmp_buf back;

	a.sa_handler = note;
	sigaction(SIGUSR1, &a, nullptr);
	raise(SIGUSR1);
	if (sigsetjmp(back, 1) == 0)
		siglongjmp(back, 1);
	return caught == SIGUSR1;
}

int main()
{
	shape *s = new square(5);
	int *numbers = new int[10];
	struct stat st;

	numbers[9] = largest(1, 2);
	printf("%d %d %d %d %d\n", s->area(), before_main.area(), numbers[9], once(), once());
	printf("%d %d\n", lstat(".", &st), largest(2.5, 1.5) > 2);
	printf("signals %d\n", signals());
	delete[] numbers;
	delete s;
	puts("end of main");
	return 0;
}
