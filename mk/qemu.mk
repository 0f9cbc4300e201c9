# qemu.mk - starting the machine.

QEMU ?= qemu-system-riscv64
CPUS ?= 3
MEM ?= 128M
KERNEL ?= $(KERNEL_COPY)
GDBPORT ?= $(shell expr $$(id -u) % 5000 + 25000)

# The kernel takes the first value that it is given for an option.  RUN_BOOT is what ./run
# adds to them.
BOOTLINE = $(strip $(BOOTARGS) $(RUN_BOOT) $(if $(FSBIG),fsbig=on) $(LAB_BOOT))

# RAM=file: the machine's RAM is this file, which scope reads.  -m takes a number as MiB, an
# object as bytes.
RAM_SIZE = $(MEM)$(if $(filter %M %m %G %g,$(MEM)),,M)
RAM_OPTIONS = ,memory-backend=ram -object memory-backend-file,id=ram,size=$(RAM_SIZE),mem-path=$(RAM),share=on

QEMUOPTS = -machine virt$(if $(RAM),$(RAM_OPTIONS)) -bios default -kernel $(KERNEL) -m $(MEM) -smp $(CPUS) -nographic \
	$(if $(LEGACY),,-global virtio-mmio.force-legacy=false) \
	-drive file=$(IMAGE),if=none,format=raw,id=x0 \
	-device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0 $(NETOPTS) \
	$(if $(COUNT),-icount shift=0) $(if $(BOOTLINE),-append '$(BOOTLINE)') $(QEMUEXTRA)

.PHONY: boot-files print-qemu qemu qemu-nox qemu-fs qemu-gdb gdb print-gdbport

boot-files: $(KERNEL_COPY) $(KERNEL_COPY).sym $(IMAGE) $(HOST_TOOLS) $(if $(PICOLIBC_LIB),$(SDK_CONFIG))

# The usual names, for what lies elsewhere.
ifneq ($(ELSEWHERE),)
.PHONY: kernel/kernel kernel/kernel.asm
kernel/kernel kernel/kernel.asm: %: $(ELSEWHERE)%
ifneq ($(IMAGE),fs.img)
.PHONY: fs.img
fs.img: $(IMAGE)
endif
endif

print-qemu:
	$(info $(QEMU) $(QEMUOPTS))@:

# `exec`: make passes SIGTERM on to its child, which is then QEMU itself.
qemu: boot-files
	@exec $(QEMU) $(QEMUOPTS)

# Names that other xv6 Makefiles have for it.
qemu-nox qemu-fs: qemu

# In /proc/net/tcp a listening socket is `address:PORT 0:0 0A`, in hex.
qemu-gdb: boot-files
	@if grep -qs ":$$(printf %04X $(GDBPORT)) 0*:0000 0A" /proc/net/tcp /proc/net/tcp6; then \
		echo "port $(GDBPORT) is open already: is another 'make qemu-gdb' running? (GDBPORT=n takes another)" >&2; \
		exit 1; \
	fi; \
	mkdir -p $(BUILD); echo "target remote 127.0.0.1:$(GDBPORT)" > $(BUILD)/gdb-target; \
	echo "*** Now run 'make gdb' in another window, in this folder (port $(GDBPORT))."; \
	exec $(QEMU) $(QEMUOPTS) -S -gdb tcp::$(GDBPORT)

# -iex: gdb reads a folder's .gdbinit only if it was told to trust that folder.
GDB ?= $(firstword $(foreach g,gdb-multiarch $(TOOLPREFIXES:%=%gdb),$(call has,$(g))) gdb)
gdb:
ifeq ($(ELSEWHERE),)
	@exec $(GDB) -q -iex 'add-auto-load-safe-path $(CURDIR)'
else
	@sed -e 's,^file .*,file $(KERNEL_COPY),' -e 's,build/gdb-target,$(BUILD)/gdb-target,' .gdbinit > $(BUILD)/gdbinit
	@BUILD=$(BUILD) exec $(GDB) -q -nx -x $(BUILD)/gdbinit
endif

print-gdbport:
	@echo $(GDBPORT)
