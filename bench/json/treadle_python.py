import json
import sys

import treadle.bag as db

amounts = db.read_text(sys.argv[1]).map(json.loads).filter(lambda record: record["status"] == "paid").pluck("amount")
print(f"{amounts.mean().compute(num_workers=2):.9f}")
