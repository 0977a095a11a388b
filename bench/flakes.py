# SPDX-License-Identifier: Apache-2.0
"""A flake of trivial checks, evaluated and built by `cirque run` and by the best of `nix build` on all of them at once.
Each run gets checks that no store has seen, in a store of its own, without substituters and without nixpkgs."""

import itertools
import os
import subprocess
import sys
from statistics import median

from measure import interleaved, run, times

# Ends with a builtin of the shell: Nix 2.8 may report a builder that ends with another program as killed.
FLAKE = '''{
  outputs = { self }: {
    checks.SYSTEM = builtins.listToAttrs (builtins.genList (i: {
      name = "check-${toString i}";
      value = derivation {
        name = "check-TAG-${toString i}";
        system = "SYSTEM";
        builder = "/bin/sh";
        args = [ "-c" "echo ${toString i} > $out" ];
      };
    }) COUNT);
  };
}
'''
NIX = ['--extra-experimental-features', 'nix-command flakes']


class FlakeBench:
    def __init__(self, bench, count):
        self.bench, self.count = bench, count
        self.folder = bench.folder / 'flake'
        self.folder.mkdir()
        nix = bench.folder / 'flake-nix'
        (nix / 'conf').mkdir(parents=True)
        (nix / 'conf' / 'nix.conf').write_text('sandbox = false\nsubstituters =\nbuild-users-group =\n')
        self.env = {**bench.env, 'NIX_CONF_DIR': str(nix / 'conf'), 'NIX_STORE_DIR': str(nix / 'store'),
                    'NIX_STATE_DIR': str(nix / 'var'), 'NIX_LOG_DIR': str(nix / 'log')}
        self.system = subprocess.run(['nix', *NIX, 'eval', '--raw', '--impure', '--expr', 'builtins.currentSystem'],
                                     check=True, capture_output=True, text=True, env=self.env).stdout
        self.tags = itertools.count()

    def fresh(self):
        """Checks nobody has built yet, committed."""
        self.tag = next(self.tags)
        text = FLAKE.replace('SYSTEM', self.system).replace('TAG', str(self.tag)).replace('COUNT', str(self.count))
        (self.folder / 'flake.nix').write_text(text)
        git = ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-C', str(self.folder)]
        for arguments in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'checks']):
            subprocess.run([*git, *arguments], check=True, env=self.env)

    def ours(self):
        self.fresh()
        seconds = run([self.bench.cirque, 'run', '--no-tui'], self.folder, self.env)
        self.expect_built()
        self.bench.clear_state()
        return seconds

    def expect_built(self):
        """Speed counts only when everything was built."""
        mark = f'-check-{self.tag}-'
        built = [name for name in os.listdir(self.env['NIX_STORE_DIR']) if mark in name and name.rsplit('-', 1)[1].isdigit()]
        if len(built) != self.count:
            sys.exit(f'bench: {len(built)} of {self.count} checks were built')

    def theirs(self, jobs):
        self.fresh()
        names = [f'.#checks.{self.system}.check-{i}' for i in range(self.count)]
        return run(['nix', *NIX, 'build', '--no-link', '--max-jobs', str(jobs), *names], self.folder, self.env)


def flake_of_checks(bench, count=300, limit=1.3):
    flakes = FlakeBench(bench, count)
    slots = sorted({1, 2, len(os.sched_getaffinity(0)), 2 * len(os.sched_getaffinity(0))})
    ours, *floors = interleaved(max(3, bench.n(5)), flakes.ours, *[lambda j=jobs: flakes.theirs(j) for jobs in slots])
    floor, jobs = min(zip(floors, slots), key=lambda pair: median(pair[0]))
    share = median(ours) / median(floor)
    bench.table.add(f'flake of {count} trivial checks', times(ours), f'{times(floor)} nix build --max-jobs {jobs}',
                    f'{share:.2f}×', f'≤ {limit:g}×', share <= limit)
