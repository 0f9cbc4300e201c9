# build.mk - the programs: NAME.c of the folders in USER_PROG_SRCS -> build/user/NAME,
# and those of several files, which have a folder of their name and a main.c.
#
# Wants CC, LD, OBJCOPY, TOOLCHAIN, BUILD, Q and say (mk/toolchain.mk, Makefile).
# Gives UPROGS, the stripped files for the disk image.  build/user/NAME.sym is
# the same program with names and lines, for gdb.
#
# The C library is picolibc, built for rv64imafdc/lp64d, in the folder PICOLIBC.  libgcc
# comes from the first gcc that mk/toolchain.mk finds, riscv64-unknown-elf-gcc if it is
# installed: picolibc was built with that one.  The headers are always picolibc's.

PICOLIBC ?= /usr/lib/picolibc/riscv64-unknown-elf
# Debian 13 has it under another name.
PICOLIBC_LIB := $(patsubst %/libc.a,%,$(firstword $(wildcard $(patsubst %,$(PICOLIBC)/lib/%/lp64d/libc.a,rv64imafdc rv64iafd))))
USER_ARCH := -march=rv64gc -mabi=lp64d
USER_GCC := $(if $(FOUND_PREFIX),$(FOUND_PREFIX)gcc $(USER_ARCH),$(firstword $(CC)) $(if $(LLVM),,$(USER_ARCH)))
USER_LIBGCC := $(shell $(USER_GCC) -print-libgcc-file-name)

# A compiler for Linux predefines __linux__ and the like.  With them the headers would
# declare structs that differ from those in libc.a.
USER_FOREIGN := $(if $(filter elf clang,$(TOOLCHAIN)),,-U__linux__ -U__linux -Ulinux \
	-U__gnu_linux__ -U__unix__ -U__unix -Uunix)
# The compiler's own headers (stddef.h, limits.h, ...).
USER_CC_INCLUDE := $(filter /%,$(foreach d,include include-fixed,$(shell $(CC) -print-file-name=$(d))))
USER_CFLAGS := -std=gnu17 $(USER_ARCH) -mcmodel=medany -Os -g -fno-common -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections \
	-ftls-model=local-exec -D_GNU_SOURCE -Wall -Wextra $(if $(WERROR),-Werror) \
	-nostdinc -Iuser/include -iquote user/lib -iquote kernel -iquote user/sh -I$(BUILD)/user/include \
	-isystem $(PICOLIBC)/include $(USER_CC_INCLUDE:%=-isystem %) $(USER_FOREIGN)

USER_LDFLAGS := -melf64lriscv -static -nostdlib --gc-sections --build-id=none \
	--fatal-warnings -z noexecstack -z max-page-size=4096 $(if $(LLVM),--no-rosegment -z norelro) \
	-T user/lib/user.ld
# These programs use a printf() without floating point, which saves 4 KiB of text in
# each.  All others use the full one.
USER_SMALL := basename box cat clear cmp cp cut date dd df diff dirname dmesg du echo \
	edit env false find free grep head help hexdump kill less ln ls maps mv nc \
	pidof ping poweroff printenv ps pt pwd reboot rm sed sleep sort stat stats \
	strace sync tail tee test top touch tour tr trace tree true uname uniq uptime vmctl \
	vmtop watch wc which why wss xargs xxd
USER_PRINTF :=
# Bytes; a page gets memory at its first use.
USER_STACK := 8388608
USER_BASE :=

