# SPDX-License-Identifier: Apache-2.0
"""Jobs and steps in containers against bare calls of podman. Needs root, podman and runc (tests/places/make-places)."""

import os
import pathlib
import shutil
import subprocess
import sys

from measure import interleaved, run

IMAGE = 'localhost/cirque-test:1'
OPTIONS = ['--network=none', '--log-driver=none']


def plan_jobs(count, steps, mode):
    """A chain, so that the jobs follow each other as bare calls do."""
    made = {}
    for i in range(count):
        made[f'job{i}'] = {
            'copyRepo': False, 'needs': [f'job{i - 1}'] if i else [],
            'executor': {'kind': 'oci', 'options': {'image': IMAGE, 'network': 'none', 'pull': 'never', 'mode': mode}},
            'steps': [{'name': f's{n}', 'run': ['true']} for n in range(steps)]}
    return made


def containers(bench, jobs=6, steps=50):
    make = str(pathlib.Path(__file__).resolve().parent.parent / 'tests' / 'places' / 'make-places')
    if os.geteuid() != 0 or not shutil.which('podman') or not shutil.which('runc'):
        print('  containers: left out (needs root, podman and runc)', file=sys.stderr)
        return
    subprocess.run([make], check=True, stdout=subprocess.DEVNULL)
    store = bench.folder / 'podman'
    store.mkdir()
    subprocess.run([make, 'store', str(store), str(os.getpid())], check=True)
    plain = dict(bench.plain)
    path = f'{store}/bin:{plain["PATH"]}'
    bench.env, bench.plain = {**bench.env, 'PATH': path}, {**plain, 'PATH': path}
    podman = str(store / 'bin' / 'podman')
    try:
        def calls(count, *words):
            return lambda: sum(run([podman, *words], bench.folder, bench.plain) for _ in range(count))

        ours, floor = interleaved(bench.n(10), bench.plan('oci-jobs', plan_jobs(jobs, 1, 'isolated')),
                                  calls(jobs, 'run', '--rm', *OPTIONS, IMAGE, 'true'))
        bench.ratio(f'{jobs} jobs in containers of their own; floor: podman run --rm', ours, floor, 1.3)
        subprocess.run([podman, 'run', '--detach', '--name=floor', *OPTIONS, IMAGE, 'sleep', '600'], check=True,
                       stdout=subprocess.DEVNULL)
        ours, floor = interleaved(bench.n(5), bench.plan('oci-steps', plan_jobs(1, steps, 'shared')),
                                  calls(steps, 'exec', 'floor', 'true'))
        bench.ratio(f'{steps} steps in a container, with the container; floor: podman exec', ours, floor, 1.3)
    finally:
        subprocess.run([make, 'remove', str(store)], check=True)
        bench.env = {**bench.env, 'PATH': plain['PATH']}
        bench.plain = plain
        bench.clear_state()
