# kernel.mk - kernel/kernel and kernel/kernel.sym from every .c and .S in kernel/.
#
# Objects go to $(BUILD)/kernel-VARIANT/.  The kernel that was linked last is copied to
# kernel/kernel, where debuggers and scripts expect it, or to its like in BUILD.

KB := $(BUILD)/kernel-$(VARIANT)
KERNEL_COPY := $(ELSEWHERE)kernel/kernel
KERNEL_LD := kernel/arch/riscv/kernel.ld
ASM_OFFSETS_C := $(wildcard kernel/arch/riscv/asm_offsets.c)

KERNEL_SRC := $(sort $(filter-out $(ASM_OFFSETS_C),$(shell find kernel -name '*.c' -o -name '*.S')))
KERNEL_OBJ := $(patsubst %,$(KB)/%.o,$(KERNEL_SRC))

# Frame pointers are for backtraces.  Most other -fno- flags are needed because there is no
# C library, no loader and no process here.
KERNEL_CFLAGS := -std=gnu17 -march=$(KERNEL_MARCH) -mabi=lp64 -mcmodel=medany \
	-ffreestanding -fno-common -fno-pie -fno-stack-protector -fno-omit-frame-pointer \
	-fno-delete-null-pointer-checks -fno-strict-aliasing -fno-asynchronous-unwind-tables \
	-O2 -g -Wall -Wextra -Wframe-larger-than=512 -Ikernel -I$(KB)/include \
	$(if $(WERROR),-Werror) $(if $(CHECK),-DPAGODA_CHECK) $(KERNEL_EXTRA_CFLAGS)
# Assembly saves floating-point registers; C code in the kernel never uses them.
KERNEL_ASFLAGS := $(subst rv64imac,rv64imafdc,$(KERNEL_CFLAGS)) -D__ASSEMBLY__
KERNEL_LDFLAGS := -melf64lriscv -static -nostdlib --build-id=none -z noexecstack \
	-z max-page-size=4096 -T $(KERNEL_LD)

# The compiler must not turn the loops in memset and memcpy into calls of themselves.
CFLAGS_kernel/lib/string.c := $(if $(LLVM),-fno-builtin,-fno-tree-loop-distribute-patterns)

# Changes when the commands do, so that everything is compiled again.
KERNEL_FLAGS_FILE := $(KB)/flags
$(KERNEL_FLAGS_FILE): FORCE
	@$(call write_key,$(CC) $(KERNEL_CFLAGS) $(LD) $(KERNEL_LDFLAGS))

# Structure offsets for assembly: lines `@@ NAME VALUE` in the compiler's output.
ASM_OFFSETS_H := $(KB)/include/asm_offsets.h
$(ASM_OFFSETS_H): $(ASM_OFFSETS_C) $(KERNEL_FLAGS_FILE)
	$(call say,OFFSETS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_CFLAGS) -Wno-pedantic $(if $(LLVM),-Xclang -no-integrated-as) \
		-MMD -MP -MF $@.d -MT $@ -S -o $@.s $<
	$(Q)sed -n 's/^[[:blank:]]*@@ \([A-Za-z0-9_]*\) \(.*\)$$/#define \1 \2/p' $@.s > $@

$(KB)/%.c.o: %.c $(KERNEL_FLAGS_FILE)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(CFLAGS_$<) -MMD -MP -c -o $@ $<

$(KB)/%.S.o: %.S $(KERNEL_FLAGS_FILE) $(if $(ASM_OFFSETS_C),$(ASM_OFFSETS_H))
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_ASFLAGS) -MMD -MP -c -o $@ $<

# Three links: without a table of names, with the names of the first link, and with those
# of the second.  The second table has its final size, so its addresses are final.
define link_with_names
NM=$(NM) mk/ksyms.sh $(2) > $(KB)/ksyms.S && $(CC) $(KERNEL_CFLAGS) -c -o $(KB)/ksyms.o $(KB)/ksyms.S && \
$(LD) $(KERNEL_LDFLAGS) -Map=$(1).map -o $(1) $(KERNEL_OBJ) $(KB)/ksyms.o
endef

# Changes when a source file is removed, which the times of the other files do not show.
$(KB)/objects: FORCE
	@$(call write_key,$(KERNEL_OBJ))

$(KB)/kernel.elf: $(KERNEL_OBJ) $(KB)/objects $(KERNEL_LD) mk/kernel.mk mk/ksyms.sh
	$(call say,LD,$@)
	$(Q)$(call link_with_names,$(KB)/names0.elf,)
	$(Q)$(call link_with_names,$(KB)/names1.elf,$(KB)/names0.elf)
	$(Q)$(call link_with_names,$@,$(KB)/names1.elf)

# FORCE: another variant may have been copied here meanwhile.
$(KERNEL_COPY): $(KB)/kernel.elf FORCE
	@mkdir -p $(@D)
	@cmp -s $< $@ || cp $< $@

$(KERNEL_COPY).sym: $(KERNEL_COPY)
	$(Q)$(NM) -n $< | sed -n 's/^\([0-9a-f]\{16\}\) [a-zA-Z] \([A-Za-z_][A-Za-z0-9_.$$]*\)$$/\1 \2/p' > $@

$(KERNEL_COPY).asm: $(KERNEL_COPY)
	$(Q)$(OBJDUMP) -S $< > $@

-include $(KERNEL_OBJ:.o=.d) $(ASM_OFFSETS_H).d

# For checks: the compiler with its flags, and the kernel without its copy.
.PHONY: print-kernel-cc kernel-only
print-kernel-cc:
	$(info $(CC) $(KERNEL_CFLAGS))@:

kernel-only: $(KB)/kernel.elf
