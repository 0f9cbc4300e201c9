#!/bin/sh
# image.sh - makes a disk image, or brings one that exists up to date.
#
# usage: image.sh [-q] [-b] [-s BLOCKS | -d SIZE] MKFS IMAGE STAMP -- OURS... -- ASKED...
#
# If there is no image, makes one with all files.  An image that exists is never replaced.
# The files of ASKED, which were named on the command line, are put into it.  If STAMP says
# that the image was made here, so are the files of OURS that are newer than STAMP; an
# image from elsewhere keeps its own programs.  A file that the image already has changes
# nothing.  Of two files of one name the later is used.
#   -q         do not print what was put in
#   -b         the image is one of the file system lab, which has large files
#   -s BLOCKS  the size of a new image
#   -d SIZE    likewise, such as 64M; it has large files, and an image that exists must have
#              this size
set -eu

say() { [ -n "$quiet" ] || printf '  %-7s %s\n' "$1" "$2"; }
die() { echo "$*" >&2; exit 1; }

# The number of blocks, of 1 KiB, in a size such as 64M.
blocks_of() {
	case ${1%[KMGkmg]} in
	'' | 0* | *[!0-9]* | ????????*) die "DISK=$1: must be a size such as 64M or 1G" ;;
	esac
	case $1 in
	*[Kk]) n=${1%?} ;;
	*[Mm]) n=$((${1%?} * 1024)) ;;
	*[Gg]) n=$((${1%?} * 1048576)) ;;
	*) die "DISK=$1: must be a size such as 64M or 1G" ;;
	esac
	[ "$n" -ge 4000 ] && [ "$n" -le 4194304 ] || die "DISK=$1: must be 4M to 4G"
	echo "$n"
}

quiet='' big='' size='' disk='' more=''
while :; do
	case $1 in
	-q) quiet=y ;;
	-b) big=--big ;;
	-s) size=$2; shift ;;
	-d)
		size=$(blocks_of "$2") || exit
		disk=$2
		# an inode for each 16 KiB
		more="--big -i $((size / 16 < 200 ? 200 : size / 16 > 65535 ? 65535 : size / 16))"
		shift ;;
	*) break ;;
	esac
	shift
done
mkfs=$1 image=$2 stamp=$3
shift 4

[ -x "$mkfs" ] || die "$mkfs is missing: cannot make $image"

# The superblock tells our images from others.
identity() { dd if="$image" bs=1024 skip=1 count=1 2>/dev/null | cksum; }

if [ ! -e "$image" ]; then
	new=
	for f; do [ "$f" = -- ] || new="$new $f"; done
	say MKFS "$image"
	# shellcheck disable=SC2086 # make's lists: names without blanks
	"$mkfs" ${size:+-s $size} $big $more "$image" $new || { rm -f "$image"; exit 1; }
	identity > "$stamp"
	exit 0
fi

if [ -n "$big" ] && [ "$("$mkfs" --layout "$image")" = plain ]; then
	printf '%s\n' "$image has plain inodes; FSBIG=1 (fsbig=on) needs those of the file system lab," \
		"in a new image.  Move the old one away: mv $image plain.img" \
		"or remove it and its files: rm $image" >&2
	exit 1
fi

# Block 1 begins with the magic number and the size.
has=$(od -An -tu4 -j1028 -N4 "$image" | tr -d ' ')
if [ -n "$disk" ] && [ "$has" != "$size" ]; then
	die "$image is there already, with $has KiB, and its size cannot change. For one of $disk, name another:" \
		"IMAGE=big.img (./run --image big.img); or remove this one and its files: rm $image"
fi
if [ -n "$size" ] && [ "$has" != "$size" ]; then
	say IMAGE "$image is kept: a new one would have $size blocks (rm $image)"
fi

mine=
[ -e "$stamp" ] && [ "$(identity)" = "$(cat "$stamp")" ] && mine=y
list='' asked=''
for f; do
	if [ "$f" = -- ]; then
		asked=y
	elif [ -n "$asked" ]; then
		list="$list $f"
	elif [ -n "$mine" ] && [ "$f" -nt "$stamp" ]; then
		list="$list $f"
	fi
done
[ -n "$list" ] || exit 0
if "${0%/*}/in_use.sh" "$image"; then
	die "$image is in use by a running QEMU: leave it first (Ctrl-A x), then try again"
fi
# shellcheck disable=SC2086
put=$("$mkfs" --add "$image" $list)
[ -z "$put" ] || say IMAGE "$image: $(echo "$put" | tr '\n' ' ')"
[ -z "$mine" ] || touch "$stamp"
