"""The lexicon: what people call a field, as industry or occupation codes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from clusterid._embedded import embedded_path
from clusterid.classifications._catalogue import canonical_name
from clusterid.classifications._classification import (
    Classification,
    _read_csv,
    named_file,
    numbers_in,
    read_any,
    read_classification,
    single_columns,
)
from clusterid.classifications._correspondence import Correspondence
from clusterid.errors import (
    ClassificationError,
    DataWarning,
    Fault,
    TableError,
    check_option,
    nearest,
)

__all__ = ["FieldWeights", "field_synonyms", "fields_on", "read_fields"]

COLUMNS = (
    "field", "classification", "code", "role", "weight", "basis", "label_de",
    "label_en",
)  # fmt: skip
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
        Fills the column ``classification`` of a file that lacks it.

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
        If no embedded lexicon has the name.

    Examples
    --------
    >>> fields = read_fields("kldb2010")
    >>> finance = fields[fields["field"].eq("finance")]
    >>> finance[["code", "role", "weight"]].to_numpy().tolist()
    [['721', 'core', 1.0], ['722', 'extended', 0.2]]
    """
    if isinstance(source, pd.DataFrame):
        table, label = source, "fields"
    else:
        table, label = _load(source)
    table = single_columns(table, label).reset_index(drop=True)
    if columns:
        for key in columns:
            check_option("column", key, COLUMNS)
        table = table.rename(columns={theirs: ours for ours, theirs in columns.items()})
    if {"field_key", "nace_rev2"} <= set(table.columns):
        table = table.rename(columns=_NACE_COLUMNS).assign(classification="nace2")
    missing = [c for c in ("field", "code") if c not in table.columns]
    if missing:
        have = ", ".join(map(str, table.columns))
        raise TableError(
            label,
            [
                Fault(f"there is no column {c!r}", f"map it with columns=; have {have}")
                for c in missing
            ],
        )
    filled = pd.DataFrame({
        "field": _text(table["field"]),
        "classification": _text(table["classification"])
        if "classification" in table.columns
        else classification or "nace2",
        "code": _text(table["code"]),
        "role": _text(table["role"]) if "role" in table.columns else "core",
        "weight": table.get("weight", 1.0),
        "basis": _text(table["basis"]) if "basis" in table.columns else "",
    })
    for language in ("de", "en"):
        name = f"label_{language}"
        if name in table.columns:
            _say_two_labels(filled["field"], _text(table[name]), language, label)
        labels = _text(table[name]) if name in table.columns else filled["field"]
        filled[name] = labels.where(labels.ne(""), filled["field"])
    filled["classification"] = filled["classification"].map(canonical_name)
    return _checked(filled, label)


def _say_two_labels(
    fields: pd.Series, labels: pd.Series, language: str, source: str
) -> None:
    """Warn of fields that lines call differently in one language."""
    told = pd.DataFrame({"field": fields, "label": labels})
    told = told[told["label"].ne("") & told["field"].ne("")].drop_duplicates()
    told = told.sort_values(["field", "label"])  # the order of the file says nothing
    twice = told[told["field"].duplicated(keep=False)]
    if len(twice):
        first = twice["field"].iloc[0]
        names = twice.loc[twice["field"].eq(first), "label"].tolist()[:3]
        n = twice["field"].nunique()
        noun = "field has" if n == 1 else "fields have"
        warnings.warn(
            f"{source}: {n} {noun} several labels in label_{language} ({first}: "
            f"{', '.join(names)}); that of the first code is taken.",
            DataWarning,
            stacklevel=3,
        )


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def _load(source: str | Path) -> tuple[pd.DataFrame, str]:
    if isinstance(source, str) and canonical_name(source) in _EMBEDDED:
        path = embedded_path(*_EMBEDDED[canonical_name(source)])
        return _read_csv(path), path.name
    named = named_file(source, "lexicon")
    if named is not None:
        return read_any(named), named.name
    raise ClassificationError(
        f"No lexicon is called {str(source)!r}.{nearest(str(source), _EMBEDDED)} "
        f"Embedded are {', '.join(_EMBEDDED)}; a path to a file works, too."
    )


