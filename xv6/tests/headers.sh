#!/bin/sh
# headers.sh - each header of xv6/ compiles alone, all of them compile together in two
# orders, and names.c finds every name in them.
#
# usage: xv6/tests/headers.sh [CC [FLAG...]]      from the top folder
set -eu

[ $# -gt 0 ] || set -- riscv64-unknown-elf-gcc
headers=$(cd xv6 && ls kernel/*.h user/*.h)
failed=0

# try COMPILER... -- HEADER...
try() {
	command=
	while [ "$1" != -- ]; do
		command="$command $1"
		shift
	done
	shift
	for h; do echo "#include \"$h\""; done | $command -std=gnu17 -march=rv64gc -mabi=lp64d \
		-mcmodel=medany -ffreestanding -Wall -Wextra -Werror -Ixv6 -fsyntax-only -x c - && return
	echo "headers: does not compile: $*" >&2
	failed=1
}

for first in $headers; do
	try "$@" -- "$first"
done
# shellcheck disable=SC2086 # a list of words
try "$@" -- $headers
# shellcheck disable=SC2046
try "$@" -- $(echo "$headers" | sort -r)

# Every name that the headers promise, once; and as a lab defines them.
for lab in "" -DLAB_FS -DLAB_PGTBL; do
	# shellcheck disable=SC2086 # nothing, or one word
	"$@" -std=gnu17 -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -Wall -Wextra \
		-Werror -Ixv6 -fsyntax-only $lab xv6/tests/names.c || failed=1
done
exit $failed
