# Makefile - builds the kernel, the programs, the disk image, and starts QEMU.
#
#   make                 kernel/kernel, the programs and the host tools
#   make qemu            the same and fs.img; boots it; leave with Ctrl-A x
#   make qemu-gdb        the same, but waits for a debugger
#   make gdb             the debugger for it, in another window
#   make fs.img          the disk image; one that exists is brought up to date
#   make server          answers datagrams of a program in the machine (NET=1)
#   make clean           removes everything that was built, fs.img included
#   make grade           make clean, then ./grade-lab-NAME, which lies here
#   make check           the checks of the source: ./test checks
#   make format          formats the C files with clang-format
#   make docs            makes anew what README.md and docs/ take from the code
#   make docs-picture    draws README.md's picture from output of the machine
#   make docs-screenshots  docs/scope-*.png, by a browser
#   make programs        the programs alone
#   make host-tools      mkfs, fsck, scope, ...: tools for this computer
#   make scope-page      the page of scope; needs npm and clang (docs/scope.md)
#   make test.img        build/test.img: all programs, and those of the tests
#   make help            this text
#
# Variables: LAB=name (what a lab calls for: mk/lab.mk; may be in conf/lab.mk)
# CPUS=3 MEM=128M BOOTARGS='opt=val ...' QEMUEXTRA='...' LEGACY=1
# RAM=file (keeps the machine's RAM there, for build/scope)
# NET=1 (an e1000 network card; or NET=virtio)
# PROG='path/a.c+path/b.c path/dir ...' (programs for picolibc; user/prog.mk)
# XV6='path/a.c ...' (xv6 programs, compiled untouched)
# EXAMPLES=1 (the programs of xv6/examples and user/examples)
# FSBIG=1 (an image of the file system lab: large files, 200000 blocks)
# FSSIZE=blocks (of a new image)
# DISK=64M (a new image of this size, with large files)
# ADD='file dir ...' (any file or folder for the image)
# TOOLPREFIX=riscv64-linux-gnu- LLVM=1 CHECK=1 WERROR=1 V=1
# BUILD=folder (default: build; with another one nothing is written here:
# kernel/kernel and fs.img lie in it, too; it has to be new or empty)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# V=1 shows the commands; -s silences the step lines as well (gdb scripts
# take the first line of `make -s qemu-gdb` as the sign that QEMU starts).
Q := $(if $(V),,@)
silent := $(findstring s,$(filter-out --%,$(firstword $(MAKEFLAGS))))
say = $(if $(V)$(silent),,@printf '  %-7s %s\n' '$(1)' '$(2)')
MAKEFLAGS += --no-builtin-rules --no-builtin-variables

BUILD ?= build
# With BUILD elsewhere nothing is written here: what else lies in the tree lies there, too.
ELSEWHERE := $(if $(filter-out build,$(BUILD)),$(BUILD)/)
include mk/lab.mk

# A build also depends on flags and lists of files.  Such a text is kept in a file, whose
# time changes only when the text does: $(call write_key,TEXT) is the recipe of this file,
# which has FORCE as a prerequisite.
quoted = '$(subst ','\'',$(1))'
write_key = mkdir -p $(@D) && { [ "$$(cat $@ 2>/dev/null)" = $(quoted) ] || printf '%s\n' $(quoted) > $@; }

# A new image gets the inodes and the size of the file system lab; the kernel is told, and
# xv6 programs are compiled for it.  An image that exists must fit.
FSBIG ?= $(filter fsbig fsbig=on,$(BOOTARGS))
FSSIZE ?= $(if $(FSBIG),200000)

# Blanks separate the words of a list.
refuse_blanks = $(foreach v,$(1),$(if $(word 2,$($(v))),$(error $(v)='$($(v))': \
	a name with a blank in it does not work here)))
# $(call require_files,VARIABLE,FILES): an error unless all of them exist.
require_files = $(foreach f,$(2),$(if $(wildcard $(f)),,$(error \
	$(1)='$($(1))': there is no file $(f). \
	Blanks separate names$(3), so a name cannot have one)))
$(call refuse_blanks,BUILD)

# The folder BUILD is ours alone, as `make clean` removes it.
folder_fault := $(if $(ELSEWHERE),$(shell mk/folder.sh -n $(call quoted,$(BUILD)) 2>&1))
$(if $(folder_fault),$(error $(folder_fault)))

include mk/toolchain.mk
include mk/kernel.mk
include mk/host.mk
include mk/net.mk
include mk/outside.mk

UPROGS :=
-include user/build.mk user/prog.mk
-include xv6/build.mk
-include tests/guest/build.mk

include mk/image.mk
-include benches/build.mk
include mk/qemu.mk
$(call refuse_blanks,IMAGE KERNEL)

.PHONY: all clean check format docs docs-picture docs-screenshots help FORCE
all: $(KERNEL_COPY) $(KERNEL_COPY).sym programs host-tools \
	$(if $(PICOLIBC_LIB),$(SDK_CONFIG))

FORCE: $(if $(ELSEWHERE),$(BUILD)/.pagoda-build)

$(BUILD)/.pagoda-build:
	@mkdir -p $(@D) && : > $@

# The image of a machine that runs would go from under it, with all that is written there.
clean_image := $(if $(ELSEWHERE),$(BUILD)/)fs.img
clean:
	$(Q)if mk/in_use.sh $(clean_image); then \
		echo "make clean: $(clean_image) is in use by a running QEMU: leave it first (Ctrl-A x)" >&2; exit 1; fi
	$(call say,CLEAN,$(BUILD)/$(if $(ELSEWHERE),, kernel/kernel fs.img))
	$(Q)rm -rf $(BUILD) $(if $(ELSEWHERE),,$(KERNEL_COPY) $(KERNEL_COPY).sym \
		$(KERNEL_COPY).asm fs.img packets.pcap $(lab_host_programs))

check:
	$(Q)./test checks

format:
	$(Q)tools/format.sh

docs:
	$(Q)tools/gen_docs.py

docs-picture:
	$(Q)tools/picture.py

docs-screenshots:
	$(Q)$${PYTHON:-/usr/bin/python3} tests/qemu/rig/pictures.py

help:
	@sed -n -e '/^$$/q' -e '3,$$s/^# \{0,1\}//p' Makefile
