#!/bin/sh
# deps.sh - installs what is missing on Debian and Ubuntu, or says what to install.
#
# usage: deps.sh run | view | test
#
# `run` installs what building and booting need, `view` what ./run --view needs, too, and
# `test` what ./test needs, too.  Looks for
# the tools themselves first, and asks no package manager if all are there.  Prints a line
# before it installs anything.  TOOLPREFIX, LLVM and PICOLIBC in the environment mean what
# they mean for make; PICOLIBC=none asks for none.  PYTHON is the Python of ./test.
set -u

cd "$(dirname "$0")/.." || exit 1
set -- "${1:-run}"

have() { command -v "$1" >/dev/null 2>&1; }

# The compilers that mk/toolchain.mk accepts.  Clang alone is not enough: the programs are
# linked with libgcc.
have_gcc() {
	for p in $(sed -n 's/^TOOLPREFIXES := //p' mk/toolchain.mk); do
		have "${p}gcc" && have "${p}ld" && return
	done
	return 1
}

# The package of the gcc that was asked for, if it is missing.  Where a gcc of another name
# comes from is up to the user.
missing_gcc() {
	case ${TOOLPREFIX:-} in
	'') have_gcc || echo gcc-riscv64-unknown-elf ;;
	riscv64-unknown-elf- | riscv64-linux-gnu-)
		have "${TOOLPREFIX}gcc" || echo "gcc-${TOOLPREFIX%-}" ;;
	esac
}

# The C library of the programs, where user/build.mk looks for it.
have_picolibc() {
	folder=${PICOLIBC:-/usr/lib/picolibc/riscv64-unknown-elf}
	[ "$folder" != none ] || return 0
	[ -r "$folder/include/picolibc.h" ] &&
		for arch in rv64imafdc rv64iafd; do
			[ -r "$folder/lib/$arch/lp64d/libc.a" ] && return
		done
}

have_host_cc() {
	cc -include stdio.h -E -x c /dev/null >/dev/null 2>&1
}

have_header() {
	cc -include stdarg.h -include stddef.h -include stdint.h -include setjmp.h -include "$1" \
		-E -x c /dev/null >/dev/null 2>&1
}

have_websockets() {
	have_header libwebsockets.h || pkg-config --exists libwebsockets 2>/dev/null
}

# In the folders where QEMU looks.  A dangling link does not count.
have_firmware() {
	qemu-system-riscv64 -L help 2>/dev/null | {
		while IFS= read -r folder; do
			for file in "$folder"/opensbi-riscv64-generic-fw_dynamic.*; do
				[ -r "$file" ] && exit 0
			done
		done
		exit 1
	}
}

# The libraries that sanitizers and libFuzzer need; their package has clang's version in its
# name.
have_clang_runtime() {
	have clang && echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null
}

missing_llvm() {
	have clang || echo clang
	have ld.lld || echo lld
	have llvm-nm || echo llvm
}

# Ubuntu has chromium as a snap only, which does not run everywhere: there the tests of the page
# in a browser are skipped.
on_ubuntu() {
	(. /etc/os-release && [ "$ID" = ubuntu ]) 2>/dev/null
}

# The names of what is missing, one package per line.
missing() {
	have make || echo make
	have_host_cc || printf '%s\n' gcc libc6-dev
	missing_gcc
	[ -z "${LLVM:-}" ] || missing_llvm
	have_picolibc || echo picolibc-riscv64-unknown-elf
	have qemu-system-riscv64 || echo QEMU
	have_firmware || echo opensbi
	[ "$1" != view ] || have_websockets || echo libwebsockets-dev
	[ "$1" = test ] || return 0
	have_websockets || echo libwebsockets-dev
	have riscv64-unknown-elf-gcc || echo gcc-riscv64-unknown-elf
	have riscv64-linux-gnu-gcc || echo gcc-riscv64-linux-gnu
	missing_llvm
	have_clang_runtime || echo CLANG-RT
	have clang-format || echo clang-format
	have_host_cc && have_header cmocka.h || echo libcmocka-dev
	have gdb-multiarch || echo gdb-multiarch
	have dtc || echo device-tree-compiler
	have dash || echo dash
	have git || echo git
	have tmux || echo tmux
	python=${PYTHON:-/usr/bin/python3}
	have "$python" || echo python3
	"$python" -c 'import pytest' 2>/dev/null || echo python3-pytest
	"$python" -c 'import pexpect' 2>/dev/null || echo python3-pexpect
	"$python" -c 'import websockets' 2>/dev/null || echo python3-websockets
	"$python" -c 'import pyte' 2>/dev/null || echo python3-pyte
	"$python" -c 'import selenium' 2>/dev/null || echo python3-selenium
	if ! on_ubuntu; then
		have chromium || echo chromium
		have chromedriver || echo chromium-driver
	fi
}

