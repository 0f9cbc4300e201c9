#!/usr/bin/env python3
"""Breaks the code on purpose and sees whether a test notices.

usage: tests/mutants/run.py [-v] [LIST ...]     (default: all lists here and below)
       tests/mutants/run.py --check             builds nothing: does each mutant still apply?
       tests/mutants/run.py --rename OLD NEW    renames what the lists name

A list (NAME.mut) has blocks divided by empty lines:

    # what is broken
    in pt_map
    test mm/pt mm/gather
    guest regress.freed fork=copy
    cpu rv64,v=true
    outside run.test_add
    - code that stands in it, once
    + what stands there instead

`in` names a function, table, macro, type or variable (or a file, for assembly), wherever
it is defined; with `in NAME FILE.c` only a definition in a file of that name counts, for
names that several files have.  Comments and white space in the code do not matter.

Each mutant is applied to a copy of the tree, and the tests that it names are built and
run: host tests (tests/host/mm/test_pt.c, ...), then cases of abitest, in a machine with the
boot options that follow and that -cpu, then cases of scripts in tools/check (run.test_add).
The first that fails has killed the mutant.  A mutant that survives, does not apply or does
not compile makes the exit status 1.

`file` with a path, in place of `in`, is for makefiles and scripts: whole lines of that file.
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import source

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent
SOURCES = ('kernel', 'user', 'xv6', 'tools', 'scope')
CFLAGS = ('-std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all '
          '-Itests/host/shim -Itests/host -Ikernel -Itools/image').split()
SECONDS = 400       # a test that takes longer hangs, which counts as a failure


class Mutant:
    def __init__(self, block, where):
        self.where = where
        self.file = self.name = self.hint = None
        self.what, self.tests, self.guest, self.outside, self.old, self.new = '', [], [], [], [], []
        self.cpu = ''
        for line in block:
            head, _, rest = line.partition(' ')
            if head == '#':
                self.what = (self.what + ' ' + rest).strip()
            elif head == 'in':
                self.name, _, hint = rest.strip().partition(' ')
                self.hint = hint or None
            elif head == 'file':
                self.file = rest.strip()
            elif head == 'test':
                self.tests = rest.split()
            elif head == 'guest':
                self.guest = rest.split()
            elif head == 'cpu':
                self.cpu = rest.strip()
            elif head == 'outside':
                self.outside = rest.split()
            elif head in '-+':
                (self.old if head == '-' else self.new).append(rest.strip())
            else:
                sys.exit(f'{where}: unknown line: {line}')

    def places(self, tree):
        """(file, start, end) of all code that this could change; there must be one place."""
        if self.file:
            return lines_of_file(self, tree)
        return tree.find('\n'.join(self.old), self.name, self.hint)

    def fault(self, tree):
        """What keeps this mutant from being tried, or None."""
        places = self.places(tree)
        if len(places) == 1:
            return None
        name = self.file or self.name
        if not places and not self.file and not tree.defines(self.name, self.hint):
            return f'nothing is called {name}'
        return f'the code stands {len(places)} times in {name}'

    def apply(self, tree, root):
        path, start, end = self.places(tree)[0]
        text = (ROOT / path).read_text()
        (root / path).write_text(text[:start] + '\n'.join(self.new) + text[end:])
        return root / path, text


def lines_of_file(mutant, tree):
    lines = (ROOT / mutant.file).read_text().split('\n')
    n = len(mutant.old)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return [(pathlib.Path(mutant.file), starts[i], starts[i + n] - 1)
            for i in range(len(lines) - n + 1)
            if [text.strip() for text in lines[i:i + n]] == mutant.old]


def read_blocks(path):
    block, first = [], 1
    for number, line in enumerate(path.read_text().split('\n') + [''], 1):
        if line.strip():
            if not block:
                first = number
            block.append(line)
        elif block:
            yield first, block
            block = []


def read_list(path):
    for first, block in read_blocks(path):
        if any(text.startswith(('file ', 'in ')) for text in block):
            yield Mutant(block, f'{path.name}:{first}')


def files_of(*folders):
    """Those of this tree, as they are now, without what was built."""
    names = subprocess.run(['tools/check/tracked.sh', *folders], cwd=ROOT, text=True, check=True,
                           capture_output=True).stdout
    return [name for name in names.splitlines() if (ROOT / name).exists()]


def read_tree():
    return source.Tree(ROOT, [file for file in files_of(*SOURCES)
                              if file.endswith(('.c', '.h', '.S'))])


# --- without running anything ---------------------------------------------------------

def missing_tests(mutant, cases):
    """What is wrong with the tests that it names, or that it names none."""
    for name in mutant.tests:
        folder, _, base = name.rpartition('/')
        if not (ROOT / f'tests/host/{folder}/test_{base}.c').exists():
            yield f'there is no test {name}'
    if mutant.guest and not any(case.startswith(mutant.guest[0]) for case in cases):
        yield f'there is no case {mutant.guest[0]}'
    if not mutant.tests and not mutant.guest and not mutant.outside:
        yield 'no test is named'


def check(mutants, tree):
    text = ''.join(path.read_text() for path in (ROOT / 'tests/guest').rglob('t_*.c'))
    cases = ['.'.join(names)
             for names in re.findall(r'^(?:SLOW_)?TEST\((\w+), (\w+)\)', text, re.M)]
    bad = 0
    for mutant in mutants:
        for fault in [mutant.fault(tree), *missing_tests(mutant, cases)]:
            if fault:
                print(f'{mutant.where}: {mutant.what}: {fault}')
                bad += 1
    print(f'{len(mutants)} mutants, {bad} faults')
    return 1 if bad or not mutants else 0


def rename(lists, old, new):
    for path in lists:
        lines = path.read_text().split('\n')
        path.write_text('\n'.join(
            re.sub(rf'\b{re.escape(old)}\b', new, line) if re.match('in |[-+] ', line) else line
            for line in lines))
    return 0


# --- running tests --------------------------------------------------------------------

def directive(text, name):
    match = re.search(rf'^// {name}:(.*)$', text, re.M)
    return match.group(1).split() if match else []


def run_test(root, name):
    """'passed', 'failed', or the compiler's messages."""
    folder, _, base = name.rpartition('/')
    source = f'tests/host/{folder}/test_{base}.c'
    text = (root / source).read_text()
    program = root / f'test_{base}'
    sources = [str(path.relative_to(root)) for word in directive(text, 'sources')
               for path in sorted(root.glob(word))]
    made = subprocess.run(
        ['gcc', *CFLAGS, f'-Itests/host/{folder}', *directive(text, 'cflags'), '-o', program, source,
         *sources, '-lcmocka'],
        cwd=root, capture_output=True, text=True)
    if made.returncode:
        return made.stderr
    try:
        ran = subprocess.run([program], cwd=root, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 'failed'
    return 'failed' if ran.returncode else 'passed'


def run_guest(root, cpu, cases, *options):
    made = subprocess.run(['make', '-s', 'build/test.img'], cwd=root, capture_output=True,
                          text=True)
    if made.returncode:
        return made.stderr
    boot = [word for option in options for word in ('--boot', option)]
    with subprocess.Popen(
            ['./run', '--harts', '4', *boot, '--image', 'build/test.img', '-c',
             f'abitest {cases}'], cwd=root, stdin=subprocess.DEVNULL,
            env={**os.environ, 'QEMUEXTRA': f'-cpu {cpu}' if cpu else ''},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True) as machine:
        try:
            return 'failed' if machine.wait(SECONDS) else 'passed'
        except subprocess.TimeoutExpired:
            os.killpg(machine.pid, signal.SIGKILL)
            return 'failed'


def run_outside(root, name):
    script, _, case = name.partition('.')
    made = subprocess.run(['make', '-s', 'boot-files'], cwd=root, capture_output=True, text=True)
    if made.returncode:
        return made.stderr
    try:
        ran = subprocess.run([f'tools/check/{script}.py', case], cwd=root, stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 'failed'
    return 'failed' if ran.returncode else 'passed'


def results(mutant, root):
    for name in mutant.tests:
        yield f'test_{name}', run_test(root, name)
    if mutant.guest:
        yield mutant.guest[0], run_guest(root, mutant.cpu, *mutant.guest)
    for name in mutant.outside:
        yield name, run_outside(root, name)


def try_mutant(mutant, tree, scratch):
    """The verdict, and whether it is a good one."""
    fault = mutant.fault(tree)
    if fault:
        return fault, False
    path, original = mutant.apply(tree, scratch)
    try:
        for name, result in results(mutant, scratch):
            if result == 'failed':
                return f'killed by {name}', True
            if result != 'passed':
                return 'does not compile\n' + result, False
        return 'SURVIVED', False
    finally:
        path.write_text(original)


def run(mutants, tree, verbose):
    killed = bad = 0
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        for file in files_of():
            (scratch / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, scratch / file)
        for test in sorted({name for mutant in mutants for name in mutant.tests}):
            if run_test(scratch, test) != 'passed':
                sys.exit(f'test_{test} fails without any mutant')
        for guest in sorted({(m.cpu, *m.guest) for m in mutants if m.guest}):
            result = run_guest(scratch, *guest)
            if result != 'passed':
                sys.exit(f'abitest {guest[1]} fails without any mutant: {result}')
        for case in sorted({name for mutant in mutants for name in mutant.outside}):
            if run_outside(scratch, case) != 'passed':
                sys.exit(f'{case} fails without any mutant')
        for mutant in mutants:
            verdict, good = try_mutant(mutant, tree, scratch)
            killed, bad = killed + good, bad + (not good)
            if verbose or not good:
                print(f'{mutant.where}: {mutant.what}: {verdict}', flush=True)
    print(f'{killed} mutants killed, {bad} not')
    return 1 if bad or not killed else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-v', action='store_true', help='name those that were killed, too')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('--rename', nargs=2)
    parser.add_argument('lists', nargs='*', type=pathlib.Path)
    args = parser.parse_args()
    lists = args.lists or sorted(HERE.rglob('*.mut'))
    if args.rename:
        return rename(lists, *args.rename)
    tree = read_tree()
    mutants = [mutant for path in lists for mutant in read_list(path)]
    return check(mutants, tree) if args.check else run(mutants, tree, args.v)


if __name__ == '__main__':
    sys.exit(main())
