# SPDX-License-Identifier: Apache-2.0
"""The closure of a job's store paths, with sizes, against a bare `nix-store --query --requisites` of the same."""

import subprocess
import sys
from statistics import median

from measure import interleaved, run, times

CHAIN = '''builtins.foldl' (before: i: builtins.toFile "part-${toString i}" "${before}\\n") "end" (builtins.genList (i: i) COUNT)'''


def closure(bench, count=500, limit=0.050):
    program = bench.build / 'bench' / 'closure'
    if not program.exists():
        sys.exit(f'bench: {program} is missing: build everything first (./dev build does not build the benchmarks)')
    nix = bench.folder / 'closure-nix'
    (nix / 'conf').mkdir(parents=True)
    (nix / 'conf' / 'nix.conf').write_text('sandbox = false\nsubstituters =\nbuild-users-group =\n')
    env = {**bench.env, 'NIX_CONF_DIR': str(nix / 'conf'), 'NIX_STORE_DIR': str(nix / 'store'),
           'NIX_STATE_DIR': str(nix / 'var'), 'NIX_LOG_DIR': str(nix / 'log')}
    said = subprocess.run(['nix-instantiate', '--eval', '--read-write-mode', '--expr', CHAIN.replace('COUNT', str(count))],
                          check=True, capture_output=True, text=True, env=env)
    root = said.stdout.strip().strip('"')
    found = subprocess.run([program, root], check=True, capture_output=True, text=True, env=env).stdout.strip()
    if found != str(count):
        sys.exit(f'bench: the closure of {count} paths has {found}')
    ours, floor = interleaved(bench.n(20), lambda: run([str(program), root], nix, env),
                              lambda: run(['nix-store', '--query', '--requisites', root], nix, env))
    bench.table.add(f'closure of {count} store paths with their sizes', times(ours), f'{times(floor)} nix-store -qR',
                    f'{median(ours) / median(floor):.2f}×', f'≤ {limit * 1000:g} ms', median(ours) <= limit)
