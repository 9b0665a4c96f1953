#!/usr/bin/env python3
"""Holds the tree to its layers.

usage: check_layers.py SOURCE_ROOT [-I DIR]... [-- CC [ARG]...]

A folder of src/ includes only from folders before it in LAYERS (and from itself), by path from
src/. BPF code (*.bpf.c, *.bpf.h) and what only it includes see just the headers that are made for both
sides. With a compiler given, each header must compile alone; -I names where generated headers lie.
Prints one line per violation; exit 1 if there is any.
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

LAYERS = ['util', 'event', 'track', 'decode', 'symbolize', 'filter', 'store', 'engine', 'report',
          'analyse', 'render', 'query', 'lib', 'cli']

# What the kernel side may see besides its own folder.
BPF_SHARED = ['event/capture.h']

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def includes_of(path):
    """(line number, name) of each include of a project header."""
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            found = INCLUDE.match(line)
            if found:
                yield number, found.group(1)


def check_include(src, path, name, generated):
    """What is wrong with this include; None = nothing."""
    layer = path.parts[0]
    target = name.split('/')[0]

    if '/' not in name:
        if (src / path.parent / name).exists():
            return f'write the path from src/: "{path.parent / name}"'
        return None  # generated into the same folder
    if target not in LAYERS:
        return f'"{name}" is in no known folder'
    if LAYERS.index(target) > LAYERS.index(layer):
        return f'{layer} may not include from {target}: "{name}"'
    if not any((base / name).exists() for base in [src, *generated]):
        return f'there is no "{name}"'
    return None


def kernel_side(files, includes):
    """BPF programs and the headers that nothing but them includes."""
    programs = {path for path in files if '.bpf.' in path.name}
    by_program = {name for path in programs for _, name in includes[path]}
    by_others = {name for path in files - programs for _, name in includes[path]}
    return programs | {path for path in files
                       if str(path) in by_program and str(path) not in by_others}


def check_kernel_include(path, name):
    if name in BPF_SHARED or name.startswith(f'{path.parent}/'):
        return None
    return f'BPF code may not include "{name}"'


def compile_alone(command, header):
    """The first error, or None."""
    result = subprocess.run([*command, '-fsyntax-only', '-x', 'c', '-include', str(header),
                             os.devnull], capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    errors = [line for line in result.stderr.splitlines() if 'error' in line]
    return errors[0] if errors else result.stderr.strip()[:200]


def bpf_compiler():
    """As engine/bpf/meson.build compiles; None where there is no clang."""
    clang, cpu = shutil.which('clang'), os.uname().machine
    if not clang:
        return None
    arch = {'x86_64': 'x86', 'aarch64': 'arm64'}.get(cpu, cpu)
    return [clang, '-target', 'bpf', f'-D__TARGET_ARCH_{arch}', '-idirafter',
            f'/usr/include/{cpu}-linux-gnu']


def main(argv):
    compiler = []
    if '--' in argv:
        compiler = argv[argv.index('--') + 1:]
        argv = argv[:argv.index('--')]
    if len(argv) < 2 or len(argv) % 2 or any(flag != '-I' for flag in argv[2::2]):
        sys.exit(__doc__.split('\n\n')[1])
    src = pathlib.Path(argv[1]) / 'src'
    generated = [pathlib.Path(name) for name in argv[3::2]]
    files = {path.relative_to(src) for path in src.rglob('*.[ch]')}
    if not files:
        sys.exit(f'{src}: no sources there')
    includes = {path: list(includes_of(src / path)) for path in files}
    kernel = kernel_side(files, includes)
    wrong = []

    for path in sorted(files):
        if len(path.parts) > 1 and path.parts[0] not in LAYERS:
            wrong.append(f'src/{path}: folder {path.parts[0]} is in no layer')
            continue
        for number, name in includes[path]:
            reason = (check_kernel_include(path, name) if path in kernel else
                      check_include(src, path, name, generated))
            if reason:
                wrong.append(f'src/{path}:{number}: {reason}')
    if compiler:
        where = [f'-I{name}' for name in [*generated, src]]
        bpf = bpf_compiler()
        jobs = [(path, bpf if path in kernel else compiler) for path in sorted(files)
                if path.suffix == '.h']
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for (path, _), error in zip(jobs, pool.map(
                    lambda job: job[1] and compile_alone([*job[1], *where], src / job[0]), jobs)):
                if error:
                    wrong.append(f'src/{path}: does not compile alone: {error}')
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
