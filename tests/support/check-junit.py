#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a JUnit XML file against the rules that Jenkins' schema of JUnit reports (and so most readers) has: which
elements stand where, which attributes they have and need, what numbers look like, and that the numbers agree."""

import re
import sys
import xml.etree.ElementTree as ElementTree

COUNT = r'[0-9]+'
SECONDS = r'([0-9]{0,3},)*[0-9]+(\.[0-9]{1,3})?'
MOMENT = r'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}'
COUNTS = {'tests': COUNT, 'failures': COUNT, 'errors': COUNT, 'skipped': COUNT, 'time': SECONDS}

# element: (attributes with their form, those that are needed, elements inside)
RULES = {
    'testsuites': ({'name': '.*', **COUNTS}, {'name'}, {'testsuite'}),
    'testsuite': ({'name': '.*', 'timestamp': MOMENT, **COUNTS}, {'name', 'tests'}, {'testsuite', 'testcase', 'properties'}),
    'properties': ({}, set(), {'property'}),
    'property': ({'name': '.+', 'value': '.*'}, {'name', 'value'}, set()),
    'testcase': ({'name': '.*', 'classname': '.*', 'time': SECONDS}, {'name', 'classname'},
                 {'skipped', 'failure', 'error', 'system-out'}),
    'failure': ({'message': '.*', 'type': '.*'}, set(), set()),
    'error': ({'message': '.*', 'type': '.*'}, set(), set()),
    'skipped': ({'message': '.*'}, set(), set()),
    'system-out': ({}, set(), set()),
}


def check(element, problems):
    attributes, needed, inside = RULES.get(element.tag, ({}, set(), set()))
    if element.tag not in RULES:
        problems.append(f'there is no element <{element.tag}>')
    for name, value in element.attrib.items():
        if name not in attributes or not re.fullmatch(attributes[name], value, re.DOTALL):
            problems.append(f'<{element.tag}> {name}="{value}"')
    problems += [f'<{element.tag}> has no {name}' for name in needed - set(element.attrib)]
    marks = [child for child in element if child.tag in ('skipped', 'failure', 'error')]
    if element.tag == 'testcase' and len(marks) > 1:
        problems.append('a test case has more than one mark')
    for child in element:
        if child.tag not in inside:
            problems.append(f'<{child.tag}> stands in <{element.tag}>')
        check(child, problems)


def count(element, attribute, tag):
    """The cases below `element` with such a mark may not be more than it says."""
    listed = len(element.findall(f'.//testcase/{tag}')) if tag else len(element.findall('.//testcase'))
    return listed <= int(element.get(attribute, '0'))


def main():
    data = open(sys.argv[1], 'rb').read()
    root = ElementTree.fromstring(data.decode('utf-8'))
    problems = [] if root.tag == 'testsuites' else ['the root is no <testsuites>']
    check(root, problems)
    for suite in root.iter():
        if suite.tag in ('testsuites', 'testsuite'):
            for attribute, tag in (('tests', None), ('failures', 'failure'), ('errors', 'error'), ('skipped', 'skipped')):
                if not count(suite, attribute, tag):
                    problems.append(f'{suite.get("name")}: {attribute} is too small')
    for problem in problems:
        print(problem)
    return 1 if problems else 0


sys.exit(main())
