#!/bin/sh
# tracked.sh - prints the files of this tree without what was built: tracked.sh [FOLDER ...]
#
# In a clone these are the files that git knows or would take.  Elsewhere, as in an archive
# of the sources, all files are printed that no build makes.
cd "$(dirname "$0")/../.." || exit 1
git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null && exit
[ $# -gt 0 ] || set -- .
find "$@" \( -path ./build -o -name __pycache__ -o -name .pytest_cache -o -name .git \) -prune -o \
	-type f ! -path '*kernel/kernel' ! -name kernel.sym ! -name kernel.asm ! -name fs.img -print |
	sed 's:^\./::'
