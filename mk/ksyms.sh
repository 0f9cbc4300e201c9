#!/bin/sh
# ksyms.sh - the kernel's table of function names, as assembly.
#
# usage: NM=nm ksyms.sh [KERNEL]      (without KERNEL: an empty table)
# Prints `ksym_count` and `ksym_table`: pairs of address and name, by address.
set -eu

{ [ $# -eq 0 ] || $NM -n "$1"; } | awk '
	BEGIN { n = 0 }
	$2 ~ /^[tT]$/ && $3 !~ /^[$.]/ && $3 !~ /^__(kernel|text|trampoline)_(start|end)$/ {
		addr[n] = $1
		name[n++] = $3
	}
	END {
		print "\t.section .ksymtab, \"a\"\n\t.balign 8"
		print "\t.globl ksym_count, ksym_table"
		print "ksym_count:\n\t.dword " (n + 0) "\nksym_table:"
		for (i = 0; i < n; i++)
			print "\t.dword 0x" addr[i] ", .Lname" i
		for (i = 0; i < n; i++)
			print ".Lname" i ":\n\t.asciz \"" name[i] "\""
	}'