# Decided without the package lists, which a new system may not have yet.
newer_debian() {
	(. /etc/os-release && [ "$ID" = debian ] && [ "${VERSION_ID:-99}" -ge 13 ]) 2>/dev/null
}

known_to_apt() {
	for p in $1; do
		apt-cache policy "$p" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
	done
}

# The names for apt: since Debian 13 QEMU for RISC-V has a package of its own, and the
# package of clang's runtime has clang's version in its name.
apt_names() {
	if known_to_apt qemu-system-riscv || { ! known_to_apt qemu-system-misc && newer_debian; }; then
		qemu=qemu-system-riscv
	else
		qemu=qemu-system-misc
	fi
	version=$(clang --version 2>/dev/null | sed -n '1s/.*version \([0-9]*\).*/\1/p')
	[ -n "$version" ] ||
		version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
	echo "$1" | sed -e "s/^QEMU\$/$qemu/" -e "s/^CLANG-RT\$/libclang-rt-$version-dev/" | tr '\n' ' '
}

check_qemu_version() {
	version=$(qemu-system-riscv64 --version | sed -n '1s/.*version \([0-9]*\).*/\1/p')
	if [ "${version:-0}" -lt 7 ]; then
		qemu-system-riscv64 --version | head -1 >&2
		echo "This QEMU is too old: version 7.0 or later is needed (Debian 12 and Ubuntu 24.04 have one)." >&2
		exit 1
	fi
}

# The package that other systems have it in: our name, Homebrew's, Arch's, Fedora's.
# -: it comes with another one, or there is none.
other_names() {
	cat <<-'END'
	make                        make             make                 make
	gcc                         -                gcc                  gcc
	libc6-dev                   -                glibc                glibc-devel
	gcc-riscv64-unknown-elf     riscv64-elf-gcc  riscv64-elf-gcc      gcc-riscv64-linux-gnu
	gcc-riscv64-linux-gnu       -                riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu
	QEMU                        qemu             qemu-system-riscv    qemu-system-riscv
	opensbi                     qemu             qemu-system-riscv    qemu-system-riscv
	picolibc-riscv64-unknown-elf -               -                    -
	clang                       llvm             clang                clang
	lld                         lld              lld                  lld
	llvm                        llvm             llvm                 llvm
	CLANG-RT                    llvm             compiler-rt          compiler-rt
	libwebsockets-dev           libwebsockets    libwebsockets        libwebsockets-devel
	clang-format                clang-format     clang                clang-tools-extra
	libcmocka-dev               cmocka           cmocka               libcmocka-devel
	gdb-multiarch               riscv64-elf-gdb  riscv64-elf-gdb      gdb
	device-tree-compiler        dtc              dtc                  dtc
	dash                        dash             dash                 dash
	git                         git              git                  git
	tmux                        tmux             tmux                 tmux
	python3                     python           python               python3
	python3-pytest              pytest           python-pytest        python3-pytest
	python3-pexpect             -                python-pexpect       python3-pexpect
	python3-websockets          -                python-websockets    python3-websockets
	python3-pyte                -                python-pyte          python3-pyte
	python3-selenium            -                python-selenium      python3-selenium
	chromium                    -                chromium             chromium
	chromium-driver             -                -                    chromedriver
	END
}

