# host.mk - the programs that run on this computer: mkfs and fsck.

HOST_CFLAGS ?= -std=gnu17 -O2 -g -Wall -Wextra
HOST_ALL_CFLAGS := $(HOST_CFLAGS) $(if $(WERROR),-Werror) -Ikernel -Itools

HOST_TOOLS := $(foreach t,mkfs fsck,$(if $(wildcard tools/$(t).c),$(BUILD)/$(t)))

.PHONY: host-tools
host-tools: $(HOST_TOOLS)

$(BUILD)/mkfs $(BUILD)/fsck: $(BUILD)/%: tools/%.c tools/fsimg.c $(wildcard tools/*.h) kernel/uapi/fsformat.h
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_ALL_CFLAGS) -o $@ $(filter %.c,$^)
