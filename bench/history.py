# SPDX-License-Identifier: Apache-2.0
"""Cases about runs of the past: a state folder with ten thousand runs, made here, and what commands take on it."""

import datetime
import json
import shutil
from statistics import median

from measure import interleaved, run, times

RUNS = 10_000


def summary(run_id, moment, jobs=10):
    """What a finished run keeps of itself (docs/reference/json.md)."""
    good = {'kind': 'succeeded'}
    one = {'attempt': 1, 'try': 1, 'outcome': good, 'duration': 12, 'bytes': 100, 'lines': 3}
    step = {'number': 1, 'name': 's', 'outcome': good, 'duration': 12, 'tries': [one]}
    return {'version': 1, 'run': {
        'id': run_id, 'name': 'ci', 'state': 'finished', 'started': moment, 'finished': moment, 'duration': 1234,
        'outcome': good, 'exitStatus': 0, 'workflow': 'ci.nix', 'tree': '/tree', 'cirque': '0.1.0', 'artifacts': [],
        'jobs': [{'name': f'job-{i}', 'number': i + 1, 'needs': [], 'outcome': good, 'tolerated': False, 'attempts': 1,
                  'executor': 'local', 'started': moment, 'duration': 12, 'setup': [], 'steps': [step]}
                 for i in range(jobs)]}}


def journal(run_id, moment):
    """The same run's first and last events: what is read when a summary is of another version."""
    events = [('run.started', {'name': 'ci', 'workflow': 'ci.nix', 'tree': '/tree', 'version': '0.1.0', 'pid': 1}),
              ('run.finished', {'outcome': {'kind': 'succeeded'}, 'exitStatus': 0})]
    return ''.join(json.dumps({'v': 1, 'seq': i + 1, 'time': moment, 'mono': i * 1_000_000, 'run': run_id, 'type': kind,
                               **fields}) + '\n' for i, (kind, fields) in enumerate(events))


def make_state(state, count):
    """A run each minute, the last one a minute ago; the ids of the newest and the oldest."""
    now = int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000)
    ids = []
    for i in range(count):
        millis = now - (count - i) * 60_000
        digits = f'{millis:012x}'
        run_id = f'{digits[:8]}-{digits[8:]}-7000-8000-{i:012x}'
        moment = datetime.datetime.fromtimestamp(millis / 1000, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')
        folder = state / 'runs' / run_id
        for name in ('logs', 'artifacts'):
            (folder / name).mkdir(parents=True)
        (folder / 'lock').touch()
        (folder / 'journal.jsonl').write_text(journal(run_id, moment))
        (folder / 'summary.json').write_text(json.dumps(summary(run_id, moment)) + '\n')
        ids.append(run_id)
    return ids[-1], ids[0]


def history(bench):
    state = bench.folder / 'history'
    newest, _ = make_state(state, RUNS)
    env = {**bench.plain, 'CIRQUE_STATE_DIR': str(state), 'CIRQUE_PRIVATE_DIR': str(bench.folder / 'private'),
           'CIRQUE_KEEP_RUNS': 'all', 'CIRQUE_KEEP_DAYS': 'all'}

    def cirque(*arguments):
        return lambda: run([bench.cirque, *arguments], bench.folder / 'empty', env)

    # the floor reads the directory and nothing else
    n = bench.n(20)
    runs, show, tab, collect, floor = interleaved(n, cirque('runs'), cirque('show', newest[:18]),
                                                  cirque('__complete', 'logs', newest, ''), cirque('gc'),
                                                  lambda: run(['ls', '-U', str(state / 'runs')], bench.folder, bench.plain))
    for case, taken, limit in (('runs', runs, 0.05), ('show RUN', show, 0.05),
                              ('a shell completes a job', tab, 0.05), ('gc, nothing to do', collect, 0.5)):
        bench.table.add(f'10,000 runs of history: {case}', times(taken), times(floor) + ' ls -U', '',
                        f'≤ {limit * 1000:g} ms', median(taken) <= limit)
    # what a run pays for looking after all these at its end
    plan = bench.folder / 'tidy.json'
    plan.write_text(json.dumps({'plan': 1, 'name': 'tidy',
                                'jobs': {'job': {'copyRepo': False, 'steps': [{'name': 's', 'run': ':'}]}}}))
    alone = {**env, 'CIRQUE_STATE_DIR': str(bench.folder / 'alone')}
    ours, floor = interleaved(n, cirque('run', str(plan), '--no-tui'),
                              lambda: run([bench.cirque, 'run', str(plan), '--no-tui'], bench.folder / 'empty', alone))
    difference = median(ours) - median(floor)
    bench.table.add('a run after 10,000 runs', times(ours), times(floor) + ' after none',
                    f'{difference * 1000:+.1f} ms', '≤ 50 ms more', difference <= 0.05)
    for used in (state, bench.folder / 'alone'):
        shutil.rmtree(used)


def graph(bench):
    """200 jobs that each need up to three others, drawn as SVG; the floor only reads and checks the same plan."""
    jobs = {}
    for i in range(200):
        needs = sorted({f'job{(i * 7 + k * 13) % i}' for k in range(3)}) if i > 8 else []
        jobs[f'job{i}'] = {'needs': needs, 'steps': [{'name': 's', 'run': ':'}]}
    path = bench.folder / 'graph.json'
    path.write_text(json.dumps({'plan': 1, 'name': 'graph', 'jobs': jobs}))
    ours, floor = interleaved(bench.n(20),
                              lambda: run([bench.cirque, 'graph', str(path), '--format', 'svg'], bench.folder, bench.env),
                              lambda: run([bench.cirque, 'check', str(path)], bench.folder, bench.env))
    bench.table.add('graph of 200 jobs as SVG', times(ours), times(floor) + ' check', '', '≤ 50 ms',
                    median(ours) <= 0.05)
