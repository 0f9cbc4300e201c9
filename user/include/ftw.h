/* ftw.h - walking through a tree of directories. */
#pragma once

#include <sys/cdefs.h>
#include <sys/stat.h>

__BEGIN_DECLS

/* What is said of a file. */
#define FTW_F 0   /* a file                                        */
#define FTW_D 1   /* a directory, before what is in it             */
#define FTW_DNR 2 /* one that cannot be read                       */
#define FTW_NS 3  /* it cannot be looked at                        */
#define FTW_SL 4  /* a symbolic link                               */
#define FTW_DP 5  /* a directory, after what is in it              */
#define FTW_SLN 6 /* a symbolic link to nothing                    */

#define FTW_PHYS 1  /* does not follow symbolic links               */
#define FTW_MOUNT 2 /* no effect: there is one file system          */
#define FTW_CHDIR 4 /* not here: EINVAL                             */
#define FTW_DEPTH 8 /* directories come after what is in them       */

struct FTW {
	int base; /* where the name begins in the path */
	int level;
};

/* Calls @fn for each file until it returns something else than 0, which is then the result.
 * Names come in the order of strcmp().  @nopenfd does not matter: one descriptor is
 * used. */
int nftw(const char *path, int (*fn)(const char *, const struct stat *, int, struct FTW *),
	 int nopenfd, int flags);
int ftw(const char *path, int (*fn)(const char *, const struct stat *, int), int nopenfd);

__END_DECLS
