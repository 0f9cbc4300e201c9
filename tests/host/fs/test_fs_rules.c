// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_rules.c - the rules for programs, one by one: paths, links, flags, limits,
 * devices, offsets, pipes. */
#include "fs_rig.h"

#include "fs/file.h"
#include "shim.h"

static u64 size_of(const char *path)
{
	struct inode *ip;
	struct stat st;

	assert_int_equal(fs_lookup(rig_cwd(), path, &ip), 0);
	inode_stat(ip, &st);
	inode_put(ip);
	return st.size;
}

/* --- paths --------------------------------------------------------------------------- */

static void test_paths(void **state)
{
	struct inode *ip, *cwd;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_mkdir(rig_cwd(), "//a//"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "a/b/"), 0);
	assert_int_equal(rig_try_open("/../../a/./b/../b//f", O_CREATE | O_RDWR), 0);
	assert_int_equal(rig_try_open("a/b/f/", O_RDONLY), 0);
	assert_int_equal(rig_try_open("a/b/f/.", O_RDONLY), -ENOTDIR);
	assert_int_equal(rig_try_open("a/b/f/g", O_CREATE), -ENOTDIR);
	assert_int_equal(rig_try_open("a/x/f", O_CREATE), -ENOENT);
	assert_int_equal(rig_try_open("", O_RDONLY), 0);
	assert_int_equal(rig_try_open("", O_CREATE), -ENOENT);
	assert_int_equal(rig_try_open("/", O_CREATE), -EISDIR);
	assert_int_equal(rig_try_open("a", O_RDWR), -EISDIR);
	assert_int_equal(rig_try_open(".", O_RDWR), -EISDIR);
	assert_int_equal(rig_try_open("a", O_TRUNC), -EISDIR);
	assert_int_equal(rig_try_open("a", O_CREATE), -EISDIR);
	assert_int_equal(rig_try_open("a/..", O_CREATE), -EISDIR);
	assert_int_equal(fs_mkdir(rig_cwd(), ""), -ENOENT);
	assert_int_equal(fs_mkdir(rig_cwd(), "."), -EEXIST);
	assert_int_equal(fs_mkdir(rig_cwd(), "a/b/f"), -EEXIST);
	assert_int_equal(fs_link(rig_cwd(), "a/b/f", ""), -ENOENT);
	assert_int_equal(fs_link(rig_cwd(), "a", "c"), -EPERM);
	assert_int_equal(fs_link(rig_cwd(), "a/b/f", "a/b/f"), -EEXIST);
	assert_int_equal(fs_unlink(rig_cwd(), "a/b/."), -EINVAL);
	assert_int_equal(fs_unlink(rig_cwd(), "a/b/.."), -EINVAL);
	assert_int_equal(fs_unlink(rig_cwd(), "."), -EINVAL);
	assert_int_equal(fs_unlink(rig_cwd(), "/"), -EINVAL);
	assert_int_equal(fs_unlink(rig_cwd(), "a/b"), -ENOTEMPTY);
	/* Names are cut to 14 bytes, without an error. */
	assert_int_equal(rig_try_open("123456789012345", O_CREATE), 0);
	assert_int_equal(rig_try_open("12345678901234", O_RDONLY), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "12345678901234567"), 0);

	/* In a directory that was removed nothing is found, and nothing can be made. */
	assert_int_equal(fs_unlink(rig_cwd(), "a/b/f"), 0);
	assert_int_equal(fs_lookup(rig_cwd(), "a/b", &cwd), 0);
	assert_int_equal(fs_unlink(cwd, "../b"), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "a"), 0);
	assert_int_equal(fs_lookup(cwd, "..", &ip), -ENOENT);
	assert_int_equal(fs_lookup(cwd, "../x", &ip), -ENOENT);
	assert_int_equal(fs_mkdir(cwd, "x"), -ENOENT);
	assert_int_equal(fs_mkdir(cwd, "../x"), -ENOENT);
	assert_int_equal(fs_lookup(cwd, "", &ip), 0);
	inode_put(ip);
	inode_put(cwd);
	rig_done();
}

