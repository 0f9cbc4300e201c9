#!/bin/sh
# in_use.sh - whether a machine runs with a disk image.
#
# usage: in_use.sh IMAGE    status 0: a QEMU has it open; where /proc has no locks, never
#
# QEMU holds an advisory lock on an image that it has open for writing.
[ -e "$1" ] || exit 1
inode=$(ls -iL "$1" | sed 's/^ *\([0-9]*\).*/\1/')
grep -qs "^[0-9]*: OFDLCK .*:$inode " /proc/locks
