"""Columns of the counts that a study does not use, so that nobody misses them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from clusterid.errors import ClusteridError
from clusterid.study.reading._schema import StudyFile
from clusterid.study.reading._variables import expanded

__all__ = ["unused_columns"]

#: What a table of counts is read for.
_READ = frozenset({
    "region", "industry", "year", "employment", "establishments", "lower", "upper",
    "flag", "concept", "classification",
})  # fmt: skip
#: Endings of files whose header is their first line.
_PLAIN = (".csv", ".csv.gz", ".tsv", ".parquet")
_SHOWN = 6
#: Parts of names of columns that count plants.
_PLANTS = ("estab", "plant", "betrieb", "local_unit", "firms", "enterprise", "units")


def unused_columns(config: StudyFile, root: Path) -> list[str]:
    """Return a note on each file of counts that has columns nobody reads."""
    section = config.employment
    if section is None or section.source not in ("table", "csv"):
        return []
    if section.written.get("layout") in ("wide", "matrix", "years"):
        return []
    from clusterid.sources import header_of

    used = {*section.columns.values(), *section.filter}
    used |= _READ - set(section.columns)
    notes = []
    for name in section.files:
        path = root / expanded(name)
        have: list[str] = []
        if path.name.endswith(_PLAIN) and not section.written.get("skip_rows"):
            with suppress(ClusteridError):
                have = header_of(path, separator=section.written.get("separator"))
        if len(have) < 2 or not {*section.columns.values()} <= set(have):
            continue
        left = [column for column in have if column not in used]
        plants = [c for c in left if any(part in c.casefold() for part in _PLANTS)]
        if left:
            more = ", ..." if len(left) > _SHOWN else ""
            note = f"{path.name}: columns not used: {', '.join(left[:_SHOWN])}{more}"
            if plants and "establishments" not in {*have, *section.columns}:
                note += (
                    f"; {plants[0]} may count plants: name it, columns = "
                    f'{{ establishments = "{plants[0]}" }}'
                )
            notes.append(f"{note}.")
    return notes
