"""Which carriers are late, and on which routes: several files, one plan, two answers in one pass.

python examples/python/dataframes.py
"""

import csv
import random
from pathlib import Path

import treadle
import treadle.dataframe as dd

random.seed(7)
Path("flights").mkdir(exist_ok=True)
for month in range(1, 4):
    with Path(f"flights/{month:02}.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["month", "carrier", "origin", "delay"])
        for _ in range(2_000):
            carrier = random.choice(["AA", "DL", "UA"])
            delay = "" if random.random() < 0.02 else round(random.gauss(len(carrier) * month, 12), 1)
            write.writerow([month, carrier, random.choice(["JFK", "SFO", "ORD"]), delay])

flights = dd.read_csv("flights/*.csv")
late = flights[flights.delay > 15]
by_route = late.groupby(["carrier", "origin"]).delay.agg(["count", "mean"])
share = (flights.delay > 15).mean()

routes, late_share = treadle.compute(by_route, share)  # the files are read once
worst = routes["count"].idxmax()
print(f"{late_share:.1%} are late; most often {'-'.join(worst)}, {routes.loc[worst, 'count']} times")
