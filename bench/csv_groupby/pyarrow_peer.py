import json
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

pa.set_cpu_count(2)
table = pyarrow.csv.read_csv(
    sys.argv[1], convert_options=pyarrow.csv.ConvertOptions(include_columns=["category", "amount"])
)
table = table.filter(pc.field("amount") > 500)
groups = table.group_by("category").aggregate([("amount", "count"), ("amount", "mean")])
columns = [groups.column(name).to_pylist() for name in ("category", "amount_count", "amount_mean")]
print(json.dumps(sorted(zip(*columns, strict=True))))
