"""A loop over ordinary functions, made lazy: what does not depend on one another runs side by side.

python examples/python/delayed.py
"""

import treadle
from treadle import delayed


def load(day: int) -> list[int]:
    return [day * hour % 7 for hour in range(24)]


def clean(hours: list[int]) -> list[int]:
    return [hour for hour in hours if hour]


def summary(days: list[list[int]]) -> dict[str, float]:
    every = [hour for day in days for hour in day]
    return {"hours": len(every), "mean": sum(every) / len(every)}


days = [delayed(clean)(delayed(load)(day)) for day in range(1, 31)]
total = delayed(summary)(days)
longest = delayed(max)(days, key=len)

found, most = treadle.compute(total, longest)  # each day is loaded once
print(f"{found['hours']} hours, {found['mean']:.3f} on average; the longest day has {len(most)}")
