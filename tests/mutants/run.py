#!/usr/bin/env python3
"""Breaks the kernel's code on purpose and sees whether a test notices.

usage: tests/mutants/run.py [-v] [LIST ...]     (default: all lists beside it)

A list (NAME.mut) has blocks divided by empty lines:

    # what is broken
    file kernel/mm/pt.c
    test pt gather
    guest regress.freed fork=copy
    - lines as they stand in the file, once
    + what stands there instead

Each mutant is applied to a copy of the tree, the tests named (tests/host/test_pt.c,
..., then those cases of abitest, in a machine with the boot options that follow)
are built and run, and the first that fails has killed it.  A mutant that
survives, does not apply or does not compile makes the exit status 1.
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
CFLAGS = ('-std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all '
          '-Itests/host/shim -Itests/host -Ikernel').split()
SECONDS = 400       # a test that takes longer hangs: noticed, too


class Mutant:
    def __init__(self, block, where):
        self.where = where
        self.what, self.tests, self.guest, self.old, self.new = '', [], [], [], []
        for line in block:
            head, _, rest = line.partition(' ')
            if head == '#':
                self.what = (self.what + ' ' + rest).strip()
            elif head == 'file':
                self.file = rest.strip()
            elif head == 'test':
                self.tests = rest.split()
            elif head == 'guest':
                self.guest = rest.split()
            elif head in '-+':
                (self.old if head == '-' else self.new).append(rest.strip())
            else:
                sys.exit(f'{where}: what is this: {line}')

    def apply(self, root):
        """False: the lines are not there, or more than once."""
        path = root / self.file
        lines = path.read_text().split('\n')
        n = len(self.old)
        at = [i for i in range(len(lines) - n + 1)
              if [text.strip() for text in lines[i:i + n]] == self.old]
        if len(at) != 1:
            return False
        lines[at[0]:at[0] + n] = self.new
        path.write_text('\n'.join(lines))
        return True


def read_list(path):
    block, first = [], 1
    for number, line in enumerate(path.read_text().split('\n') + [''], 1):
        if line.strip():
            if not block:
                first = number
            block.append(line)
        elif block:
            if any(text.startswith('file ') for text in block):
                yield Mutant(block, f'{path.name}:{first}')
            block = []


def directive(text, name):
    match = re.search(rf'^// {name}:(.*)$', text, re.M)
    return match.group(1).split() if match else []


def run_test(root, name):
    """'passed', 'failed' or what the compiler said."""
    folder, _, base = name.rpartition('/')
    source = f'tests/host/{folder}/test_{base}.c'
    text = (root / source).read_text()
    program = root / f'test_{base}'
    made = subprocess.run(
        ['gcc', *CFLAGS, f'-Itests/host/{folder}', *directive(text, 'cflags'), '-o', program, source,
         *directive(text, 'sources'), '-lcmocka'],
        cwd=root, capture_output=True, text=True)
    if made.returncode:
        return made.stderr
    try:
        ran = subprocess.run([program], cwd=root, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 'failed'
    return 'failed' if ran.returncode else 'passed'


def run_guest(root, cases, *options):
    made = subprocess.run(['make', '-s', 'build/test.img'], cwd=root, capture_output=True,
                          text=True)
    if made.returncode:
        return made.stderr
    boot = [word for option in options for word in ('--boot', option)]
    with subprocess.Popen(
            ['./run', '--harts', '4', *boot, '--image', 'build/test.img', '-c',
             f'abitest {cases}'], cwd=root, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True) as machine:
        try:
            return 'failed' if machine.wait(SECONDS) else 'passed'
        except subprocess.TimeoutExpired:
            os.killpg(machine.pid, signal.SIGKILL)
            return 'failed'


def results(mutant, root):
    for name in mutant.tests:
        yield f'test_{name}', run_test(root, name)
    if mutant.guest:
        yield mutant.guest[0], run_guest(root, *mutant.guest)


def try_mutant(mutant, scratch):
    """The verdict, and whether it is a good one."""
    path = scratch / mutant.file
    original = path.read_text()
    try:
        if not mutant.apply(scratch):
            return 'does not apply', False
        for name, result in results(mutant, scratch):
            if result == 'failed':
                return f'killed by {name}', True
            if result != 'passed':
                return 'does not compile\n' + result, False
        return 'SURVIVED', False
    finally:
        path.write_text(original)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-v', action='store_true', help='name those that were killed, too')
    parser.add_argument('lists', nargs='*', type=pathlib.Path)
    args = parser.parse_args()
    lists = args.lists or sorted(pathlib.Path(__file__).parent.glob('*.mut'))
    killed = bad = 0
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        for file in subprocess.run(['git', 'ls-files'], cwd=ROOT, text=True, check=True,
                                   capture_output=True).stdout.splitlines():
            (scratch / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, scratch / file)
        mutants = [m for path in lists for m in read_list(path)]
        for test in sorted({name for mutant in mutants for name in mutant.tests}):
            if run_test(scratch, test) != 'passed':
                sys.exit(f'test_{test} fails without any mutant')
        for guest in sorted({tuple(m.guest) for m in mutants if m.guest}):
            result = run_guest(scratch, *guest)
            if result != 'passed':
                sys.exit(f'abitest {guest[0]} fails without any mutant: {result}')
        for mutant in mutants:
            verdict, good = try_mutant(mutant, scratch)
            killed, bad = killed + good, bad + (not good)
            if args.v or not good:
                print(f'{mutant.where}: {mutant.what}: {verdict}', flush=True)
    print(f'{killed} mutants killed, {bad} not')
    return 1 if bad or not killed else 0


if __name__ == '__main__':
    sys.exit(main())
