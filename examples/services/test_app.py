"""Talks to the application as a client does."""
import json
import os
import unittest
import urllib.request

base = f"http://{os.environ['SERVICE_WEB_HOST']}:{os.environ['SERVICE_WEB_PORT_HTTP']}"


def notes():
    return json.load(urllib.request.urlopen(base + "/notes", timeout=10))


class NotesTest(unittest.TestCase):
    def test_a_note_is_kept_whatever_it_says(self):
        self.assertEqual(notes(), [])
        for text in ["buy milk", "it's; drop table notes"]:
            urllib.request.urlopen(base + "/notes", data=text.encode(), timeout=10)
        self.assertEqual(notes(), ["buy milk", "it's; drop table notes"])


unittest.main(verbosity=2)