# Prints how another package manager installs the packages $1, as far as it has them.
explain_other() {
	if have brew; then
		column=2 command='brew install'
	elif have pacman; then
		column=3 command='pacman -S --needed'
	elif have dnf; then
		column=4 command='dnf install'
	else
		return
	fi
	names=$(for p in $1; do other_names | awk -v p="$p" -v c=$column '$1 == p && $c != "-" { print $c }'; done |
		sort -u | tr '\n' ' ')
	[ -z "$names" ] || echo "Here: $command ${names% }" >&2
	case $column$1 in
	2*gcc*libc6-dev*) echo "The C compiler comes with: xcode-select --install" >&2 ;;
	esac
}

explain() {
	echo "Missing: $(echo "$1" | sed -e 's/^QEMU$/qemu-system-riscv64/' -e 's/^CLANG-RT$/libclang-rt/' |
		tr '\n' ' ')" >&2
	explain_other "$1"
	cat >&2 <<-'END'
	The first line has the names of Debian and Ubuntu.  Only on these systems are they installed for you.
	On another system get: make, a C compiler, QEMU 7.0 or later for riscv64 with its
	OpenSBI firmware, and a gcc for riscv64 with binutils (riscv64-unknown-elf-gcc, or another: see
	TOOLPREFIXES in mk/toolchain.mk; TOOLPREFIX=... names one).  docs/install.md says more.
	END
	exit 1
}

# Prints, after the words $1, the command with which root installs the packages $2.
explain_root() {
	update=
	known_to_apt "$2" || update='apt-get update && '
	echo "$1 as root, run: ${update}apt-get install --no-install-recommends ${2% }" >&2
}

# After a failure: if sudo refuses, or cannot ask for a password, prints the command for root.
explain_sudo() {
	[ -z "$as_root" ] || $as_root -n true 2>/dev/null || explain_root "sudo is not possible;" "$names"
}

want=$(missing "$1" | sort -u)
if [ -n "${TOOLPREFIX:-}" ] && ! have "${TOOLPREFIX}gcc" && [ -z "$(missing_gcc)" ]; then
	echo "TOOLPREFIX=$TOOLPREFIX: there is no ${TOOLPREFIX}gcc here" >&2
	exit 1
fi
# Without picolibc there are fewer programs, and make says so.
have apt-get || [ "$1" = test ] || want=$(echo "$want" | sed /^picolibc/d)
if [ -z "$want" ]; then
	check_qemu_version
	exit 0
fi

have apt-get || explain "$want"
if [ "$(id -u)" = 0 ]; then
	as_root=
elif have sudo; then
	as_root=sudo
	# Without a terminal nobody can type a password, so sudo must not ask for one.
	[ -t 0 ] || [ -t 2 ] || as_root='sudo -n'
else
	explain_root "Something is missing and there is no sudo here;" "$(apt_names "$want")"
	exit 1
fi

mkdir -p "${BUILD:=build}" || exit 1
log=$BUILD/install.log
: > "$log"

# Twice: some packages can be named only after the first are installed.
for _ in 1 2; do
	names=$(apt_names "$want")
	if ! known_to_apt "$names"; then
		echo "Fetching the package lists: ${as_root:+$as_root }apt-get update" >&2
		$as_root apt-get update >> "$log" 2>&1 || { tail -5 "$log" >&2; explain_sudo; exit 1; }
		names=$(apt_names "$want")
	fi
	echo "Installing: ${as_root:+$as_root }apt-get install $names" >&2
	# shellcheck disable=SC2086 # names have no blanks
	if ! $as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends $names >> "$log" 2>&1; then
		tail -15 "$log" >&2
		explain_sudo
		echo "Installing failed; all output is in $log." >&2
		exit 1
	fi
	want=$(missing "$1" | sort -u)
	[ -n "$want" ] || break
done
[ -z "$want" ] || explain "$want"
check_qemu_version
