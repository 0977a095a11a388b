import unittest

from hello import greeting


class Greeting(unittest.TestCase):
    def test_the_world(self):
        self.assertEqual(greeting(), "hello, world")

    def test_a_person(self):
        self.assertEqual(greeting("Ada"), "hello, Ada")


if __name__ == "__main__":
    unittest.main()