def _checked(fields: pd.DataFrame, label: str) -> pd.DataFrame:
    faults = []
    if not len(fields):
        rule, mend = "the lexicon has no rows", "name a code for each field"
        raise TableError(label, [Fault(rule, mend)])

    def add(rule: str, mend: str, where: pd.Series, value: str) -> None:
        positions = np.flatnonzero(where.to_numpy())
        if len(positions):
            rows = tuple(
                (int(i) + 1, str(fields[value].iloc[i])) for i in positions[:5]
            )
            faults.append(Fault(rule, mend, len(positions), rows))

    add("a field is empty", "fill it or drop the row", fields["field"].eq(""), "code")
    add("a code is empty", "fill it or drop the row", fields["code"].eq(""), "field")
    add(
        "a role is not known",
        f"use one of {', '.join(ROLES)}",
        ~fields["role"].isin(ROLES),
        "role",
    )
    number = numbers_in(fields["weight"])
    add(
        "a weight is not a number from 0 to 1",
        "correct it",
        ~number.between(0, 1),
        "weight",
    )
    if number.eq(0).all():
        faults.append(
            Fault(
                "every weight is 0: no code belongs to any field",
                "give the share of the code that belongs to the field, 1 for all of it",
            )
        )
    twice = fields.duplicated(["field", "classification", "code"], keep=False)
    add("a field names a code more than once", "keep one line", twice, "code")
    for name in sorted(fields["classification"].unique()):
        mine = fields["classification"].eq(name)
        try:
            tree = read_classification(str(name))
        except ClassificationError:
            add("a classification is not known", "name one", mine, "classification")
            continue
        unknown = mine & fields["code"].ne("")
        unknown &= fields["code"].map(lambda c, t=tree: not t.leaves(c))
        add(f"a code is not in {name}", "correct the code", unknown, "code")
    if faults:
        raise TableError(label, faults)
    return _sorted(fields.assign(weight=number.astype(float)))


