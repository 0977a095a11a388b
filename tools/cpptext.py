# SPDX-License-Identifier: Apache-2.0
"""C++ text for the lint tools: files of the project, and their text without comments and literals."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent

_NOISE = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.S)


def plain(text):
    """The text with every comment and literal blanked, so that offsets and line numbers stay true."""

    def blank(match):
        found = match.group(0)
        inner = re.sub(r'[^\n]', ' ', found)
        if found[0] in '"R':
            return '"' + inner[1:-1] + '"'
        return inner

    return _NOISE.sub(blank, text)


def without_directives(text):
    """`plain` text with preprocessor lines (and their continuations) blanked."""
    return re.sub(r'^[ \t]*#(?:\\\n|[^\n])*', lambda m: re.sub(r'[^\n]', ' ', m.group(0)), text, flags=re.M)


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def files(*folders):
    """The C++ files that git knows or would add, relative to the project's root."""
    listing = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', *folders],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = sorted(set(name for name in listing.split('\0') if name.endswith(('.cc', '.hh'))))
    return [name for name in names if (ROOT / name).is_file()]


def read(name):
    return (ROOT / name).read_text(encoding='utf-8')


def closing(text, start):
    """The offset of the bracket that closes the one at `start`, or the end of the text."""
    pairs = {'(': ')', '[': ']', '{': '}'}
    stack = []
    for at in range(start, len(text)):
        if text[at] in pairs:
            stack.append(pairs[text[at]])
        elif stack and text[at] == stack[-1]:
            stack.pop()
            if not stack:
                return at
    return len(text)


def finish(tool, problems):
    """Prints the problems and gives the exit status."""
    for problem in problems:
        print(problem)
    print(f'{tool}: {len(problems)} problem{"" if len(problems) == 1 else "s"}')
    return 1 if problems else 0
