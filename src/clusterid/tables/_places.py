"""Tables of the survey: places asked, their answers, the clusters they declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from clusterid._typed import check_types
from clusterid.tables._checking import Check, known_codes
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import Reading, load

__all__ = ["check_answers", "check_declared", "check_places"]

_YES_NO = {
    "yes": "yes", "ja": "yes", "true": "yes", "1": "yes", "1.0": "yes", "x": "yes",
    "no": "no", "nein": "no", "false": "no", "0": "no", "0.0": "no",
    "missing": "NA", "k.a.": "NA", "keine angabe": "NA", "no answer": "NA",
}  # fmt: skip
_SHARE = re.compile(r"^(?P<code>[^:]+?)\s*(?::\s*(?P<share>.*))?$")


def check_places(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    regions: Any = None,
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
    check_types(check_places, locals())
    raw = load(source, columns=columns, name="places", **reading)
    check = Check(raw)
    numerals = Numerals(decimal, thousands)
    check.columns(
        ["place", "regions"],
        ["name", "population", "asked", "answered", "stratum", "exhaustive"],
    )
    check.codes("place", pad=0)
    check.numbers("population", numerals, positive=True, counts=True)
    for column in ("asked", "answered", "exhaustive"):
        _yes_no(check, column)
    for column in ("name", "stratum"):
        check.codes(column, null=True, pad=0)
    _place_regions(check, known_codes(regions))
    check.unique(["place"], "one row a place: join its regions with ';'")
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
    source: Any,
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
    check_types(check_answers, locals())
    raw = load(source, columns=columns, name="answers", **reading)
    check = Check(raw)
    check.columns(["place", "question", "option", "value"], ["rank"])
    known = None if places is None else known_codes(places["place"])
    check.codes("place", pad=0, known=known, known_as="places")
    check.codes("question", pad=0)
    check.codes("option", pad=0)
    _yes_no(check, "value")
    check.numbers("rank", Numerals(), minimum=1, maximum=ranks, whole=True)
    check.unique(["place", "question", "option"], "keep one row")
    if codebook is not None and not check.faults:
        _in_codebook(check, codebook)
    if places is not None and "answered" in places.columns and check.has("place"):
        silent = set(places.loc[~places["answered"].astype(bool), "place"])
        check.fault(
            check.frame["place"].isin(silent).to_numpy(),
            "a place has answers but did not answer",
            "correct answered in the table of places",
            "place",
        )
    if check.has("rank") and check.has("value") and len(check.frame):
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
            check.fault(
                twice.to_numpy(),
                "a place gives one rank twice",
                "correct the ranks",
                keys,
            )
    check.done()
    frame = check.frame
    if "rank" not in frame.columns:
        frame["rank"] = np.nan
    order = ["place", "question", "option", "value", "rank"]
    return frame[order].sort_values(order[:3], kind="stable", ignore_index=True)


def check_declared(
    source: Any,
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
        verdict is unverifiable.

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
    check_types(check_declared, locals())
    raw = load(source, columns=columns, name="declared clusters", **reading)
    check = Check(raw)
    lists = ["fields", "identified_by", "initiated_by", "funded_by"]
    check.columns(["record", "place", "label"], [*lists, "year_founded", "source"])
    check.codes("record", pad=0)
    known = None if places is None else known_codes(places["place"])
    check.codes("place", pad=0, known=known, known_as="places")
    check.codes("label", pad=0)
    check.codes("source", null=True, pad=0)
    check.numbers("year_founded", Numerals(), minimum=1800, maximum=2100, whole=True)
    check.unique(["record"], "give every record its own key")
    for column in lists:
        if check.has(column):
            check.frame[column] = [_listed(v) for v in check.frame[column]]
    if fields is not None and check.has("fields"):
        _known_fields(check, sorted({str(f) for f in fields}))
    check.done()
    frame = check.frame
    for column in lists:
        if column not in frame.columns:
            frame[column] = [[] for _ in range(len(frame))]
    for column in ("year_founded", "source"):
        if column not in frame.columns:
            frame[column] = np.nan
    order = ["record", "place", "label", "fields", "year_founded", *lists[1:], "source"]
    return frame[order].sort_values("record", kind="stable", ignore_index=True)


# -- parts -------------------------------------------------------------------------


def _yes_no(check: Check, column: str) -> None:
    check.words(
        column,
        ["yes", "no"],
        translation=_YES_NO,
        mend="use yes, no, or leave it empty",
    )


def _listed(value: Any) -> list[str]:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return []
    if isinstance(value, str):
        items: Sequence[Any] = value.split(";")
    elif isinstance(value, Iterable):
        items = list(value)
    else:
        items = [value]
    return [text for item in items if (text := str(item).strip())]


def _known_fields(check: Check, known: list[str]) -> None:
    from clusterid.errors import nearest

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


def _place_regions(check: Check, known: list[str] | None) -> None:
    if not check.has("regions") or not len(check.frame):
        return
    original = check.frame["regions"]
    pairs = [_pairs(value) for value in original]
    n = len(pairs)
    problems: dict[str, NDArrayBool] = {
        key: np.zeros(n, dtype=bool) for key in ("none", "share", "unknown", "twice")
    }
    have = None if known is None else set(known)
    for i, listed in enumerate(pairs):
        codes = [code for code, _ in listed]
        problems["none"][i] = not listed
        problems["share"][i] = any(not 0 < share <= 1 for _, share in listed)
        problems["twice"][i] = len(set(codes)) < len(codes)
        problems["unknown"][i] = have is not None and not set(codes) <= have
    check.fault(
        problems["none"],
        "a place lies in no region",
        'name its regions, e.g. "05111; 05112:0.4", or drop the place',
        "place" if check.has("place") else None,
    )
    check.fault(
        problems["share"],
        "the share of a region is not above 0 and at most 1",
        'write shares as "05112:0.4" (a part, not per cent, with a decimal point)',
        original,
    )
    check.fault(
        problems["twice"], "a place names a region twice", "name it once", original
    )
    check.fault(
        problems["unknown"],
        f"a place lies in a region that is not one of the {len(known or [])} known",
        "correct the code, or add the region to the regions table",
        original,
    )
    check.frame["regions"] = pd.Series(
        [sorted(p) for p in pairs], index=check.frame.index, dtype=object
    )


NDArrayBool = np.ndarray[Any, np.dtype[np.bool_]]


def _pairs(value: Any) -> list[tuple[str, float]]:
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
    from clusterid.errors import nearest

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
        check.fault(
            bad,
            "an option is not in the codebook",
            hint,
            ["question", "option"],
        )
