#!/bin/sh
# folder.sh - makes the folder of a build that is not `build`, with a mark in it.
#
# usage: folder.sh [-n] FOLDER      -n: only says what is wrong with it
#
# `make clean` removes the whole folder.  So one with files of somebody else is refused: it
# is new, or empty, or has the mark.  What lies in `build` needs none.
set -eu

check=
[ "$1" != -n ] || { check=y; shift; }
folder=$1 mark=$1/.pagoda-build
case $folder in
build | build/*) ;;
*)
	if [ -e "$folder" ] && [ ! -e "$mark" ] && [ -n "$(ls -A "$folder")" ]; then
		echo "BUILD=$folder: make clean would remove files there that no build made." \
			"Name a folder that is new or empty" >&2
		exit 1
	fi ;;
esac
[ -z "$check" ] || exit 0
if ! { mkdir -p "$folder" && : > "$mark"; } 2>/dev/null; then
	echo "$folder: cannot be written here; BUILD=FOLDER in the environment builds in another folder" >&2
	exit 1
fi