static void test_symlinks(void **state)
{
	char path[32], text[MAXPATH], target[32];
	struct inode *ip;
	struct stat st;

	(void)state;
	rig_fresh(1000, 100);
	memset(text, 'x', sizeof(text));
	text[MAXPATH - 1] = '\0';
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	rig_write_file("d/f", "hello", 5);
	assert_int_equal(fs_symlink(rig_cwd(), "f", "d/l"), 0);
	assert_int_equal(fs_symlink(rig_cwd(), "/d", "e"), 0);
	assert_int_equal(fs_symlink(rig_cwd(), "nowhere", "n"), 0);
	assert_int_equal(fs_symlink(rig_cwd(), "n", "n"), -EEXIST);
	assert_int_equal(fs_symlink(rig_cwd(), "", "m"), -ENOENT);
	assert_int_equal(size_of("e/l"), 5);
	assert_int_equal(size_of("e/../e/l/"), 5);
	assert_int_equal(rig_try_open("n", O_RDWR), -ENOENT);
	assert_int_equal(rig_try_open("n", O_CREATE | O_EXCL), -EEXIST);
	assert_int_equal(fs_lookup(rig_cwd(), "nowhere", &ip), -ENOENT);
	assert_int_equal(rig_try_open("n", O_CREATE | O_RDWR), 0);
	assert_int_equal(size_of("nowhere"), 0);
	assert_int_equal(fs_readlink(rig_cwd(), "e", text, sizeof(text)), 2);
	assert_memory_equal(text, "/d", 2);
	assert_int_equal(fs_readlink(rig_cwd(), "d/f", text, sizeof(text)), -EINVAL);
	/* unlink and link act on the symbolic link itself. */
	assert_int_equal(fs_link(rig_cwd(), "d/l", "l2"), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "d/l"), 0);
	assert_int_equal(size_of("d/f"), 5);
	assert_int_equal(rig_try_open("l2", O_RDONLY), -ENOENT);
	struct file *f = rig_open("l2", O_NOFOLLOW);
	assert_int_equal(file_stat(f, &st), 0);
	assert_int_equal(st.type, T_SYMLINK);
	file_put(f);
	/* Ten links in a row are followed; eleven, or a circle, are not. */
	rig_write_file("c0", "", 0);
	for (u32 i = 1; i <= 11; i++) {
		snprintf(path, sizeof(path), "c%u", i);
		snprintf(target, sizeof(target), "c%u", i - 1);
		assert_int_equal(fs_symlink(rig_cwd(), target, path), 0);
	}
	assert_int_equal(rig_try_open("c10", O_RDONLY), 0);
	assert_int_equal(rig_try_open("c11", O_RDONLY), -ELOOP);
	assert_int_equal(fs_symlink(rig_cwd(), "q", "p"), 0);
	assert_int_equal(fs_symlink(rig_cwd(), "p", "q"), 0);
	assert_int_equal(rig_try_open("p", O_RDWR), -ELOOP);
	assert_int_equal(rig_try_open("p", O_CREATE), -ELOOP);
	/* The target and the rest of the path together do not fit into a path. */
	memset(text, 'x', sizeof(text));
	text[110] = '\0';
	assert_int_equal(fs_symlink(rig_cwd(), text, "long"), 0);
	assert_int_equal(rig_try_open("long/1234567890/1234567890/1", O_RDONLY),
			 -ENAMETOOLONG);
	rig_done();
}

/* --- files --------------------------------------------------------------------------- */

static void test_flags_and_offsets(void **state)
{
	struct file *f, *g;
	struct stat st;

	(void)state;
	rig_fresh(1000, 100);
	rig_write_file("f", "0123456789", 10);
	f = rig_open("f", O_RDONLY);
	assert_int_equal(file_write(f, rig_uptr(0), 1), -EBADF);
	g = rig_open("f", O_WRONLY);
	assert_int_equal(file_read(g, rig_uptr(0), 1), -EBADF);
	assert_int_equal(file_read(f, rig_uptr(0), 4), 4);
	/* After a cut a descriptor keeps its offset and cannot write past the end. */
	assert_int_equal(file_seek(g, 10, 0), 10);
	assert_int_equal(rig_try_open("f", O_TRUNC | O_WRONLY), 0);
	assert_int_equal(file_read(f, rig_uptr(0), 4), 0);
	assert_int_equal(file_write(g, rig_uptr(0), 1), -EINVAL);
	assert_int_equal(file_stat(g, &st), 0);
	assert_int_equal(st.size, 0);
	file_put(f);
	file_put(g);

	f = rig_open("f", O_RDWR | O_APPEND);
	rig_write(f, "ab", 2);
	assert_int_equal(file_seek(f, 0, 0), 0);
	rig_write(f, "cd", 2);
	assert_int_equal(file_seek(f, 0, 1), 4);
	assert_int_equal(file_seek(f, -4, 1), 0);
	assert_int_equal(file_read(f, rig_uptr(100), 100), 4);
	assert_memory_equal(rig_user + 100, "abcd", 4);
	assert_int_equal(file_seek(f, -1, 0), -EINVAL);
	assert_int_equal(file_seek(f, -1, 2), 3);
	assert_int_equal(file_seek(f, 0, 3), -EINVAL);
	assert_int_equal(file_seek(f, 0, 0), 0);
	assert_int_equal(file_read(f, rig_uptr(0), -1), -EINVAL);
	assert_int_equal(file_write(f, rig_uptr(0), -1), -EINVAL);
	assert_int_equal(file_seek(f, 0, 1), 0);
	assert_int_equal(file_write(f, rig_uptr(0), 0), 0);
	file_put(f);

	assert_int_equal(rig_try_open("f", O_CREATE | O_EXCL), -EEXIST);
	assert_int_equal(rig_try_open("g", O_CREATE | O_EXCL), 0);
	/* Directories are read as raw entries. */
	f = rig_open("/", O_RDONLY);
	assert_int_equal(file_read(f, rig_uptr(0), 32), 32);
	assert_int_equal(rig_user[0], 1);
	assert_string_equal((char *)rig_user + 18, "..");
	assert_int_equal(file_truncate(f, 0), -EBADF);
	file_put(f);
	rig_done();
}

