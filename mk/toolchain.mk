# toolchain.mk - which compiler makes RISC-V code.
#
# The first that is there: riscv64-unknown-elf-gcc, riscv64-linux-gnu-gcc,
# clang with lld.  TOOLPREFIX=... forces a gcc, LLVM=1 forces clang.
# Sets CC LD NM OBJDUMP OBJCOPY AR, TOOLCHAIN (elf, linux, other or clang), KERNEL_MARCH.

has = $(shell command -v $(1) 2>/dev/null)

ifeq ($(LLVM)$(TOOLPREFIX),)
  ifneq ($(call has,riscv64-unknown-elf-gcc),)
    TOOLPREFIX := riscv64-unknown-elf-
  else ifneq ($(call has,riscv64-linux-gnu-gcc),)
    TOOLPREFIX := riscv64-linux-gnu-
  else ifneq ($(and $(call has,clang),$(call has,ld.lld)),)
    LLVM := 1
  else
    TOOLPREFIX := riscv64-unknown-elf-
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
  TOOLCHAIN := $(if $(findstring unknown-elf,$(TOOLPREFIX)),elf,$(if $(findstring linux,$(TOOLPREFIX)),linux,other))
  CC := $(TOOLPREFIX)gcc
  LD := $(TOOLPREFIX)ld
  NM := $(TOOLPREFIX)nm
  OBJDUMP := $(TOOLPREFIX)objdump
  OBJCOPY := $(TOOLPREFIX)objcopy
  AR := $(TOOLPREFIX)ar
endif

# gcc 12 wants the two words for CSR instructions and fence.i, clang 14 refuses them.
KERNEL_MARCH := $(shell $(CC) -march=rv64imac_zicsr_zifencei -mabi=lp64 -fsyntax-only \
	-x c /dev/null >/dev/null 2>&1 && echo rv64imac_zicsr_zifencei || echo rv64imac)

# Names the kind of build, so that two kinds never share an object.
VARIANT := $(TOOLCHAIN)$(if $(CHECK),-check)

HOSTCC ?= cc
