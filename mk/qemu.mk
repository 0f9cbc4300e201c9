# qemu.mk - starting the machine.

QEMU ?= qemu-system-riscv64
CPUS ?= 3
MEM ?= 128M
KERNEL ?= kernel/kernel
GDBPORT ?= $(shell expr $$(id -u) % 5000 + 25000)

# The kernel takes the first value that it is given for an option.  RUN_BOOT is what ./run
# adds to them.
BOOTLINE = $(strip $(BOOTARGS) $(RUN_BOOT) $(if $(FSBIG),fsbig=on) $(LAB_BOOT))

QEMUOPTS = -machine virt -bios default -kernel $(KERNEL) -m $(MEM) -smp $(CPUS) -nographic \
	$(if $(LEGACY),,-global virtio-mmio.force-legacy=false) \
	-drive file=$(IMAGE),if=none,format=raw,id=x0 \
	-device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0 $(NETOPTS) \
	$(if $(BOOTLINE),-append '$(BOOTLINE)') $(QEMUEXTRA)

.PHONY: boot-files print-qemu qemu qemu-nox qemu-fs qemu-gdb gdb print-gdbport

boot-files: kernel/kernel kernel/kernel.sym $(IMAGE) $(HOST_TOOLS)

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
	mkdir -p build; echo "target remote 127.0.0.1:$(GDBPORT)" > build/gdb-target; \
	echo "*** Now run 'make gdb' in another window, in this folder (port $(GDBPORT))."; \
	exec $(QEMU) $(QEMUOPTS) -S -gdb tcp::$(GDBPORT)

# -iex: gdb reads a folder's .gdbinit only if it was told to trust that folder.
GDB ?= $(firstword $(foreach g,gdb-multiarch $(TOOLPREFIXES:%=%gdb),$(call has,$(g))) gdb)
gdb:
	@exec $(GDB) -q -iex 'add-auto-load-safe-path $(CURDIR)'

print-gdbport:
	@echo $(GDBPORT)
