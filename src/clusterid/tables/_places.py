"""Tables of the survey: places asked, their answers, the clusters they declare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from clusterid.errors import nearest
from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    Other,
    Reading,
    Table,
    TableOptions,
    Word,
    known_codes,
)

__all__ = ["check_answers", "check_declared", "check_places"]

_YES_NO = {
    "yes": "yes", "ja": "yes", "true": "yes", "1": "yes", "1.0": "yes", "x": "yes",
    "no": "no", "nein": "no", "false": "no", "0": "no", "0.0": "no",
    "missing": "NA", "k.a.": "NA", "keine angabe": "NA", "no answer": "NA",
}  # fmt: skip
_SHARE = re.compile(r"^(?P<code>[^:]+?)\s*(?::\s*(?P<share>.*))?$")
_LISTS = ("fields", "identified_by", "initiated_by", "funded_by")


def _yes_no(name: str, *, required: bool = False) -> Word:
    mend = "use yes, no, or leave it empty"
    return Word(name, ("yes", "no"), mend, required, translation=_YES_NO)


_PLACES = Table(
    "places",
    (
        Code("place", required=True),
        Other("regions", required=True),
        Number("population", positive=True, counts=True),
        *map(_yes_no, ("asked", "answered", "exhaustive")),
        Code("name", null=True),
        Code("stratum", null=True),
    ),
    key=("place",),
    repeated="one row a place: join its regions with ';'",
)
_DECLARED = Table(
    "declared clusters",
    (
        Code("record", required=True),
        Code("place", required=True, known_as="places"),
        Code("label", required=True),
        Code("source", null=True),
        Number("year_founded", minimum=1800, maximum=2100, whole=True),
        *map(Other, _LISTS),
    ),
    key=("record",),
    repeated="give every record its own key",
    sort=("record",),
    order=(
        "record", "place", "label", "fields", "year_founded", *_LISTS[1:], "source",
    ),
)  # fmt: skip


def _answers(ranks: int) -> Table:
    """Return the table of answers, of which so many options may be ranked."""
    return Table(
        "answers",
        (
            Code("place", required=True, known_as="places"),
            Code("question", required=True),
            Code("option", required=True),
            _yes_no("value", required=True),
            Number("rank", minimum=1, maximum=ranks, whole=True),
        ),
        key=("place", "question", "option"),
        repeated="keep one row",
        sort=("place", "question", "option"),
    )


def check_places(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    regions: object = None,
    records: bool = False,
    decimal: str = ".",
    thousands: str | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check the places asked in a survey.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``place``, ``regions``; optional ``name``, ``population`` (persons),
        ``asked``, ``answered``, ``exhaustive`` (yes or no), ``stratum``. ``regions``
        is text, ``"05111; 05112:0.4"``, or a list of codes, of (code, share) pairs,
        or a mapping. A share is the part of the region that belongs to the place,
        above 0 and at most 1; without one it is 1.
    columns : mapping, optional
        Our name to the name in the source.
    regions : regions table, Index or list of codes, optional
        A region that is not among them is a fault.
    records : bool
        The source is a list of records: a place stands in it as often as it declares.
        Rows that say the same of it are one; rows that differ are a fault, as ever.
    decimal, thousands, **reading
        See :func:`read_employment`.

    Returns
    -------
    DataFrame
        ``place``, ``name``, ``regions`` (list of (region, share) pairs, sorted),
        ``population``, ``asked``, ``answered``, ``stratum``, ``exhaustive`` (both
        True, False; ``exhaustive`` False where not stated), sorted by place.

    Raises
    ------
    TableError
        With every fault: a place in no region or twice, an answer that was not
        asked for, a share outside (0, 1] ...

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"place": ["Z"], "regions": ["R2:0.5; R1"], "answered": ["yes"]}
    >>> check_places(pd.DataFrame(rows))["regions"].iloc[0]
    [('R1', 1.0), ('R2', 0.5)]
    """
    options = TableOptions.of(check_places, locals())
    check = Check(_PLACES.load(source, options))
    _PLACES.check(check, options)
    _place_regions(check, known_codes(regions))
    if records:
        _said_once(check)
    _PLACES.unique(check)
    if check.has("asked") and check.has("answered"):
        not_asked = check.frame["asked"].eq("no") & check.frame["answered"].eq("yes")
        check.fault(
            not_asked.to_numpy(),
            "a place answered but was not asked",
            "correct asked or answered",
            "place",
        )
    check.done()
    return _tidy_places(check.frame)


def _said_once(check: Check) -> None:
    """Keep the first of the rows that say the same of a place."""
    first = ~check.frame.astype(str).duplicated().to_numpy()
    check.frame = check.frame[first].reset_index(drop=True)
    check.numbers_of = check.numbers_of[first]


