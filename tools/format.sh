#!/bin/sh
# format.sh - formats the C files, or checks their format.
#
# usage: format.sh [--check]
#
# The format is what clang-format 14 makes of .clang-format.  Other versions differ in
# details, so with another version a check is skipped (status 77).
set -eu

cd "$(dirname "$0")/.."

tool=clang-format
command -v clang-format-14 >/dev/null 2>&1 && tool=clang-format-14
version=$($tool --version | sed 's/.*version \([0-9]*\).*/\1/')
if [ "$version" != 14 ]; then
	echo "clang-format is version $version here; version 14 is needed"
	[ "${1:-}" != --check ] || exit 77
	exit 1
fi

# In a clone what git knows, elsewhere all.
files=$({ git ls-files -- '*.c' '*.h' 2>/dev/null || tools/check/tracked.sh | grep '\.[ch]$'; } |
	while read -r f; do [ -e "$f" ] && echo "$f"; done)
[ -n "$files" ] || { echo "there are no C files here"; exit 1; }
if [ "${1:-}" = --check ]; then
	# shellcheck disable=SC2086 # no blanks in our names
	if ! $tool --dry-run -Werror $files > build/format.log 2>&1; then
		sed -n 's/^\([^:]*\):\([0-9]*\):.*clang-format-violations.*/\1:\2: not formatted by .clang-format/p' \
			build/format.log | sort -u -t: -k1,1 | head -40
		echo "'make format' formats them."
		exit 1
	fi
else
	# shellcheck disable=SC2086
	$tool -i $files
fi
