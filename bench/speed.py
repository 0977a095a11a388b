#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The speed table. The floor of a case is `bash FILE` for each of its steps, one after the other or with & and wait,
measured in the same run, in turn with ours. State and trees lie on tmpfs. Exit status 1 when a limit is missed."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from statistics import median

sys.dont_write_bytecode = True
import history  # noqa: E402
from closures import closure  # noqa: E402
from containers import containers  # noqa: E402
from first_step import first_step  # noqa: E402
from flakes import flake_of_checks  # noqa: E402
from measure import Table, interleaved, ms, peak_memory, run, times  # noqa: E402
from sandbox import sandbox  # noqa: E402
from ssh import ssh  # noqa: E402
from terminal import Session  # noqa: E402

MIB = 1024 * 1024


class Bench:
    def __init__(self, build, folder, table, scale):
        self.cirque = str(build / 'cirque')
        self.build, self.folder, self.table, self.scale = build, folder, table, scale
        self.plain = {'PATH': os.environ['PATH'], 'HOME': str(folder / 'home'), 'LANG': 'C.UTF-8'}
        self.env = {**self.plain, 'CIRQUE_STATE_DIR': str(folder / 'state')}
        (folder / 'home').mkdir()
        (folder / 'empty').mkdir()

    def n(self, count):
        return max(3, int(count * self.scale))

    # ---- what is run -----------------------------------------------------------------------------------------------
    def command(self, name, jobs):
        """The command line that runs a plan of these jobs."""
        path = self.folder / f'{name}.json'
        path.write_text(json.dumps({'plan': 1, 'name': name, 'jobs': jobs}))
        return [self.cirque, 'run', str(path), '--no-tui']

    def plan(self, name, jobs, *options):
        command = self.command(name, jobs) + list(options)
        return lambda: run(command, self.folder / 'empty', self.env)

    def script(self, name, text):
        path = self.folder / f'{name}.sh'
        path.write_text(text)
        return path

    def floor(self, name, count, parallel=False):
        """A shell that runs `bash FILE` count times."""
        step = self.script(f'{name}-step', ':\n')
        if count == 1:
            return lambda: run(['bash', str(step)], self.folder / 'empty', self.plain)
        end = '&' if parallel else ''
        lines = [f'bash {step} {end}'] * count + (['wait'] if parallel else [])
        driver = self.script(f'{name}-floor', '\n'.join(lines) + '\n')
        return lambda: run(['sh', str(driver)], self.folder / 'empty', self.plain)

    def clear_state(self):
        shutil.rmtree(self.folder / 'state', ignore_errors=True)

    def ratio(self, case, ours, floor, limit, extra=0.0):
        """Ours against `limit` times the floor plus `extra` seconds."""
        share = median(ours) / median(floor)
        text = f'≤ {limit:g}×' + (f' + {ms(extra)}' if extra else '')
        self.table.add(case, times(ours), times(floor), f'{share:.2f}×', text,
                       median(ours) <= limit * median(floor) + extra)

    # ---- the cases -------------------------------------------------------------------------------------------------
    def version(self):
        ours, floor = interleaved(self.n(40), lambda: run([self.cirque, '--version'], self.folder, self.env),
                                  lambda: run(['true'], self.folder, self.plain))
        self.table.add('cirque --version', times(ours), times(floor) + ' true', '', '≤ 3 ms', median(ours) <= 0.003)

    def one_step(self):
        ours, floor = interleaved(self.n(40), self.plan('one', {'job': job(1)}), self.floor('one', 1))
        difference = median(ours) - median(floor)
        self.table.add('1 job × 1 no-op step', times(ours), times(floor), f'{difference * 1000:+.1f} ms', '≤ floor + 5 ms',
                       difference <= 0.005)

    def many_steps(self):
        self.ratio('1 job × 50 no-op steps',
                   *interleaved(self.n(15), self.plan('fifty', {'job': job(50)}), self.floor('fifty', 50)), 1.5)

    def parallel(self):
        jobs = {f'job{i}': job(1) for i in range(20)}
        # the floor starts all twenty at once, so ours gets as many slots
        self.ratio('20 parallel jobs × 1 step (--jobs 20)',
                   *interleaved(self.n(40), self.plan('parallel', jobs, '--jobs', '20'), self.floor('parallel', 20, True)), 1.5)

    def chain(self):
        jobs = {f'job{i}': job(1, needs=[f'job{i - 1}'] if i else []) for i in range(20)}
        self.ratio('chain of 20 jobs × 1 step',
                   *interleaved(self.n(40), self.plan('chain', jobs), self.floor('chain', 20)), 1.5)

    def timeout(self):
        with_timeout, without = interleaved(self.n(40), self.plan('timeout', {'job': job(1, timeout=60)}),
                                            self.plan('no-timeout', {'job': job(1)}))
        difference = median(with_timeout) - median(without)
        # the spread of the same plan run twice is about half a millisecond
        self.table.add('a step timeout of 60 s', times(with_timeout), times(without) + ' without',
                       f'{difference * 1000:+.2f} ms', '≤ 1 ms more', difference <= 0.001)

    def lines(self):
        peaks = {}
        for count, n, name in ((1_000_000, 5, '1 M'), (10_000_000, 3, '10 M')):
            script = self.script(f'lines-{count}', f'seq {count}\n')
            jobs = {'job': {'copyRepo': False, 'steps': [{'name': 's', 'run': f'seq {count}'}]}}
            ours, floor = interleaved(n, self.plan(f'lines-{count}', jobs),
                                      lambda s=script: run(['bash', str(s)], self.folder / 'empty', self.plain))
            rate = count / median(ours)
            self.table.add(f'{name} lines from one step', times(ours), times(floor), f'{rate / 1e6:.2f} M lines/s',
                           '≥ 1 M lines/s', rate >= 1e6)
            self.expect_log_of(sum(len(str(i)) + 1 for i in range(1, count + 1)))
            peaks[name] = peak_memory(self.command(f'lines-{count}', jobs), self.folder / 'empty', self.env)
            self.clear_state()
        small, large = peaks['1 M'], peaks['10 M']
        self.table.add('peak memory, 1 M lines', f'{small / MIB:.1f} MiB', '', '', '≤ 64 MiB', small <= 64 * MIB)
        self.table.add('peak memory, 10 M lines', f'{large / MIB:.1f} MiB', f'{small / MIB:.1f} MiB at 1 M',
                       f'{large / small:.2f}×', 'flat: ≤ 1.1× and ≤ 64 MiB', large <= min(64 * MIB, 1.1 * small))

    def terminal(self):
        """The live view against plain lines to nowhere, on the case with the most lines; then how busy it is with a
        step that prints all the time, and with one that prints nothing."""
        jobs = {'job': {'copyRepo': False, 'steps': [{'name': 's', 'run': 'seq 1000000'}]}}
        plain = self.command('tty-lines', jobs)
        live = [word for word in plain if word != '--no-tui']
        folder = self.folder / 'empty'
        ours, floor = interleaved(7, lambda: Session(live, folder, self.env).seconds,
                                  lambda: run(plain, folder, self.env))
        self.ratio('1 M lines, live view on a terminal; floor: --no-tui to /dev/null', ours, floor, 1.05)
        self.clear_state()
        chatty = 'for i in $(seq 40); do seq 1000; sleep 0.05; done'
        jobs = {f'job{i}': {'copyRepo': False, 'steps': [{'name': 's', 'run': chatty}]} for i in range(3)}
        busy = Session([word for word in self.command('tty-busy', jobs) if word != '--no-tui'] + ['--jobs', '3'], folder, self.env)
        self.table.add('frames in the busiest second, three steps that print', str(busy.busiest), '',
                       f'{busy.frames} in {ms(busy.seconds)}', '≤ 30', 0 < busy.busiest <= 30)
        quiet = {f'job{i}': {'copyRepo': False, 'steps': [{'name': 's', 'run': 'sleep 8'}]} for i in range(5)}
        words = self.command('tty-quiet', quiet) + ['--jobs', '5']
        idle = Session([word for word in words if word != '--no-tui'], folder, self.env)
        none = Session(words, folder, self.env)
        share = idle.processor / idle.seconds
        self.table.add('processor, live view of five jobs that print nothing', f'{share:.2%} of a core',
                       f'{none.processor / none.seconds:.2%} with --no-tui', f'{idle.frames} frames in {ms(idle.seconds)}',
                       '≤ 3 %', share <= 0.03)
        self.clear_state()

    def engine(self, jobs, shape):
        """Seconds of the engine alone, with an executor that does nothing: the median of three runs."""
        program = self.build / 'bench' / 'engine-null'
        if not program.exists():
            sys.exit(f'bench: {program} is missing: build everything first (./dev build does not build the benchmarks)')
        said = [subprocess.run([program, str(jobs), shape], check=True, capture_output=True, text=True, timeout=300).stdout
                for _ in range(3)]
        return median(float(re.search(r'seconds: ([0-9.]+)', line).group(1)) for line in said)

    def expect_log_of(self, size):
        """Speed counts only when every byte was kept."""
        sizes = [path.stat().st_size for path in (self.folder / 'state').rglob('*') if path.is_file()]
        if size not in sizes:
            sys.exit(f'bench: no log of {size} bytes was kept; the largest file of the state has {max(sizes)}')

    def scheduler(self):
        # a tenth of the jobs still fits the caches, so linear work takes some more than ten times as long
        for shape in ('independent', 'layers'):
            small, large = self.engine(10_000, shape), self.engine(100_000, shape)
            self.table.add(f'null executor, 10,000 jobs, {shape}', ms(small), '', '', '≤ 0.5 s', small <= 0.5)
            self.table.add(f'null executor, 100,000 jobs, {shape}', ms(large), f'{ms(small)} for a tenth',
                           f'{large / small:.1f}×', 'linear: ≤ 15×', large <= 15 * small)

    def layers(self):
        """4 wide, 200 deep, each job needing the whole layer below: from ci.nix to the plan document."""
        folder = self.folder / 'layers'
        folder.mkdir()
        (folder / 'ci.nix').write_text('''{ cirque, ... }:
let
  layer = n: map (i: "job-${toString n}-${toString i}") [ 0 1 2 3 ];
  job = n: { needs = if n == 0 then [ ] else layer (n - 1); steps = [ { bash = ":"; } ]; };
  names = n: map (name: { inherit name; value = job n; }) (layer n);
in
cirque.mkWorkflow { name = "layers"; jobs = builtins.listToAttrs (builtins.concatLists (builtins.genList names 200)); }
''')
        ours, = interleaved(self.n(10), lambda: run([self.cirque, 'plan', '--json', '--no-eval-cache'], folder, self.env))
        self.table.add('plan of a graph 4 wide, 200 deep', times(ours), '', '', '≤ 0.2 s', median(ours) <= 0.2)

    def nix_log(self):
        """Nix's records of a large build, read, rendered and counted; the floor only finds the lines."""
        program = self.build / 'bench' / 'nix-log'
        if not program.exists():
            sys.exit(f'bench: {program} is missing: build everything first (./dev build does not build the benchmarks)')
        said = [dict(line.split() for line in subprocess.run([program], check=True, capture_output=True, text=True,
                                                             timeout=300).stdout.splitlines())
                for _ in range(3)]
        ours, floor, json = (median(float(run[key]) for run in said) for key in ('ours', 'floor', 'json'))
        size, lines = int(said[0]['bytes']) / 1e6, int(said[0]['lines']) / 1e6
        self.table.add(f"{size:.0f} MB of Nix's records, {lines:.2f} M lines", ms(ours),
                       f'{ms(floor)} lines only, {ms(json)} JSON only', f'{ours / floor:.0f}×', '≤ 1.5 s', ours <= 1.5)
        grown = max(int(run['grown']) for run in said) * 1024
        self.table.add("memory they take", f'{grown / MIB:.1f} MiB', '', '', 'flat: ≤ 4 MiB', grown <= 4 * MIB)

    def workspace(self, count, n, extra):
        """A git tree of `count` files: one job whose folder is made from it, against `cp -a` of the tree."""
        tree = self.folder / f'tree-{count}'
        for i in range(count):
            path = tree / f'd{i // 100}' / f'file-{i}'
            if i % 100 == 0:
                path.parent.mkdir(parents=True)
            path.write_bytes(f'{i}\n'.encode() + b'x' * 4096)
        # the floor copies the files alone: what git keeps beside them is no work a job folder needs
        files = self.folder / f'files-{count}'
        shutil.copytree(tree, files)
        git = ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'gc.auto=0', '-C', str(tree)]
        for arguments in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'tree']):
            subprocess.run([*git, *arguments], check=True, env=self.plain)
        command = self.command(f'tree-{count}', {'job': {'steps': [{'name': 's', 'run': ':'}]}})
        target = self.folder / f'copy-{count}'

        def copy():
            shutil.rmtree(target, ignore_errors=True)
            return run(['cp', '-a', str(files), str(target)], self.folder, self.plain)

        ours, floor = interleaved(n, lambda: run(command, tree, self.env), copy)
        self.ratio(f'snapshot and workspace, {count:,} files', ours, floor, 1.5, extra)
        for used in (tree, files, target):
            shutil.rmtree(used, ignore_errors=True)
        self.clear_state()

    def first_step(self):
        first_step(self)

    def flake(self):
        flake_of_checks(self)

    def closure(self):
        closure(self)

    def containers(self):
        containers(self)

    def small_tree(self):
        self.workspace(2_000, self.n(10), 0.020)

    def large_tree(self):
        self.workspace(50_000, 5, 0.0)

    def history(self):
        history.history(self)

    def graph(self):
        history.graph(self)

    def sandbox(self):
        sandbox(self)

    def ssh(self):
        ssh(self)

    def conformance(self):
        """The whole suite at local, as ./dev test runs it."""
        suite = [str(self.build / 'tests' / 'conformance-test'), '--table', str(self.folder / 'conformance.txt')]
        seconds = run(suite, self.folder / 'empty', {**self.plain, 'TMPDIR': str(self.folder)})
        self.table.add('conformance suite on local', f'{seconds:.1f} s', '', '', '≤ 60 s', seconds <= 60)


