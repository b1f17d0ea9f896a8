import sys

import pyarrow as pa
import pyarrow.csv

pa.set_cpu_count(2)
table = pyarrow.csv.read_csv(sys.argv[1])
print(table.num_rows, table["id"][-1], table["amount"][-1], table["time"][-1].as_py().isoformat())
