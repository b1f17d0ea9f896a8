"""Text files as bags: natively, and as Dask reads them."""

import bz2
import fnmatch
import gzip
import json
import lzma
import pickle
import random
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import dask.bag
import pytest
import treadle
import treadle.bag as db

dask_bag: Any = dask.bag
TEXT = "The quick  Brown\tfox\r\nÉté ΑΣ straße İx\n\n  the\u00a0end\u2003of it\x1cLast"


def both(path: Any, **options: Any) -> tuple[list[str], list[str]]:
    with dask.config.set(scheduler="sync"):
        theirs = dask_bag.read_text(path, **options).compute()
    return db.read_text(path, **options).compute(), theirs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    (tmp_path / "b.txt").write_bytes(("zwei\n" * 50 + "x").encode())
    (tmp_path / "c.txt").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"blocksize": 7},
        {"blocksize": "64 B"},
        {"linedelimiter": "\n"},
        {"linedelimiter": "\r\n"},
        {"linedelimiter": ""},
        {"linedelimiter": "e"},
        {"linedelimiter": "the"},
        {"files_per_partition": 2},
        {"include_path": True},
        {"include_path": True, "files_per_partition": 2},
        {"encoding": "latin-1"},
        {"encoding": "ascii", "errors": "ignore"},
        {"encoding": "ascii", "errors": "replace"},
        {"encoding": "cp1252", "errors": "replace"},
    ],
    ids=str,
)
def test_lines_are_those_of_dask(folder: Path, options: dict[str, Any], regime: str) -> None:
    ours, theirs = both(str(folder / "*.txt"), **options)
    assert ours == theirs


ENCODINGS = [
    "cp1252",
    "utf-8-sig",
    "utf-16",
    "utf-32",
    "utf-7",
    "cp037",
    "shift_jis",
    "gb18030",
    "iso2022_jp",
    "koi8-r",
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ends", [None, "", "\n", "\r", "\r\n", "b"])
@pytest.mark.parametrize("per_file", [True, False])
def test_lines_of_every_encoding_are_those_of_dask(
    tmp_path: Path, encoding: str, ends: str | None, per_file: bool
) -> None:
    texts = ["a\nbc\r\n\rd\n\nlast b", "", "\ufeffx\n" if encoding == "utf-8-sig" else "x\n", "日本b\r\né\nЖb"]
    for i, text in enumerate(texts):
        (tmp_path / f"{i}.txt").write_bytes(text.encode(encoding, "ignore"))
    options: dict[str, Any] = {"encoding": encoding, "linedelimiter": ends}
    if not per_file:
        options["files_per_partition"] = 3
    ours, theirs = both(str(tmp_path / "*.txt"), **options)
    assert ours == theirs


@pytest.mark.parametrize("blocksize", [1, 5, 1000])
def test_encodings_in_blocks(tmp_path: Path, blocksize: int) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfab\nc\n")
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbf")
    (tmp_path / "c.txt").write_bytes("d\ufeff\n\ufeff".encode())
    marked = db.read_text(tmp_path / "*.txt", encoding="utf-8-sig", blocksize=blocksize)
    assert marked.compute() == ["ab\n", "c\n", "d\ufeff\n", "\ufeff"]
    (tmp_path / "x").write_bytes("naïve;café\nœuvre;".encode("cp1252"))
    assert db.read_text(tmp_path / "x", encoding="cp1252", blocksize=blocksize, linedelimiter=";").compute() == [
        "naïve;",
        "café\nœuvre;",
    ]
    (tmp_path / "y").write_bytes("\ufeffnaïve;日本\n;".encode())
    assert db.read_text(tmp_path / "y", encoding="utf-8-sig", blocksize=blocksize, linedelimiter=";").compute() == [
        "naïve;",
        "日本\n;",
    ]
    for encoding, ends in (("cp037", None), ("utf-32", None), ("shift_jis", "b")):
        with pytest.raises(NotImplementedError, match="leave blocksize out"):
            db.read_text(tmp_path / "x", encoding=encoding, blocksize=blocksize, linedelimiter=ends)


# Encodings of several bytes a character, and delimiters of ASCII of which none of their characters has a part.
CUT_APART = [
    ("gbk", ";"),
    ("gb18030", ";:"),
    ("big5", "0;"),
    ("shift_jis", ";"),
    ("cp932", "#"),
    ("johab", "0"),
    ("euc_jp", "b|"),
    ("euc_kr", "|"),
    ("gb2312", "~"),
]
NOT_CUT = [
    ("gbk", "|"),
    ("gb18030", "0"),
    ("big5", "a"),
    ("shift_jis", "b"),
    ("iso2022_jp", ";"),
    ("hz", ";"),
    ("gbk", "好"),
]


def characters_of(encoding: str) -> str:
    """All of two bytes and more, as far as they come back as they were."""
    found = []
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x20000, 0x20400)):
        try:
            if chr(code).encode(encoding).decode(encoding) == chr(code):
                found.append(chr(code))
        except UnicodeError:
            continue
    return "".join(found)


