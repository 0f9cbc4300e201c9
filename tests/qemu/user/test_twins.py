"""More programs beside their namesakes of this computer: those of user/box, and grep, head, tail and ls."""
import pytest

import twin
from twin import here, m  # noqa: F401, fixtures

GREP = r"""
grep apple fruit
grep -n apple fruit
grep -i APPLE fruit
grep -v apple fruit
grep -c apple fruit
egrep 'fig|pear' fruit 2> seen
fgrep 'a.*' fruit 2> seen
grep -vc apple fruit
grep -l apple fruit noeol
grep -L apple fruit noeol
grep -h apple fruit noeol
grep -H apple fruit
grep -q apple fruit
grep -q zebra fruit
grep -w b.e fruit
grep -w app fruit
grep -x fig fruit
grep -x 'fig.*' fruit
grep -o 'a[a-z]' fruit
grep -on p fruit noeol
grep -oi 'A' fruit
grep -owE 'app|red' fruit
grep -E 'fig|pear' fruit
grep -E '^(a|b)' fruit
grep -F 'a.*' fruit
grep -F . noeol
grep -F '[x' fruit
grep -Fx one noeol
grep -Fi FIG fruit
grep -F '*' noeol
grep -e fig -e pear fruit
grep -ne fig fruit
grep -f noeol fruit noeol
echo fig > pats; echo red >> pats; grep -f pats fruit
grep -f nothing fruit
grep -f nosuch fruit
grep "$(echo fig; echo pear)" fruit
grep -A 1 fig fruit
grep -B 1 fig fruit
grep -C 1 fig fruit
grep -nC1 3 numbers
grep -A2 -n '[27]$' numbers
grep -nA1 one fruit noeol
grep -nB2 two noeol noeol
grep -m 2 apple fruit
grep -m 1 -A 1 apple fruit
grep -vn -A1 . blanks
grep -c '' nothing
grep '' noeol
grep '^$' blanks
grep -n '^$' blanks
grep -o '' noeol
grep -o 'x*' noeol
grep -v '' noeol
grep two noeol
grep -r needle top | sort
grep -rn needle top | sort
grep -rc needle top | sort
grep -rl needle top | sort
grep -rw needle top | sort
grep -riw needle top | sort
cd top; grep -r needle | sort
cd top; grep -r needle . | sort
cd top; grep -rh needle | sort
grep needle top
grep -s needle nosuch
grep needle nosuch fruit
grep -q apple nosuch fruit
grep -q apple fruit nosuch
cat fruit | grep apple -
cat fruit | grep -H apple
cat fruit | grep -n apple - noeol
grep -- -x fruit
grep first nul
grep -c first nul
grep -a third nul
grep -l third nul
grep -c x wide
grep -c 'ab $' wide
grep -o 'short' wide
grep '\(' fruit
grep -E '(' fruit
grep
grep -A x apple fruit
grep --color=never apple fruit
grep --color apple fruit
grep -e --color fruit
grep apple fruit > /dev/full
"""

HEAD_TAIL = """
head -n 3 numbers
head -3 numbers
head -n 0 numbers
head -c 7 numbers
head -c 0 numbers
head -n 2 fruit noeol
head -q -n 2 fruit noeol
head -v -n 1 fruit
cat fruit | head -n 1 - noeol
head noeol
head nothing
head nosuch
head -n x fruit
head -n -3 numbers
head -n -0 noeol
head -n -1 noeol
head -n -99 numbers
head -n -29 numbers fruit
head -c -3 noeol fruit
head -c -0 noeol
head -c -999 fruit
head -c -1 nothing
head -n -1 wide | wc -c
head -n --1 fruit
head -n -9223372036854775807 fruit
head -c -9223372036854775807 fruit
head -n -100000000 fruit noeol
for n in 0 1 2 63 64 65 66 199 200 201; do seq 200 | head -n -$n; seq 200 | head -c -$n; done
head -n 5 zeros
head -n 1 wide | wc -c
head fruit > /dev/full
tail -n 3 numbers
tail -3 numbers
tail -n 0 numbers
tail -n +28 numbers
tail -n +0 numbers
tail -n +1 noeol
tail -n +99 numbers
tail +29 numbers
tail -c 5 numbers
tail -c +70 numbers
tail -c 0 numbers
tail -c 99999 numbers
tail -c +1 noeol
tail -n -2 numbers
tail -n 2 fruit noeol
tail -q -n 1 fruit noeol
tail -v -n 1 fruit
cat fruit | tail -n 1
cat fruit | tail -n 1 - noeol
tail noeol
tail nothing
tail nosuch
tail -n 1 wide | wc -c
tail -c x fruit
tail fruit > /dev/full
"""