UO := $(BUILD)/user/obj-$(TOOLCHAIN)
user_objects = $(patsubst %,$(UO)/%.o,$(1))
USER_LIB_OBJ := $(call user_objects,$(filter-out user/lib/pthread.c,$(wildcard user/lib/*.c user/lib/*/*.c)) $(wildcard user/lib/*.S))
# A library of its own, as it does something before main(): only for programs that use it.
USER_PTHREAD := $(UO)/libpthread.a

USER_PROG_SRCS := $(wildcard user/bin/*.c user/proc/*.c user/file/*.c user/text/*.c user/net/*.c user/obs/*.c)
user_name = $(basename $(notdir $(1)))
USER_FOLDERS := $(patsubst user/%/main.c,%,$(wildcard user/*/main.c))
user_folder_srcs = $(wildcard user/$(1)/*.c user/$(1)/*/*.c)
USER_FOLDER_SRCS := $(foreach f,$(USER_FOLDERS),$(call user_folder_srcs,$(f)))
# Uses of signals to study; in the image with EXAMPLES=1.
USER_EXAMPLE_SRCS := $(if $(PICOLIBC_LIB),$(wildcard user/examples/*.c))
USER_EXAMPLES := $(patsubst user/examples/%.c,$(BUILD)/user/%,$(USER_EXAMPLE_SRCS))
# Names that are hard links, as NAME:PROGRAM.  The programs of user/box have one file; they
# are listed in box.h.
USER_BOX := $(shell sed -n 's/^	X(\([a-z0-9]*\)).*/\1/p' user/box/box.h)
USER_LINKS := $(USER_BOX:%=%:box) more:less man:help egrep:grep fgrep:grep vi:edit
USER_LINK_NAMES := $(foreach l,$(USER_LINKS),$(firstword $(subst :, ,$(l))))
USER_NAMES := $(call user_name,$(USER_PROG_SRCS)) $(USER_FOLDERS) $(USER_LINK_NAMES)
$(foreach n,$(sort $(USER_NAMES)),$(if $(word 2,$(filter $(n),$(USER_NAMES))),\
	$(error two programs are called $(n): $(filter %/$(n).c,$(USER_PROG_SRCS)) $(filter $(n),$(USER_FOLDERS)))))
UPROGS := $(if $(PICOLIBC_LIB),$(patsubst %,$(BUILD)/user/%,$(filter-out box,$(USER_NAMES))) $(if $(EXAMPLES),$(USER_EXAMPLES)))

# Changes when the flags do, so that everything is compiled and linked again.
USER_FLAGS_FILE := $(BUILD)/user/flags
$(USER_FLAGS_FILE): FORCE
	@$(call write_key,$(CC) $(USER_CFLAGS) $(LD) $(USER_LDFLAGS) $(USER_LIBGCC) $(PICOLIBC_LIB))
# Changes when a source file is removed, which the times of the other files do not show.
USER_SOURCES_FILE := $(BUILD)/user/sources
$(USER_SOURCES_FILE): FORCE
	@$(call write_key,$(wildcard user/*/*.c user/*/*/*.c user/*/*.S))

$(UO)/%.c.o: %.c $(USER_FLAGS_FILE)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

$(UO)/%.S.o: %.S $(USER_FLAGS_FILE)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

# $(call user_link,OUTPUT,OBJECTS)
user_link = $(LD) $(USER_BASE) $(USER_LDFLAGS) $(USER_PRINTF) -z stack-size=$(USER_STACK) -o $(1) $(2) \
	$(USER_LIB_OBJ) $(USER_PTHREAD) --start-group $(PICOLIBC_LIB)/libc.a $(wildcard $(PICOLIBC_LIB)/libm.a) \
	$(USER_LIBGCC) --end-group

$(USER_PTHREAD): $(call user_objects,user/lib/pthread.c)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $<

USER_LINK_FROM := $(USER_LIB_OBJ) $(USER_PTHREAD) user/lib/user.ld user/build.mk $(USER_SOURCES_FILE)

$(foreach s,$(USER_PROG_SRCS) $(USER_EXAMPLE_SRCS),$(eval $(BUILD)/user/$(call user_name,$(s)).sym: $(call user_objects,$(s))))
$(foreach f,$(USER_FOLDERS),$(eval $(BUILD)/user/$(f).sym: $(call user_objects,$(call user_folder_srcs,$(f)))))

# mkfs makes hard links of files that are hard links here.
define user_hard_link
$(BUILD)/user/$(1): $(BUILD)/user/$(2)
	@ln -f $$< $$@
$(BUILD)/user/$(1).sym: $(BUILD)/user/$(2).sym
	@ln -f $$< $$@
endef
$(foreach l,$(USER_LINKS),$(eval $(call user_hard_link,$(firstword $(subst :, ,$(l))),$(lastword $(subst :, ,$(l))))))

USER_BINARIES := $(patsubst %,$(BUILD)/user/%,$(filter-out $(USER_LINK_NAMES),$(USER_NAMES))) $(USER_EXAMPLES)
$(sort $(USER_BINARIES:%=%.sym)): $(USER_LINK_FROM)
	$(call say,LD,$@)
	$(Q)$(call user_link,$@,$(filter-out $(UO)/user/lib/%,$(filter %.o,$^)))

$(sort $(USER_BINARIES)): %: %.sym tools/lines.awk
	$(Q)$(call strip_with_lines,$<,$@)

.SECONDARY: $(UPROGS:%=%.sym) $(USER_EXAMPLES:%=%.sym) $(call user_objects,$(USER_PROG_SRCS) $(USER_EXAMPLE_SRCS))

$(USER_SMALL:%=$(BUILD)/user/%.sym): USER_PRINTF := --defsym=vfprintf=__i_vfprintf

# Address 0 and one page of stack, as programs of xv6 have: the first process's page table
# is printed at boot, and graders compare it.  The streams, which exit() would flush, are left out: its
# text must fit into one page with any picolibc.
$(BUILD)/user/init.sym: USER_STACK := 0
$(BUILD)/user/init.sym: USER_BASE := --defsym=image_base=0
$(BUILD)/user/init.sym: USER_LIB_OBJ := $(filter-out %/stdio.c.o,$(USER_LIB_OBJ))

# `help` lists all programs by the first line of their sources, with their folder, or in user/box
# their file, and whether they know --help: one that does not would just run.
USER_HELP_H := $(BUILD)/user/include/help_table.h
$(USER_HELP_H): $(USER_PROG_SRCS) $(USER_FOLDERS:%=user/%/main.c) $(wildcard user/box/*.c) user/build.mk $(USER_SOURCES_FILE)
	@mkdir -p $(@D)
	$(Q){ for f in $(filter-out user/box/%,$(filter %.c,$^)); do \
		says=true; grep -q usage $$f || says=false; \
		sed -n -e "1s:^/\* \([A-Za-z0-9_]*\) - \(.*\) \*/$$:{ \"\1\", \"\2\", \"$${f%/*}\", $$says },:p" -e 1q $$f; \
	done; for f in $(filter user/box/%.c,$^); do \
		sed -n "s:^/\* \([a-z0-9]*\) - \(.*\) \*/$$:{ \"\1\", \"\2\", \"$${f%.c}\", true },:p" $$f; \
	done; printf '{ "%s", "the same as %s", "link", true },\n' $(subst :, ,$(filter-out %:box,$(USER_LINKS))); } | \
	grep -v '^{ "box"' | LC_ALL=C sort > $@

$(UO)/user/bin/help.c.o: $(USER_HELP_H)

# `vmctl NAME` tells what the values of an option cost: the table of ./bench --options, whose
# lines are `| `name=value` | rows in instructions | rows in time |`.
USER_COSTS_H := $(BUILD)/user/include/option_costs.h
$(USER_COSTS_H): docs/performance.md
	@mkdir -p $(@D)
	$(Q)sed -n 's:^| `\([a-z]*\)=\([a-z0-9]*\)` | \([^|"]*\) |.*:{ "\1", "\2", "\3" },:p' $< > $@

$(UO)/user/obs/vmctl.c.o: $(USER_COSTS_H)

-include $(patsubst %.o,%.d,$(USER_LIB_OBJ) $(call user_objects,user/lib/pthread.c $(USER_PROG_SRCS) $(USER_EXAMPLE_SRCS) $(USER_FOLDER_SRCS)))
