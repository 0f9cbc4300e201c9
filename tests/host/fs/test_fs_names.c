// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_names.c - random operations on names against a tree in memory. */
#include "fs_rig.h"

#define RAM (6 * MIB)
#define NNODES 64
#define NNAMES 9
#define ROOT 0

/* A model of the tree.  Names are numbers; a directory knows its entries. */
struct node {
	s16 type; /* 0: unused */
	s16 nlink;
	u32 parent;        /* of a directory                */
	s32 entry[NNAMES]; /* of a directory: node, or -1   */
	u32 stamp;         /* contents of a file            */
};

static struct node node[NNODES];
static const char *const name[NNAMES] = {
	"a", "bb", "ccc", "x.c", "14characters_n", "14characters_o", "_", "Z", "zz9",
};

/* A random path: the directory that the model finds on the way (or an error) and the
 * last name. */
struct where {
	char text[MAXPATH];
	s32 dir; /* node or -errno */
	u32 last;
};

static u32 new_node(s16 type, u32 parent)
{
	for (u32 i = 1; i < NNODES; i++) {
		if (node[i].type)
			continue;
		node[i] = (struct node){ .type = type, .nlink = 1, .parent = parent };
		for (u32 k = 0; k < NNAMES; k++)
			node[i].entry[k] = -1;
		return i;
	}
	return 0;
}

static bool is_full(void)
{
	for (u32 i = 1; i < NNODES; i++) {
		if (!node[i].type)
			return false;
	}
	return true;
}

static bool is_empty(u32 i)
{
	for (u32 k = 0; k < NNAMES; k++) {
		if (node[i].entry[k] >= 0)
			return false;
	}
	return true;
}

static s32 step(s32 dir, s32 to)
{
	if (dir < 0)
		return dir;
	if (node[dir].type != T_DIR)
		return -ENOTDIR;
	return to < 0 ? -ENOENT : to;
}

static struct where random_path(void)
{
	struct where w = { .dir = ROOT };
	char *at = w.text;

	if (rig_below(2))
		at += sprintf(at, "/");
	for (u32 depth = (u32)rig_below(4); depth > 0; depth--) {
		u32 n = (u32)rig_below(NNAMES + 2);
		bool is_dir = w.dir >= 0 && node[w.dir].type == T_DIR;

		/* Mostly along directories that are there. */
		for (u32 k = 0; k < 6 && is_dir && n < NNAMES; k++) {
			if (node[w.dir].entry[n] >= 0 &&
			    node[node[w.dir].entry[n]].type == T_DIR)
				break;
			n = (u32)rig_below(NNAMES);
		}
		if (n < NNAMES) {
			at += sprintf(at, "%s/", name[n]);
			w.dir = step(w.dir, is_dir ? node[w.dir].entry[n] : -1);
		} else {
			at += sprintf(at, n == NNAMES ? ".//" : "../");
			w.dir = step(w.dir, !is_dir       ? -1
					    : n == NNAMES ? w.dir
							  : (s32)node[w.dir].parent);
		}
	}
	w.last = (u32)rig_below(NNAMES);
	sprintf(at, "%s%s", name[w.last], rig_below(8) ? "" : "///");
	if (w.dir >= 0 && node[w.dir].type != T_DIR)
		w.dir = -ENOTDIR;
	return w;
}

static s32 find(const struct where *w)
{
	if (w->dir < 0)
		return w->dir;
	return node[w->dir].entry[w->last] < 0 ? -ENOENT : node[w->dir].entry[w->last];
}

static void drop(u32 i)
{
	if (node[i].type == T_DIR)
		node[node[i].parent].nlink--;
	if (--node[i].nlink == 0)
		node[i].type = 0;
}

/* --- operations ---------------------------------------------------------------------- */

static void make_node(s16 type)
{
	struct where w = random_path();
	s32 at = find(&w);
	struct file *f;
	u32 i;
	int err;

	if (is_full())
		return;
	if (type == T_DIR)
		err = fs_mkdir(rig_cwd(), w.text);
	else if (type == T_DEVICE)
		err = fs_mknod(rig_cwd(), w.text, 1, 7);
	else
		err = fs_open(rig_cwd(), w.text, O_CREATE | O_EXCL | O_WRONLY, &f);
	if (at != -ENOENT || w.dir < 0) {
		assert_int_equal(err, at >= 0 ? -EEXIST : at);
		return;
	}
	assert_int_equal(err, 0);
	i = new_node(type, (u32)w.dir);
	node[w.dir].entry[w.last] = (s32)i;
	if (type == T_DIR) {
		node[w.dir].nlink++;
	} else if (type == T_FILE) {
		node[i].stamp = (u32)rig_random();
		rig_write(f, &node[i].stamp, 4);
		file_put(f);
	}
}

static void remove_node(void)
{
	struct where w = random_path();
	s32 at = find(&w);
	int err = fs_unlink(rig_cwd(), w.text);

	if (at < 0) {
		assert_int_equal(err, at);
	} else if (node[at].type == T_DIR && !is_empty((u32)at)) {
		assert_int_equal(err, -ENOTEMPTY);
	} else {
		assert_int_equal(err, 0);
		node[w.dir].entry[w.last] = -1;
		drop((u32)at);
	}
}

