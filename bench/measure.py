# SPDX-License-Identifier: Apache-2.0
"""Runs commands and measures them: wall time, peak memory; medians of interleaved runs; the table."""

import os
import signal
import statistics
import sys
import time


def start(argv, cwd, env):
    """Starts a command without input whose output goes to /dev/null; its process id."""
    null_in, null_out = os.open('/dev/null', os.O_RDONLY), os.open('/dev/null', os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null_in, 0), (os.POSIX_SPAWN_DUP2, null_out, 1),
               (os.POSIX_SPAWN_DUP2, null_out, 2)]
    before = os.getcwd()
    os.chdir(cwd)
    try:
        return os.posix_spawnp(argv[0], argv, env, file_actions=actions)
    finally:
        os.chdir(before)
        os.close(null_in)
        os.close(null_out)


def check(argv, status):
    """A figure of a run that failed would be worth nothing, so it ends the benchmark."""
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f'bench: {" ".join(argv)}: exit status {code}')


def run(argv, cwd, env, limit=300):
    """Seconds from before the fork to after the wait."""
    before = time.perf_counter()
    pid = start(argv, cwd, env)
    signal.signal(signal.SIGALRM, lambda _signal, _frame: os.kill(pid, signal.SIGKILL))
    signal.alarm(limit)
    _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - before
    signal.alarm(0)
    check(argv, status)
    return seconds


def peak_memory(argv, cwd, env):
    """The largest resident size the command's own process reached, in bytes. Sampled, because the kernel's record for
    the parent (ru_maxrss) would include this interpreter's own size from before the exec."""
    pid = start(argv, cwd, env)
    peak = 0
    while True:
        try:
            with open(f'/proc/{pid}/status', encoding='ascii', errors='replace') as lines:
                for line in lines:
                    if line.startswith('VmHWM:'):
                        peak = max(peak, int(line.split()[1]) * 1024)
        except OSError:
            pass
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            check(argv, status)
            if peak == 0:
                sys.exit(f'bench: {" ".join(argv)}: ended before its memory could be read')
            return peak
        time.sleep(0.005)


def interleaved(n, *commands):
    """n runs of each of the callables in turn, after one of each that is not counted: [[seconds...], ...]."""
    for command in commands:
        command()
    runs = [[] for _ in commands]
    for _ in range(n):
        for taken, command in zip(runs, commands):
            taken.append(command())
    return runs


def ms(seconds):
    return f'{seconds * 1000:.1f} ms' if seconds < 10 else f'{seconds:.2f} s'


class Table:
    """Rows of: case, ours, floor, ratio or difference, limit, verdict."""

    HEAD = ('case', 'ours: median (min)', 'floor: median (min)', 'ratio or difference', 'limit', '')

    def __init__(self):
        self.rows, self.missed = [], []

    def add(self, case, ours, floor, measured, limit, good):
        row = (case, ours, floor, measured, limit, 'ok' if good else 'MISS')
        self.rows.append(row)
        if not good:
            self.missed.append(case)
        print('  ' + '; '.join(cell for cell in row if cell), flush=True)

    def show(self):
        widths = [max(len(row[i]) for row in [self.HEAD, *self.rows]) for i in range(len(self.HEAD))]
        for row in [self.HEAD, tuple('-' * width for width in widths), *self.rows]:
            print('| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' |')


def times(runs):
    return f'{ms(statistics.median(runs))} ({ms(min(runs))}, n={len(runs)})'
