"""How a study file is written for a test."""

from __future__ import annotations

from pathlib import Path


def _write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path
