/* owner.c - users and rights.  There is one user, and everybody may do everything to each
 * file: what asks finds that, and what would change it changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT 0
#define SAME ((uid_t)-1)

uid_t getuid(void)
{
	return ROOT;
}

uid_t geteuid(void)
{
	return ROOT;
}

gid_t getgid(void)
{
	return ROOT;
}

gid_t getegid(void)
{
	return ROOT;
}

static struct passwd *owner_root(void)
{
	static struct passwd root = {
		.pw_name = "root",
		.pw_passwd = "",
		.pw_comment = "",
		.pw_gecos = "",
		.pw_dir = "/",
		.pw_shell = "/sh",
	};

	return &root;
}

struct passwd *getpwuid(uid_t uid)
{
	return uid == ROOT ? owner_root() : NULL;
}

struct passwd *getpwnam(const char *name)
{
	return strcmp(name, "root") == 0 ? owner_root() : NULL;
}

/* --- rights --------------------------------------------------------------------- */

/* Remembered for the program alone: files are made without regard to it. */
mode_t umask(mode_t mask)
{
	static mode_t now;
	mode_t old = now;

	now = mask & 0777;
	return old;
}

int chmod(const char *path, mode_t mode)
{
	struct stat st;

	(void)mode;
	return stat(path, &st);
}

int fchmod(int fd, mode_t mode)
{
	struct stat st;

	(void)mode;
	return fstat(fd, &st);
}

int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
	struct stat st;

	(void)mode;
	return fstatat(dir, path, &st, flags);
}

/* @found: 0 if there is such a file.  It is root's, and can be nobody else's. */
static int owner_set(int found, uid_t uid, gid_t gid)
{
	if (found == 0 && ((uid != ROOT && uid != SAME) || (gid != ROOT && gid != SAME))) {
		errno = EPERM;
		return -1;
	}
	return found;
}

int chown(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	return owner_set(stat(path, &st), uid, gid);
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	return owner_set(lstat(path, &st), uid, gid);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
	struct stat st;

	return owner_set(fstat(fd, &st), uid, gid);
}
