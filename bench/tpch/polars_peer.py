import sys
import time
from pathlib import Path

import polars as pl

context = pl.SQLContext({file.stem: pl.scan_parquet(file) for file in Path(sys.argv[1]).glob("*.parquet")})
for query in sorted(Path(sys.argv[2]).glob("*.sql")):
    text = query.read_text()
    began = time.perf_counter()
    try:
        answer = context.execute(text).collect(engine=sys.argv[3])
    except pl.exceptions.PolarsError as error:
        print(f"{query.stem}: {error}", file=sys.stderr)
        continue
    seconds = time.perf_counter() - began
    print(query.stem, seconds, len(answer), *(answer.row(0) if len(answer) else ()), sep="\t")