/* A byte that was copied before a bad address was met is written, and reaches the disk. */
static void test_partial_write(void **state)
{
	struct file *f;

	(void)state;
	rig_fresh(1000, 100);
	f = rig_open("f", O_CREATE | O_RDWR);
	rig_user[PAGE_SIZE - 1] = 'x';
	rig_user_page[1] = PAGE_BAD;
	assert_int_equal(file_write(f, rig_uptr(PAGE_SIZE - 1), 2), -EFAULT);
	assert_int_equal(file_seek(f, 0, 1), 1);
	file_put(f);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_int_equal(size_of("f"), 1);
	/* A write of which nothing was copied costs no block. */
	for (u32 i = 0; i < 3000; i++) {
		f = rig_open("junk", O_CREATE | O_WRONLY);
		assert_int_equal(file_write(f, uptr(0xffffffffff), 1), -EFAULT);
		file_put(f);
		assert_int_equal(fs_unlink(rig_cwd(), "junk"), 0);
	}
	rig_done();
}

static void test_devices(void **state)
{
	struct file *f;
	struct stat st;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_mknod(rig_cwd(), "tty", 1, 0), 0);
	assert_int_equal(fs_mknod(rig_cwd(), "none", 5, 0), 0);
	assert_int_equal(fs_mknod(rig_cwd(), "ten", 10, 0), 0);
	assert_int_equal(fs_mknod(rig_cwd(), "minus", -1, 0), 0);
	assert_int_equal(rig_try_open("ten", O_RDWR), -ENXIO);
	assert_int_equal(rig_try_open("minus", O_RDWR), -ENXIO);
	f = rig_open("tty", O_RDWR | O_TRUNC | O_CREATE);
	assert_true(file_is_tty(f));
	assert_int_equal(file_read(f, rig_uptr(0), 10), 1);
	assert_int_equal(file_write(f, rig_uptr(0), 10), 10);
	assert_int_equal(file_seek(f, 0, 0), -ESPIPE);
	assert_int_equal(file_stat(f, &st), 0);
	assert_int_equal(st.type, T_DEVICE);
	file_put(f);
	f = rig_open("none", O_RDWR);
	assert_false(file_is_tty(f));
	assert_int_equal(file_read(f, rig_uptr(0), 10), -ENXIO);
	assert_int_equal(file_write(f, rig_uptr(0), 10), -ENXIO);
	file_put(f);
	rig_done();
}

/* --- limits -------------------------------------------------------------------------- */

static void test_open_files(void **state)
{
	struct file *f[NFILE], *rd, *wr;
	struct file *more;

	(void)state;
	rig_fresh(1000, 100);
	for (u32 i = 0; i < NFILE - 1; i++)
		f[i] = rig_open("f", O_CREATE);
	assert_int_equal(pipe_create(&rd, &wr), -ENFILE);
	f[NFILE - 1] = rig_open("f", O_CREATE);
	assert_int_equal(fs_open(rig_cwd(), "new", O_CREATE, &more), -ENFILE);
	for (u32 i = 0; i < NFILE; i++)
		file_put(f[i]);
	/* The call that failed has made nothing. */
	assert_int_equal(rig_try_open("new", O_RDONLY), -ENOENT);
	rig_done();
}

