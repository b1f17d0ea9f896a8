"""The array questions in plain NumPy, as one would type them: numpy_program.py QUESTION FOLDER."""

import sys

import numpy as np
from question import answer, inputs

question, folder = sys.argv[1:]
x = inputs(question, folder)


def disk() -> tuple[float, float]:
    # One pass by hand: a file at a time, the variances merged.
    count, mean, squares = 0, 0.0, 0.0
    for path in x:
        part = np.load(path, mmap_mode="r")
        own, spread = part.mean(), part.var()
        step = own - mean
        squares += spread * part.size + step * step * count * part.size / (count + part.size)
        mean += step * part.size / (count + part.size)
        count += part.size
    return mean, (squares / count) ** 0.5


def compressed() -> list[float]:
    basis = np.linalg.qr(x @ np.random.default_rng(1).standard_normal((x.shape[1], 20)))[0]
    u, s, vh = np.linalg.svd(basis.T @ x, full_matrices=False)
    left = basis @ u[:, :10]
    return [s[0] + 0 * (left[0, 0] + vh[0, 0])]


compute = {
    "stencil": lambda: [(x + x.T - x.mean(axis=0)).sum()],
    "trig": lambda: [(np.sin(x) ** 2 + np.cos(x) ** 2).mean()],
    "matmul": lambda: [(x @ x)[0, 0]],
    "qr": lambda: [abs(np.linalg.qr(x)[1][0, 0])],
    "svd_compressed": compressed,
    "disk": disk,
}[question]
answer(question, compute)