def _sorted(fields: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of a lexicon in one order, whatever order they came in."""
    keys = ["field", "classification", "code", "role", "weight", "basis"]
    keys += ["label_de", "label_en"]
    return fields.sort_values(
        [key for key in keys if key in fields], kind="stable", ignore_index=True
    )


def field_synonyms(language: str = "de") -> pd.Series:
    """Return the embedded spellings of field labels (Series label -> field).

    Examples
    --------
    >>> field_synonyms()["IuK"]
    'ict'
    """
    check_option("language", language, ("de",))
    path = embedded_path("cluster_definitions_nace", "field_label_synonyms_de.csv")
    table = _read_csv(path)
    return table.drop_duplicates("label_de").set_index("label_de")["field_key"]


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """Fields carried to the codes of an economy, and how well these separate them.

    Parameters
    ----------
    weights : DataFrame, industries x fields
        Share of each industry that belongs to the field, 0 to 1.
    mappability : Series by field
        How well the codes separate the field, 0 to 1; see :func:`fields_on`.
    coverage : Series by field
        Share of the field's lexicon that lies in the industries at all, 0 to 1.
    labels : DataFrame by field
        ``label_de``, ``label_en``.
    params : mapping
        Roles, classification and size of industries used.
    """

    weights: pd.DataFrame
    mappability: pd.Series
    coverage: pd.Series
    labels: pd.DataFrame
    params: Mapping[str, Any]

    def __repr__(self) -> str:
        clear = int(self.mappability.ge(0.5).sum())
        return (
            f"<FieldWeights: {self.weights.shape[1]} fields on "
            f"{self.weights.shape[0]} codes; {clear} with mappability of 0.5 or more>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = self.labels.assign(mappability=self.mappability, coverage=self.coverage)
        return f"<p>{escape(repr(self))}</p>{table.to_html()}"


def fields_on(
    fields: pd.DataFrame,
    industries: Iterable[str],
    classification: str | Classification,
    *,
    roles: Sequence[str] = ("core",),
    sizes: pd.Series | None = None,
    correspondence: Correspondence | None = None,
) -> FieldWeights:
    r"""Carry fields to the codes of an economy, and say how well these separate them.

    A lexicon names divisions, groups and classes; an economy may know other, often
    coarser codes. Both are expanded to the finest codes of the classification. The
    weight of a field in an industry is the share of the industry's finest codes that
    the lexicon gives to the field (a line's own weight multiplies its share).

    The mappability answers: of the jobs that would be counted for the field, which
    share belongs to it? It is 1 where every industry counted is the field and
    nothing else, and near 0 where the field is a small part of a large industry:
    biotechnology in a table of WZ sections. Below a threshold (0.5 by default where
    clusterid uses it; ours) a field is unverifiable at this resolution.

    .. math:: m = k \frac{\sum_c n_c w_c^2}{\sum_c n_c w_c}

    with :math:`w_c` the weight in industry c, :math:`n_c` its size, and k the
    coverage: the share of the field's finest codes that lie in the industries.

    Parameters
    ----------
    fields : DataFrame
        A lexicon from :func:`read_fields`.
    industries : iterable of str
        Codes of the economy; ranges and unions (``"G-I"``, ``"B+D+E"``) are read, too.
    classification : str or Classification
        The tree the industries belong to.
    roles : sequence of str
        Roles of the lexicon that count as the field.
    sizes : Series by industry, optional
        Size of the industries, e.g. national employment. Without it, the number of
        finest codes in each, which takes all classes for equally large. Give it for
        occupations: their groups are the finest codes, and differ in size by a
        factor of thousands.
    correspondence : Correspondence, optional
        From the lexicon's classification to the industries' one, where they differ.

    Returns
    -------
    FieldWeights
        ``weights`` (industries x fields), ``mappability``, ``coverage``, ``labels``.

    Raises
    ------
    ClassificationError
        If industries are unknown, or the lexicon is in another classification and no
        correspondence is given.
    TableError
        If two industries hold the same finest code.

    Notes
    -----
    The rule is ours; it has no source in the literature.

    Examples
    --------
    >>> sections = ["C", "J", "K", "M-N"]
    >>> found = fields_on(read_fields("nace2"), sections, "wz2008")
    >>> found.mappability[["finance", "biotech"]].round(2).to_dict()
    {'finance': 1.0, 'biotech': 0.01}
    """
    for role in roles:
        check_option("role", role, ROLES)
    tree = (
        classification
        if isinstance(classification, Classification)
        else read_classification(classification)
    )
    codes = [str(code) for code in industries]
    home, n_leaves = _homes(codes, tree)
    fields = _sorted(fields)
    counted = fields[fields["role"].isin(list(roles))]
    names = list(dict.fromkeys(fields["field"]))
    leaf_weights = _leaf_weights(counted, tree, correspondence)
    shares = np.zeros((len(codes), len(names)))
    coverage = np.zeros(len(names))
    position = {code: i for i, code in enumerate(codes)}
    for k, name in enumerate(names):
        mine = leaf_weights.get(name, {})
        for leaf, weight in mine.items():
            code = home.get(leaf)
            if code is not None:
                shares[position[code], k] += weight / n_leaves[code]
                coverage[k] += weight
        total = sum(mine.values())
        coverage[k] = coverage[k] / total if total > 0 else 0.0
    size = (
        np.array([float(n_leaves[c]) for c in codes])
        if sizes is None
        else sizes.reindex(codes).fillna(0.0).to_numpy(dtype=float)
    )
    counted_jobs = size @ shares
    purity = np.divide(
        size @ shares**2,
        counted_jobs,
        out=np.zeros(len(names)),
        where=counted_jobs > 0,
    )
    index = pd.Index(names, name="field")
    labels = fields.drop_duplicates("field").set_index("field")
    return FieldWeights(
        weights=pd.DataFrame(
            np.minimum(shares, 1.0), index=pd.Index(codes, name="industry"),
            columns=index,
        ),
        mappability=pd.Series(purity * coverage, index=index, name="mappability"),
        coverage=pd.Series(coverage, index=index, name="coverage"),
        labels=labels.loc[names, ["label_de", "label_en"]],
        params=MappingProxyType(
            {
                "roles": tuple(roles),
                "classification": tree.name,
                "sizes": "number of finest codes" if sizes is None else "given",
                "correspondence": None if correspondence is None
                else repr(correspondence),
            }
        ),
    )  # fmt: skip


def _homes(
    codes: list[str], tree: Classification
) -> tuple[dict[str, str], dict[str, int]]:
    home: dict[str, str] = {}
    sizes: dict[str, int] = {}
    unknown, overlaps = [], []
    for code in codes:
        leaves = tree.leaves(code)
        if not leaves:
            unknown.append(code)
        for leaf in leaves:
            if leaf in home:
                overlaps.append((f"{home[leaf]} / {code}", leaf))
            home[leaf] = code
        sizes[code] = len(leaves)
    if unknown:
        shown = ", ".join(map(repr, unknown[:5])) + (", ..." if unknown[5:] else "")
        raise ClassificationError(
            f"{len(unknown)} of {len(codes)} industries are no codes of {tree.name} "
            f"({shown}). Name the classification of the table."
        )
    if overlaps:
        fault = Fault(
            "two industries hold the same finest code",
            "keep one level of the classification",
            len(overlaps),
            tuple(overlaps[:5]),
        )
        raise TableError("industries", [fault])
    return home, sizes


#: Classifications whose finest shared codes carry the same meaning.
_SAME = {"wz2008": "nace2", "sic2007": "nace2"}


def _leaf_weights(
    fields: pd.DataFrame,
    tree: Classification,
    correspondence: Correspondence | None,
) -> dict[str, dict[str, float]]:
    """Weight of each field on the finest codes of the industries' classification."""
    result: dict[str, dict[str, float]] = {}
    for name, lines in fields.groupby("classification", sort=True):
        if correspondence is not None and correspondence.source == name:
            lines = _carried(lines, read_classification(str(name)), correspondence)
        elif str(name) != tree.name and not _comparable(str(name), tree.name):
            raise ClassificationError(
                f"The lexicon is in {name}, the industries are in {tree.name}; give "
                f"correspondence= from {name} to {tree.name}."
            )
        for field, code, weight in zip(
            lines["field"], lines["code"], lines["weight"], strict=True
        ):
            mine = result.setdefault(str(field), {})
            for leaf in tree.leaves(str(code)):
                mine[leaf] = max(mine.get(leaf, 0.0), float(weight))
    return result


def _comparable(one: str, other: str) -> bool:
    return _SAME.get(one, one) == _SAME.get(other, other)


def _carried(
    lines: pd.DataFrame, tree: Classification, correspondence: Correspondence
) -> pd.DataFrame:
    """Lexicon lines on the target codes: the share of each target that is the field.

    What flows into a target from codes outside the field dilutes it, each source
    taken for equally large.
    """
    table = correspondence.table
    inflow = table.groupby("target")["weight"].sum()
    rows = []
    for field, mine in lines.groupby("field", sort=False):
        weight: dict[str, float] = {}
        for code, w in zip(mine["code"], mine["weight"], strict=True):
            for leaf in tree.leaves(str(code)):
                weight[leaf] = max(weight.get(leaf, 0.0), float(w))
        share = table["source"].map(weight).fillna(0.0) * table["weight"]
        reached = share.groupby(table["target"]).sum()
        reached = reached[reached > 0] / inflow
        rows += [(field, t, float(w)) for t, w in reached.dropna().items()]
    return pd.DataFrame(rows, columns=["field", "code", "weight"])
