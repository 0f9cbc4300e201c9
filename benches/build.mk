# build.mk - the programs of the benchmark, and images with them.
#
#   make bench-files     all that ./bench wants, in build/bench/: the programs bench and
#                        benchpar for kernels of the xv6 family and (-linux) for Linux,
#                        plain.img, big.img (of the file system lab), the kernel, the plugin
#   make bench-programs  the programs alone

BENCH_OUT := $(BUILD)/bench
# The last has a page of data, which is to come after the data of the others.
BENCH_SRC := bench.c common.c process.c memory.c thread.c file.c
BENCHPAR_SRC := parallel.c common.c
# XV6_BASE: the calls of stock xv6 alone.
BENCH_CFLAGS := -DXV6_BASE -Werror=implicit-function-declaration $(filter-out $(XV6_DEFINES) -O -Wno-error=implicit-function-declaration,$(XV6_CFLAGS)) -Os -Wall -Wextra $(if $(WERROR),-Werror)

bench_obj = $(patsubst %,$(BENCH_OUT)/obj-$(TOOLCHAIN)/$(1)/%.o,$(2))
BENCH_OBJ := $(call bench_obj,xv6,$(sort $(BENCH_SRC) $(BENCHPAR_SRC))) $(call bench_obj,linux,$(sort $(BENCH_SRC) $(BENCHPAR_SRC) linux.c))

BENCH_FLAGS_FILE := $(BENCH_OUT)/flags
$(BENCH_FLAGS_FILE): FORCE
	@$(call write_key,$(CC) $(BENCH_CFLAGS) $(LD) $(XV6_LDFLAGS) $(UPROGS))

$(BENCH_OUT)/obj-$(TOOLCHAIN)/xv6/%.o: benches/% $(BENCH_FLAGS_FILE)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -MMD -MP -c -o $@ $<

$(BENCH_OUT)/obj-$(TOOLCHAIN)/linux/%.o: benches/% $(BENCH_FLAGS_FILE)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_CFLAGS) -DBENCH_LINUX -MMD -MP -c -o $@ $<

BENCH_XV6 := $(BENCH_OUT)/bench $(BENCH_OUT)/benchpar
BENCH_LINUX := $(BENCH_OUT)/bench-linux $(BENCH_OUT)/benchpar-linux

$(BENCH_OUT)/bench.sym: $(call bench_obj,xv6,$(BENCH_SRC))
$(BENCH_OUT)/benchpar.sym: $(call bench_obj,xv6,$(BENCHPAR_SRC))
$(BENCH_OUT)/bench-linux.sym: $(call bench_obj,linux,linux.c $(BENCH_SRC))
$(BENCH_OUT)/benchpar-linux.sym: $(call bench_obj,linux,linux.c $(BENCHPAR_SRC))

$(BENCH_XV6:=.sym): $(XV6_LIB_OBJ) xv6/lib/xv6.ld $(BENCH_FLAGS_FILE)
	$(call say,LD,$@)
	$(Q)$(LD) $(XV6_LDFLAGS) -o $@ $(filter %.o,$^)

# Linux has no program at 0.
$(BENCH_LINUX:=.sym): xv6/lib/xv6.ld $(BENCH_FLAGS_FILE)
	$(call say,LD,$@)
	$(Q)$(LD) --defsym=FIRST_ADDRESS=0x10000 $(XV6_LDFLAGS) -o $@ $(filter %.o,$^)

$(BENCH_XV6) $(BENCH_LINUX): %: %.sym
	$(Q)$(OBJCOPY) --strip-all $< $@

# Enough inodes for a directory of 500 files, and blocks that append never waits for the log to
# free some.  --big: files of 8 MiB.
$(BENCH_OUT)/plain.img: benches/build.mk $(BENCH_XV6) $(UPROGS) $(IMAGE_README) $(HOST_TOOLS)
	$(call say,MKFS,$@)
	$(Q)$(BUILD)/mkfs -s 6000 -i 800 $@ $(IMAGE_README) $(UPROGS) $(BENCH_XV6)

$(BENCH_OUT)/big.img: benches/build.mk $(BENCH_XV6) $(UPROGS) $(IMAGE_README) $(HOST_TOOLS)
	$(call say,MKFS,$@)
	$(Q)$(BUILD)/mkfs --big -s 20000 -i 800 $@ $(IMAGE_README) $(UPROGS) $(BENCH_XV6)

# 702 is QEMU 7.2.
BENCH_QEMU = $(shell $(QEMU) --version | sed -n '1s/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | { read a b; echo $$((a * 100 + b)); })
$(BENCH_OUT)/plugin.so: tools/bench/plugin.c $(HOST_FLAGS_FILE)
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_ALL_CFLAGS) -fvisibility=hidden -DQEMU=$(BENCH_QEMU) -shared -fPIC -o $@ $<

# A copy: kernel/kernel may become another variant while it is measured.
$(BENCH_OUT)/kernel: $(KB)/kernel.elf FORCE
	@mkdir -p $(@D)
	@cmp -s $< $@ || cp $< $@

.PHONY: bench-programs bench-files
bench-programs: $(BENCH_XV6) $(BENCH_LINUX)
bench-files: bench-programs $(BENCH_OUT)/kernel $(BENCH_OUT)/plugin.so $(BENCH_OUT)/plain.img $(BENCH_OUT)/big.img $(BUILD)/bench-tool

# The compiler and its version, as benches/budgets names it.
.PHONY: print-compiler
print-compiler:
	$(info $(if $(LLVM),clang,gcc)-$(firstword $(subst ., ,$(shell $(CC) -dumpversion))))@:

-include $(BENCH_OBJ:.o=.d)
