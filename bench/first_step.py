# SPDX-License-Identifier: Apache-2.0
"""The way from the exec of `cirque run` to the first command of the first step."""

import json
import shutil
import subprocess
import sys
import time
from statistics import median

from measure import interleaved, run, times


def first_step(bench):
    """From the exec to the first command of the first step, of a workflow in Nix that has not changed since the last
    run, in a git tree of 2,000 files. The floor is the same for bash with that script."""
    tree = bench.folder / 'unchanged'
    for i in range(2_000):
        path = tree / f'd{i // 100}' / f'file-{i}'
        if i % 100 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(f'{i}\n'.encode() + b'x' * 4096)
    stamp = bench.folder / 'first-step'
    command = f'echo "$EPOCHREALTIME" > {stamp}'
    (tree / 'ci.nix').write_text(f"""{{ cirque, ... }}: cirque.mkWorkflow {{
  name = "unchanged"; jobs.job = {{ copyRepo = false; steps = [ {{ bash = ''{command}''; }} ]; }};
}}
""")
    git = ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'gc.auto=0', '-C', str(tree)]
    for arguments in (['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'tree']):
        subprocess.run([*git, *arguments], check=True, env=bench.plain)
    script = bench.script('first-step', command + '\n')

    def until(argv, env):
        before = time.time()
        run(argv, tree, env)
        return float(stamp.read_text()) - before

    said = {}
    for _ in range(5):  # a fresh home and files written just now settle
        check = subprocess.run([bench.cirque, 'check', '--json'], cwd=tree, env=bench.env, check=True, capture_output=True)
        said = json.loads(check.stdout)['evaluation']
        time.sleep(0.1)
    if not said['cached']:
        sys.exit(f'bench: the workflow is evaluated each time: {said["notKept"]}')
    ours, floor = interleaved(bench.n(40), lambda: until([bench.cirque, 'run', '--no-tui'], bench.env),
                              lambda: until(['bash', str(script)], bench.plain))
    bench.table.add('unchanged workflow, 2,000 files: to the first step', times(ours), times(floor),
                   f'{(median(ours) - median(floor)) * 1000:+.1f} ms', '≤ 15 ms', median(ours) <= 0.015)
    fresh, = interleaved(bench.n(10), lambda: until([bench.cirque, 'run', '--no-tui', '--no-eval-cache'], bench.env))
    bench.table.add('the same, evaluated', times(fresh), '', '', '', True)
    shutil.rmtree(tree)
    bench.clear_state()
