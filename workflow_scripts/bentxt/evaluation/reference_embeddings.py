"""The sentence embeddings of reference captions, as their table holds them, for the items of a scoring."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.tables.schemas.reference_embeddings_schema import REFERENCE_EMBEDDINGS
from bentxt.tables.table_files import read_table

_REMEDY = "delete it and make it again from this data set"


def read_reference_embeddings(path: str | Path, annotations: Sequence[int]) -> np.ndarray | None:
    """Read the embeddings of some annotations' references.

    Parameters
    ----------
    path : str or Path
        Table of a split's references, see
        :data:`bentxt.tables.schemas.reference_embeddings_schema.REFERENCE_EMBEDDINGS`.
    annotations : sequence of int
        IDs of the annotations; the table may hold more.

    Returns
    -------
    numpy.ndarray or None
        float32, shape (annotations, width), in their order; None where the table has no rows, since the model
        was not available.

    Raises
    ------
    InputError
        If the table is not readable, lacks an annotation, or holds embeddings of several widths.
    """
    table = read_table(path, REFERENCE_EMBEDDINGS)
    if not len(table):
        return None
    rows = pc.index_in(pa.array(annotations, pa.int64()), table["ID"])
    if rows.null_count:
        missing = annotations[pc.index(rows.is_null(), True).as_py()]
        raise InputError(
            f"{rows.null_count} of {len(annotations)} references are not embedded",
            file=path,
            item=f"annotation {missing}",
            remedy=_REMEDY,
        )
    embeddings = table["embedding"].combine_chunks()
    widths = pc.unique(pc.list_value_length(embeddings)).to_pylist()
    if len(widths) > 1:
        raise InputError(f"embeddings of several widths: {sorted(widths)}", file=path, remedy=_REMEDY)
    return embeddings.flatten().to_numpy().reshape(len(table), widths[0])[rows.to_numpy()]
