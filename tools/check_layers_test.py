"""Tests of check_layers.py: a small tree for each rule, with the fault it must name."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from check_layers import Checker, Rules, matches

TOOLS = Path(__file__).resolve().parent
README = "# room\n" + "".join(
    f"## {h}\ntext\n"
    for h in ("What lives here", "Read first", "May include", "To add a thing", "Invariants", "Not here")
)


class CheckLayersTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("include/treadle/README.md", "error.h key.h engine.h")

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        parts = Path(path).parts
        readme = self.root / "src" / parts[1] / "README.md" if parts[0] == "src" else None
        if readme and not readme.exists():
            readme.write_text(README)

    def faults(self) -> list[str]:
        return Checker(self.root, Rules.load(TOOLS / "layers.toml")).run()

    def assert_fault(self, *words: str) -> None:
        faults = self.faults()
        self.assertTrue(any(all(w in f for w in words) for f in faults), f"{words} not in {faults}")

    def test_a_clean_tree_has_no_faults(self) -> None:
        self.write("include/treadle/error.h", "#include <string>\n#include <cstdint>\n")
        self.write("src/io/csv/scan.cpp", '#include "columnar/batch.h"\n#include "treadle/error.h"\n')
        self.assertEqual(self.faults(), [])

    def test_a_room_may_not_include_upward(self) -> None:
        self.write("src/memory/budget.cpp", '\n#include "engine/pool.h"\n')
        self.assert_fault("src/memory/budget.cpp:2", "memory may not include engine/pool.h")

    def test_neither_dots_nor_angles_hide_an_include(self) -> None:
        self.write("src/engine/pool.h", "#pragma once\n")
        self.write("src/memory/budget.cpp", '#include "../engine/pool.h"\n#include <engine/pool.h>\n')
        self.assert_fault("src/memory/budget.cpp:1", "memory may not include ../engine/pool.h of engine")
        self.assert_fault("src/memory/budget.cpp:2", "memory may not include engine/pool.h of engine")

    def test_a_public_header_counts_as_its_room(self) -> None:
        self.write("include/treadle/engine.h", "#pragma once\n")
        self.write("src/columnar/batch.cpp", '#include "treadle/engine.h"\n')
        self.assert_fault("columnar may not include treadle/engine.h of engine")

    def test_a_public_header_is_owned_by_the_room_with_its_source(self) -> None:
        self.write("include/treadle/dataframe.h", "#pragma once\n")
        self.write("src/dataframe/dataframe.cpp", '#include "treadle/dataframe.h"\n')
        self.write("src/lazy/node.cpp", '#include "treadle/dataframe.h"\n')
        self.assert_fault("src/lazy/node.cpp:1", "of dataframe")

    def test_collections_never_include_one_another(self) -> None:
        for room, other in (("dataframe", "array"), ("array", "bag"), ("bag", "delayed"), ("delayed", "dataframe")):
            self.write(f"src/{room}/x.cpp", f'#include "{other}/y.h"\n')
            self.assert_fault(f"{room} may not include {other}/y.h")

    def test_arrow_stays_in_its_adapters(self) -> None:
        self.write("src/io/parquet/read.cpp", "#include <parquet/api/reader.h>\n")
        self.write("src/io/arrow_adapter/read.cpp", "#include <arrow/api.h>\n")
        self.assert_fault("src/io/parquet/read.cpp:1", "headers of arrow")
        self.assertFalse(any("arrow_adapter/read.cpp" in f for f in self.faults()))

    def test_libraries_that_are_loaded_at_first_use_stay_in_their_folders(self) -> None:
        for room, header in (("columnar", "cblas.h"), ("array", "hdf5.h"), ("dataframe", "pg_query.h")):
            self.write(f"src/{room}/x.cpp", f"#include <{header}>\n")
            self.assert_fault(f"src/{room}/x.cpp:1", header)
        self.write("src/session/x.cpp", "#include <nanobind/stl/string.h>\n")
        self.assert_fault("src/session/x.cpp:1", "headers of Python")

    def test_public_headers_include_the_standard_library_only(self) -> None:
        self.write("include/treadle/key.h", "#include <xxhash.h>\n")
        self.assert_fault("include/treadle/key.h:1", "not xxhash.h")

    def test_an_unowned_or_unlisted_public_header_is_a_fault(self) -> None:
        self.write("include/treadle/mystery.h", "#pragma once\n")
        self.assert_fault("include/treadle/mystery.h", "no room implements it")
        self.assert_fault("include/treadle/README.md", "does not name mystery.h")

    def test_file_names_for_nothing_are_refused(self) -> None:
        for name in ("utils", "string_helpers", "common", "task_manager", "misc"):
            self.write(f"src/base/{name}.cpp", "")
            self.assert_fault(f"src/base/{name}.cpp", "name the file for its subject")

    def test_every_room_has_a_readme_of_a_screen_with_its_headings(self) -> None:
        self.write("src/base/error.cpp", "")
        (self.root / "src/base/README.md").unlink()
        self.assert_fault("src/base/README.md", "missing")
        self.write("src/base/README.md", "## What lives here\n" + "x\n" * 80)
        self.assert_fault("at most a screen")
        self.assert_fault("has no heading 'Invariants'")

    def test_headings_may_stand_in_the_line(self) -> None:
        self.write("src/base/error.cpp", "")
        (self.root / "src/base/README.md").write_text(README.replace("## ", "**").replace("\ntext", ".** text"))
        self.assertEqual(self.faults(), [])

    def test_an_unknown_room_is_a_fault(self) -> None:
        self.write("src/attic/box.cpp", "")
        self.assert_fault("src/attic", "does not know")

    def test_tests_may_drive_their_room_through_any_other(self) -> None:
        self.write("src/memory/budget_test.cpp", '#include "engine/pool.h"\n')
        self.assertEqual(self.faults(), [])

    def test_patterns_know_two_stars(self) -> None:
        from pathlib import PurePosixPath as P

        self.assertTrue(matches(P("src/io/arrow_adapter/x.cpp"), "**/arrow_adapter/**"))
        self.assertFalse(matches(P("src/io/arrow/x.cpp"), "**/arrow_adapter/**"))
        self.assertTrue(matches(P("include/treadle/arrow.h"), "include/treadle/arrow.h"))


if __name__ == "__main__":
    unittest.main()
