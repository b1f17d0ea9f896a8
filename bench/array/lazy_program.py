"""The array questions in Treadle's or Dask's names: lazy_program.py {treadle,dask} QUESTION FOLDER."""

import importlib
import sys

import numpy as np
from question import answer, inputs

library, question, folder = sys.argv[1:]
module = importlib.import_module(library)
da = importlib.import_module(f"{library}.array")
importlib.import_module(f"{library}.array.linalg")
values = inputs(question, folder)
if question == "disk":

    def disk() -> tuple[float, float]:
        x = da.concatenate([da.from_array(np.load(path, mmap_mode="r")) for path in values])
        return module.compute(x.mean(), x.std())

    answer(question, disk)
else:
    tall = question in ("qr", "svd_compressed")
    x = da.from_array(values, chunks=(50_000, values.shape[1]) if tall else 2_000 if question == "matmul" else "auto")
    compute = {
        "stencil": lambda: [(x + x.T - x.mean(axis=0)).sum().compute()],
        "trig": lambda: [(np.sin(x) ** 2 + np.cos(x) ** 2).mean().compute()],
        "matmul": lambda: [(x @ x).compute()[0, 0]],
        # Signs and the last digits of projections are the library's own.
        "qr": lambda: [abs(module.compute(*da.linalg.qr(x))[1][0, 0])],
        "svd_compressed": lambda: module.compute(*da.linalg.svd_compressed(x, 10, seed=1))[1][:1],
    }[question]
    answer(question, compute)
