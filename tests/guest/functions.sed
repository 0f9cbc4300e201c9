# functions.sed - from docs/posix.md to a C file that takes the address of each function that
# the first table lists, with the headers that it says declare them.
/^<!-- functions:/,/^<!-- end of functions/{
	/^| `/{
		h
		s/^| `<\([^>]*\)>`.*/#include <\1>/p
		g
		s/^| `<\([^>]*\)>` | \([^|]*\) |.*/const void *const from_\1[] = { \2 0 };/
		s/` *`/,/g
		s/`/ /g
		s/ 0 };/, 0 };/
		:name
		s/\(from_[a-z_]*\)[./]/\1_/
		t name
		s/= { *\([a-z_]\)/= { (const void *)\1/
		s/,\([a-z_]\)/, (const void *)\1/g
		H
		g
		s/.*\n//
		p
	}
}
$a int main(void) { return 0; }
