import sys
import tempfile
import time

import dask
import dask.dataframe as dd
from distributed import Client, LocalCluster


def question_of(folder: str, name: str) -> tuple[dd.DataFrame, list[tuple[str, str]]]:
    rows = dd.read_parquet(f"{folder}/rows.parquet", split_row_groups=True)
    if name == "groupby":
        groups = rows.groupby("key").agg(
            count=("value", "size"), value=("value", "sum"), text=("text", "max"), split_out=rows.npartitions
        )
        return groups, [("count", "sum"), ("value", "sum")]
    if name == "sort":
        return rows.sort_values(["value", "id"]), [("value", "sum"), ("id", "max")]
    partners = dd.read_parquet(f"{folder}/partners.parquet", split_row_groups=True)
    joined = rows.merge(partners, on="key")[["id", "key", "value", "label", "weight"]]
    return joined, [("value", "sum"), ("weight", "sum")]


def main() -> None:
    folder, megabytes, name = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory(dir=folder) as spill,
        dask.config.set({"temporary_directory": spill}),
        # A worker a thread, as Dask's users are told for pandas; a quarter of the limit for client and scheduler.
        LocalCluster(2, threads_per_worker=1, memory_limit=int(megabytes) * 375_000, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        out = f"{spill}/out"
        query, sums = question_of(folder, name)
        began = time.perf_counter()
        query.to_parquet(out)
        seconds = time.perf_counter() - began
        found = dd.read_parquet(out)
        values = [getattr(found[column], method)().compute() for column, method in sums]
        print(name, seconds, len(found), *values, sep="\t")


if __name__ == "__main__":
    main()
