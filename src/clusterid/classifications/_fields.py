"""The lexicon: what people call a field, as industry or occupation codes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid._columns import IDENTIFIER, Table
from clusterid.classifications._carried_fields import carry_fields, in_their_vintage
from clusterid.classifications._catalogue import canonical_name
from clusterid.classifications._correspondence import Correspondence
from clusterid.classifications._reading import (
    CodeTable,
    as_text,
    embedded_table,
    loaded,
    numbers_in,
    renamed,
)
from clusterid.classifications._trees import read_classification
from clusterid.errors import (
    ClassificationError,
    DataWarning,
    Fault,
    check_option,
)

__all__ = ["LEXICON_KINDS", "ROLES", "field_synonyms", "read_fields", "sorted_lines"]

COLUMNS = (
    "field", "classification", "code", "role", "weight", "basis", "label_de",
    "label_en",
)  # fmt: skip
#: A lexicon is public, with the columns that its owner adds.
LEXICON_KINDS = Table(dict.fromkeys(COLUMNS, IDENTIFIER), others=IDENTIFIER)
ROLES = ("core", "host", "supplier", "extended")
_EMBEDDED = {
    "nace2": ("cluster_definitions_nace", "field_labels_to_nace2.csv"),
    "kldb2010": ("fields", "fields_kldb2010.csv"),
}
_NACE_COLUMNS = {
    "field_key": "field",
    "field_label_de": "label_de",
    "field_label_en": "label_en",
    "nace_rev2": "code",
}


def read_fields(
    source: str | Path | pd.DataFrame = "nace2",
    *,
    columns: Mapping[str, str] | None = None,
    classification: str | None = None,
    filter: Mapping[str, Any] | None = None,
    correspondence: Correspondence | None = None,
) -> pd.DataFrame:
    """Return the lexicon that maps fields to industry or occupation codes.

    Parameters
    ----------
    source : str, Path or DataFrame
        ``"nace2"`` (31 fields on NACE Rev. 2, embedded), ``"kldb2010"`` (the same
        fields on occupation groups, embedded), a file (CSV, Excel, Parquet), or a
        table.
    columns : mapping of our name to the file's name, optional
        Where column names differ.
    classification : str, optional
        Fills the column ``classification`` of a file that lacks it; by default that
        of the ``correspondence``, else ``"nace2"``.
    filter : mapping of column to value or list of values, optional
        Lines to keep, by the file's own columns: ``{"traded_local": "Traded"}``.
    correspondence : Correspondence, optional
        From the classification of the lines to that of the counts: the lexicon comes
        out in the latter. Lines that stand in it already stay; codes that lead
        nowhere are named in a warning and left out.

    Returns
    -------
    DataFrame
        ``field``, ``classification``, ``code``, ``role`` (core, host, supplier,
        extended), ``weight`` (0 to 1: the share of the code that belongs to the
        field), ``basis``, ``label_de``, ``label_en``; sorted, so that the order of the
        file plays no part in any result. Where lines of a field give it different
        labels, the label of its first code is the field's.

    Raises
    ------
    TableError
        With every fault: no rows, missing columns, empty fields or codes, unknown
        roles, weights outside 0 to 1 or all 0, a field, code and role that stand
        twice, codes that the classification does not know.
    ClassificationError
        If no embedded lexicon has the name, or the correspondence does not start in
        the classification of the lines.

    Examples
    --------
    >>> fields = read_fields("kldb2010")
    >>> finance = fields[fields["field"].eq("finance")]
    >>> finance[["code", "role", "weight"]].to_numpy().tolist()
    [['721', 'core', 1.0], ['722', 'extended', 0.2]]
    """
    given = _given(source)
    _keep(given, filter or {})
    given.frame = renamed(given.frame, columns, COLUMNS)
    if {"field_key", "nace_rev2"} <= set(given.frame.columns):
        named = given.frame.rename(columns=_NACE_COLUMNS)
        given.frame = named.assign(classification="nace2")
    given.need(["field", "code"], "map it with columns=; have")
    table = given.frame
    assumed = "nace2" if correspondence is None else correspondence.source
    absent: dict[str, Any] = {
        "classification": classification or assumed, "role": "core", "weight": 1.0,
        "basis": "",
    }  # fmt: skip
    absent = {key: value for key, value in absent.items() if key not in table.columns}
    table = table.assign(**absent)
    words = ["field", "classification", "code", "role", "basis"]
    filled = pd.DataFrame({name: as_text(table[name]) for name in words})
    filled["weight"] = table["weight"]
    for language in ("de", "en"):
        name = f"label_{language}"
        if name in table.columns:
            _say_two_labels(filled["field"], as_text(table[name]), name, given.label)
        labels = as_text(table[name]) if name in table.columns else filled["field"]
        filled[name] = labels.where(labels.ne(""), filled["field"])
    filled["classification"] = filled["classification"].map(canonical_name)
    if correspondence is None:
        return _checked(CodeTable(filled, given.label))
    filled = in_their_vintage(filled, correspondence)
    fields = _checked(CodeTable(filled, given.label))
    return sorted_lines(carry_fields(fields, correspondence))


def _keep(given: CodeTable, wanted: Mapping[str, Any]) -> None:
    """Keep the lines that a filter asks for; a filter that keeps none is a fault."""
    given.need([str(column) for column in wanted], "correct the filter; there are")
    for column, value in wanted.items():
        values = value if isinstance(value, (list, tuple, set)) else [value]
        text = as_text(given.frame[column])
        keep = text.isin([str(v) for v in values])
        if not keep.any():
            shown = ", ".join(sorted(map(repr, text.unique()))[:5])
            rule = f"the filter {column} = {value!r} leaves no row"
            given.faults.append(Fault(rule, f"values there are {shown} ..."))
            given.done()
        given.frame = given.frame[keep].reset_index(drop=True)


def _say_two_labels(
    fields: pd.Series, labels: pd.Series, column: str, source: str
) -> None:
    """Warn of fields that lines call differently in one language."""
    named = pd.DataFrame({"field": fields, "label": labels})
    named = named[named["label"].ne("") & named["field"].ne("")].drop_duplicates()
    named = named.sort_values(["field", "label"])  # the order of the file says nothing
    twice = named[named["field"].duplicated(keep=False)]
    if len(twice):
        first = twice["field"].iloc[0]
        names = twice.loc[twice["field"].eq(first), "label"].tolist()[:3]
        n = twice["field"].nunique()
        noun = "field has" if n == 1 else "fields have"
        warnings.warn(
            f"{source}: {n} {noun} several labels in {column} ({first}: "
            f"{', '.join(names)}); that of the first code is taken.",
            DataWarning,
            stacklevel=3,
        )


def _given(source: str | Path | pd.DataFrame) -> CodeTable:
    if isinstance(source, str) and canonical_name(source) in _EMBEDDED:
        place = _EMBEDDED[canonical_name(source)]
        return CodeTable(embedded_table(*place), place[-1])
    return loaded(source, "lexicon", list(_EMBEDDED), frame="fields", file="a file")


def _checked(given: CodeTable) -> pd.DataFrame:
    """Return the lines of a lexicon sorted, with every fault named."""
    fields = given.frame
    if not len(fields):
        rule, mend = "the lexicon has no rows", "name a code for each field"
        given.faults.append(Fault(rule, mend))
        given.done()
    number = numbers_in(fields["weight"])
    fill, roles = "fill it or drop the row", f"use one of {', '.join(ROLES)}"
    twice = fields.duplicated(["field", "classification", "code"], keep=False)
    no_share = ~number.between(0, 1)
    for rule, mend, where, shown in (
        ("a field is empty", fill, fields["field"].eq(""), "code"),
        ("a code is empty", fill, fields["code"].eq(""), "field"),
        ("a role is not known", roles, ~fields["role"].isin(ROLES), "role"),
        ("a weight is not a number from 0 to 1", "correct it", no_share, "weight"),
    ):
        given.refuse(rule, mend, where, fields[shown].map(str))
    if number.eq(0).all():
        given.faults.append(
            Fault(
                "every weight is 0: no code belongs to any field",
                "give the share of the code that belongs to the field, 1 for all of it",
            )
        )
    rule, mend = "a field names a code more than once", "keep one line"
    given.refuse(rule, mend, twice, fields["code"])
    for name, lines in fields.groupby("classification", sort=True):
        _check_codes(given, str(name), lines)
    given.done()
    return sorted_lines(fields.assign(weight=number)[list(COLUMNS)])


def _check_codes(given: CodeTable, name: str, lines: pd.DataFrame) -> None:
    """Add the faults of the lines of one classification: what is not known of it."""
    everywhere = given.frame
    mine = pd.Series(everywhere.index.isin(lines.index), index=everywhere.index)
    try:
        tree = read_classification(name)
    except ClassificationError:
        shown = everywhere["classification"]
        given.refuse("a classification is not known", "name one", mine, shown)
        return
    unknown = mine & everywhere["code"].ne("")
    unknown &= everywhere["code"].map(lambda code: not tree.leaves(code))
    shown = everywhere["code"]
    given.refuse(f"a code is not in {name}", "correct the code", unknown, shown)


def sorted_lines(fields: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of a lexicon in one order, whatever order they came in."""
    order = ["field", "classification", "code", "role", "weight", "basis"]
    keys = [key for key in (*order, "label_de", "label_en") if key in fields]
    return fields.sort_values(keys, kind="stable", ignore_index=True)


def field_synonyms(language: str = "de") -> pd.Series:
    """Return the embedded spellings of field labels (Series label -> field).

    Examples
    --------
    >>> field_synonyms()["IuK"]
    'ict'
    """
    check_option("language", language, ("de",))
    table = embedded_table("cluster_definitions_nace", "field_label_synonyms_de.csv")
    return table.drop_duplicates("label_de").set_index("label_de")["field_key"]