def job(steps, needs=(), timeout=None):
    step = {'run': ':'} if timeout is None else {'run': ':', 'timeout': timeout}
    made = {'copyRepo': False, 'steps': [{'name': f's{i}', **step} for i in range(steps)]}
    return {**made, 'needs': list(needs)} if needs else made


CASES = ('version', 'one_step', 'many_steps', 'parallel', 'chain', 'timeout', 'lines', 'terminal', 'scheduler', 'layers',
         'first_step', 'nix_log', 'small_tree', 'large_tree', 'history', 'graph', 'flake', 'closure', 'containers', 'sandbox', 'ssh',
         'conformance')


def scratch():
    """tmpfs with room for a log of 10 M lines and two trees; elsewhere the figures depend on the disk."""
    shm = pathlib.Path('/dev/shm')
    if shm.is_dir() and os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 2 * 1024 * MIB:
        return shm
    print('bench: /dev/shm has less than 2 GiB free: using the temporary folder, which may be a disk', file=sys.stderr)
    return pathlib.Path(tempfile.gettempdir())


def main():
    parser = argparse.ArgumentParser(prog='./dev bench')
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / 'build')
    parser.add_argument('--quick', action='store_true', help='a quarter of the runs: for a first look')
    parser.add_argument('cases', nargs='*', metavar='CASE', help='only these: ' + ' '.join(CASES))
    options = parser.parse_args()
    unknown = [case for case in options.cases if case not in CASES]
    if unknown:
        parser.error(f'no case {", ".join(unknown)}; there are: {" ".join(CASES)}')

    table = Table()
    with tempfile.TemporaryDirectory(prefix='cirque-bench-', dir=scratch()) as folder:
        bench = Bench(options.build.resolve(), pathlib.Path(folder), table, 0.25 if options.quick else 1)
        for case in options.cases or CASES:
            getattr(bench, case)()
    print()
    table.show()
    if table.missed:
        print(f'\n{len(table.missed)} of {len(table.rows)} limits missed: {", ".join(table.missed)}')
        return 1
    print(f'\nall {len(table.rows)} limits kept')
    return 0


sys.exit(main())
