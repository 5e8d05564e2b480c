"""The table of published rules as a page shows it: ``python -m`` this writes it."""

from __future__ import annotations

from pathlib import Path

from clusterid.clusters import presets

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clusters" / "presets.md"
BEGIN = "<!-- begin presets: python -m tests.clusters.presets_page -->"
END = "<!-- end -->"


def table() -> str:
    """Return all rules as a table of Markdown."""
    lines = [
        "| name | rule | version | source | beware |",
        "|---|---|---|---|---|",
    ]
    for name, row in presets().iterrows():
        index = " (*index*)" if row["is_index"] else ""
        cells = (row["rule"], row["version"], row["citation"], row["warning"])
        shown = " | ".join(str(cell).replace("|", "\\|") for cell in cells)
        lines.append(f"| `{name}`{index} | {shown} |")
    return "\n".join(lines)


def page(text: str) -> str:
    """Return the page with its table made anew."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
