import json
import sys

import dask
import dask.bag as db


def is_paid(record: dict[str, object]) -> bool:
    return record["status"] == "paid"


if __name__ == "__main__":
    with dask.config.set(scheduler="processes", num_workers=2):
        print(f"{db.read_text(sys.argv[1]).map(json.loads).filter(is_paid).pluck('amount').mean().compute():.9f}")