static const char *numbered(const char *name, u32 n)
{
	static char path[32];

	snprintf(path, sizeof(path), "%s%u", name, n);
	return path;
}

static void refused_without_slots(void)
{
	struct inode *cwd = rig_cwd();

	assert_int_equal(rig_try_open("more", O_CREATE | O_TRUNC), -ENOMEM);
	assert_int_equal(rig_try_open("file449", O_TRUNC), -ENOMEM);
	assert_int_equal(fs_mkdir(cwd, "more"), -ENOMEM);
	assert_int_equal(fs_mknod(cwd, "more", 1, 1), -ENOMEM);
	assert_int_equal(fs_symlink(cwd, "file449", "more"), -ENOMEM);
	assert_int_equal(fs_link(cwd, "file449", "more"), -ENOMEM);
	assert_int_equal(fs_rename(cwd, "file449", "more"), -ENOMEM);
	assert_int_equal(fs_unlink(cwd, "file449"), -ENOMEM);
}

/* Uses more inodes than the table holds, with data that is not on the disk yet. */
static void test_many_inodes(void **state)
{
	u32 word;

	(void)state;
	rig_fresh(3000, 500);
	for (u32 i = 0; i < 450; i++)
		rig_write_file(numbered("file", i), &i, sizeof(i));
	for (u32 i = 0; i < 450; i++) {
		rig_read_file(numbered("file", i), (u8 *)&word, sizeof(word));
		assert_int_equal(word, i);
	}
	rig_done();
}

/* All inodes of the disk can be in use at once: the table grows with memory, and gives the
 * memory back.  Without memory, the calls that need no new slot work. */
static void test_inodes_in_use(void **state)
{
	struct inode *ip[500];
	u64 frames[2];
	u32 n, max = ARRAY_SIZE(ip);

	(void)state;
	rig_fresh(3000, 600);
	for (u32 i = 0; i < max; i++)
		rig_write_file(numbered("file", i), &i, sizeof(i));
	assert_int_equal(rig_try_open("another", O_CREATE), 0);
	for (u32 round = 0; round < 2; round++) {
		assert_int_equal(fs_sync(), 0);
		for (n = 0; n < 20; n++)
			assert_int_equal(rig_try_open("another", O_RDONLY), 0);
		frames[round] = rig_free_frames();
		for (n = 0; n < max; n++)
			assert_int_equal(fs_lookup(rig_cwd(), numbered("file", n), &ip[n]),
					 0);
		assert_int_equal(rig_try_open("another", O_RDONLY), 0);
		assert_true(rig_free_frames() < frames[round]);
		while (n-- > 0) {
			/* Now and then one loses its name while it is in use. */
			if (round == 0 && n % 50 == 7) {
				assert_int_equal(fs_unlink(rig_cwd(), numbered("file", n)),
						 0);
				inode_put(ip[n]);
				rig_write_file(numbered("file", n), &n, sizeof(n));
			} else {
				inode_put(ip[n]);
			}
		}
	}
	assert_int_equal(frames[0], frames[1]);

	failing_set(&rig_frames, 1, true);
	for (n = 0; fs_lookup(rig_cwd(), numbered("file", n), &ip[n]) == 0;)
		n++;
	assert_in_range(n, 150, 250);
	assert_int_equal(fs_lookup(rig_cwd(), numbered("file", n), &ip[n]), -ENOMEM);
	refused_without_slots();
	assert_int_equal(rig_try_open(numbered("file", 3), O_RDONLY), 0);
	failing_end(&rig_frames);
	assert_int_equal(rig_try_open("more", O_CREATE), 0);
	while (n-- > 0)
		inode_put(ip[n]);
	rig_done();
}

static void test_out_of_inodes(void **state)
{
	u32 n;

	(void)state;
	rig_fresh(1000, 40);
	for (u32 round = 0; round < 3; round++) {
		for (n = 0; n < 60 && !rig_try_open(numbered("n", n), O_CREATE);)
			n++;
		assert_int_equal(n, 38);
		assert_int_equal(rig_try_open("another", O_CREATE), -ENOSPC);
		assert_int_equal(fs_mkdir(rig_cwd(), "another"), -ENOSPC);
		assert_non_null(strstr(rig_messages, "ialloc: no inodes\n"));
		while (n-- > 0)
			assert_int_equal(fs_unlink(rig_cwd(), numbered("n", n)), 0);
	}
	rig_done();
}

