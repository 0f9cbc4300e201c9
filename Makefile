# Makefile - builds the kernel, the programs, the disk image, and starts QEMU.
#
#   make                 kernel/kernel, the programs and the host tools
#   make qemu            the same, then fs.img, then boot it; leave with Ctrl-A x
#   make qemu-gdb        the same, waiting for a debugger; then run gdb elsewhere
#   make fs.img          the disk image; one that exists is kept and brought up to date
#   make clean           removes all that was made, fs.img included
#   make check, format   the checks of the source, and clang-format
#
# Variables: CPUS=3 MEM=128M BOOTARGS='opt=val ...' QEMUEXTRA='...' LEGACY=1
# XV6='path/a.c ...' (xv6 programs, compiled untouched) ADD='file ...' (any file
# for the image) TOOLPREFIX=riscv64-linux-gnu- LLVM=1 CHECK=1 WERROR=1 V=1
# BUILD=folder for objects (default: build)

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

# What a build was made from, other than files, is written to a file that changes when
# it does: $(call write_key,TEXT) is the recipe of such a file, which wants FORCE.
quoted = '$(subst ','\'',$(1))'
write_key = mkdir -p $(@D) && { printf '%s\n' $(quoted) | cmp -s - $@ || printf '%s\n' $(quoted) > $@; }

# Lists are divided by blanks.
refuse_blanks = $(foreach v,$(1),$(if $(word 2,$($(v))),$(error $(v)='$($(v))': \
	a name with a blank in it does not work here)))
# $(call require_files,VARIABLE,FILES): all of them are there.
require_files = $(foreach f,$(2),$(if $(wildcard $(f)),,$(error $(1)='$($(1))': there is no file $(f). \
	A blank divides names$(3), so no name has one in it)))
$(call refuse_blanks,BUILD)

include mk/toolchain.mk
include mk/kernel.mk
include mk/host.mk

UPROGS :=
-include user/build.mk
-include xv6/build.mk
-include tests/guest/build.mk

include mk/image.mk
include mk/qemu.mk
$(call refuse_blanks,IMAGE KERNEL)

.PHONY: all clean grade check format docs FORCE
all: kernel/kernel kernel/kernel.sym programs host-tools

FORCE:

clean:
	$(call say,CLEAN,build/ kernel/kernel kernel/kernel.sym fs.img)
	$(Q)rm -rf $(BUILD) kernel/kernel kernel/kernel.sym kernel/kernel.asm fs.img

grade:
	@echo "There is no lab here to grade; instead: make clean, then ./test"
	$(Q)$(MAKE) --no-print-directory clean
	$(Q)./test

check:
	$(Q)./test checks

format:
	$(Q)tools/format.sh

docs:
	$(Q)tools/gen_docs.py
