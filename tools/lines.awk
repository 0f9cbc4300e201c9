# lines.awk - makes the line table of a program of what `objdump -d -l` prints.
#
# The format is in kernel/lib/lines.h.  Only instructions that can fault or call get rows:
# nobody asks for the others.

function hex(s, n, i) {
	n = 0
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

# Five bits a character, the lowest first; "P" and above say that more follow.
function digits(n, s) {
	for (s = ""; n >= 32; n = int(n / 32))
		s = s substr(MORE, n % 32 + 1, 1)
	return s substr(LAST, n + 1, 1)
}

function put(s) {
	printf "%s", s
	bytes += length(s)
}

function record(address) {
	put((bytes ? "\n" : "") name " " file " " address " " line " ")
	row_file = file
	row_line = line
	row = hex(address)
}

# Sources that are not here, such as the C library's, and assembly have no lines: those of
# the caller say more.
function short_name(path, text) {
	if (path in shorts)
		return shorts[path]
	if ((getline text < path) >= 0 && path !~ /\.S$/) {
		text = path
		sub(/.*\//, "", text)
	} else {
		text = "-"
	}
	close(path)
	if (text ~ /[^!-~]/)
		text = "-"
	return shorts[path] = text
}

BEGIN {
	LAST = "0123456789:;<=>?@ABCDEFGHIJKLMNO"
	MORE = "PQRSTUVWXYZ[\\]^_`abcdefghijklmno"
	can_fault = "^(c\\.)?(f?l[bhwdq]u?|f?s[bhwdq]|f?[ls][dw]sp|lr|sc|amo.*|jal|jalr|jr|call|" \
		"e?break|ebreak|unimp|\\.word|\\.short|<unknown>|ecall|csr.*|f.*|wfi|[ms]ret)"
}

# Labels within a function are no functions.
/^[0-9a-f]+ <[.$]/ {
	next
}

/^[0-9a-f]+ <.*>:/ {
	name = substr($2, 2, length($2) - 3)
	file = "-"
	line = 0
	fresh = 1
	next
}

/^(; )?\/?[^ \t].*:[0-9]+( \(discriminator [0-9]+\))?$/ {
	sub(/^; /, "")
	sub(/ \(discriminator [0-9]+\)$/, "")
	line = $0
	sub(/.*:/, "", line)
	file = $0
	sub(/:[0-9]+$/, "", file)
	file = short_name(file)
	next
}

name != "" && /^ *[0-9a-f]+:/ {
	split($0, part, "\t")
	address = part[1]
	mnemonic = address ~ /: *$/ ? part[3] : part[2]
	sub(/:.*/, "", address)
	gsub(/ /, "", address)
	end = hex(address) + 2
	if (fresh || (file != row_file && mnemonic ~ can_fault)) {
		record(address)
		fresh = 0
	} else if (file != "-" && line != row_line && mnemonic ~ can_fault) {
		step = line - row_line
		put(digits((hex(address) - row) / 2) digits(step < 0 ? -2 * step - 1 : 2 * step))
		row = hex(address)
		row_line = line
	}
}

# What is after the code is nowhere.
END {
	if (name != "")
		put(sprintf("\n- - %x 0 \n", end + 2))
	printf "@lines%09x\n", bytes
}
