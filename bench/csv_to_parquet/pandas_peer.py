import sys
from pathlib import Path

import pandas as pd

source, target = sys.argv[1:]
Path(target).mkdir()
for number, path in enumerate(sorted(Path(source).parent.glob(Path(source).name))):
    frame = pd.read_csv(path, parse_dates=["time"])
    frame[frame["amount"] > 500].to_parquet(f"{target}/part-{number}.parquet", compression="snappy")
