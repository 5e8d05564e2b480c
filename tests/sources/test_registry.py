"""A named reader checks its file and its options, and knows its kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.tables.one_error import ROWS, told

from clusterid.errors import (
    ClusteridError,
    OptionError,
)
from clusterid.sources import READERS, reader


@pytest.mark.parametrize(
    "named",
    [
        "bres", "cbp", "erwerbstaetige", "svb_wz08", "ba_occupations", "genesis",
        "siot", "uk_io", "bea", "wiod", "cordis_fp7", "cordis_h2020", "skill_links",
        "us_benchmark", "us_declared",
    ],
)  # fmt: skip
def test_a_named_reader_says_that_a_file_is_not_its(named: str, tmp_path: Path) -> None:
    for name, content in (
        ("a.csv", b"a,b\n1,2\n"), ("b.csv", b"\xff\xfe\x00"),
        ("c.parquet", b"PAR1PAR1"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ClusteridError) as error:
            READERS[named](tmp_path / name)
        told(error.value)


NAMED_OPTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    f"{option} of {named}": (named, kind, {option: value})
    for named, kind, option, value in (
        ("genesis", "employment", "years", "2020"),
        ("genesis", "employment", "years", ["2020"]),
        ("genesis", "employment", "territory", [1]),
        ("genesis", "employment", "encoding", 5),
        ("genesis", "employment", "year", 2020),
        ("cbp", "employment", "years", 5),
        ("bres", "employment", "level", [1]),
        ("ba_occupations", "employment", "withheld_range", "1"),
        ("table", "employment", "exclude", "10"),
        ("table", "employment", "decimals", ","),
        ("table", "employment", "columns", ["a"]),
        ("table", "employment", "simulated", "no"),
        ("wiod", "flows", "year", "x"),
        ("skill_links", "links", "industries", 5),
        ("cordis_h2020", "collaborations", "years", "2020"),
    )
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED_OPTIONS)
def test_an_option_of_a_named_reader_is_told(name: str, tmp_path: Path) -> None:
    named, kind, options = NAMED_OPTIONS[name]
    (tmp_path / "a.csv").write_text(ROWS + "R1,A,5\n")
    with pytest.raises(OptionError) as error:
        reader(named, kind)(tmp_path / "a.csv", **options)  # type: ignore[arg-type]
    (option,) = options
    assert option in told(error.value)


def test_readers_are_told_apart_by_kind() -> None:
    assert reader("table", "flows").kind == "flows"
    with pytest.raises(OptionError, match="gives flows, not employment"):
        reader("wiod", "employment")
    with pytest.raises(OptionError, match="Did you mean 'genesis'"):
        reader("genesiss", "employment")
