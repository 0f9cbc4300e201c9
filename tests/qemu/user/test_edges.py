"""What breaks programs, for all of them, beside their namesakes of this computer."""
import pytest

import twin
from twin import here, m  # noqa: F401, fixtures

# Failing writes, missing files, -, --, no arguments, empty input, no newline at the end, NUL bytes, long lines, and
# names with newlines and blanks, for programs that other tables do not have.
EDGES = r"""
cat fruit - < noeol
cat -- fruit
cat -n fruit blanks
cat -n noeol nothing fruit
cat nosuch fruit
cat nul bytes
cat wide | wc -c
cat < nothing
cat top
cat fruit > /dev/full
wc -l < fruit
wc -w < wide
wc -c < wide
wc -l < noeol
wc -c < nothing
wc -l < nul
wc -m < fruit
printf 'a\303\244\n' | LC_ALL=C.UTF-8 wc -m
cp -v fruit copied; mv -v copied moved; rm -v moved
mkdir -p t1/in; cp fruit t1/in; cp -rv t1 t2 | sort; rm -rv t1; rm -r t2
cp -v nosuch copied
cp fruit copied; echo n | rm -i copied; ls copied; echo y | rm -iv copied; ls copied
wc nosuch
wc -Y fruit
wc fruit > /dev/full
cmp fruit fruit
cmp fruit noeol
cmp fruit nosuch
cmp -s fruit noeol
cmp nothing fruit
cmp - fruit < fruit
cmp fruit
cp fruit made; cmp fruit made
cp fruit noeol made; echo after
cp nosuch made
cp fruit
cp
cp top made
cp -r top tree1; find tree1 | sort; rm -r tree1
cp -- fruit made; cat made
cp wide made; cmp wide made
cp fruit fruit
cp fruit nosuch/made
cp fruit /dev/full
mv fruit
mv nosuch made
cp fruit from; mv from to; cat to; ls from
cp fruit from; mkdir into; mv from into; ls into; rm -r into
cp fruit from; mv -f from noeol2; ls noeol2; rm noeol2
rm
rm nosuch
rm -f nosuch
rm -f
touch -- -x; ls -- -x; rm -- -x; ls -- -x
rm top
cp fruit gone; rm gone top; ls gone
ln fruit hard; cmp fruit hard; rm hard
ln -s fruit soft; cat soft; rm soft
ln fruit
ln nosuch hard
ln fruit noeol
ln -s x fruit
touch new; cat new; rm new
touch fruit; wc -l < fruit
touch nosuch/x
touch
mkdir dir; ls -d dir; rmdir dir
mkdir top
mkdir nosuch/x
mkdir -p dir/a/b; ls dir/a; rmdir -p dir/a/b
mkdir
rmdir nosuch
rmdir top
rmdir fruit
echo a  b
echo
echo -n x
echo -- x
echo x > /dev/full
printf '%s-%d|' a 1 b 2
printf '%5.2f %x %o %c\n' 3.14159 255 8 hello
printf 'a\tb\\n\101\n'
printf '%b' 'a\nb\n'
printf '%%\n'
printf '%s\n'
printf '%d\n' x
printf
printf x > /dev/full
basename a/b; basename -- -x
seq 3 > /dev/full
sort fruit > /dev/full
uniq fruit > /dev/full
cut -c 1 fruit > /dev/full
tr a b < fruit > /dev/full
sed p fruit > /dev/full
nl fruit > /dev/full
tac fruit > /dev/full
fold fruit > /dev/full
expand tabs > /dev/full
join sorted other > /dev/full
comm sorted other > /dev/full
od fruit > /dev/full
xxd fruit > /dev/full
dd if=fruit of=/dev/full status=none
echo x | tee /dev/full
find top > /dev/full
xargs echo < fruit > /dev/full
sort nul
uniq nul
cut -c 2- nul
tr '\0' x < nul
sed s/o/0/ nul
sort -u wide | wc -c
uniq wide | wc -c
cut -c 99999- wide | wc -c
sed 's/x/y/g' wide | cksum
tr x y < wide | cksum
grep -n '' wide | cksum
sed -n '$=' wide
head -n 1 nul
tail -n 2 nul
touch "new$(printf '\nline')"; ls new*; rm new*
touch 'a b'; ls 'a b'; find . -name 'a b'; rm 'a b'
touch 'a b' c; find . -name '[ac]*b' -print0 | xargs -0 rm; ls 'a b'; rm c
env A=1 sh -c 'echo $A'
env -i sh -c 'echo x'
env nosuch
env A=1 B=2 printenv A B
printenv NOSUCH
date -u +%Y-%m-%d | wc -c
date +%%
date -u -R -d @1234567890
date -u -I -d @1234567890
date -ud @0 +%Y-%m-%dT%H:%M:%S
date -Y
uname -Y
sleep
sleep x
true
true x
false
cp -R top tree1; ls -R tree1; rm -R tree1
ln -s fruit soft; ln -sf noeol soft; cat soft; rm soft
ln -f fruit fruit
ln -f noeol fruit2; cat fruit2; rm fruit2
touch -c nosuch; ls nosuch
pwd > /dev/full
test -f fruit && echo yes
stat nosuch
du nosuch
tee < fruit
tee made < fruit; cat made
"""


@pytest.mark.parametrize("line", EDGES.strip().split("\n"))
def test_same_as_here(m, here, line):
    twin.check(m, here, line, False)
