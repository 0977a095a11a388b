# SPDX-License-Identifier: Apache-2.0
"""Runs a command on a pseudo-terminal that reads everything at once, as a fast terminal does."""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import time

FRAME = b'\x1b[?2026l'  # ends each frame


class Session:
    """What a command did on a terminal: seconds, its own processor time, the frames it drew, the bytes it wrote."""

    def __init__(self, argv, cwd, env, limit=300, rows=40, columns=120):
        self.frames = self.bytes = 0
        self.busiest = 0  # frames in any one second
        before = time.perf_counter()
        pid, master = pty.fork()
        if pid == 0:
            os.chdir(cwd)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
            os.execve(argv[0], argv, {**env, 'TERM': 'xterm-256color'})
        signal.signal(signal.SIGALRM, lambda _signal, _frame: os.kill(pid, signal.SIGKILL))
        signal.alarm(limit)
        self._read(master)
        # the children's time is waited for by their parent, so this is the program's own and theirs
        self.processor = own_time(pid)
        _, status = os.waitpid(pid, 0)
        self.seconds = time.perf_counter() - before
        signal.alarm(0)
        os.close(master)
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            sys.exit(f'bench: {" ".join(argv)}: exit status {code}')

    def _read(self, master):
        rest, times = b'', []
        while True:
            try:
                data = os.read(master, 1 << 16)
            except OSError:  # the other side is closed
                break
            if not data:
                break
            self.bytes += len(data)
            # a mark may come in two pieces; what is kept is shorter than a mark
            found = (rest + data).count(FRAME)
            rest = (rest + data)[-(len(FRAME) - 1):]
            self.frames += found
            times += [time.perf_counter()] * found
        first = 0
        for last, moment in enumerate(times):
            while moment - times[first] >= 1.0:
                first += 1
            self.busiest = max(self.busiest, last - first + 1)


def own_time(pid):
    """Seconds of processor time of a process that has ended and was not waited for, without its children's."""
    deadline = time.perf_counter() + 5
    while True:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as file:
            fields = file.read().rpartition(')')[2].split()
        if fields[0] == 'Z' or time.perf_counter() > deadline:
            return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        time.sleep(0.001)