/* Fills the disk; then nothing can be made, and everything removed. */
static void test_full_disk(void **state)
{
	char path[32];
	struct file *f;
	u64 total[2];

	(void)state;
	rig_fresh(600, 100);
	for (u32 round = 0; round < 2; round++) {
		u32 n = 0;

		total[round] = 0;
		for (bool full = false; !full; n++) {
			s64 ret = 0;

			snprintf(path, sizeof(path), "big%u", n);
			f = rig_open(path, O_CREATE | O_WRONLY);
			for (u32 k = 0; k < FS_MAXFILE && ret >= 0; k++)
				ret = file_write(f, rig_uptr(0), FS_BLOCK);
			total[round] += size_of(path);
			file_put(f);
			full = ret == -ENOSPC;
		}
		assert_non_null(strstr(rig_messages, "balloc: out of blocks\n"));
		/* 62 more entries fit into the root's block: then it must grow. */
		for (u32 i = 0; i < 70; i++) {
			snprintf(path, sizeof(path), "x%u", i);
			if (rig_try_open(path, O_CREATE))
				break;
		}
		assert_int_equal(rig_try_open(path, O_CREATE), -ENOSPC);
		assert_int_equal(fs_mkdir(rig_cwd(), "newdir"), -ENOSPC);
		assert_int_equal(fs_symlink(rig_cwd(), "target", "newlink"), -ENOSPC);
		assert_int_equal(fs_sync(), 0);
		assert_true(rig_is_clean());
		for (u32 i = 0; i < 70; i++) {
			int err;

			snprintf(path, sizeof(path), "x%u", i);
			err = fs_unlink(rig_cwd(), path);
			assert_true(err == 0 || err == -ENOENT);
		}
		while (n-- > 0) {
			snprintf(path, sizeof(path), "big%u", n);
			assert_int_equal(fs_unlink(rig_cwd(), path), 0);
		}
	}
	/* No block was lost, though most were freed a moment ago. */
	assert_int_equal(total[0], total[1]);
	rig_done();
}

static void test_link_count(void **state)
{
	struct inode *ip;
	struct stat st;
	u8 *dinode;

	(void)state;
	rig_format(1000, 100, 30, false);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	rig_write_file("f", "x", 1);
	assert_int_equal(fs_sync(), 0);
	dinode = rig_disk.data + (2 + 30) * FS_BLOCK + 2 * sizeof(struct fs_dinode);
	((struct fs_dinode *)(void *)dinode)->nlink = 32766;
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_int_equal(fs_link(rig_cwd(), "f", "g"), 0);
	assert_int_equal(fs_link(rig_cwd(), "f", "h"), -EMLINK);
	assert_int_equal(fs_lookup(rig_cwd(), "f", &ip), 0);
	inode_stat(ip, &st);
	assert_int_equal(st.nlink, 32767);
	inode_put(ip);
	rig_shutdown();
}

/* Memory of the cache counts as available, whether dirty or not, and can be had again. */
static void test_memory(void **state)
{
	static u8 data[100000];
	u64 before, after;

	(void)state;
	rig_fresh(2000, 100);
	before = rig_free_frames();
	rig_write_file("f", data, sizeof(data));
	assert_int_equal(rig_free_frames(), before);
	assert_int_equal(rig_reclaim(1000), 25);
	assert_int_equal(rig_free_frames(), before);
	assert_int_equal(rig_read_file("f", data, sizeof(data)), sizeof(data));
	assert_int_equal(rig_free_frames(), before);
	assert_int_equal(fs_unlink(rig_cwd(), "f"), 0);
	after = rig_free_frames();
	assert_int_equal(after, before);
	rig_done();
}

/* --- pipes --------------------------------------------------------------------------- */

static struct file *sleep_reads, *sleep_closes;
static u64 sleeps;

/* Does what the sleeping thread waits for: reads from the pipe, or closes an end. */
static bool on_sleep(struct waitq *wq)
{
	(void)wq;
	if (++sleeps > 20)
		return false;
	if (sleep_reads) {
		assert_true(file_read(sleep_reads, rig_uptr(30 * PAGE_SIZE), 300) > 0);
	} else if (sleep_closes) {
		file_put(sleep_closes);
		sleep_closes = NULL;
	} else {
		return false;
	}
	return true;
}

