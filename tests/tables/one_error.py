"""A bad input is one clear error: how every test of one checks it."""

from __future__ import annotations

import gzip
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import clusterid as cid
from clusterid.classifications import (
    read_classification,
    read_correspondence,
    read_fields,
)
from clusterid.errors import (
    ClusteridError,
    DataWarning,
)
from clusterid.tables import (
    check_answers,
    check_declared,
    check_places,
    read_table,
)

Case = tuple[Callable[[Path], Any], str]

#: What no message may show: classes and places of other libraries, addresses in memory.
FOREIGN = re.compile(
    r"Traceback|object at 0x|site-packages|"
    r"\b(pyogrio|pyarrow|openpyxl|numpy|pandas|shapely|pydantic|duckdb|zipfile)\.|"
    r"\b(?!TableType|Clusterid)[A-Z]\w*(Error|Exception)\b|BadZipFile|ArrowInvalid"
)


def told(error: ClusteridError) -> str:
    """Return the message after checking that it is ours alone, and says something."""
    text = str(error)
    assert not FOREIGN.search(text), text
    assert len(text) > 25, text
    assert len(text) < 4000, f"{len(text)} characters: {text[:200]}"
    return text


def run(name: str, cases: dict[str, Case], folder: Path) -> None:
    make, words = cases[name]
    before = sorted(p for p in folder.rglob("*"))
    with warnings.catch_warnings(), pytest.raises(ClusteridError) as error:
        warnings.simplefilter("ignore", DataWarning)  # the error says it, too
        make(folder)
    text = told(error.value)
    for word in words.split("|"):
        assert word.casefold() in text.casefold(), text
    made = sorted(p for p in folder.rglob("*"))
    assert [p for p in made if p not in before and not p.name.startswith("in")] == []


READERS: dict[str, Callable[..., Any]] = {
    "table": read_table,
    "employment": cid.read_employment,
    "regions": cid.read_regions,
    "plants": cid.read_plants,
    "flows": cid.read_flows,
    "links": cid.read_links,
    "collaborations": cid.read_collaborations,
    "places": check_places,
    "answers": check_answers,
    "declared": check_declared,
    "survey": cid.read_survey,
    "fields": read_fields,
    "classification": read_classification,
    "correspondence": read_correspondence,
    "economy": cid.economy,
    "plants to economy": cid.economy_from_plants,
    "contiguity": cid.contiguity,
}

ROWS = "region,industry,employment\n"


def _file(
    name: str, content: bytes | str, read: Callable[..., Any], **options: Any
) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        (folder / f"in{name}").write_bytes(raw)
        return read(folder / f"in{name}", **options)

    return make


def _gz(content: bytes) -> bytes:
    return gzip.compress(content, 1)
