# Debugging Pagoda: `make qemu-gdb` (or ./run --gdb) in one window, `make gdb`
# in another.  `help pagoda` lists the commands that come with it.

set confirm off
set pagination off
set print pretty on
set architecture riscv:rv64
file kernel/kernel

# Written by `make qemu-gdb`: the port that QEMU listens at.
source build/gdb-target

source tools/gdb/pagoda.py
