# build.mk - the sources that the tools have beyond their own tools/NAME.c.

FSIMG_SRCS := tools/fsimg.c tools/fsimg_edit.c tools/fsimg_io.c
FSCK_SRCS := tools/fsck_core.c tools/fsck_inode.c tools/fsck_dir.c tools/fsck_tree.c

$(BUILD)/mkfs: $(FSIMG_SRCS) $(FSCK_SRCS) tools/mkfs_image.c
$(BUILD)/fsck: $(FSIMG_SRCS) $(FSCK_SRCS)
$(BUILD)/console-run: tools/console_output.c