def _tidy_places(frame: pd.DataFrame) -> pd.DataFrame:
    result = pd.DataFrame(index=frame.index)
    result["place"] = frame["place"]
    result["name"] = frame["name"] if "name" in frame else frame["place"]
    result["name"] = result["name"].where(result["name"].notna(), frame["place"])
    result["regions"] = frame["regions"]
    result["population"] = frame.get("population", np.nan)
    answered = frame["answered"].eq("yes") if "answered" in frame else True
    result["asked"] = (frame["asked"].ne("no")) if "asked" in frame else True
    result["answered"] = answered
    result["stratum"] = frame.get("stratum", np.nan)
    result["exhaustive"] = (
        frame["exhaustive"].eq("yes") if "exhaustive" in frame else False
    )
    return result.sort_values("place", kind="stable", ignore_index=True)


def check_answers(
    source: object,
    *,
    places: pd.DataFrame | None = None,
    codebook: pd.DataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    ranks: int = 3,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check answers, one row a place, question and option.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``place``, ``question``, ``option``, ``value`` (yes, no, missing;
        ja, nein, true, false, 1, 0 are understood), optional ``rank`` (1 = first).
    places : DataFrame, optional
        As :func:`check_places` returns it; an answer of an unknown place, or of one
        that did not answer, is a fault.
    codebook : DataFrame, optional
        Columns ``question``, ``option``; an option not in it is a fault.
    columns : mapping, optional
        Our name to the name in the source.
    ranks : int
        How many options may be ranked.
    **reading
        See :func:`read_table`.

    Returns
    -------
    DataFrame
        ``place``, ``question``, ``option``, ``value`` (``"yes"``, ``"no"`` or NaN
        where missing), ``rank`` (NaN where none), sorted by the first three.

    Raises
    ------
    TableError
        With every fault of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"place": ["Z"], "question": ["q1"], "option": ["a"], "value": ["ja"]}
    >>> check_answers(pd.DataFrame(rows))["value"].tolist()
    ['yes']
    """
    options = TableOptions.of(check_answers, locals())
    options = replace(options, known=_known_places(places))
    table = _answers(ranks)
    check = Check(table.load(source, options))
    table.check(check, options)
    table.unique(check)
    if codebook is not None and not check.faults:
        _in_codebook(check, codebook)
        _one_answer(check, codebook)
    if places is not None and "answered" in places.columns and check.has("place"):
        silent = set(places.loc[~places["answered"].astype(bool), "place"])
        check.fault(
            check.frame["place"].isin(silent).to_numpy(),
            "a place has answers but did not answer",
            "correct answered in the table of places",
            "place",
        )
    _ranks(check)
    return table.finished(check, {"rank": np.nan})


def _one_answer(check: Check, codebook: pd.DataFrame) -> None:
    """Tell places that say yes to several options of a question with one answer."""
    if "type" not in codebook.columns or not check.has("value"):
        return
    single = set(codebook.loc[codebook["type"].eq("single"), "question"])
    frame = check.frame
    ticked = frame["question"].isin(single) & frame["value"].eq("yes")
    several = frame.assign(yes=ticked).groupby(["place", "question"])["yes"]
    check.fault(
        (ticked & several.transform("sum").gt(1)).to_numpy(dtype=bool),
        "a question with one answer is answered with several",
        'keep one, or make the type of the question "multiple" in the codebook',
        ["place", "question", "option"],
    )


def _ranks(check: Check) -> None:
    """Tell ranks of options answered no, and ranks given twice."""
    if not (check.has("rank") and check.has("value") and len(check.frame)):
        return
    ranked = check.frame["rank"].notna()
    check.fault(
        (ranked & check.frame["value"].eq("no")).to_numpy(),
        "an option is ranked but was answered no",
        "correct value or rank",
        ["place", "question", "option"],
    )
    keys = ["place", "question", "rank"]
    if set(keys) <= set(check.frame.columns):
        twice = check.frame.duplicated(keys, keep=False) & ranked
        rule = "a place gives one rank twice"
        check.fault(twice.to_numpy(), rule, "correct the ranks", keys)


def check_declared(
    source: object,
    *,
    places: pd.DataFrame | None = None,
    fields: Iterable[str] | None = None,
    columns: Mapping[str, str] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check declared clusters, one row a record.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``record``, ``place``, ``label``; optional ``fields``,
        ``identified_by``, ``initiated_by``, ``funded_by`` (lists, or text joined by
        ``;``), ``year_founded``, ``source``.
    places : DataFrame, optional
        As :func:`check_places` returns it; a record of an unknown place is a fault.
    fields : list of str, optional
        Known fields of the lexicon; another one is a fault.
    columns : mapping, optional
        Our name to the name in the source.
    **reading
        See :func:`read_table`.

    Returns
    -------
    DataFrame
        ``record``, ``place``, ``label``, ``fields``, ``year_founded``,
        ``identified_by``, ``initiated_by``, ``funded_by`` (lists; empty where nothing
        is said), ``source``, sorted by record. A record without a field is kept: its
        verdict is *not separable*.

    Raises
    ------
    TableError
        With every fault of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"record": ["D1"], "place": ["Z"], "label": ["Photonik"],
    ...         "fields": ["optics; photonics"]}
    >>> check_declared(pd.DataFrame(rows))["fields"].iloc[0]
    ['optics', 'photonics']
    """
    options = TableOptions.of(check_declared, locals())
    options = replace(options, known=_known_places(places))
    check = Check(_DECLARED.load(source, options))
    _DECLARED.check(check, options)
    _DECLARED.unique(check)
    for column in _LISTS:
        if check.has(column):
            check.frame[column] = [_listed(v) for v in check.frame[column]]
    if fields is not None and check.has("fields"):
        _known_fields(check, sorted({str(f) for f in fields}))
    nothing: dict[str, object] = {"year_founded": np.nan, "source": np.nan}
    nothing |= {column: [[] for _ in range(len(check.frame))] for column in _LISTS}
    return _DECLARED.finished(check, nothing)


