# build.mk - the test programs that run inside the machine, and an image with them.
#
#   make guest-tests     build/guest/abitest, abitest2, abitest3, stress
#   make test.img        build/test.img: all programs and the tests
#
# They need no library: the objects are linked with guest.ld alone.

GUEST_DIR := tests/guest
GUEST_OUT := $(BUILD)/guest
GUEST_TESTS := $(addprefix $(GUEST_OUT)/,abitest abitest2 abitest3 stress)

CC_USER ?= $(if $(filter-out cc,$(CC)),$(CC),riscv64-unknown-elf-gcc)
OBJCOPY_USER ?= $(or $(OBJCOPY),riscv64-unknown-elf-objcopy)
LD_USER ?= $(if $(filter-out ld,$(LD)),$(LD),riscv64-unknown-elf-ld)

GUEST_CFLAGS := -std=gnu17 -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding \
	-fno-builtin -fno-common -fno-pic -fno-stack-protector -Os -g -Wall -Wextra \
	-Wframe-larger-than=1024 $(if $(WERROR),-Werror) -Ikernel -I$(GUEST_DIR)
GUEST_LDFLAGS := -static -z max-page-size=4096

guest_obj = $(addprefix $(GUEST_OUT)/obj/$(TOOLCHAIN)/,$(addsuffix .o,$(1)))

GUEST_LIB := start.S lib.c obs/look.c
ABITEST_SRC := $(patsubst $(GUEST_DIR)/%,%,$(sort $(wildcard $(GUEST_DIR)/*/t_*.c)))
ABITEST2_SRC := $(filter mm/t_mmap% mm/t_mremap% mm/t_cut% mm/t_super% mm/t_stale% rules/t_regress% \
	obs/t_options% obs/t_ledger% exec/t_exec_% exec/t_elf% fs/t_dev% fs/t_race% fs/t_poll% \
	fs/t_fcntl% fs/t_at% proc/t_alarm% proc/t_stop% proc/t_sandbox% \
	proc/t_names% thread/t_%,$(ABITEST_SRC))
ABITEST3_SRC := $(filter obs/t_obs% mm/t_vm% mm/t_lazy%,$(ABITEST_SRC))

.PHONY: guest-tests test.img
guest-tests: $(GUEST_TESTS)

$(GUEST_OUT)/abitest.sym: $(call guest_obj,$(GUEST_LIB) regs.S elf.c abitest.c \
	$(filter-out $(ABITEST2_SRC) $(ABITEST3_SRC),$(ABITEST_SRC)))
$(GUEST_OUT)/abitest2.sym: $(call guest_obj,$(GUEST_LIB) regs.S elf.c abitest.c $(ABITEST2_SRC))
$(GUEST_OUT)/abitest3.sym: $(call guest_obj,$(GUEST_LIB) regs.S elf.c abitest.c $(ABITEST3_SRC))
$(GUEST_OUT)/stress.sym: $(call guest_obj,$(GUEST_LIB) stress.c)

GUEST_FLAGS_FILE := $(GUEST_OUT)/flags
$(GUEST_FLAGS_FILE): FORCE
	@$(call write_key,$(CC_USER) $(GUEST_CFLAGS) $(LD_USER) $(ABITEST_SRC) / $(ABITEST2_SRC) / $(ABITEST3_SRC))

$(GUEST_TESTS:=.sym): $(GUEST_DIR)/guest.ld $(GUEST_FLAGS_FILE)
	$(call say,LD,$(basename $@))
	$(Q)$(LD_USER) $(GUEST_LDFLAGS) -T $(GUEST_DIR)/guest.ld -o $@ $(filter %.o,$^)

# Without names and lines: a file of an image has at most 268 KiB.
$(GUEST_TESTS): %: %.sym
	$(Q)$(OBJCOPY_USER) -S $< $@

$(GUEST_OUT)/obj/$(TOOLCHAIN)/%.o: $(GUEST_DIR)/% $(GUEST_DIR)/build.mk $(GUEST_FLAGS_FILE)
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC_USER) $(GUEST_CFLAGS) -MMD -MP -c -o $@ $<

# Linked like the programs in user/bin.
USER_TESTS := $(addprefix $(GUEST_OUT)/,alarms crash posix posixcalls posixfiles signals steady streams threads)

# The same in C++.
USER_CXX := $(if $(LLVM),,$(shell command -v riscv64-unknown-elf-g++))
USER_CXXFLAGS = -std=gnu++17 -fno-exceptions -fno-rtti -isystem $(shell $(USER_CXX) -print-file-name=include) \
	$(filter-out -std=% -iquote user/lib user/sh kernel,$(USER_CFLAGS)) -iquote kernel
$(GUEST_OUT)/cxx.o: tests/qemu/programs/cxx.cc $(USER_FLAGS_FILE)
	$(call say,CXX,$@)
	@mkdir -p $(@D)
	$(Q)$(USER_CXX) $(USER_CXXFLAGS) -MMD -MP -c -o $@ $<
$(GUEST_OUT)/cxx.sym: $(GUEST_OUT)/cxx.o $(USER_LIB_OBJ) $(USER_PTHREAD) user/lib/user.ld
	$(call say,LD,$(basename $@))
	$(Q)$(call user_link,$@,$<)
$(GUEST_OUT)/cxx: $(GUEST_OUT)/cxx.sym
	$(Q)$(OBJCOPY_USER) -S $< $@
CXX_TEST := $(if $(USER_CXX),$(GUEST_OUT)/cxx)
$(foreach t,$(notdir $(USER_TESTS)),$(eval $(GUEST_OUT)/$(t).sym: \
	$(UO)/$(firstword $(wildcard tests/qemu/programs/$(t).c tests/qemu/programs/*/$(t).c)).o))
