#!/bin/sh
# ksyms.sh - the kernel's table of function names, as assembly.
#
# usage: NM=nm ksyms.sh [KERNEL]      (without KERNEL: an empty table)
# Prints `ksym_count`, `ksym_table` and `ksym_names`: pairs of 32 bits, by address: the lower
# half of an address, and where its name is among the names.
set -eu

{ [ $# -eq 0 ] || $NM -n "$1"; } | awk '
	BEGIN { n = at = 0 }
	$2 ~ /^[tT]$/ && $3 !~ /^[$.]/ && $3 !~ /^__(kernel|text|trampoline)_(start|end)$/ {
		addr[n] = $1
		name[n++] = $3
	}
	END {
		print "\t.section .ksymtab, \"a\"\n\t.balign 8"
		print "\t.globl ksym_count, ksym_table, ksym_names"
		print "ksym_count:\n\t.dword " (n + 0) "\nksym_table:"
		for (i = 0; i < n; i++) {
			print "\t.word 0x" substr(addr[i], 9) ", " at
			at += length(name[i]) + 1
		}
		print "ksym_names:"
		for (i = 0; i < n; i++)
			print "\t.asciz \"" name[i] "\""
	}'
