"""A study file read, and every fault of it reported at once."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from clusterid._disk._opening import path_fault, sentence
from clusterid._typed import fault_of_type
from clusterid.errors import Fault, StudyError, nearest
from clusterid.study.reading._collecting import bracketed, numbered
from clusterid.study.reading._schema import StudyFile, is_repeated, section_model
from clusterid.study.reading._variables import unset_variables

__all__ = ["read_study_file"]

_LARGEST = 16 << 20
#: What no text of a study file may hold: no path has it, and no page can show it.
#: Other signs, however odd, are text.
_CONTROL = re.compile("\x00")
#: Keys and numbers of tables that lead to a value.
_Location = tuple[int | str, ...]


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study file.

    Environment variables stay as the file writes them, so that nothing that comes out
    of a study names a place of this machine; :func:`expanded` opens them.

    Raises
    ------
    StudyError
        With every fault of the file: unreadable, not TOML, unknown keys (the nearest
        known one is named), values out of range, environment variables not set.
    """
    if "\x00" not in str(path) and path_fault(path, folder=True) is None:
        path = path / "study.toml" if path.is_dir() else path
    content = _content(path)
    found = [*_of_unset_variables(content), *_of_wrong_types(content)]
    try:
        study = StudyFile.model_validate(content)
    except ValidationError as error:
        # a section that was taken out is not missing, too
        taken_out = bool(found)
        found += [
            each
            for each in _explained(error)
            if not (taken_out and "exactly one of" in each[0])
        ]
    else:
        if not found:
            return study
    listed = numbered([text for text, _ in found])
    raise StudyError(f"{path}: {listed}", [fault for _, fault in found])


#: A fault as a sentence with its place in front, and as data.
_Found = tuple[str, Fault]


def _of_unset_variables(content: dict[str, Any]) -> Iterator[_Found]:
    for name in sorted(unset_variables(content)):
        fault = Fault(
            f"environment variable {name} is not set",
            "set it to the folder of the data",
        )
        yield f"{fault.rule}; {fault.mend}.", fault


def _of_wrong_types(content: dict[str, Any]) -> Iterator[_Found]:
    for location, rule in _wrong_types(content, StudyFile):
        fault = Fault(rule, "correct it", where=_where(location))
        yield f"{_dotted(location)}: {rule}.", fault


def _dotted(location: _Location) -> str:
    return ".".join(str(p + 1) if isinstance(p, int) else p for p in location)


def _wrong_types(
    content: dict[str, Any], model: type[BaseModel]
) -> list[tuple[_Location, str]]:
    """Return (location, rule) of values that are not of the type of their key.

    They are taken out of ``content``, so that the rest can be checked further.
    """
    found: list[tuple[_Location, str]] = []
    for key in [key for key in content if key in model.model_fields]:
        annotation, value = model.model_fields[key].annotation, content[key]
        inner, several = section_model(annotation), is_repeated(annotation)
        if inner is None:
            rule = _no_value(value, annotation)
        else:
            rule = _no_section(key, value, several)
        if rule:
            found.append(((key,), rule))
            del content[key]
        elif inner is not None:
            for number, part in enumerate(value if several else [value]):
                here = (key, number) if several else (key,)
                below = _wrong_types(part, inner)
                found += [((*here, *place), rule) for place, rule in below]
    return found


def _no_value(value: object, annotation: object) -> str:
    """Return what is wrong with the value of an option; empty if nothing is."""
    if rule := fault_of_type(value, annotation) or _unusable(value):
        return rule
    is_infinite = isinstance(value, float) and math.isinf(value)
    return "is not a finite number (inf)" if is_infinite else ""


def _no_section(key: str, value: object, several: bool) -> str:
    """Return what is wrong with a section that is no table; empty if nothing is."""
    parts = value if several else [value]
    if isinstance(parts, list) and all(isinstance(part, dict) for part in parts):
        return ""
    shown = f"[[{key}]]" if several else f"[{key}]"
    return f"must be a table: {shown} stands above its lines"


def _unusable(value: object) -> str:
    """Return what is wrong with a value of the right type; empty if nothing is."""
    if isinstance(value, str) and _CONTROL.search(value):
        return "holds a control character (NUL), which no name or path has"
    if isinstance(value, float) and math.isnan(value):
        return "is not a number (nan)"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "is a whole number beyond 64 bits"
    items: list[object] = value if isinstance(value, list) else []
    if isinstance(value, dict):
        items = [*value, *value.values()]
    return next((rule for item in items if (rule := _unusable(item))), "")


def _where(location: _Location) -> str:
    """Return the place of a value as a study file writes it: ``[method] preset``."""
    parts = [str(p + 1) if isinstance(p, int) else str(p) for p in location]
    if not parts:
        return "study file"
    return " ".join([bracketed(parts[0]), *parts[1:]])


def _known_keys(location: _Location) -> list[str]:
    """Return the keys allowed where ``location`` (of an unknown key) points to."""
    model: type[BaseModel] = StudyFile
    for part in location[:-1]:
        if isinstance(part, str):
            model = section_model(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _explained(error: ValidationError) -> list[_Found]:
    found: list[_Found] = []
    for fault in error.errors():
        location = tuple(
            p for p in fault["loc"] if not str(p).startswith(("float", "literal["))
        )
        where, dotted = _where(location), _dotted(location)
        if fault["type"] == "extra_forbidden":
            known = _known_keys(location)
            rule = f"unknown key.{nearest(str(location[-1]), known)}"
            mend = f"Known here: {', '.join(known)}"
            found.append((f"{dotted}: {rule} {mend}.", Fault(rule, mend, where=where)))
        else:
            given = fault.get("input")
            shown = "" if isinstance(given, (dict, type(None))) else f" (got {given!r})"
            rule = fault["msg"].removeprefix("Value error, ") + shown
            text = f"{dotted or 'study file'}: {rule}."
            found.append((text, Fault(rule, "correct it", where=where)))
    return list(dict(found).items())


def _content(path: Path) -> dict[str, Any]:
    """Return what stands in a study file, before anything of it is checked."""
    fault = path_fault(path)
    if fault is not None and fault.rule.startswith("there is no file"):
        raise StudyError(
            f"{path}: there is no such file. `clusterid init DIR` writes one.",
            [fault],
        )
    if fault is not None:
        raise StudyError(sentence(fault), [fault])
    try:
        if path.stat().st_size > _LARGEST:
            raise StudyError(
                f"{path}: larger than {_LARGEST >> 20} MiB; this is no study "
                "file. Name the study file; it names the tables."
            )
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8."
        ) from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not valid TOML: {error}.") from None
    except RecursionError:
        raise StudyError(
            f"{path}: not valid TOML: lists or tables stand too deeply in each other."
        ) from None
    except (ValueError, OverflowError):
        raise StudyError(
            f"{path}: not valid TOML: a number has more digits than any number needs, "
            "or a date is none."
        ) from None