static void link_node(void)
{
	struct where from = random_path(), to = random_path();
	s32 a = find(&from), b = find(&to);
	int err = fs_link(rig_cwd(), from.text, to.text);

	if (a < 0)
		assert_int_equal(err, a);
	else if (node[a].type == T_DIR)
		assert_int_equal(err, -EPERM);
	else if (b >= 0)
		assert_int_equal(err, -EEXIST);
	else if (to.dir < 0)
		assert_int_equal(err, to.dir);
	else {
		assert_int_equal(err, 0);
		node[to.dir].entry[to.last] = a;
		node[a].nlink++;
	}
}

static bool is_above(u32 i, u32 dir)
{
	while (dir != i && dir != ROOT)
		dir = node[dir].parent;
	return dir == i;
}

/* The result that rename() must have. */
static int rename_result(const struct where *from, const struct where *to, s32 a, s32 b)
{
	if (from->dir < 0 || to->dir < 0)
		return from->dir < 0 ? from->dir : to->dir;
	if (a < 0)
		return a;
	if (node[a].type == T_DIR && is_above((u32)a, (u32)to->dir))
		return -EINVAL;
	if (b < 0 || a == b)
		return 0;
	if (b == from->dir)
		return -ENOTEMPTY;
	if (node[a].type == T_DIR && node[b].type != T_DIR)
		return -ENOTDIR;
	if (node[a].type != T_DIR && node[b].type == T_DIR)
		return -EISDIR;
	return node[b].type == T_DIR && !is_empty((u32)b) ? -ENOTEMPTY : 0;
}

static void rename_node(void)
{
	struct where from = random_path(), to = random_path();
	s32 a = find(&from), b = find(&to);
	int expect = rename_result(&from, &to, a, b);
	int err = fs_rename(rig_cwd(), from.text, to.text);

	/* If both paths are wrong, it may return either error. */
	if (expect != err && a < 0 && to.dir < 0)
		expect = expect == a ? to.dir : a;
	assert_int_equal(err, expect);
	if (expect || a == b)
		return;
	if (b >= 0)
		drop((u32)b);
	node[from.dir].entry[from.last] = -1;
	node[to.dir].entry[to.last] = a;
	if (node[a].type == T_DIR) {
		node[from.dir].nlink--;
		node[to.dir].nlink++;
		node[a].parent = (u32)to.dir;
	}
}

static void look(void)
{
	struct where w = random_path();
	s32 at = find(&w);
	struct inode *ip;
	struct stat st;
	u32 stamp;
	int err = fs_lookup(rig_cwd(), w.text, &ip);

	if (at < 0) {
		assert_int_equal(err, at);
		return;
	}
	assert_int_equal(err, 0);
	inode_stat(ip, &st);
	assert_int_equal(st.type, node[at].type);
	assert_int_equal(st.nlink, node[at].nlink);
	if (st.type == T_FILE) {
		assert_int_equal(inode_read(ip, &stamp, 0, 4), 4);
		assert_int_equal(stamp, node[at].stamp);
	}
	inode_put(ip);
}

/* The directory on the disk has the entries of the model and no other. */
static void check_dir(struct inode *ip, u32 dir)
{
	u32 found = 0, expected = 2;
	struct fs_dirent e;

	for (u32 k = 0; k < NNAMES; k++)
		expected += node[dir].entry[k] >= 0;
	for (u64 off = 0; inode_read(ip, &e, off, sizeof(e)) > 0; off += sizeof(e))
		found += e.ino != 0;
	assert_int_equal(found, expected);
}

static void check_tree(struct inode *at, u32 dir, u32 depth)
{
	check_dir(at, dir);
	for (u32 k = 0; k < NNAMES; k++) {
		s32 i = node[dir].entry[k];
		struct inode *ip;
		struct stat st;
		int err = fs_lookup(at, name[k], &ip);

		assert_int_equal(err, i < 0 ? -ENOENT : 0);
		if (i < 0)
			continue;
		inode_stat(ip, &st);
		assert_int_equal(st.type, node[i].type);
		assert_int_equal(st.nlink, node[i].nlink);
		if (st.type == T_DIR && depth < 30)
			check_tree(ip, (u32)i, depth + 1);
		inode_put(ip);
	}
}

static void test_random(void **state)
{
	(void)state;
	memset(node, 0, sizeof(node));
	node[ROOT] = (struct node){ .type = T_DIR, .nlink = 1 };
	for (u32 k = 0; k < NNAMES; k++)
		node[ROOT].entry[k] = -1;
	rig_format(800, 100, 30, false);
	assert_int_equal(rig_mount(RAM), 0);
	for (u32 i = 0; i < 30000; i++) {
		switch (rig_below(12)) {
		case 0 ... 2:
			make_node(T_DIR);
			break;
		case 3:
			make_node(rig_below(4) ? T_FILE : T_DEVICE);
			break;
		case 4 ... 5:
			remove_node();
			break;
		case 6:
			link_node();
			break;
		case 7 ... 8:
			rename_node();
			break;
		default:
			look();
		}
		if (i % 300 == 0)
			check_tree(rig_cwd(), ROOT, 0);
		if (i % 1000 == 0) {
			assert_int_equal(fs_sync(), 0);
			assert_true(rig_is_clean());
			assert_int_equal(rig_mount(RAM), 0);
		}
	}
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random) };
	int failed;

	if (getenv("RIG_SEED"))
		rig_seed = strtoul(getenv("RIG_SEED"), NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
