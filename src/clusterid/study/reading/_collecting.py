"""Faults, notes and files of a study, collected while its parts are read."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from clusterid._disk._opening import path_fault
from clusterid.errors import (
    ClusteridError,
    ClusteridWarning,
    DataWarning,
    Fault,
    StudyError,
    TableError,
)
from clusterid.study._provenance import file_digest
from clusterid.study.reading._mends import in_words_of_a_study
from clusterid.study.reading._variables import expanded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Collected", "bracketed", "first_of", "noted", "numbered"]

T = TypeVar("T")


@dataclass(slots=True)
class Collected:
    """Collects faults, notes and the files read.

    Every fault is kept twice: as the text of a section, and one by one as data. Notes
    on plants are ``private``: what they say does not leave the house that owns them.
    """

    root: Path
    sentences: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)

    def fault(self, section: str, rule: str, mend: str, *, shown: str = "") -> None:
        """Add a fault of a section as a whole; ``shown`` is how it stands in words."""
        self.sentences.append(f"[{section}] {shown or f'{rule}; {mend}.'}")
        self.faults.append(Fault(rule, mend, where=_where(section)))

    def path(self, section: str, text: str | None) -> Path | None:
        """Resolve a path of the study file; tell when there is no such file."""
        if text is None:
            return None
        found = self.root / expanded(text)
        name = _name_of(text)
        self.opened[str(found)] = name
        fault = path_fault(found, shown=name, folder=True)
        if fault is not None:
            if fault.rule.startswith("there is no file"):
                hint = fault.mend.removeprefix("check the path").removeprefix(".")
                self.fault(
                    section, fault.rule, fault.mend,
                    shown=f"{name}: there is no such file.{hint}"
                    + (" There is no such folder." if "folder" in fault.rule else ""),
                )  # fmt: skip
            else:
                self.fault(section, fault.rule, fault.mend)
            return None
        if not found.is_dir():
            self.files[name] = found
            return found
        parts = sorted(part for part in found.iterdir() if path_fault(part) is None)
        for part in parts:
            self.files[f"{name}/{part.name}"] = part
            self.opened[str(part)] = f"{name}/{part.name}"
        return found

    def paths(self, section: str, texts: tuple[str, ...]) -> list[Path]:
        """Resolve several paths; an empty list means that something is missing."""
        if not texts:
            self.fault(
                section, "names no file", "set path or paths",
                shown="names no file; set path or paths.",
            )  # fmt: skip
            return []
        found = [self.path(section, text) for text in texts]
        return [p for p in found if p is not None] if None not in found else []

    @contextmanager
    def of_plants(self, are_plants: bool) -> Iterator[set[str]]:
        """Take notes as private and files as confidential, while plants are read."""
        n_notes, known = len(self.notes), set(self.files)
        confidential: set[str] = set()
        yield confidential
        if are_plants:
            self.private += self.notes[n_notes:]
            del self.notes[n_notes:]
            confidential |= set(self.files) - known

    def raise_if_any(self) -> None:
        """Raise one StudyError with all faults, if there are any."""
        if self.sentences:
            raise StudyError(f"the study has {numbered(self.sentences)}", self.faults)

    def sections(self, name: str, given: Sequence[T]) -> Iterator[tuple[str, T]]:
        """Yield repeated sections with what they are called: ``supply 2``."""
        for number, section in enumerate(given, start=1):
            yield (name if len(given) == 1 else f"{name} {number}"), section

    def attempt(self, section: str, read: Callable[[], T]) -> T | None:
        """Read one part; keep its faults and its warnings for the end."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ClusteridWarning)
            try:
                return read()
            except ClusteridError as error:
                error = in_words_of_a_study(section, error)
                self.sentences.append(f"[{section}] {self.named(str(error))}")
                self.faults += self._single(section, error)
                return None
            finally:
                self.notes += [
                    self.named(str(w.message))
                    for w in caught
                    if issubclass(w.category, ClusteridWarning)
                ]

    def _single(self, section: str, error: ClusteridError) -> list[Fault]:
        where = _where(section)
        if isinstance(error, TableError):
            where = f"{where} {self.named(error.table)}"
        return [
            replace(
                fault,
                rule=self.named(fault.rule),
                mend=self.named(fault.mend),
                where=f"{where}: {fault.where}" if fault.where else where,
            )
            for fault in error.faults
        ] or [Fault(self.named(str(error)), "", where=where)]

    def named(self, text: str) -> str:
        """Return a text with the names of the study file for places of this machine."""
        for place in sorted(self.opened, key=len, reverse=True):
            text = text.replace(place, self.opened[place])
        root = str(self.root)
        return text.replace(f"{root}{os.sep}", "") if root not in {"", "."} else text

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every file by its name; tell what cannot be read."""
        found = {}
        for name, path in sorted(self.files.items()):
            try:
                found[name] = file_digest(path)
            except OSError as error:
                rule = f"{name} cannot be read ({error.strerror})"
                self.fault("study", rule, "change its mode, or copy it")
        return found


def noted(text: str) -> None:
    """Warn of what changes the meaning of the numbers; it becomes a note."""
    warnings.warn(DataWarning(text), stacklevel=3)


def bracketed(name: str) -> str:
    """Return the name of a section as a study file writes it: ``[[supply]]``."""
    return f"[[{name}]]" if name in {"supply", "skills", "research"} else f"[{name}]"


def numbered(texts: Sequence[str]) -> str:
    """Return faults as a list that begins with how many there are."""
    noun = "fault" if len(texts) == 1 else "faults"
    lines = [f"{i}. {text}" for i, text in enumerate(texts, start=1)]
    return "\n".join([f"{len(texts)} {noun}", *lines])


def first_of(codes: Sequence[object] | pd.Index, most: int = 5) -> str:
    """Return the first of some codes as a message shows them."""
    tail = ", ..." if len(codes) > most else ""
    return ", ".join(map(str, codes[:most])) + tail


def _where(section: str) -> str:
    """Return a section as a study file writes it: ``[[supply]] 2``."""
    name, _, number = section.partition(" ")
    return f"{bracketed(name)} {number}".strip()


def _name_of(text: str) -> str:
    """Return what a path is called: as the study file writes it, if not absolute."""
    return Path(text).name if Path(text).is_absolute() else text
