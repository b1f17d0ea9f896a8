import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

source, target = sys.argv[1:]
pa.set_cpu_count(2)
dataset = ds.dataset(sorted(Path(source).parent.glob(Path(source).name)), format="csv")
ds.write_dataset(
    dataset.scanner(filter=ds.field("amount") > 500),
    target,
    format="parquet",
    file_options=ds.ParquetFileFormat().make_write_options(compression="snappy"),
)
