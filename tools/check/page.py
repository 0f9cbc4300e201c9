#!/usr/bin/env python3
"""Checks that scope/page/dist/scope.html is made of the sources that are here.

usage: tools/check/page.py              compares the digest of the sources with that in the page
       tools/check/page.py --digest     prints that of the sources
       tools/check/page.py --rebuild    makes the page again and compares it byte for byte, and runs the
                                        unit tests; needs npm, and what package-lock.json names

The page has a module for WebAssembly, which another version of clang makes with other bytes: then that of
the page is taken.  Status 77: npm is missing, or the packages cannot be fetched.
"""
import base64
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

PAGE = pathlib.Path("scope/page")
DIST = PAGE / "dist/scope.html"
FOLDER = pathlib.Path("build/test/page")
SIZE = 600_000  # bytes at most
SKIPPED = 77
INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.M)
OFFLINE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|EHOSTUNREACH")


def module_sources():
    """The C files of the module, and all that they include."""
    names = [*pathlib.Path("scope").glob("[rdvw]*/*.c"), pathlib.Path("kernel/lib/string.c")]
    todo = [path for path in names if path.parts[1] in ("ram", "decode", "view", "wasm", "lib")]
    found = set()
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            places = (path.parent / name, pathlib.Path("kernel") / name, pathlib.Path("scope") / name)
            todo += [place for place in places if place.is_file()][:1]
    return found


def page_sources():
    files = [path for path in (PAGE / "src").rglob("*") if path.is_file()]
    return {*files, *(PAGE / name for name in ("build.mjs", "package.json", "package-lock.json", "tsconfig.json"))}


def digest():
    total = hashlib.sha256()
    for path in sorted(module_sources() | page_sources()):
        total.update(f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def told(name):
    """What the page says of itself."""
    found = re.search(rf'<meta name="pagoda-{name}" content="([^"]*)">', DIST.read_text(encoding="utf-8"))
    return found[1] if found else ""


def compiler():
    if not shutil.which("clang"):
        return ""
    return subprocess.run(["clang", "--version"], capture_output=True, text=True).stdout.splitlines()[0]


def check():
    faults = []
    if told("digest") != digest():
        faults.append(f"{DIST} is not made of these sources: make scope-page makes it")
    if DIST.stat().st_size >= SIZE:
        faults.append(f"{DIST} has {DIST.stat().st_size} bytes (less than {SIZE})")
    print("\n".join(faults + [f"{len(module_sources() | page_sources())} sources, {len(faults)} faults"]))
    return bool(faults)


# --- made again -------------------------------------------------------------------

def run(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    print(done.stdout, end="")
    return done


def result(name, is_good):
    print(f"{'ok' if is_good else 'FAILED'} {name}")
    return not is_good


def module():
    """The file with the module: made here, if with the same compiler."""
    if compiler() == told("clang"):
        run("make", "-s", f"BUILD={FOLDER}/module", f"{FOLDER}/module/scope.wasm", check=True)
        return FOLDER / "module/scope.wasm"
    print(f"clang differs: '{compiler()}' here, '{told('clang')}' there")
    inside = re.search(r'id="wasm">([^<]*)<', DIST.read_text(encoding="utf-8"))[1]
    (FOLDER / "scope.wasm").write_bytes(base64.b64decode(inside))
    return FOLDER / "scope.wasm"


def unit_tests(wasm):
    tests = (FOLDER / "unit").absolute()
    run("node", "build.mjs", "--test", str(tests), cwd=FOLDER, check=True)
    files = [str(path) for path in sorted(tests.glob("*.mjs")) if "decode" not in path.name]
    done = run("node", "--test", *files, env={**os.environ, "WASM": str(wasm)})
    return result("unit tests", done.returncode == 0 and re.search(r"^# pass [1-9]", done.stdout, re.M))


def rebuild():
    if not shutil.which("npm") or not shutil.which("node"):
        print("npm is missing")
        return SKIPPED
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(PAGE, FOLDER, ignore=shutil.ignore_patterns("node_modules", "dist"))
    fetched = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=FOLDER)
    if fetched.returncode:
        return SKIPPED if OFFLINE.search(fetched.stdout) else result("npm ci", False)
    wasm = module().absolute()
    failed = result("types", run("npx", "tsc", "--noEmit", cwd=FOLDER).returncode == 0)
    run("node", "build.mjs", "--wasm", str(wasm), "--out", "made.html", "--digest", digest(), "--clang", told("clang"),
        cwd=FOLDER, check=True)
    failed += result("the same bytes", (FOLDER / "made.html").read_bytes() == DIST.read_bytes())
    failed += unit_tests(wasm)
    (FOLDER / "made-of").write_text("" if failed else digest())
    return bool(failed)


def main():
    os.chdir(pathlib.Path(__file__).resolve().parents[2])
    if sys.argv[1:] == ["--digest"]:
        print(digest())
        return 0
    return rebuild() if sys.argv[1:] == ["--rebuild"] else check()


if __name__ == "__main__":
    sys.exit(main())
