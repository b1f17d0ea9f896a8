"""Bags: lazy multisets of Python objects in partitions, by the names of ``dask.bag``.

    import treadle.bag as db

    words = db.read_text("logs/*.txt").str.lower().str.split().flatten()
    words.frequencies().topk(10, key=1).compute()

Texts run natively as long as they are texts: what is read, ``.str`` and what counts words is one pass over the bytes,
without the GIL. From the first Python function on, items are Python objects.
"""

from typing import Any

from treadle.bag.collection import Bag
from treadle.bag.combine import bag_range as range
from treadle.bag.combine import bag_zip as zip
from treadle.bag.combine import concat, from_delayed, from_sequence, from_url
from treadle.bag.elementwise import bag_map as map
from treadle.bag.elementwise import map_partitions
from treadle.bag.item import Item
from treadle.bag.read import read_text
from treadle.bag.write import to_textfiles
from treadle.computing import compute
from treadle.errors import NotThereYet

__all__ = [
    "Bag",
    "Item",
    "compute",
    "concat",
    "from_delayed",
    "from_sequence",
    "from_url",
    "map",
    "map_partitions",
    "range",
    "read_text",
    "to_textfiles",
    "zip",
]


def __getattr__(name: str) -> Any:
    if name == "read_avro":
        raise NotThereYet("treadle.bag.read_avro is not there yet; use read_text().map(json.loads) on JSON lines")
    raise AttributeError(f"module 'treadle.bag' has no attribute {name!r}")
