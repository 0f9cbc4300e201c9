# image.mk - fs.img: made once, then kept; programs that change are put into it.
#
# UPROGS (user/build.mk) and XV6PROGS (xv6/build.mk) are the programs, as are PROGS
# (user/prog.mk); ADD is any file or folder.  DISK=64M is the size of a new image.  mk/image.sh says what happens to an image that exists.

IMAGE ?= $(ELSEWHERE)fs.img
XV6PROGS ?=
ADD ?=
PROGS ?=
$(call require_files,ADD,$(foreach f,$(ADD),$(firstword $(subst :, ,$(f)))))

.PHONY: programs
programs: $(UPROGS) $(XV6PROGS)

# Without picolibc there are the programs of xv6/basic, and those that were asked for.
PICOLIBC_MISSING := $(if $(PICOLIBC_LIB),,$(BUILD)/no-picolibc)
$(UPROGS) $(XV6PROGS): | $(PICOLIBC_MISSING)
$(BUILD)/no-picolibc:
	@mkdir -p $(@D)
	@echo "picolibc is not in $(PICOLIBC), so the programs of user/ are left out: the image has" >&2
	@echo "a small shell and xv6 programs.  docs/install.md says how to get picolibc." >&2
	@touch $@

# Scripts that drive the console wait for the two bytes of the prompt, so none of our
# files may contain them.
IMAGE_README := $(BUILD)/README
$(IMAGE_README): README.md
	@mkdir -p $(@D)
	@sed 's/\$$ /% /g' $< > $@

# What an added file takes away from the image is said.
add_name = $(firstword $(subst /, ,$(if $(findstring :,$(1)),$(lastword $(subst :, ,$(1))),$(notdir $(abspath $(1))))))
ADD_REPLACES := $(strip $(foreach f,$(ADD),$(filter $(call add_name,$(f)),$(notdir $(UPROGS)))))

$(IMAGE): $(UPROGS) $(PROGS) $(XV6PROGS) $(IMAGE_README) $(HOST_TOOLS) FORCE
	@$(if $(ADD_REPLACES),echo "note: what was added takes the place of a program: $(ADD_REPLACES)" >&2)
	@mk/image.sh $(if $(silent),-q) $(if $(FSBIG),-b) $(if $(DISK),-d $(DISK),$(if $(FSSIZE),-s $(FSSIZE))) $(BUILD)/mkfs $(IMAGE) $(BUILD)/$(subst /,_,$(IMAGE)).stamp \
		-- $(IMAGE_README) $(UPROGS) -- $(PROGS) $(XV6PROGS) $(ADD)
