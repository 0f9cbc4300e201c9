/* host_tree.h - files, folders and symbolic links of the host, for mkfs.
 *
 * They are a file of their own because the host's struct stat and the image's have the same
 * name.  Errors are -FSIMG_EHOST with errno set, or -FSIMG_ENOMEM. */
#pragma once

#include "mkfs.h"

/* Adds to @list what is at @from, under the name @name: a file, or a folder and all below
 * it, in the order of the names; symbolic links in a folder stay links.  Prints a message
 * and returns 1 if something cannot be read. */
int host_tree_read(struct mkfs_files *list, const char *from, const char *name);

/* What stands for the current folder as @parent below. */
int host_tree_here(void);

/* A folder @name of the folder @parent: one that is there is used, but no
 * symbolic link is followed.  Returns a descriptor. */
int host_tree_folder(int parent, const char *name);

/* A descriptor of the existing folder @path, or -FSIMG_EHOST if it is none. */
int host_tree_open(const char *path);

/* A new file @name in @parent, for writing; one that is there is replaced, and a symbolic
 * link, too.  Returns a descriptor. */
int host_tree_create(int parent, const char *name);
int host_tree_link(int parent, const char *name, const char *target);
int host_tree_write(int fd, const void *src, size_t n);
int host_tree_close(int fd);

/* Whether somebody, such as a running QEMU, has the file locked for writing. */
bool host_tree_in_use(const char *path);
