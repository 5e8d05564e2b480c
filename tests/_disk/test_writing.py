"""A file is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterid._disk._whole_folder import whole_folder
from clusterid._disk._writing import whole_file
from clusterid.errors import SourceError


def test_a_failure_half_way_leaves_the_earlier_file_and_folder(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("earlier", "utf-8")
    with pytest.raises(ZeroDivisionError), whole_file(target) as part:
        part.write_text("half", "utf-8")
        _ = 1 / 0
    assert target.read_text("utf-8") == "earlier"
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "kept.txt").write_text("earlier", "utf-8")
    with pytest.raises(ZeroDivisionError), whole_folder(folder) as partial:
        (partial / "new.txt").write_text("half", "utf-8")
        _ = 1 / 0
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.txt", "kept.txt", "out"]
    with pytest.raises(SourceError, match="is a folder"), whole_file(folder):
        pass
