"""Tests of check_documents.py: which blocks run, and what counts as their output."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from check_documents import Block, ExampleFailed, examples, run


class CheckDocumentsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def document(self, text: str) -> Path:
        path = self.folder / "guide.md"
        path.write_text(text)
        return path

    def test_only_programs_and_calls_of_treadle_run(self) -> None:
        path = self.document(
            "```cpp\nint x;\n```\n```cpp\nint main() {}\n```\n```sh\nmake demo\n```\n```sh\ntreadle --version\n```\n"
        )
        self.assertEqual([b.line for b in examples(path)], [4, 10])

    def test_a_text_block_right_behind_an_example_is_its_output(self) -> None:
        path = self.document("```sh\ntreadle x\n```\nprints\n```text\n1\n2\n```\n```text\nprose\n```\n")
        self.assertEqual([b.expected for b in examples(path)], ["1\n2\n"])

    def test_an_example_that_fails_is_named_with_its_place(self) -> None:
        block = Block(Path("guide.md"), 7, "sh", "treadle_is_not_here\n")
        with self.assertRaisesRegex(ExampleFailed, "guide.md:7: exit code 127"):
            run(block, self.folder, self.folder)

    def test_other_output_than_documented_is_a_failure(self) -> None:
        block = Block(Path("guide.md"), 1, "sh", "echo 2\n", expected="1\n")
        with self.assertRaisesRegex(ExampleFailed, "prints something else"):
            run(block, self.folder, self.folder)
        block.expected = "2  \n\n"
        run(block, self.folder, self.folder)

    def test_python_that_prints_runs(self) -> None:
        document = self.document("```python\nprint(1 + 1)\n```\n\n```text\n2\n```\n\n```python\nassert True\n```\n")
        (block,) = examples(document)
        self.assertEqual(block.expected, "2\n")
        run(block, self.folder, self.folder)

    def test_a_block_without_end_stops_the_check(self) -> None:
        with self.assertRaises(SystemExit):
            examples(self.document("```sh\ntreadle x\n"))


if __name__ == "__main__":
    unittest.main()