LS = """
ls
ls -1 top
ls -C fruit noeol nul numbers | expand
ls -C | expand
ls top/b top
ls fruit top noeol
ls -F top
ls -p top
ls -d top
ls -dF top fruit
ls -A top
ls -a top
ls -r top/b
ls -S fruit wide noeol zeros
ls -Sr fruit wide noeol zeros
ls -R top
ls -r top/b top fruit
ls nosuch
ls nosuch fruit
ls nosuch top
ls -Y
ls -x fruit noeol nul numbers | expand
ls -x | expand
ls -x top/b
ls -x1 top
ls -xF | expand
ls --color=never top
ls --color=auto top fruit
ls --color=sometimes
ls --colour
ls top --color=never -1
ls > /dev/full
"""

CAT = """
cat -A bytes
cat -v bytes
cat -e bytes
cat -t bytes
cat -T tabs
cat -E noeol fruit
printf 'a\\r\\nb\\rc\\n\\r' | cat -E
cat -nE noeol blanks
cat -A tabs - < noeol
cat -vn nul
cat -A nosuch fruit
cat -Z fruit
"""

EXPR = r"""
expr 1 + 2
expr 7 - 10
expr 6 '*' 7
expr 7 / 2
expr -7 / 2
expr -7 % 3
expr 1 + 2 '*' 3
expr '(' 1 + 2 ')' '*' 3
expr 10 - 3 - 2
expr 2 '<' 10
expr 2 '<' 10a
expr b '>' a
expr 3 '>=' 3
expr 3 != 3
expr a = a
expr a == a
expr 1 = 01
expr '' '|' x
expr 0 '|' x
expr a '|' b
expr '' '|' ''
expr a '&' b
expr a '&' 0
expr '' '&' b
expr abc : 'a.c'
expr abc : 'b'
expr abcd : 'a\(b.\)d'
expr abc : '\(x\)'
expr abc : '\(x*\)'
expr /usr/lib/x : '.*/\(.*\)'
expr length hello
expr substr hello 2 3
expr substr hello 0 3
expr substr hello 4 9
expr index hello ol
expr index hello z
expr match hello 'h.*l'
expr + length
expr 0
expr ''
expr x
expr 1 / 0
expr 1 + x
expr 1 +
expr + 1
expr '(' 1
expr 1 2
expr 0 '&' 1 / 0
expr 1 '|' 1 / 0
expr -- 3 + 4
expr 1 '<' 2 '<' 3
expr
expr 5 > /dev/full
"""

OD = """
od fruit
od -c fruit
od -b noeol
od -x fruit
od -d noeol
od -s bytes
od -o noeol
od -t x1 fruit
od -An -tx1 noeol
od -A x -t x1 bytes
od -A d -t c bytes
od -t a bytes
od -t x4 noeol
od -t x8 noeol
od -t d1 bytes
od -t d4 bytes
od -t d8 fruit
od -t u1 bytes
od -t u8 fruit
od -t o4 -t x1 noeol
od -t x1c fruit
od -t x2 -t c -An fruit
od -tx1 -tu4 -to2 fruit
od -c -t x1 -A x noeol
od -N 5 -c fruit
od -j 5 -N 5 -c fruit
od -j 0x10 -c fruit
od -j 1k fruit
od zeros
od -v zeros
od -N 0 fruit
od nothing
od -An nothing
od noeol nothing noeol
cat noeol | od -c
cat noeol | od -c - noeol
od -w8 -tx1 fruit
od -w32 -c fruit
od nosuch
od nosuch noeol
od -t q fruit
od -A q fruit
od -N x fruit
od fruit > /dev/full
"""

