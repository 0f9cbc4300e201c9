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
# Wants CC, LD, OBJCOPY, AR, TOOLCHAIN, BUILD, Q and say (mk/toolchain.mk, Makefile).
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

# $(call xv6_name,a.c+b.S): what the program is called.
xv6_sources = $(subst +, ,$(1))
xv6_name = $(basename $(notdir $(firstword $(xv6_sources))))

# A program in assembly and C has the names of the thread lab: a.c and a_switch.S.
xv6_with_switch = $(foreach c,$(1),$(c)$(addprefix +,$(wildcard $(c:.c=_switch.S))))

# An example gives way to a program of that name that was asked for.
xv6_examples := $(if $(EXAMPLES),$(filter-out $(foreach p,$(XV6),%/$(call xv6_name,$(p)).c),$(wildcard xv6/examples/*.c)))
override XV6 := $(strip $(XV6) $(call xv6_with_switch,$(xv6_examples)))
# So do the basic programs.
xv6_basic := $(if $(PICOLIBC_LIB),,$(filter-out $(foreach p,$(XV6),%/$(call xv6_name,$(p)).c),$(wildcard xv6/basic/*.c)))
override XV6 += $(xv6_basic)

xv6_files := $(foreach p,$(XV6),$(call xv6_sources,$(p)))
$(call require_files,XV6,$(xv6_files), and a + the sources of one program)
$(foreach f,$(xv6_files),$(if $(findstring %,$(f))$(findstring =,$(f))$(findstring :,$(f)),\
	$(error XV6: $(f): a name with %, = or : in it does not work here)))
xv6_names := $(foreach p,$(sort $(XV6)),$(call xv6_name,$(p)))
$(foreach n,$(sort $(xv6_names)),$(if $(word 2,$(filter $(n),$(xv6_names))),\
	$(error XV6='$(XV6)': two programs are called $(n))))

# Objects are named by the path of their source, because many sources have the same name.
# An object's key has checksums of its source and headers: if these are replaced by other
# files, the new ones may be older than the object.
xv6_object_of = $(XO)/of/$(subst ..,__,$(1)).o
xv6_includes = $(if $(wildcard $(dir $(1))../user/.),-I$(dir $(1))..) -I$(dir $(1))

define xv6_object
$(2).key: FORCE
	@mkdir -p $$(@D)
	@$$(key) | cmp -s - $$@ || $$(key) > $$@
$(2) $(2).key: key = { echo $(1); cksum $(1) $$$$(sed -n 's/:$$$$//p' $(2:.o=.d) 2>/dev/null) 2>/dev/null; }
$(2): $(1) $(2).key $(XV6_FLAGS_FILE)
	$$(call say,CC,$(1))
	$(Q)$(CC) $(XV6_CFLAGS) $(call xv6_includes,$(1)) -MMD -MP -c -o $$@ $(1)
	@$$(key) > $$@.key && touch $$@
-include $(2:.o=.d)
endef

define xv6_program
$(BUILD)/xv6/$(1).key: FORCE
	@$$(call write_key,$(2) $(XV6_LIB_OBJ))
$(BUILD)/xv6/$(1).sym: $(foreach s,$(call xv6_sources,$(2)),$(call xv6_object_of,$(s))) $(XV6_LIB_OBJ) xv6/lib/xv6.ld $(BUILD)/xv6/$(1).key
	$$(call say,LD,$$@)
	$(Q)$(LD) $(XV6_LDFLAGS) -o $$@ $$(filter %.o,$$^)
$(BUILD)/xv6/$(1): $(BUILD)/xv6/$(1).sym
	$(Q)$(OBJCOPY) --strip-all $$< $$@
XV6PROGS += $(BUILD)/xv6/$(1)
endef

$(foreach s,$(sort $(xv6_files)),$(eval $(call xv6_object,$(s),$(call xv6_object_of,$(s)))))
$(foreach p,$(sort $(XV6)),$(eval $(call xv6_program,$(call xv6_name,$(p)),$(p))))

.SECONDARY: $(XV6PROGS:%=%.sym)

# A program that was asked for replaces ours of the same name in the image.
UPROGS += $(xv6_basic:xv6/basic/%.c=$(BUILD)/xv6/%)
XV6PROGS := $(filter-out $(UPROGS),$(XV6PROGS))
UPROGS := $(foreach u,$(UPROGS),$(if $(filter $(notdir $(u)),$(notdir $(XV6PROGS))),,$(u)))

-include $(XV6_LIB_OBJ:.o=.d)
