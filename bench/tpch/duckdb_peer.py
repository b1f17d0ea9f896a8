import sys
import time
from pathlib import Path

import duckdb

connection = duckdb.connect(config={"threads": 2})
for file in Path(sys.argv[1]).glob("*.parquet"):
    connection.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
for query in sorted(Path(sys.argv[2]).glob("*.sql")):
    text = query.read_text()
    began = time.perf_counter()
    answer = connection.execute(text).to_arrow_table()
    seconds = time.perf_counter() - began
    first = [column[0].as_py() for column in answer.columns] if len(answer) else []
    print(query.stem, seconds, len(answer), *first, sep="\t")
