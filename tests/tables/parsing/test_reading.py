"""Lines and separators of text files."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterid.tables import (
    read_table,
)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path, separator):
    lines = [["region", "industry", "employment"], ["01", '"a, b; c"', "3"]]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(separator.join(x) for x in lines), encoding="utf-8-sig")
    assert read_table(path)["industry"].tolist() == ["a, b; c"]
    assert read_table(path).columns[0] == "region"


def test_separators_of_unicode_end_no_line(tmp_path: Path) -> None:
    names = ["a\u2028b\u2029c", "d\x0be\x0cf", "g\x1ch\x1di\x1ej", "k\x85l", "m\nn"]
    rows = [f'R{i},A,5,"{name}"' for i, name in enumerate(names)]
    for end in ("\n", "\r\n", "\r"):
        path = tmp_path / "t.csv"
        text = end.join(["region,industry,employment,name", *rows]) + end
        path.write_bytes(text.encode())
        assert read_table(path)["name"].tolist() == names
