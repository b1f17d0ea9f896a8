"""What a wheel must do in an environment that holds nothing else of Treadle's: run by .ci/run with that interpreter."""

import sys
import tempfile
from pathlib import Path

import pandas as pd
import treadle
import treadle as tl
import treadle.dataframe as dd


def main() -> None:
    assert Path(treadle.__file__).is_relative_to(sys.prefix), treadle.__file__
    data = pd.DataFrame({"a": range(1000), "k": ["x", "y"] * 500})
    with tempfile.TemporaryDirectory() as folder:
        lazy = dd.from_pandas(data, npartitions=4)
        lazy.to_parquet(f"{folder}/out", partition_on="k", compression="zstd")
        lazy.to_csv(f"{folder}/part-*.csv", index=False)
        wanted = data.groupby("k").a.mean()
        assert dd.read_parquet(f"{folder}/out").groupby("k").a.mean().compute().to_dict() == wanted.to_dict()
        assert dd.read_csv(f"{folder}/part-*.csv").groupby("k").a.mean().compute().equals(wanted)
        assert tl.scan_parquet(f"{folder}/out").select(tl.col("a").sum()).collect()["a"].to_list() == [data.a.sum()]
        assert tl.sql(f"SELECT count(*) AS n FROM '{folder}/part-0.csv'").collect()["n"].to_list() == [250]
    print("the wheel works in", sys.prefix)


main()
