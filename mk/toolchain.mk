# toolchain.mk - which compiler makes RISC-V code.
#
# The first that is installed: a gcc with one of TOOLPREFIXES before its name, else clang
# with lld.  TOOLPREFIX=... chooses a gcc, LLVM=1 chooses clang, on make's command line or
# in the environment; tools/deps.sh looks for the same.
# Sets CC LD NM OBJDUMP OBJCOPY AR, TOOLCHAIN (elf, linux, other or clang), KERNEL_MARCH.

has = $(shell command -v $(1) 2>/dev/null)

TOOLPREFIXES := riscv64-unknown-elf- riscv64-elf- riscv64-none-elf- riscv64-linux-gnu- riscv64-unknown-linux-gnu-
FOUND_PREFIX := $(firstword $(foreach p,$(TOOLPREFIXES),$(if $(call has,$(p)gcc),$(p))))

# override: an empty TOOLPREFIX= on the command line chooses nothing.
ifeq ($(LLVM)$(TOOLPREFIX),)
  ifneq ($(FOUND_PREFIX),)
    override TOOLPREFIX := $(FOUND_PREFIX)
  else ifneq ($(and $(call has,clang),$(call has,ld.lld)),)
    override LLVM := 1
  else
    override TOOLPREFIX := riscv64-unknown-elf-
  endif
endif

ifneq ($(LLVM),)
  TOOLCHAIN := clang
  CC := clang --target=riscv64-unknown-elf -mno-relax
  LD := ld.lld
  NM := llvm-nm
  OBJDUMP := llvm-objdump
  OBJCOPY := llvm-objcopy
  AR := llvm-ar
else
  TOOLCHAIN := $(if $(findstring -elf-,$(TOOLPREFIX)),elf,$(if $(findstring linux,$(TOOLPREFIX)),linux,other))
  CC := $(TOOLPREFIX)gcc
  LD := $(TOOLPREFIX)ld
  NM := $(TOOLPREFIX)nm
  OBJDUMP := $(TOOLPREFIX)objdump
  OBJCOPY := $(TOOLPREFIX)objcopy
  AR := $(TOOLPREFIX)ar
endif

# gcc 12 needs the two extensions for CSR instructions and fence.i, clang 14 rejects them.
KERNEL_MARCH := $(shell $(CC) -march=rv64imac_zicsr_zifencei -mabi=lp64 -fsyntax-only \
	-x c /dev/null >/dev/null 2>&1 && echo rv64imac_zicsr_zifencei || echo rv64imac)

# The kind of build, part of folder names, so that two kinds never share an object.
VARIANT := $(TOOLCHAIN)$(if $(CHECK),-check)

HOSTCC ?= cc

# $(call strip_with_lines,PROGRAM,OUTPUT): without symbols, and with the line table at the
# end, outside of all segments, which the kernel reads when the program dies
# (kernel/lib/lines.h).
strip_with_lines = $(OBJCOPY) --strip-all $(1) $(2) && \
	$(OBJDUMP) -d -l $(1) 2>/dev/null | LC_ALL=C awk -f tools/lines.awk >> $(2)
