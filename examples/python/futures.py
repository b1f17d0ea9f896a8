"""Calls that start at once: results are looked at as they come, and decide what is done next.

python examples/python/futures.py
"""

from treadle.distributed import Client, as_completed


def score(x: float) -> tuple[float, float]:
    return (x - 3) ** 2, x


with Client(n_workers=1, threads_per_worker=2) as client:
    step = 8.0
    best = (float("inf"), 0.0)
    while step > 1e-3:
        around = client.map(score, [best[1] - step, best[1], best[1] + step])
        for future in as_completed(around):
            best = min(best, future.result())
        step /= 2
    print(f"the least is at {best[1]:.2f}")