@pytest.mark.parametrize(("encoding", "ends"), CUT_APART)
def test_characters_of_several_bytes_are_not_cut(tmp_path: Path, encoding: str, ends: str) -> None:
    characters = characters_of(encoding)
    assert len(characters) > 2_000
    parts = [characters[i : i + 97] for i in range(0, len(characters), 97)]
    (tmp_path / "x").write_bytes(ends.join(parts).encode(encoding))
    expected = [*(part + ends for part in parts[:-1]), parts[-1]]
    whole = db.read_text(tmp_path / "x", encoding=encoding, linedelimiter=ends)
    assert whole.compute() == expected
    for blocksize in (500, 7_001):
        cut = db.read_text(tmp_path / "x", encoding=encoding, linedelimiter=ends, blocksize=blocksize)
        assert cut.npartitions > 1
        assert cut.compute() == expected


@pytest.mark.parametrize(("encoding", "ends"), NOT_CUT)
def test_a_delimiter_that_may_be_part_of_a_character_is_no_place_to_cut(
    tmp_path: Path, encoding: str, ends: str
) -> None:
    (tmp_path / "x").write_bytes(f"日本{ends}日".encode(encoding))
    with pytest.raises(NotImplementedError, match="leave blocksize out"):
        db.read_text(tmp_path / "x", encoding=encoding, linedelimiter=ends, blocksize=3)
    assert db.read_text(tmp_path / "x", encoding=encoding, linedelimiter=ends).compute() == [f"日本{ends}", "日"]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_delimiters_that_an_encoding_lacks_are_nowhere(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a(b\nc" if encoding == "ascii" else b"a\xe9(b\nc")
    ours, theirs = both(str(path), encoding=encoding, linedelimiter="\u2028")
    assert ours == theirs
    with pytest.raises(ValueError, match=r"linedelimiter: expected characters that .* has"):
        db.read_text(path, encoding=encoding, linedelimiter="\u2028", blocksize=3)


def test_bytes_that_python_s_codecs_refuse_name_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"fine\nbad \x81\n")
    with pytest.raises(UnicodeDecodeError, match="0x81") as raised:
        db.read_text(path, encoding="cp1252").compute()
    assert f"line 2 of {path}" in raised.value.__notes__


def test_packed_files(tmp_path: Path) -> None:
    text = "".join(f"line {i} é\n" for i in range(5000))
    for ending, module in (("gz", gzip), ("bz2", bz2), ("xz", lzma)):
        path = tmp_path / f"x.{ending}"
        with module.open(path, "wb") as file:
            file.write(text.encode())
        assert db.read_text(path).compute() == text.splitlines(keepends=True)
        with pytest.raises(ValueError, match="blocksize"):
            db.read_text(path, blocksize=100)
        # A piece is missing.
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(OSError, match="x"):
            db.read_text(path).compute()


def test_utf_16(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        (tmp_path / "x.txt").write_text("é\n\U0001f600Ċb\n", encoding=encoding, newline="")
        assert db.read_text(tmp_path / "x.txt", encoding=encoding).compute() == ["é\n", "\U0001f600Ċb\n"]


def test_bad_text_names_file_line_and_byte(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"fine\nnot \xff fine\n")
    with pytest.raises(treadle.errors.ParseError, match=r"bad.txt:2.*0xff at offset 9"):
        db.read_text(tmp_path / "bad.txt").compute()
    for errors in ("ignore", "replace"):
        expected = (tmp_path / "bad.txt").read_text(errors=errors).splitlines(keepends=True)
        assert db.read_text(tmp_path / "bad.txt", errors=errors).compute() == expected


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        db.read_text(tmp_path / "nothing*.txt")
    with pytest.raises(ValueError, match="No files"):
        db.read_text([])
    with pytest.raises(ValueError, match="Only one of"):
        db.read_text(tmp_path, blocksize=1, files_per_partition=2)


METHODS: list[tuple[str, tuple[Any, ...]]] = [
    ("lower", ()),
    ("upper", ()),
    ("strip", ()),
    ("strip", ("Tté \n",)),
    ("lstrip", ()),
    ("rstrip", ("\n",)),
    ("replace", ("the", "THE")),
    ("replace", ("", "-")),
    ("replace", ("e", "", 1)),
    ("translate", ({ord("e"): "3", ord("é"): None, ord("T"): ord("t")},)),
    ("split", ()),
    ("split", (None, 1)),
    ("split", ("e",)),
    ("split", ("the", 1)),
    ("title", ()),
    ("zfill", (12,)),
    ("startswith", ("The",)),
]


@pytest.mark.parametrize(("name", "args"), METHODS, ids=str)
def test_methods_of_texts_are_those_of_str(folder: Path, name: str, args: tuple[Any, ...]) -> None:
    bag = db.read_text(str(folder / "*.txt"))
    assert getattr(bag.str, name)(*args).compute() == [getattr(line, name)(*args) for line in bag.compute()]


def test_case_of_every_character(tmp_path: Path) -> None:
    known = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    # Characters newer than either side's Unicode are not compared.
    texts = [f"a{one}b {one}" for one in known if unicodedata.category(one) != "Cn" and one not in "\r\n"]
    (tmp_path / "x.txt").write_text("\n".join(texts), newline="")
    bag = db.read_text(tmp_path / "x.txt", linedelimiter="\n")
    for name in ("lower", "upper", "split", "strip"):
        found = getattr(bag.str, name)().compute()
        assert found == [getattr(line, name)() for line in bag.compute()], name


def test_patterns_match_as_fnmatch_does(tmp_path: Path) -> None:
    texts = ["abc", "aXc", "a]c", "", "[x]", "aéc", "a-c", "ab", "*", "a\\c"]
    (tmp_path / "x.txt").write_text("|".join(texts), newline="")
    bag = db.read_text(tmp_path / "x.txt", linedelimiter="|").str.rstrip("|")
    for pattern in ("a?c", "a[b-z]c", "a[!b]c", "*", "[[]x]", "a[]]c", "*c", "a*", "a[-x]c", "[", "a[b", "a[\\x]c"):
        expected = [text for text in texts if fnmatch.fnmatchcase(text, pattern)]
        assert bag.str.match(pattern).compute() == expected, pattern


def word_counts(m: Any, pattern: str, **options: Any) -> Any:
    return m.read_text(pattern, **options).str.lower().str.split().flatten().frequencies()


def test_words_are_counted_in_one_native_pass(folder: Path, regime: str) -> None:
    pattern = str(folder / "*.txt")
    counts = word_counts(db, pattern)
    assert "read_text -> lower -> split(white space, -1) -> flatten -> frequencies" in counts.explain()
    assert "python:" not in counts.topk(3, key=1).explain()
    with dask.config.set(scheduler="sync"):
        assert counts.compute() == word_counts(dask_bag, pattern).compute()
        assert counts.topk(3, key=1).compute() == word_counts(dask_bag, pattern).topk(3, key=1).compute()


def test_words_of_generated_files(tmp_path: Path, regime: str) -> None:
    random.seed(6)
    alphabet = ["a", "B", "É", "ß", "Σ", " ", " ", "\n", "\t", "\u3000", "word", "\x1f"]
    for i in range(3):
        text = "".join(random.choice(alphabet) for _ in range(20_000))
        (tmp_path / f"{i}.txt").write_text(text, newline="")
    expected: dict[str, int] = {}
    for i in range(3):
        for word in (tmp_path / f"{i}.txt").read_bytes().decode().lower().split():
            expected[word] = expected.get(word, 0) + 1
    pattern = str(tmp_path / "*.txt")
    assert word_counts(db, pattern).compute() == list(expected.items())
    assert word_counts(db, pattern, blocksize=1000).compute() == list(expected.items())


def test_what_else_runs_natively(folder: Path) -> None:
    bag = db.read_text(str(folder / "*.txt"))
    lines = bag.compute()
    assert bag.count().compute() == len(lines)
    assert bag.distinct().compute() == list(dict.fromkeys(lines))
    assert bag.map(str.upper).compute() == [line.upper() for line in lines]
    assert bag.str.split().count().compute() == len(lines)
    for one in (bag.distinct(), bag.map(str.upper), bag.str.match("*e*")):
        assert "python:" not in one.explain()
    # What is not a bag of texts any more raises what str would.
    with pytest.raises(AttributeError, match="lower"):
        bag.str.split().str.lower().compute()


def test_json_lines(tmp_path: Path, regime: str) -> None:
    path = tmp_path / "x.json"
    path.write_text("\n".join(json.dumps({"id": i, "v": i / 3, "s": "é" * (i % 4)}) for i in range(300)))
    ours = db.read_text(path, blocksize=2000).map(json.loads).filter(lambda r: r["id"] % 3 == 0).pluck("v")
    with dask.config.set(scheduler="sync"):
        theirs = dask_bag.read_text(path, blocksize=2000).map(json.loads).filter(lambda r: r["id"] % 3 == 0).pluck("v")
        assert ours.mean().compute() == pytest.approx(theirs.mean().compute(), rel=1e-14)
        assert ours.compute() == theirs.compute()


def test_bad_json_shows_the_line(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{}\n{"a": \n')
    with pytest.raises(json.JSONDecodeError) as raised:
        db.read_text(tmp_path / "x.json").map(json.loads).compute()
    assert "item 1 of partition 0" in "\n".join(raised.value.__notes__)


def test_text_files_are_written_as_dask_writes_them(tmp_path: Path) -> None:
    items = [f"line {i} é" for i in range(25)]
    for m, name in ((db, "ours"), (dask_bag, "theirs")):
        bag = m.from_sequence(items, npartitions=25)
        with dask.config.set(scheduler="sync"):
            paths = bag.to_textfiles(str(tmp_path / name / "*.txt"))
            bag.to_textfiles(str(tmp_path / f"{name}-more"), last_endline=True, encoding="utf-16-le")
        assert [Path(path).name for path in paths] == [f"{i:02}.txt" for i in range(len(paths))]
    for path in (tmp_path / "theirs").iterdir():
        assert (tmp_path / "ours" / path.name).read_bytes() == path.read_bytes()
    for path in (tmp_path / "theirs-more").iterdir():
        assert (tmp_path / "ours-more" / path.name).read_bytes() == path.read_bytes()
    packed = db.from_sequence(items, npartitions=2).to_textfiles(
        str(tmp_path / "*.gz"), name_function=lambda i: f"part-{i}"
    )
    assert [Path(path).name for path in packed] == ["part-0.gz", "part-1.gz"]
    assert [line.rstrip("\n") for line in db.read_text(packed)] == items


@pytest.mark.parametrize(
    ("ending", "begins"), [("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7zXZ"), ("zst", b"\x28\xb5\x2f\xfd")]
)
def test_files_are_packed_as_they_are_named(tmp_path: Path, ending: str, begins: bytes) -> None:
    bag = db.from_sequence(["é" * 100, "b", "c"], npartitions=2)
    paths = bag.to_textfiles(f"{tmp_path}/*.txt.{ending}", last_endline=True)
    assert [Path(path).read_bytes()[: len(begins)] for path in paths] == [begins] * len(paths)
    assert db.read_text(paths).str.strip().compute() == ["é" * 100, "b", "c"]


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    bag = db.from_sequence(["fine", 3], npartitions=1)
    with pytest.raises(TypeError, match="expected texts"):
        bag.to_textfiles(str(tmp_path / "*.txt"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match=r"exactly one"):
        bag.to_textfiles(str(tmp_path / "*" / "*.txt"))
    with pytest.raises(ValueError, match="one a partition"):
        bag.to_textfiles([str(tmp_path / "a"), str(tmp_path / "b")])


def test_what_stands_on_native_partitions_is_pickled_uncomputed(tmp_path: Path) -> None:
    """Items, calls and bags over what the core makes travel as the steps, not as values."""
    path = tmp_path / "words.txt"
    path.write_text("a b a\nc a\n")
    words = db.read_text(path).str.split().flatten()
    counts = words.frequencies()
    lazy = {
        "count": words.count(),
        "largest": words.max(),
        "lengths": words.map(len).sum(),
        "applied": words.count().apply(str),
        "pairs": words.product(db.from_sequence([1, 2])),
        "zipped": db.zip(words, words.map(str.upper)),
        "by first": counts.foldby(0, lambda total, item: total + item[1], 0),
        "partition": words.to_delayed()[0],
        "call": treadle.delayed(len)(words),
    }
    packed = {name: pickle.dumps(one) for name, one in lazy.items() if name != "by first"}
    packed["by first"] = cloudpickle.dumps(lazy["by first"])
    wanted = {name: one.compute() for name, one in lazy.items()}
    assert wanted["count"] == 5
    assert wanted["lengths"] == 5
    assert {name: pickle.loads(one).compute() for name, one in packed.items()} == wanted
    path.write_text("x y\n")  # read when it is computed, not when it was pickled
    assert pickle.loads(packed["count"]).compute() == 2
    assert pickle.loads(packed["lengths"]).compute() == 2
    assert pickle.loads(packed["largest"]).compute() == "y"
    assert pickle.loads(packed["call"]).compute() == 2


def test_names_out_of_order_are_warned_about(tmp_path: Path) -> None:
    bag = db.from_sequence("abc", npartitions=3)
    with pytest.warns(UserWarning, match="another order"):
        paths = bag.to_textfiles(str(tmp_path / "*.txt"), name_function=lambda i: str(3 - i))
    assert [Path(path).read_text() for path in paths] == ["a", "b", "c"]


def test_zip_archives_of_a_file(tmp_path: Path) -> None:
    for i in range(3):
        with zipfile.ZipFile(tmp_path / f"{i}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("text.txt", f"one {i} é\r\ntwo\nend")
    pattern = str(tmp_path / "*.zip")
    for options in (
        {},
        {"linedelimiter": "\n"},
        {"linedelimiter": "o"},
        {"files_per_partition": 2},
        {"include_path": True},
        {"encoding": "ascii", "errors": "ignore"},
        {"compression": "zip"},
    ):
        ours, theirs = both(pattern, **options)
        assert ours == theirs, options
    assert db.read_text(pattern).str.split().count().compute() == 9
    lazy = db.read_text(pattern).map(len)
    assert pickle.loads(cloudpickle.dumps(lazy)).compute() == lazy.compute()
    with pytest.raises(ValueError, match="blocksize"):
        db.read_text(pattern, blocksize=10)
    with pytest.raises(UnicodeDecodeError):
        db.read_text(pattern, encoding="ascii").compute()
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    with pytest.raises(treadle.errors.IoError, match=r"bad\.zip: expected a zip archive"):
        db.read_text(str(tmp_path / "bad.zip")).compute()
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a", "x")
        archive.writestr("b", "x")
    with pytest.raises(treadle.errors.IoError, match=r"two\.zip: expected a zip archive of one file, found 2 files"):
        db.read_text(str(tmp_path / "two.zip")).compute()


def test_errors_are_those_that_python_has_for_them(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"ok\nJos\xe9\n")
    for encoding in ("ascii", "utf-8"):
        with pytest.raises(UnicodeDecodeError, match=r"x.txt:2.*0xe9") as found:
            db.read_text(str(tmp_path / "x.txt"), encoding=encoding).compute()
        assert isinstance(found.value, treadle.errors.DecodeError)
        again = pickle.loads(pickle.dumps(found.value))
        assert (type(again), str(again)) == (type(found.value), str(found.value))
    for missing in ("none-*.txt", "none.txt", "none-*.zip"):
        for kind in (ValueError, FileNotFoundError):
            with pytest.raises(kind, match="none"):
                db.read_text(str(tmp_path / missing)).compute()
