"""What servers' logs say: text that runs natively, and records that any function may look at.

python examples/python/bags.py
"""

import json
import random
from pathlib import Path

import treadle
import treadle.bag as db

random.seed(3)
Path("logs").mkdir(exist_ok=True)
for day in range(4):
    with Path(f"logs/{day}.jsonl").open("w") as file:
        for _ in range(1_000):
            record = {
                "host": random.choice("abc"),
                "ms": random.randint(1, 90),
                "says": random.choice(["ok", "OK", "slow"]),
            }
            file.write(json.dumps(record) + "\n")

lines = db.read_text("logs/*.jsonl")
words = lines.str.lower().str.replace('"', " ").str.split().flatten().frequencies().topk(8, key=1)
records = lines.map(json.loads)
slow = records.filter(lambda record: record["says"] == "slow")
per_host = slow.foldby("host", lambda total, record: total + record["ms"], 0, lambda a, b: a + b)

top, totals = treadle.compute(words, per_host)
worst, total = max(totals, key=lambda pair: pair[1])
print(f"{dict(top)['ok']} times ok; host {worst} was slow for {total} ms")

records.pluck("ms").map(str).to_textfiles("times/*.txt")
print(f"{sum(len(path.read_text().splitlines()) for path in Path('times').iterdir())} times written")
