# build.mk - programs from xv6 sources, which are compiled as they are.
#
#   make qemu XV6='path/a.c path/b.c'    -> /a and /b in the image
#   XV6='path/a.c+path/a_switch.S'       one program of two sources, /a
#   XV6FLAGS='-DLAB_PGTBL'               what its own Makefile would define
#
# Wants CC, LD, OBJCOPY, AR, TOOLCHAIN, BUILD, Q and say (mk/toolchain.mk, Makefile).
# Gives XV6PROGS, the stripped files; build/xv6/NAME.sym is with names and lines.

XO := $(BUILD)/xv6/obj-$(TOOLCHAIN)

# The sources are others': their warnings are shown and never stop a build, not
# even those that newer compilers take for errors.
XV6_CFLAGS := -std=gnu17 -march=rv64gc -mabi=lp64d -mcmodel=medany -O -g -fno-omit-frame-pointer \
	-ffreestanding -fno-common -fno-pic -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -Ixv6 $(XV6FLAGS) -Wno-main -Wno-format \
	-Wno-infinite-recursion -Wno-error=implicit-function-declaration \
	-Wno-error=implicit-int -Wno-error=int-conversion -Wno-error=incompatible-pointer-types
XV6_LIB_CFLAGS := $(filter-out $(XV6FLAGS),$(XV6_CFLAGS)) -Ikernel -O2 -Wall -Wextra \
	$(if $(WERROR),-Werror) -ffunction-sections \
	$(if $(LLVM),,-fno-tree-loop-distribute-patterns)
XV6_LDFLAGS := -melf64lriscv -static -nostdlib --gc-sections --build-id=none \
	-z max-page-size=4096 $(if $(LLVM),-z norelro) -T xv6/lib/xv6.ld

XV6_LIB_OBJ := $(patsubst %,$(XO)/%.o,$(wildcard xv6/lib/*.c xv6/lib/*.S))

XV6_FLAGS_FILE := $(BUILD)/xv6/flags
$(XV6_FLAGS_FILE): FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(XV6_CFLAGS) $(LD) $(XV6_LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(XV6_CFLAGS) $(LD) $(XV6_LDFLAGS)' > $@

# Weak: what a program defines itself takes the place of the library's.
$(XV6_LIB_OBJ): $(XO)/%.o: % $(XV6_FLAGS_FILE)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(XV6_LIB_CFLAGS) -MMD -MP -c -o $@ $<
	$(Q)$(OBJCOPY) --weaken $@

XV6PROGS :=

# $(call xv6_name,a.c+b.S): what the program is called.
xv6_sources = $(subst +, ,$(1))
xv6_name = $(basename $(notdir $(firstword $(xv6_sources))))

# Objects stand below the program's name, as two programs may come from files
# of one name.
define xv6_object
$(XO)/$(1)/$(notdir $(2)).o: $(2) $(XV6_FLAGS_FILE)
	$$(call say,CC,$(2))
	@mkdir -p $$(@D)
	$(Q)$(CC) $(XV6_CFLAGS) -MMD -MP -c -o $$@ $(2)
-include $(XO)/$(1)/$(notdir $(2)).d
endef

define xv6_program
$(foreach s,$(call xv6_sources,$(2)),$(eval $(call xv6_object,$(1),$(s))))
$(BUILD)/xv6/$(1).sym: $(patsubst %,$(XO)/$(1)/%.o,$(notdir $(call xv6_sources,$(2)))) $(XV6_LIB_OBJ) xv6/lib/xv6.ld
	$$(call say,LD,$$@)
	$(Q)$(LD) $(XV6_LDFLAGS) -o $$@ $$(filter %.o,$$^)
$(BUILD)/xv6/$(1): $(BUILD)/xv6/$(1).sym
	$(Q)$(OBJCOPY) --strip-all $$< $$@
XV6PROGS += $(BUILD)/xv6/$(1)
endef

$(foreach p,$(XV6),$(eval $(call xv6_program,$(call xv6_name,$(p)),$(p))))

.SECONDARY: $(XV6PROGS:%=%.sym)

# Asked for by name, so it takes the place of a program of ours in the image.
UPROGS := $(foreach u,$(UPROGS),$(if $(filter $(notdir $(u)),$(notdir $(XV6PROGS))),,$(u)))

-include $(XV6_LIB_OBJ:.o=.d)
