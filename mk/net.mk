# net.mk - a network for the machine, by QEMU's user networking.
#
# NET=1 or NET=e1000: a network card on PCI Express; NET=virtio: one on virtio-mmio.  The
# ports of the host are those that the labs' graders expect.  What the host sends to UDP port
# FWDPORT reaches port 2000 of the guest, FWDPORT2 2001.  A program of the guest reaches the
# host's port SERVERPORT as 10.0.2.2; `make server` answers there.
NET ?=
SERVERPORT ?= $(shell expr $$(id -u) % 5000 + 25099)
FWDPORT ?= $(shell expr $$(id -u) % 5000 + 25999)
FWDPORT2 ?= $(shell expr $$(id -u) % 5000 + 30999)
PCAP ?= $(ELSEWHERE)packets.pcap
# romfile=: the program for PCs that the card carries is in a package that may be missing.
NETDEV_1 := e1000,netdev=net0,bus=pcie.0,romfile=
NETDEV_e1000 := $(NETDEV_1)
NETDEV_virtio := virtio-net-device,netdev=net0,bus=virtio-mmio-bus.1
$(if $(NET),$(if $(NETDEV_$(NET)),,$(error NET='$(NET)': must be 1, e1000 or virtio)))
NETOPTS_ON = -netdev user,id=net0,hostfwd=udp::$(FWDPORT)-:2000,hostfwd=udp::$(FWDPORT2)-:2001 \
	-object filter-dump,id=net0,netdev=net0,file=$(PCAP) -device $(NETDEV_$(NET))
NETOPTS = $(if $(NET),$(NETOPTS_ON))

.PHONY: server print-net
print-net:
	@echo "host: port $(FWDPORT) -> machine: port 2000"
	@echo "host: port $(FWDPORT2) -> machine: port 2001"
	@echo "machine: 10.0.2.2 port $(SERVERPORT) -> host: make server"

# Answers datagrams to SERVERPORT, as a lab's test wants it.
server: $(BUILD)/udp-server
	@exec $(BUILD)/udp-server $(SERVERPORT)
