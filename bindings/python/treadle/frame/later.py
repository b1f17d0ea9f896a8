"""Names of Polars that are not here yet, and what does the same today."""

from __future__ import annotations

from typing import Any

_ELSE = {
    "DataFrame": "to_polars()",
    "LazyFrame": "collect().to_polars()",
    "Series": "to_polars()",
    "Expr": "map_batches(), or collect().to_polars()",
    "Expr.str": "collect().to_polars()",
    "Expr.dt": "collect().to_polars()",
    "Expr.list": "collect().to_polars()",
    "Expr.struct": "field() of each",
    "GroupBy": "collect().to_polars()",
    "treadle": "Polars itself: frames go both ways by to_polars() and from_arrow()",
}

_BETTER = {
    "Expr.sample": "sample() of the frame",
    "Expr.shuffle": "sample(fraction=1, shuffle=True) of the frame",
    "Expr.cat": "text, whose codes are a layout chosen by the reader",
    "Expr.hash": "the values themselves as keys",
    "GroupBy.rolling": "rolling_sum() and the like, over rows",
    "DataFrame.rolling": "rolling_sum() and the like, over rows",
    "LazyFrame.rolling": "rolling_sum() and the like, over rows",
    "DataFrame.write_excel": "to_pandas().to_excel()",
    "DataFrame.write_database": "to_pandas().to_sql()",
    "LazyFrame.sink_ipc": "sink_parquet()",
    "treadle.scan_ipc": "scan_parquet()",
    "treadle.read_excel": "from_pandas(pandas.read_excel())",
    "treadle.map_groups": "group_by().map_groups()",
    "treadle.StringCache": "nothing: text needs no cache here",
}

_NAMES = {
    "DataFrame": (
        "deserialize drop_in_place flags gather hash_rows is_sorted map_columns match_to_schema n_chunks plot "
        "rolling serialize show shrink_to_fit style to_init_repr to_jax to_torch unstack upsample write_avro "
        "write_clipboard write_database write_delta write_excel write_iceberg write_ipc_stream"
    ),
    "LazyFrame": (
        "collect_async deserialize execute from_lazyframe_resolver gather inspect match_to_schema "
        "pipe_with_schema pivot remote rolling serialize show_graph sink_batches sink_delta sink_iceberg "
        "sink_ipc"
    ),
    "Series": (
        "approx_quantile arr bin bin_intervals bin_quantiles bin_ranks bitwise_count_ones bitwise_count_zeros "
        "bitwise_leading_ones bitwise_leading_zeros bitwise_trailing_ones bitwise_trailing_zeros cat "
        "chunk_lengths cumulative_eval erf erfc estimated_size ewm_mean_by ewm_std ewm_sum ewm_sum_by ewm_var "
        "ext extend flags get_chunks hash hist interpolate_by lower_bound map n_chunks new_from_index plot "
        "reinterpret reshape rolling_kurtosis rolling_max_by rolling_mean_by rolling_median_by rolling_min_by "
        "rolling_quantile_by rolling_rank rolling_rank_by rolling_skew rolling_std_by rolling_sum_by "
        "rolling_var_by round_sig_figs scatter set shrink_dtype shrink_to_fit sql to_init_repr to_jax "
        "to_physical to_torch truncate upper_bound"
    ),
    "Expr": (
        "append approx_quantile arr bin bin_intervals bin_quantiles bin_ranks bitwise_count_ones "
        "bitwise_count_zeros bitwise_leading_ones bitwise_leading_zeros bitwise_trailing_ones "
        "bitwise_trailing_zeros cat cumulative_eval deserialize erf erfc ewm_mean_by ewm_std ewm_sum ewm_sum_by "
        "ewm_var ext extend_constant hash hist inspect interpolate_by is_empty is_sorted item lower_bound map "
        "meta pipe_with_dtype reinterpret reshape rolling rolling_kurtosis rolling_max_by rolling_mean_by "
        "rolling_median_by rolling_min_by rolling_quantile_by rolling_rank rolling_rank_by rolling_skew "
        "rolling_std_by rolling_sum_by rolling_var_by round_sig_figs sample shuffle to_physical truncate "
        "truncdiv upper_bound"
    ),
    "Expr.str": "extract_groups extract_many find_many to_decimal",
    "Expr.dt": "add_business_days base_utc_offset dst_offset",
    "Expr.list": "agg eval filter item sample set_symmetric_difference shift to_array to_map to_struct",
    "GroupBy": "",
    "treadle": (
        "Array BaseExtension Catalog Categories CompatLevel CredentialProvider CredentialProviderAWS "
        "CredentialProviderAzure CredentialProviderFunction CredentialProviderFunctionReturn "
        "CredentialProviderGCP DataTypeExpr Engine Enum Extension Field FileProviderArgs Float16 GPUEngine "
        "InMemoryEngine Int128 Map Object ParquetDecryptionProperties ParquetEncryptionProperties PartitionBy "
        "QueryOptFlags RemoteEngine ScanCastOptions StreamingEngine StringCache UInt128 Unknown align_frames "
        "build_info business_day_count collect_all_async concat_arr cum_count cum_fold cum_reduce "
        "cum_sum_horizontal date_ranges datetime_ranges defer delete_iceberg disable_string_cache dtype_of "
        "element enable_string_cache escape_regex explain_all field from_dataframe from_repr from_torch "
        "get_extension_type get_index_type int_ranges json_normalize linear_space linear_spaces list map_batches "
        "map_groups merge_sorted pipe_with_dtype read_avro read_clipboard read_database_uri read_delta "
        "read_excel read_ipc_schema read_ipc_stream read_lines read_ods read_parquet_metadata "
        "register_extension_type rolling_corr rolling_cov scan_arrow_c_stream scan_delta scan_external_reader "
        "scan_iceberg scan_ipc scan_lance scan_lines scan_pyarrow_dataset self_dtype set_random_seed "
        "show_versions sql_expr struct_with_fields time time_range time_ranges union unregister_extension_type "
        "using_string_cache"
    ),
}


def check(owner: str, name: str) -> None:
    """Raises ``NotImplementedError`` if Polars has this name."""
    if name in _NAMES[owner].split():
        label = f"{owner}.{name}"
        raise NotImplementedError(f"{label} is not there yet; use {_BETTER.get(label, _ELSE[owner])}")


def names(owner: str) -> Any:
    """What Polars has and ``owner`` not yet."""
    return frozenset(_NAMES[owner].split())