# -- parts -------------------------------------------------------------------------


def _known_places(places: pd.DataFrame | None) -> dict[str, object]:
    return {"place": None if places is None else places["place"]}


def _listed(value: object) -> list[str]:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return []
    if isinstance(value, str):
        items: Sequence[object] = value.split(";")
    elif isinstance(value, Iterable):
        items = list(value)
    else:
        items = [value]
    return [text for item in items if (text := str(item).strip())]


def _known_fields(check: Check, known: list[str]) -> None:
    unknown = [
        [f for f in fields if f not in known] for fields in check.frame["fields"]
    ]
    bad = np.array([bool(u) for u in unknown], dtype=bool)
    if bad.any():
        first = next(u[0] for u in unknown if u)
        check.fault(
            bad,
            f"a field is not one of the {len(known)} in the lexicon",
            f"add it to the lexicon, or correct it.{nearest(first, known)}",
            pd.Series(["; ".join(u) for u in unknown], index=check.frame.index),
        )


#: Regions of a place, with the share of each that belongs to it.
Pairs = list[tuple[str, float]]


def _place_regions(check: Check, known: list[str] | None) -> None:
    """Make the regions of places lists of (code, share); tell what cannot be."""
    if not check.has("regions") or not len(check.frame):
        return
    original = check.frame["regions"]
    pairs = [_pairs(value) for value in original]
    have = None if known is None else set(known)
    rules: tuple[tuple[Callable[[Pairs], bool], str, str, Any], ...] = (
        (
            lambda listed: not listed,
            "a place lies in no region",
            'name its regions, e.g. "05111; 05112:0.4", or drop the place',
            "place" if check.has("place") else None,
        ),
        (
            lambda listed: any(not 0 < share <= 1 for _, share in listed),
            "the share of a region is not above 0 and at most 1",
            'write shares as "05112:0.4" (a part, not per cent, with a decimal point)',
            original,
        ),
        (
            lambda listed: len({code for code, _ in listed}) < len(listed),
            "a place names a region twice",
            "name it once",
            original,
        ),
        (
            lambda listed: have is not None and not {c for c, _ in listed} <= have,
            f"a place lies in a region that is not one of the {len(known or [])} known",
            "correct the code, or add the region to the regions table",
            original,
        ),
    )
    for is_wrong, rule, mend, shown in rules:
        wrong = np.array([is_wrong(listed) for listed in pairs], dtype=bool)
        check.fault(wrong, rule, mend, shown)
    check.frame["regions"] = pd.Series(
        [sorted(p) for p in pairs], index=check.frame.index, dtype=object
    )


def _pairs(value: object) -> Pairs:
    if isinstance(value, Mapping):
        return [(str(code).strip(), _share(share)) for code, share in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, str):
        pairs = []
        for item in value:
            if isinstance(item, str):
                pairs += _pairs(item)
            elif isinstance(item, Iterable) and len(pair := list(item)) == 2:
                pairs.append((str(pair[0]).strip(), _share(pair[1])))
            else:
                pairs.append((str(item).strip(), 1.0))
        return pairs
    found = []
    for item in _listed(value):
        match = _SHARE.match(item)
        if match:
            share = match["share"]
            found.append((match["code"], 1.0 if share is None else _share(share)))
    return found


def _share(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _in_codebook(check: Check, codebook: pd.DataFrame) -> None:
    known = {
        (str(q), str(o))
        for q, o in zip(codebook["question"], codebook["option"], strict=True)
    }
    asked = list(zip(check.frame["question"], check.frame["option"], strict=True))
    bad = np.array([pair not in known for pair in asked], dtype=bool)
    if bad.any():
        question, option = asked[int(np.flatnonzero(bad)[0])]
        options = sorted(o for q, o in known if q == question)
        hint = (
            f"options of {question} are {', '.join(options)}.{nearest(option, options)}"
            if options
            else f"there is no question {question}."
            f"{nearest(question, sorted({q for q, _ in known}))}"
        )
        keys = ["question", "option"]
        check.fault(bad, "an option is not in the codebook", hint, keys)
