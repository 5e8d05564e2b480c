"""Files, frames and Arrow tables in; texts, codes and numbers with their faults."""

from clusterid.tables.parsing._checking import (
    LARGEST_NUMBER,
    Check,
    checked_crs,
    checked_pad,
    column_numbers,
    known_codes,
)
from clusterid.tables.parsing._declared import (
    Code,
    Number,
    Other,
    Table,
    TableOptions,
    Word,
    Year,
)
from clusterid.tables.parsing._form import RawTable, Reading
from clusterid.tables.parsing._numerals import Numerals, parse_number
from clusterid.tables.parsing._reading import load, read_table
from clusterid.tables.parsing._workbook import read_grids

__all__ = [
    "LARGEST_NUMBER", "Check", "Code", "Number", "Numerals", "Other", "RawTable",
    "Reading", "Table", "TableOptions", "Word", "Year", "checked_crs", "checked_pad",
    "column_numbers",
    "known_codes", "load", "parse_number", "read_grids", "read_table",
]  # fmt: skip
