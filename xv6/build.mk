# build.mk - programs from xv6 sources, which are compiled as they are.
#
#   make qemu XV6='path/a.c path/b.c'    -> /a and /b in the image
#   XV6='path/a.c+path/a_switch.S'       one program of two sources, /a
#
# Headers are looked for in xv6/, then in the source's own tree: beside the source, and in
# the folder above it if that has a folder user/, for `#include "user/mylib.h"`.
#
#   EXAMPLES=1                           those of xv6/examples, too
#   XV6FLAGS='-DX'                       flags for them; LAB=pgtbl gives -DSOL_PGTBL -DLAB_PGTBL,
#                                        FSBIG=1 -DLAB_FS
#
# Without picolibc the programs of xv6/basic stand in for those of user/.
#
# Wants CC, LD, OBJCOPY, AR, TOOLCHAIN, BUILD, Q and say (mk/toolchain.mk, Makefile), and
# mk/outside.mk.
# Gives XV6PROGS, the stripped files.  build/xv6/NAME.sym is the same program with names
# and lines, for gdb.

XO := $(BUILD)/xv6/obj-$(TOOLCHAIN)

# The sources are not ours: their warnings are shown but never stop a build, not even
# those that newer compilers treat as errors.
XV6_DEFINES := $(LAB_CFLAGS) $(if $(FSBIG),-DLAB_FS) $(XV6FLAGS)
XV6_CFLAGS := -std=gnu17 -march=rv64gc -mabi=lp64d -mcmodel=medany -O -g -fno-omit-frame-pointer \
	-ffreestanding -fno-common -fno-pic -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -Ixv6 -DNET_TESTS_PORT=$(SERVERPORT) \
	$(XV6_DEFINES) -Wno-main -Wno-format \
	-Wno-infinite-recursion -Wno-error=implicit-function-declaration \
	-Wno-error=implicit-int -Wno-error=int-conversion -Wno-error=incompatible-pointer-types
XV6_LIB_CFLAGS := $(filter-out $(XV6_DEFINES),$(XV6_CFLAGS)) -Ikernel -O2 -Wall -Wextra \
	$(if $(WERROR),-Werror) -ffunction-sections \
	$(if $(LLVM),,-fno-tree-loop-distribute-patterns)
XV6_LDFLAGS := -melf64lriscv -static -nostdlib --gc-sections --build-id=none \
	-z max-page-size=4096 $(if $(LLVM),-z norelro) -T xv6/lib/xv6.ld

XV6_LIB_OBJ := $(patsubst %,$(XO)/%.o,$(wildcard xv6/lib/*.c xv6/lib/*.S))

XV6_FLAGS_FILE := $(BUILD)/xv6/flags
$(XV6_FLAGS_FILE): FORCE
	@$(call write_key,$(CC) $(XV6_CFLAGS) $(LD) $(XV6_LDFLAGS))

# Weak: a program's own definition replaces that of the library.
$(XV6_LIB_OBJ): $(XO)/%.o: % $(XV6_FLAGS_FILE)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(XV6_LIB_CFLAGS) -MMD -MP -c -o $@ $<
	$(Q)$(OBJCOPY) --weaken $@

XV6PROGS :=

# A program in assembly and C has the names of the thread lab: a.c and a_switch.S.
xv6_with_switch = $(foreach c,$(1),$(c)$(addprefix +,$(wildcard $(c:.c=_switch.S))))

# An example gives way to a program of that name that was asked for.
xv6_examples := $(if $(EXAMPLES),$(filter-out $(foreach p,$(XV6),%/$(call outside_name,$(p)).c),$(wildcard xv6/examples/*.c)))
override XV6 := $(strip $(XV6) $(call xv6_with_switch,$(xv6_examples)))
# So do the basic programs.
xv6_basic := $(if $(PICOLIBC_LIB),,$(filter-out $(foreach p,$(XV6),%/$(call outside_name,$(p)).c),$(wildcard xv6/basic/*.c)))
override XV6 += $(xv6_basic)

xv6_files := $(foreach p,$(XV6),$(call outside_sources,$(p)))
$(call outside_check,XV6,$(xv6_files))
$(call outside_twice,XV6,$(foreach p,$(sort $(XV6)),$(call outside_name,$(p))))

xv6_object_of = $(call outside_object_of,$(XO),$(1))
xv6_includes = $(if $(wildcard $(dir $(1))../user/.),-I$(dir $(1))..) -I$(dir $(1))

define xv6_program
$(BUILD)/xv6/$(1).key: FORCE
	@$$(call write_key,$(2) $(XV6_LIB_OBJ))
$(BUILD)/xv6/$(1).sym: $(foreach s,$(call outside_sources,$(2)),$(call xv6_object_of,$(s))) $(XV6_LIB_OBJ) xv6/lib/xv6.ld $(BUILD)/xv6/$(1).key
	$$(call say,LD,$$@)
	$(Q)$(LD) $(XV6_LDFLAGS) -o $$@ $$(filter %.o,$$^)
$(BUILD)/xv6/$(1): $(BUILD)/xv6/$(1).sym tools/lines.awk
	$(Q)$$(call strip_with_lines,$$<,$$@)
XV6PROGS += $(BUILD)/xv6/$(1)
endef

$(foreach s,$(sort $(xv6_files)),$(eval $(call outside_object,$(s),$(call xv6_object_of,$(s)),\
	$(CC) $(XV6_CFLAGS) $(call xv6_includes,$(s)),$(XV6_FLAGS_FILE))))
$(foreach p,$(sort $(XV6)),$(eval $(call xv6_program,$(call outside_name,$(p)),$(p))))

.SECONDARY: $(XV6PROGS:%=%.sym)

# A program that was asked for replaces ours of the same name in the image.
UPROGS += $(xv6_basic:xv6/basic/%.c=$(BUILD)/xv6/%)
XV6PROGS := $(filter-out $(UPROGS),$(XV6PROGS))
UPROGS := $(foreach u,$(UPROGS),$(if $(filter $(notdir $(u)),$(notdir $(XV6PROGS))),,$(u)))

-include $(XV6_LIB_OBJ:.o=.d)