LINES = r"""
nl blanks
nl -b a blanks
nl -b n blanks
nl -b p^s blanks
nl -s ': ' -w 3 fruit
nl -v 10 -i 5 fruit
nl -n ln fruit
nl -n rz -w 4 fruit
nl sections
nl -p -h a -f t sections
nl noeol nothing fruit
nl nosuch
nl -b q fruit
cat fruit | nl
tac fruit
tac noeol
tac nothing
tac fruit noeol
cat fruit | tac
tac nosuch fruit
tac wide | head -n 1 | wc -c
rev fruit
rev noeol
rev nothing
rev nosuch
rev wide | wc -c
fold -w 20 long
fold -s -w 20 long
fold -20 long
fold -b -w 7 tabs
fold -w 10 tabs
fold -s -w 5 noeol
fold -w 1 noeol
fold nothing
fold wide | wc -l
fold -w 0 fruit
fold nosuch
expand tabs
expand -t 4 tabs
expand -t 3,9,12 tabs
expand -i tabs
expand noeol nothing
expand -t 0 tabs
expand -t 5,3 tabs
expand nosuch
"""

COLUMNS = r"""
paste fruit noeol
paste noeol fruit
paste -d , fruit noeol sorted
paste -d ',;' fruit noeol sorted
paste -d '\n' noeol sorted
paste -d '\0' noeol sorted
paste -d '' noeol sorted
paste -s fruit noeol
paste -s -d '+' numbers
paste -s -d ',\n' numbers
paste noeol nothing
paste nothing noeol
paste nothing
paste -s nothing
cat numbers | paste - - -
cat numbers | paste -
cat numbers | paste
cat noeol | paste - fruit
paste nosuch fruit
paste fruit > /dev/full
comm sorted other
comm -1 sorted other
comm -23 sorted other
comm -12 sorted sorted
comm -3 sorted other
comm -123 sorted other
comm nothing sorted
comm sorted nothing
comm noeol noeol
cat other | comm sorted -
comm sorted nosuch
comm sorted
join sorted other
join -a 1 sorted other
join -a 1 -a 2 sorted other
join -v 1 sorted other
join -v 2 sorted other
join -t : colons colons2
join -t : -a 1 -e EMPTY -o 0,1.2,2.2 colons colons2
join -t: -o 1.3,2.2 -a 2 colons colons2
join -1 2 -2 1 nothing sorted
join -j 1 sorted other
join sorted sorted
join noeol nothing
join nothing sorted
cat other | join sorted -
join sorted nosuch
join sorted
join -o x sorted other
split -l 2 fruit; cat xaa; cat xab xac; rm xa?
split -b 10 fruit p; cat paa; ls pa? | wc -l; rm pa?
split -b 20k -a 3 wide w; ls waa? | wc -l; cat waa? > made; wc -c < made; rm w[a-z][a-z][a-z]
cat numbers | split -l 10 - n; ls n??; rm n??
split nothing z; ls z*
split -l 0 fruit
split nosuch
"""

SUMS = """
cksum fruit noeol nothing
cksum < fruit
cat bytes | cksum
cksum - < bytes
cksum wide zeros
cksum nosuch fruit
cksum fruit > /dev/full
md5sum fruit noeol nothing
cat bytes | md5sum
md5sum wide zeros bytes
md5sum fruit noeol > sums; md5sum -c sums
echo x >> noeol2; md5sum noeol2 > sums; echo y >> noeol2; md5sum -c sums; rm noeol2
md5sum -c fruit
md5sum nosuch
"""

OTHERS = """
yes | head -n 3
yes a b | head -n 2
yes > /dev/full
ln -s fruit sym; readlink sym; rm sym
ln -s fruit sym; readlink -n sym; rm sym
ln -s nosuch sym; readlink sym; rm sym
readlink
realpath / /dev/../dev
realpath -e nosuch
realpath nosuch/x
ln -s / sym; readlink -f sym/dev/. ; rm sym
id -u
id -un
id -g
id -n
whoami
whoami x
tty
tty -s
timeout 5 echo hi
timeout 5 sh -c 'exit 7'
timeout .2 sleep 5
timeout -s INT .2 sleep 5
timeout 5 nosuch
timeout x echo
timeout 5
chmod +x fruit > /dev/null
chmod 755 fruit > /dev/null
chmod +x nosuch
chmod
killall nosuchprogram
"""

TABLES = (GREP, HEAD_TAIL, LS, CAT, EXPR, OD, LINES, COLUMNS, SUMS, OTHERS)


EXACT = {line for table in (GREP, EXPR) for line in table.strip().split("\n")}


@pytest.mark.parametrize("line", [line for table in TABLES for line in table.strip().split("\n")])
def test_same_as_here(m, here, line):
    twin.check(m, here, line, line in EXACT)
