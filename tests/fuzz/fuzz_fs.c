// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--no-as-needed -lcmocka -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* fuzz_fs.c - any bytes as a disk: it is mounted or refused.  If it is mounted, every
 * operation is tried on it; the first two blocks are never written.
 *
 * Bits of the first byte of the input: 1 = large-file layout, 4 = the kernel has to find
 * the layout, 2 = the rest is the image (its magic number is put right).  Otherwise the
 * rest is a list of changes to a good image, each of three bytes of position and two of
 * contents. */
#include "fs_rig.h"

#include "fs_exercise.h"

#define RAM (4 * MIB)
#define SIZE 160 /* blocks of the good image */
#define CHANGE 5 /* bytes */
#define MAX_IMAGE (400 * FS_BLOCK)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* A file with a block past the single indirect one, and holes before it. */
static void make_long_file(const u8 *text)
{
	struct file *f = rig_open("long", O_CREATE | O_RDWR);

	assert_int_equal(file_truncate(f, 700 * FS_BLOCK), 0);
	assert_int_equal(file_seek(f, 600 * FS_BLOCK, 0), 600 * FS_BLOCK);
	rig_write(f, text, 3 * FS_BLOCK);
	file_put(f);
}

/* A few files, directories and links. */
static u8 *good_image(bool big)
{
	static u8 *image[2];
	static u8 text[20000];

	if (!image[big]) {
		rig_format(SIZE, 40, 16, big);
		assert_int_equal(rig_mount(RAM), 0);
		assert_int_equal(fs_mkdir(rig_cwd(), "a"), 0);
		assert_int_equal(fs_mkdir(rig_cwd(), "a/b"), 0);
		assert_int_equal(fs_mknod(rig_cwd(), "a/tty", 1, 0), 0);
		assert_int_equal(fs_symlink(rig_cwd(), "../a/b/f", "a/link"), 0);
		rig_write_file("a/b/f", text, sizeof(text));
		rig_write_file("g", text, 100);
		assert_int_equal(fs_link(rig_cwd(), "g", "a/h"), 0);
		if (big)
			make_long_file(text);
		assert_int_equal(fs_sync(), 0);
		image[big] = malloc(SIZE * FS_BLOCK);
		assert_non_null(image[big]);
		memcpy(image[big], rig_disk.data, SIZE * FS_BLOCK);
	}
	return image[big];
}

static void change(const u8 *data, size_t size)
{
	for (; size >= CHANGE; data += CHANGE, size -= CHANGE) {
		u32 at = (u32)(data[0] | data[1] << 8 | data[2] << 16) %
			 (SIZE * FS_BLOCK - 1);

		memcpy(rig_disk.data + at, data + 3, 2);
	}
}

static void set_image(const u8 *data, size_t size)
{
	const u32 magic = FS_MAGIC;

	rig_disk_set(data, MIN(ALIGN_DOWN(size, SECTOR), MAX_IMAGE));
	if (rig_disk.sectors >= 4)
		memcpy(rig_disk.data + FS_BLOCK, &magic, sizeof(magic));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 first[2 * FS_BLOCK] = { 0 };
	size_t nfirst;
	bool big;

	if (size == 0)
		return 0;
	big = data[0] & 1;
	if (data[0] & 2) {
		set_image(data + 1, size - 1);
	} else {
		rig_disk_set(good_image(big), SIZE * FS_BLOCK);
		change(data + 1, size - 1);
	}
	option_put(FSBIG, data[0] & 4 ? FSBIG_AUTO : big ? FSBIG_ON : FSBIG_OFF);
	nfirst = MIN(sizeof(first), rig_disk.sectors * SECTOR);
	memcpy(first, rig_disk.data, nfirst);
	if (rig_mount(RAM) == 0) {
		exercise_fs(rig_uptr(0));
		rig_reclaim(1000);
	}
	assert_memory_equal(first, rig_disk.data, nfirst);
	return 0;
}
