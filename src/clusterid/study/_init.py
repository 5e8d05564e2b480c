"""The commented study file that ``clusterid init`` writes, made from the schema."""

from __future__ import annotations

import re
import shutil
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from clusterid._embedded import embedded_path
from clusterid.errors import StudyError, check_option
from clusterid.study._schema import StudyFile

__all__ = ["TEMPLATES", "commented_study", "init_study"]

#: Starting points of ``clusterid init``: none, or an embedded study.
TEMPLATES = ("empty", "germany", "germany_industries", "great_britain", "united_states")

_EMBEDDED = {
    "germany": "germany_occupations",
    "germany_industries": "germany_industries",
    "great_britain": "great_britain",
    "united_states": "united_states",
}

_WORDS = {
    "study": "What the study is.",
    "employment": "Counts by region and industry ... ",
    "plants": "... or plants instead; a study has one of the two.",
    "regions": "Shapes and attributes of the regions.",
    "supply": "Input-output tables. May stand several times.",
    "skills": "Moves between industries, or relatedness. May stand several times.",
    "research": "Participations in projects, links between places.",
    "templates": "Groups of industries given instead of detected.",
    "survey": "What places say of themselves, and the lexicon to read it with.",
    "method": "How it is computed.",
    "output": "What is written.",
}
_SUGGESTED = {
    ("employment", "path"): "data/employment.csv",
    ("regions", "path"): "data/regions.geojson",
}
_RELATIVE = re.compile(r'"(\.\./[^"]+)"')
_ACTIVE = {"study", "employment", "regions", "method", "output"}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    return str(value)


def _section_model(annotation: Any) -> type[BaseModel]:
    for candidate in (annotation, *typing.get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    raise TypeError(annotation)


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
    for name, info in StudyFile.model_fields.items():
        model = _section_model(info.annotation)
        repeated = typing.get_origin(info.annotation) is tuple
        header = f"[[{name}]]" if repeated else f"[{name}]"
        off = "" if name in _ACTIVE else "#"
        lines += ["", f"# {_WORDS[name]}", f"{off}{header}"]
        for option, field in model.model_fields.items():
            default = field.get_default(call_default_factory=True)
            suggested = _SUGGESTED.get((name, option))
            lines.append(f"# {field.description}")
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
        If a study file stands there already.
    """
    check_option("template", template, TEMPLATES)
    target = folder / "study.toml"
    if target.exists():
        raise StudyError(f"{target}: stands there already; choose another folder.")
    data = folder / "data"
    try:
        data.mkdir(parents=True, exist_ok=True)
        return _start(target, data, template)
    except OSError as error:
        raise StudyError(
            f"{folder}: cannot be written to ({error.strerror or error}); choose "
            "another folder."
        ) from error


def _start(target: Path, data: Path, template: str) -> list[Path]:
    """Write what a study needs, and the study file last."""
    if template == "empty":
        readme = data / "README.txt"
        readme.write_text(
            "employment.csv: columns region, industry, employment (persons; empty = "
            "withheld, 0 = none)\nregions.geojson: column region, polygons\n",
            encoding="utf-8",
        )
        target.write_text(commented_study(), encoding="utf-8")
        return [target, readme]
    source = embedded_path("studies", f"{_EMBEDDED[template]}.toml")
    text = source.read_text(encoding="utf-8")
    written = [target]
    for part in sorted(set(_RELATIVE.findall(text))):
        origin = (source.parent / part).resolve()
        copy = data / origin.name
        if origin.is_file():
            shutil.copyfile(origin, copy)
            text = text.replace(f'"{part}"', f'"data/{origin.name}"')
            written.append(copy)
    target.write_text(text, encoding="utf-8")
    return written
