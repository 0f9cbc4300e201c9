# build.mk - the sources that the tools have beyond their own tools/NAME.c.

FSIMG_SRCS := tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsimg_io.c \
	tools/image/fsimg_layout.c kernel/fs/store/layout.c
FSCK_SRCS := tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c

$(BUILD)/mkfs: $(FSIMG_SRCS) $(FSCK_SRCS) tools/image/mkfs_image.c tools/image/mkfs_get.c tools/image/host_tree.c
$(BUILD)/fsck: $(FSIMG_SRCS) $(FSCK_SRCS)
$(BUILD)/console-run: tools/console/console_output.c
$(BUILD)/bench-tool: $(filter-out tools/bench/main.c tools/bench/plugin.c,$(wildcard tools/bench/*.c)) benches/rows.h
