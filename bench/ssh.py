# SPDX-License-Identifier: Apache-2.0
"""What a step on another host costs, against a bare command over a connection that is open. Needs an sshd to start."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from statistics import median

from measure import interleaved, run, times


def free_port():
    with contextlib.closing(socket.socket()) as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


def start(folder):
    """An sshd on the loopback, and the options of an ssh that gets in."""
    port = free_port()
    for key in ('id', 'host'):
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', str(folder / key)], check=True)
    shutil.copy(folder / 'id.pub', folder / 'keys')
    (folder / 'known').write_text(f'[127.0.0.1]:{port} ' + (folder / 'host.pub').read_text())
    (folder / 'sshd_config').write_text(
        f'Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/keys\n'
        'StrictModes no\nUsePAM no\nPidFile none\n')
    os.makedirs('/run/sshd', exist_ok=True)
    server = subprocess.Popen(['/usr/sbin/sshd', '-D', '-f', str(folder / 'sshd_config'), '-E', str(folder / 'log')])
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.closing(socket.socket()) as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                break
        time.sleep(0.01)
    return server, port, {'UserKnownHostsFile': f'{folder}/known', 'IdentitiesOnly': 'yes'}


def ssh(bench, steps=100):
    if os.geteuid() != 0 or not os.path.exists('/usr/sbin/sshd'):
        print('  ssh: left out (needs root and sshd)', file=sys.stderr)
        return
    folder = bench.folder / 'ssh'
    folder.mkdir()
    server, port, options = start(folder)
    words = ['ssh', '-F', 'none', '-p', str(port), '-i', str(folder / 'id'), '-S', str(folder / 'c'), '-o', 'BatchMode=yes']
    for name, value in options.items():
        words += ['-o', f'{name}={value}']
    try:
        subprocess.run([*words, '-M', '-N', '-f', '127.0.0.1'], check=True)

        def plan(count):
            path = folder / f'{count}.json'
            place = {'kind': 'ssh', 'options': {'host': '127.0.0.1', 'port': port, 'identityFile': str(folder / 'id'),
                                                'workspaceDir': str(folder / 'there'), 'options': options}}
            path.write_text(json.dumps({'plan': 1, 'name': 'ssh', 'jobs': {'job': {
                'copyRepo': False, 'executor': place, 'steps': [{'run': ['true']} for _ in range(count)]}}}))
            return lambda: run([bench.cirque, 'run', str(path), '--no-tui'], bench.folder / 'empty', bench.env)

        many, one, floor = interleaved(bench.n(5), plan(steps), plan(1),
                                       lambda: run([*words, '127.0.0.1', 'true'], bench.folder / 'empty', bench.plain))
        step = (median(many) - median(one)) / (steps - 1)
        bench.table.add('a further step of a job on another host', times(many) + f' of {steps}', times(floor) + ' ssh over a master',
                        f'{step / median(floor):.2f}×', '≤ 1.5×', step <= 1.5 * median(floor))
        subprocess.run([*words, '-O', 'exit', '127.0.0.1'], check=False, capture_output=True)
    finally:
        server.terminate()
        server.wait()
