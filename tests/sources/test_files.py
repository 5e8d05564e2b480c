"""What readers ask of a file, they ask in one place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid.errors import SourceError
from clusterid.sources._files import named_files, of_years, one_file, opened

CELLS = pd.DataFrame({"year": [2019, 2020, 2020, 2022], "value": [1, 2, 3, 4]})


@pytest.mark.parametrize(
    ("years", "kept"), [(None, 4), ([], 4), ([2020], 2), ((2019, 2022), 2)]
)
def test_years_named_are_kept_and_no_year_keeps_all(
    years: list[int] | None, kept: int
) -> None:
    assert len(of_years(CELLS, years, "cells.csv:")) == kept


def test_a_year_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(SourceError, match=r"^a: no year 2018, 2021; it has 2019 to 20"):
        of_years(CELLS, [2021, 2020, 2018], "a:")
    with pytest.raises(SourceError, match=r"^T has no year 1; it has 2019, 2020, 2022"):
        of_years(CELLS, [1], "T has", listed=True)
    with pytest.raises(SourceError, match=r"it has none\.$"):
        of_years(CELLS.iloc[:0], [2020], "a:")


def test_one_file_is_one_file(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x\n1\n")
    assert one_file(tmp_path / "a.csv").name == "a.csv"
    with pytest.raises(SourceError, match=r"One file is read, 2 were named"):
        one_file(tmp_path)


def test_a_table_is_opened_with_its_columns_and_keys(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("code,value\n1,2\n1,3\n")
    assert len(opened(file, ["code", "value"])) == 2
    with pytest.raises(SourceError, match=r"columns size are missing"):
        opened(file, ["code", "size"])
    with pytest.raises(SourceError, match=r"2 rows stand more than once in code"):
        opened(file, ["code"], keys=["code"])


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("x\n1\n")
    with pytest.raises(SourceError, match=r"cell\.csv\. Did you mean 'cells\.csv'\?$"):
        named_files(tmp_path / "cell.csv")
