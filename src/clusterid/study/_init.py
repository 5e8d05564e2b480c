"""The commented study file that ``clusterid init`` writes, made from the schema."""

from __future__ import annotations

import os
import re
import tomllib
from contextlib import suppress
from pathlib import Path

from clusterid._disk._embedded import embedded_path
from clusterid._disk._writing import whole_file, write_failures
from clusterid.errors import StudyError, check_option
from clusterid.study.reading._schema import (
    OPTIONS,
    StudyFile,
    is_repeated,
    section_model,
)

__all__ = ["TEMPLATES", "commented_study", "init_study"]

_EMBEDDED = {
    "germany": "germany_occupations",
    "germany_industries": "germany_industries",
    "great_britain": "great_britain",
    "united_states": "united_states",
    "us_metros": "us_metros",
    "europe": "europe",
}
#: Starting points of ``clusterid init``: none, or an embedded study.
TEMPLATES = ("empty", *_EMBEDDED)

_SUGGESTED = {
    ("employment", "path"): "data/employment.csv",
    ("regions", "path"): "data/regions.geojson",
}
_RELATIVE = re.compile(r'"(\.\./[^"]+)"')
_ACTIVE = {"study", "employment", "regions", "method", "output"}


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    return str(value)


def commented_study() -> str:
    """Return a study file with every option, its default and one line why.

    Examples
    --------
    >>> print(commented_study().splitlines()[0])
    # A study file of clusterid. Paths are relative to this file; environment
    """
    lines = [
        "# A study file of clusterid. Paths are relative to this file; environment",
        "# variables are written ${LIKE_THIS}. Lines that begin with '#' and no space",
        "# are switched off and show the default. To check: clusterid check study.toml",
    ]
    words = tomllib.loads(OPTIONS.read_text("utf-8"))
    for name, info in StudyFile.model_fields.items():
        model = section_model(info.annotation)
        header = f"[[{name}]]" if is_repeated(info.annotation) else f"[{name}]"
        off = "" if name in _ACTIVE else "#"
        lines += ["", f"# {words[name]['section']}", f"{off}{header}"]
        why = {**words["supply"], **words["files"], **words[name]}
        for option, field in (model.model_fields if model else {}).items():
            default = field.get_default(call_default_factory=True)
            suggested = _SUGGESTED.get((name, option))
            lines.append(f"# {why[option]}")
            if suggested is not None:
                lines.append(f"{option} = {_toml(suggested)}")
            else:
                empty = default is None or default in ((), {})
                shown = '""' if default is None else _toml(default)
                lines.append(f"{'#' if empty or off else ''}{option} = {shown}")
    return "\n".join(lines) + "\n"


def init_study(folder: Path, template: str = "empty") -> list[Path]:
    """Write a study file and a data folder to fill; return what was written.

    Raises
    ------
    OptionError
        If the template is not known.
    StudyError
        If one of the files stands there already, or they cannot be written.
    """
    check_option("template", template, TEMPLATES)
    files = _files(template)
    there = [name for name in files if os.path.lexists(folder / name)]
    if there:
        raise StudyError(
            f"{folder / there[0]}: stands there already; choose another folder."
        )
    written: list[Path] = []
    made = [p for p in (folder / "data", folder, *folder.parents) if not p.exists()]
    try:
        with write_failures(str(folder), StudyError):
            (folder / "data").mkdir(parents=True, exist_ok=True)
        for name, content in reversed(files.items()):  # the study file last
            with whole_file(folder / name) as part:
                part.write_bytes(content)
            written.insert(0, folder / name)
    except BaseException:
        for path in written:
            path.unlink()
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise
    return written


def _files(template: str) -> dict[str, bytes]:
    """Return what a study starts with: name in its folder and content."""
    if template == "empty":
        readme = (
            "employment.csv: columns region, industry, employment (persons; empty = "
            "withheld, 0 = none)\nregions.geojson: column region, polygons\n"
        )
        return {
            "study.toml": commented_study().encode(),
            "data/README.txt": readme.encode(),
        }
    source = embedded_path("studies", f"{_EMBEDDED[template]}.toml")
    text = source.read_text(encoding="utf-8")
    copies = {}
    for part in sorted(set(_RELATIVE.findall(text))):
        origin = (source.parent / part).resolve()
        if origin.is_file():
            text = text.replace(f'"{part}"', f'"data/{origin.name}"')
            copies[f"data/{origin.name}"] = origin.read_bytes()
    return {"study.toml": text.encode(), **copies}