static void test_pipes(void **state)
{
	struct file *rd, *wr;
	struct stat st;
	u64 before;

	(void)state;
	rig_fresh(1000, 100);
	before = rig_free_frames();
	shim_sleep = on_sleep;
	assert_int_equal(pipe_create(&rd, &wr), 0);
	assert_int_equal(rig_free_frames(), before - 2);
	assert_int_equal(file_read(wr, rig_uptr(0), 1), -EBADF);
	assert_int_equal(file_write(rd, rig_uptr(0), 1), -EBADF);
	assert_int_equal(file_stat(rd, &st), -EINVAL);
	assert_int_equal(file_seek(rd, 0, 0), -ESPIPE);
	rig_write(wr, "hello", 5);
	assert_int_equal(file_read(rd, rig_uptr(100), 3), 3);
	assert_int_equal(file_read(rd, rig_uptr(103), 300), 2);
	assert_memory_equal(rig_user + 100, "hello", 5);
	/* A write of 512 bytes does not wait for a reader. */
	for (u32 i = 0; i < 512; i++)
		rig_user[i] = (u8)i;
	assert_int_equal(file_write(wr, rig_uptr(0), 512), 512);
	assert_int_equal(sleeps, 0);
	/* A write of one more byte does. */
	sleep_reads = rd;
	assert_int_equal(file_write(wr, rig_uptr(0), 1), 1);
	assert_int_equal(sleeps, 1);
	sleep_reads = NULL;
	assert_int_equal(file_read(rd, rig_uptr(0), 1000), 213);
	/* At a bad address the call returns how many bytes were copied. */
	rig_user_page[1] = PAGE_BAD;
	rig_user_page[0] = PAGE_ABSENT;
	assert_int_equal(file_write(wr, rig_uptr(PAGE_SIZE - 10), 20), 10);
	assert_int_equal(file_write(wr, rig_uptr(PAGE_SIZE), 20), -EFAULT);
	assert_int_equal(file_read(rd, rig_uptr(PAGE_SIZE), 4), -EFAULT);
	assert_int_equal(file_read(rd, rig_uptr(PAGE_SIZE - 4), 8), 4);
	assert_int_equal(file_read(rd, rig_uptr(0), 100), 6);
	assert_int_equal(file_read(rd, rig_uptr(0), -1), -EINVAL);
	/* The write end is closed while a reader waits. */
	sleep_closes = wr;
	assert_int_equal(file_read(rd, rig_uptr(0), 10), 0);
	assert_int_equal(file_read(rd, rig_uptr(0), 10), 0);
	file_put(rd);
	assert_int_equal(rig_free_frames(), before);

	assert_int_equal(pipe_create(&rd, &wr), 0);
	sleep_closes = rd;
	assert_int_equal(file_write(wr, rig_uptr(2 * PAGE_SIZE), 3000), -EPIPE);
	assert_int_equal(file_write(wr, rig_uptr(2 * PAGE_SIZE), 1), -EPIPE);
	file_put(wr);
	failing_set(&rig_frames, 1, true);
	assert_int_equal(pipe_create(&rd, &wr), -ENOMEM);
	failing_end(&rig_frames);
	assert_int_equal(rig_free_frames(), before);
	shim_sleep = NULL;
	rig_done();
}

/* A thread that was killed does not finish a long read or write first. */
static void test_kill(void **state)
{
	struct file *f;
	struct stat st;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_open(rig_cwd(), "f", O_CREATE | O_RDWR, &f), 0);
	rig_killed = true;
	assert_int_equal(file_write(f, rig_uptr(0), 30 * PAGE_SIZE), -EINTR);
	rig_killed = false;
	assert_int_equal(file_stat(f, &st), 0);
	assert_in_range(st.size, 0, 4 * PAGE_SIZE);
	assert_int_equal(file_seek(f, 0, 0), 0);
	assert_int_equal(file_write(f, rig_uptr(0), 30 * PAGE_SIZE), 30 * PAGE_SIZE);
	assert_int_equal(file_seek(f, 0, 0), 0);
	rig_killed = true;
	assert_true(file_read(f, rig_uptr(0), 30 * PAGE_SIZE) <= (s64)(4 * PAGE_SIZE));
	rig_killed = false;
	file_put(f);
	rig_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_symlinks),
		cmocka_unit_test(test_flags_and_offsets),
		cmocka_unit_test(test_partial_write),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_open_files),
		cmocka_unit_test(test_many_inodes),
		cmocka_unit_test(test_inodes_in_use),
		cmocka_unit_test(test_out_of_inodes),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_link_count),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_pipes),
		cmocka_unit_test(test_kill),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
