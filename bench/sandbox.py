# SPDX-License-Identifier: Apache-2.0
"""What a sandbox costs over `local`."""

import json
import subprocess
from statistics import median

from measure import interleaved, run, times


def plan(bench, kind, steps):
    path = bench.folder / f'{kind}-{steps}.json'
    path.write_text(json.dumps({'plan': 1, 'name': kind, 'jobs': {'job': {
        'copyRepo': False, 'executor': {'kind': kind},
        'steps': [{'name': f's{i}', 'run': ':'} for i in range(steps)]}}}))
    command = [bench.cirque, 'run', str(path), '--no-tui']
    return lambda: run(command, bench.folder / 'empty', bench.env)


def sandbox(bench, steps=20, limit=0.015):
    """A job of one step, and each further step, against the same at `local`; the floor of a sandbox is an empty bwrap."""
    bare = ['bwrap', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--unshare-all', 'true']
    if subprocess.run(bare, capture_output=True, check=False).returncode != 0:
        bench.table.add('sandbox', 'no bubblewrap', '', '', '', True)
        return
    ours, local, floor = interleaved(bench.n(40), plan(bench, 'sandbox', 1), plan(bench, 'local', 1),
                                     lambda: run(bare, bench.folder / 'empty', bench.plain))
    job = median(ours) - median(local)
    bench.table.add('1 sandboxed job × 1 step', times(ours), times(floor) + ' bwrap', f'{job * 1000:+.1f} ms over local',
                    '≤ local + 40 ms', job <= 0.040)
    many, plain = interleaved(bench.n(15), plan(bench, 'sandbox', steps), plan(bench, 'local', steps))
    step = (median(many) - median(ours) - median(plain) + median(local)) / (steps - 1)
    bench.table.add('a further step of it', times(many) + f' of {steps}', times(plain) + ' local',
                    f'{step * 1000:+.2f} ms over local', '≤ local + 15 ms', step <= limit)
