// sources: kernel/fs/*.c kernel/mm/object.c kernel/mm/frame.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/fsimg.c tools/fsimg_edit.c tools/fsck_core.c tools/fsck_inode.c tools/fsck_dir.c tools/fsck_tree.c
// cflags: -Itests/host/fs -Itools -Wl,--wrap=frame_alloc,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
#include "fs_rig.h"

#define RAM (8 * MIB)

static void test_first(void **state)
{
	static u8 data[200000], back[200000];

	(void)state;
	rig_format(2000, 200, 30, false);
	assert_int_equal(rig_mount(RAM), 0);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 7 + i / 1000);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	rig_write_file("d/f", data, sizeof(data));
	assert_int_equal(rig_read_file("/d/f", back, sizeof(back)), sizeof(data));
	assert_memory_equal(data, back, sizeof(data));
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	assert_int_equal(rig_mount(RAM), 0);
	memset(back, 0, sizeof(back));
	assert_int_equal(rig_read_file("/d/f", back, sizeof(back)), sizeof(data));
	assert_memory_equal(data, back, sizeof(data));
	assert_int_equal(fs_unlink(rig_cwd(), "/d"), -ENOTEMPTY);
	assert_int_equal(fs_unlink(rig_cwd(), "/d/f"), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "/d"), 0);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	printf("%s", rig_messages);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
