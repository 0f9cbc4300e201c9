# host.mk - the programs that run on this computer: mkfs, fsck, console-run,
# udp-server, bench-tool, scope.
#
# Each is made of the prerequisites named here and of those that tools/build.mk adds.

HOST_CFLAGS ?= -O2 -g
HOST_ALL_CFLAGS := -std=gnu17 $(HOST_CFLAGS) -Wall -Wextra $(if $(WERROR),-Werror) -Ikernel -Itools/image -Iscope

HOST_TOOLS := $(BUILD)/mkfs $(BUILD)/fsck $(BUILD)/console-run

.PHONY: host-tools
# The benchmark's tool is for Linux.
host-tools: $(HOST_TOOLS) $(BUILD)/udp-server $(BUILD)/scope $(if $(filter Linux,$(shell uname -s)),$(BUILD)/bench-tool)

-include tools/build.mk

$(BUILD)/mkfs: tools/image/mkfs.c
$(BUILD)/fsck: tools/image/fsck.c
$(BUILD)/console-run: tools/console/console_run.c
$(BUILD)/udp-server: tools/net/udp_server.c
$(BUILD)/bench-tool: tools/bench/main.c
$(BUILD)/bench-tool: HOST_LIBS := -lm

# Changes when flags or sources do, so that the tools are built again.
HOST_FLAGS_FILE := $(BUILD)/host-flags
$(HOST_FLAGS_FILE): FORCE
	@$(call write_key,$(HOSTCC) $(HOST_ALL_CFLAGS) $(wildcard tools/*/*.c))

$(HOST_TOOLS) $(BUILD)/udp-server $(BUILD)/bench-tool: $(wildcard tools/*/*.h) kernel/uapi/fsformat.h kernel/fs/store/layout.h $(HOST_FLAGS_FILE)
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_ALL_CFLAGS) -o $@ $(filter %.c,$^) $(HOST_LIBS)

# --- scope -------------------------------------------------------------------

SCOPE_DECODE := $(wildcard scope/ram/*.c scope/decode/*.c scope/view/*.c)
SCOPE_HEADERS := $(wildcard scope/*.h scope/*/*.h kernel/uapi/*.h kernel/lib/*.h kernel/arch/riscv/*.h \
	kernel/mm/space/*.h)
SCOPE_SERVE := $(filter-out scope/track/replay.c,$(wildcard scope/track/*.c scope/serve/*.c))
SCOPE_PAGE := scope/page/dist/scope.html

# The server needs libwebsockets; without it scope has only its text.  This is asked when
# scope is made, not each time that make reads this file.
SCOPE_LWS = $(shell $(HOSTCC) -include libwebsockets.h -E -x c /dev/null >/dev/null 2>&1 && echo -lwebsockets || \
	pkg-config --cflags --libs libwebsockets 2>/dev/null)

SCOPE_FLAGS_FILE := $(BUILD)/scope-flags
$(SCOPE_FLAGS_FILE): FORCE
	@$(call write_key,$(HOSTCC) $(HOST_ALL_CFLAGS) $(SCOPE_DECODE) $(SCOPE_SERVE) $(SCOPE_PAGE) $(SCOPE_LWS))

$(BUILD)/scope: $(wildcard scope/*.c) scope/track/replay.c $(SCOPE_DECODE) $(SCOPE_SERVE) $(SCOPE_HEADERS) $(SCOPE_PAGE) $(SCOPE_FLAGS_FILE)
	$(call say,HOSTCC,$@)
	@mkdir -p $(@D)
	$(Q)lws='$(SCOPE_LWS)'; $(HOSTCC) $(HOST_ALL_CFLAGS) -o $@ $(filter-out $(SCOPE_SERVE),$(filter %.c,$^)) \
		$${lws:+-DSCOPE_SERVES -DSCOPE_PAGE='"$(SCOPE_PAGE)"' $(SCOPE_SERVE) $$lws}

# What decodes RAM, for the page in a browser; scope/wasm/glue.c has its exports.
$(BUILD)/scope.wasm: scope/wasm/glue.c $(SCOPE_DECODE) kernel/lib/string.c $(SCOPE_HEADERS)
	$(call say,WASM,$@)
	@mkdir -p $(@D)
	$(Q)clang --target=wasm32 -ffreestanding -fno-builtin -std=gnu17 -O2 -nostdlib -Wall -Wextra $(if $(WERROR),-Werror) \
		-Ikernel -Iscope -Wl,--no-entry,--strip-all -o $@ $(filter %.c,$^)

# The page: one file, which is committed, as not everybody has npm.  tools/check/page.py compares.
.PHONY: scope-page
scope-page: $(BUILD)/scope.wasm
	$(call say,PAGE,scope/page/dist/scope.html)
	$(Q)cd scope/page && npm ci --silent --ignore-scripts --no-audit --no-fund && npx tsc --noEmit
	@mkdir -p scope/page/dist
	$(Q)node scope/page/build.mjs --wasm $(abspath $<) --digest $$(tools/check/page.py --digest) \
		--clang "$$(clang --version | head -n 1)"
