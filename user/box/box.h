/* box.h - the small programs that share one file; see main.c. */
#pragma once

/* The name of each, which is that of its main(), NAME_main(). */
#define BOX(X)      \
	X(chmod)    \
	X(cksum)    \
	X(comm)     \
	X(expand)   \
	X(expr)     \
	X(fold)     \
	X(hostname) \
	X(id)       \
	X(join)     \
	X(killall)  \
	X(md5sum)   \
	X(mkdir)    \
	X(nl)       \
	X(od)       \
	X(paste)    \
	X(readlink) \
	X(realpath) \
	X(rev)      \
	X(rmdir)    \
	X(split)    \
	X(tac)      \
	X(timeout)  \
	X(tty)      \
	X(whoami)   \
	X(yes)

#define X(name) int name##_main(int argc, char **argv);
BOX(X)
#undef X
