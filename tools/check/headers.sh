#!/bin/sh
# headers.sh - every header of the kernel compiles on its own.
#
# Each also has #pragma once, and starts with a comment that says what it is.
set -u

cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}/headers
mkdir -p "$build"
# The flags of the build, asked of it.
flags=$(make -s --no-print-directory print-kernel-cc) || exit 1

bad=0
count=0
for h in $(find kernel -name '*.h' | sort); do
	count=$((count + 1))
	name=${h#kernel/}
	# Assembly only: these have no C to compile.
	case $name in *_asm.h) continue ;; esac
	echo "#include \"$name\"" > "$build/one.c"
	# shellcheck disable=SC2086
	if ! $flags -Werror -fsyntax-only "$build/one.c" 2> "$build/errors"; then
		echo "$h does not compile alone:"
		grep -m3 'error' "$build/errors"
		bad=1
	fi
	head -1 "$h" | grep -Eq '^/\* [A-Za-z0-9_]+\.h( \([a-z]+\))? - ' ||
		{ echo "$h:1: the first line is not of the form '/* name.h - what it is'"; bad=1; }
	grep -q '^#pragma once$' "$h" || { echo "$h: no #pragma once"; bad=1; }
done
echo "$count headers"
exit $bad
