"""One table as other programs write it: the same rows, in other physical and logical forms."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def with_types(table, change):
    """Return a table whose columns have the types that ``change`` makes of theirs."""
    return table.cast(pa.schema([(field.name, change(field.type)) for field in table.schema]))


def large(kind):
    """Return the type as polars writes it: 64-bit offsets of texts and lists, list items called ``item``."""
    if pa.types.is_string(kind):
        return pa.large_string()
    if pa.types.is_list(kind):
        return pa.large_list(pa.field("item", large(kind.value_type)))
    return kind


def view(kind):
    """Return the type as newer writers have it: texts as views, their lists called ``l``."""
    if pa.types.is_string(kind):
        return pa.string_view()
    if pa.types.is_list(kind):
        return pa.list_(pa.field("l", view(kind.value_type)))
    return kind


def by_pandas(table, path):
    """pandas, as it comes, with a column of its own and an index that is no range."""
    frame = table.to_pandas()
    frame["remark"] = 1.5
    frame.index = range(7, 7 + len(frame))
    frame.to_parquet(path)


def by_pandas_indexed(table, path):
    """pandas, with patches as index: a column that pandas marks as index."""
    table.to_pandas().set_index("patch_id").to_parquet(path)


def by_pandas_categories(table, path):
    """pandas, with texts as categories: dictionary columns."""
    frame = table.to_pandas()
    for name in frame.columns:
        if isinstance(frame[name].iloc[0], str):
            frame[name] = frame[name].astype("category")
    frame.to_parquet(path, compression="snappy", row_group_size=4)


def by_pandas_new_strings(table, path):
    """pandas with its string type of pyarrow, columns in the opposite order."""
    frame = table.to_pandas(types_mapper={pa.string(): pd.ArrowDtype(pa.large_string())}.get)
    frame[frame.columns[::-1]].to_parquet(path, index=False)


def in_polars_form(table, path):
    """The physical form that polars writes (polars itself is not installed): large texts and lists."""
    changed = with_types(table, large)
    pq.write_table(
        changed, path, compression="zstd", compression_level=3, row_group_size=5, write_statistics=False
    )


def in_views(table, path):
    """Texts as views, as the newest writers store them, with a page index."""
    pq.write_table(with_types(table, view), path, compression="none", write_page_index=True)


def in_hub_form(table, path):
    """The form of the hub's own conversion: metadata ``huggingface``, list items ``element``, many groups."""
    features = {name: {"dtype": "string", "_type": "Value"} for name in table.schema.names}
    metadata = {b"huggingface": str({"info": {"features": features}}).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="snappy", row_group_size=3)


def with_dictionaries(table, path):
    """Dictionary columns of large texts, 32-bit integers where they are enough, other column order."""
    columns = {}
    for name in reversed(table.schema.names):
        column = table[name]
        if pa.types.is_string(column.type):
            column = column.cast(pa.large_string()).dictionary_encode()
        elif pa.types.is_int64(column.type):
            column = column.cast(pa.int32())
        columns[name] = column
    pq.write_table(pa.table(columns), path, row_group_size=4)


FORMS = (
    by_pandas,
    by_pandas_indexed,
    by_pandas_categories,
    by_pandas_new_strings,
    in_polars_form,
    in_views,
    in_hub_form,
    with_dictionaries,
)