$(USER_TESTS:=.sym): $(USER_LIB_OBJ) $(USER_PTHREAD) user/lib/user.ld
	$(call say,LD,$(basename $@))
	@mkdir -p $(@D)
	$(Q)$(call user_link,$@,$(filter $(UO)/tests/%,$^))

$(USER_TESTS): %: %.sym tools/lines.awk
	$(Q)$(call strip_with_lines,$<,$@)

# Links every function that docs/posix.md says there is.
guest-tests: $(GUEST_OUT)/functions.sym
$(GUEST_OUT)/functions.c: docs/posix.md tests/guest/functions.sed
	@mkdir -p $(@D)
	$(Q)sed -n -f tests/guest/functions.sed $< > $@
$(GUEST_OUT)/functions.o: $(GUEST_OUT)/functions.c $(USER_FLAGS_FILE)
	$(Q)$(CC) $(USER_CFLAGS) -fno-builtin -c -o $@ $<
$(GUEST_OUT)/functions.sym: $(GUEST_OUT)/functions.o $(USER_LIB_OBJ) $(USER_PTHREAD) user/lib/user.ld
	$(call say,LD,$@)
	$(Q)$(call user_link,$@,$< --no-gc-sections)

-include $(wildcard $(GUEST_OUT)/obj/$(TOOLCHAIN)/*.d $(GUEST_OUT)/obj/$(TOOLCHAIN)/*/*.d)

test.img: $(BUILD)/test.img
$(BUILD)/test.img.files: FORCE
	@$(call write_key,$(UPROGS) $(GUEST_TESTS) $(USER_TESTS) $(CXX_TEST) $(USER_EXAMPLES))
$(BUILD)/test.img: $(GUEST_TESTS) $(USER_TESTS) $(CXX_TEST) $(USER_EXAMPLES) $(UPROGS) README.md $(HOST_TOOLS) $(BUILD)/test.img.files
	$(call say,MKFS,$@)
	$(Q)$(BUILD)/mkfs -s 4000 $@ README.md:README $(sort $(UPROGS) $(USER_EXAMPLES)) $(GUEST_TESTS) $(USER_TESTS) $(CXX_TEST)
