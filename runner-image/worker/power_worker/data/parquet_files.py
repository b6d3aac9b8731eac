"""Parquet files."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from power_worker.outcome import RefusedError

from .csv_header import column_names
from .file_kinds import what_it_is

#: What a file begins and ends with, and an encrypted one.
_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
#: Whole numbers with gaps: as floats, those beyond 2^53 would not be exact.
_NULLABLE: dict[pa.DataType, Any] = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}


def read(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read a file; a column of whole numbers keeps them, with gaps too."""
    notes: list[str] = []
    table = _table(path)
    if not table.num_columns:
        raise RefusedError("bad_file", f"{path.name} is empty: it has no columns")
    if len(set(table.column_names)) < table.num_columns:
        names = column_names(table.column_names, table.num_columns, notes)
        table = table.rename_columns(names)
    gaps = {
        field.name: _NULLABLE[field.type]
        for field, column in zip(table.schema, table.columns, strict=True)
        if field.type in _NULLABLE and column.null_count
    }
    whole = {name: table.column(name).to_pandas(types_mapper=_NULLABLE.get) for name in gaps}
    frame = table.to_pandas(maps_as_pydicts="lossy", split_blocks=True, self_destruct=True)
    del table
    for name, column in whole.items():
        if name in frame.columns:
            frame[name] = column.set_axis(frame.index)
    if frame.empty:
        notes.append("there are columns but no rows")
    return frame, notes


def _table(path: Path) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read(use_pandas_metadata=True)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: Exception) -> RefusedError:
    with path.open("rb") as file:
        starts = file.read(len(_MAGIC))
        file.seek(-min(len(_MAGIC), path.stat().st_size), os.SEEK_END)
        ends = file.read()
    if "crypt" in str(error) or starts == _ENCRYPTED:
        return RefusedError(
            "bad_file",
            f"{path.name} is encrypted",
            "write it without encryption, or read it with "
            "its key in execute_code (pyarrow.parquet.encryption)",
        )
    if starts != _MAGIC:
        return RefusedError("bad_file", f"{path.name} is no parquet file", what_it_is(path))
    damage = "damaged" if ends == _MAGIC else "cut short"
    return RefusedError("bad_file", f"{path.name} is {damage}", "fetch or upload it again")
