"""Folders of results, written whole or not at all; nothing of the user's is touched.

A result is written into a folder beside its target (``.NAME.clusterid.*.partial``).
When it is complete it is renamed to ``.NAME.clusterid.commit``: from there on it is
carried into the target to its end, by this process or, after a kill, by the next call
that meets it.
``manifest.json`` says which files a result made, with their SHA-256. Only those are
replaced or removed; what the user added stays, what the user changed is kept under
another name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from clusterid._disk._writing import write_failures
from clusterid.errors import FileWarning, OptionError, StudyError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such locks; see the docs
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "MANIFEST", "Claim", "carrying", "changed_files", "claim_folder", "finish",
    "new_folder", "reading", "whole_folder",
]  # fmt: skip

MANIFEST = "manifest.json"
_FORMAT = 1
_EARLIER = ".earlier.json"


@dataclass(frozen=True, slots=True)
class Claim:
    """A folder that results may be written to, and the result that stood there.

    Parameters
    ----------
    folder : Path
        The folder, links followed.
    manifest : str
        The manifest met when the folder was claimed; empty for none.
    """

    folder: Path
    manifest: str = ""


#: Set while files are carried into place, for those who handle signals.
_carrying: list[Path] = []


def carrying() -> bool:
    """Return whether a complete result is being carried into place just now."""
    return bool(_carrying)


def claim_folder(folder: str | os.PathLike[str], *, look_only: bool = False) -> Claim:
    """Say that results will be written to ``folder``; finish what a kill left undone.

    With ``look_only`` nothing is finished: the folder is left as it is.

    Raises
    ------
    StudyError
        If it is a file or cannot be written to, or if it holds files, but no whole
        result of clusterid.

    Examples
    --------
    >>> claim_folder("/dev/null")
    Traceback (most recent call last):
    clusterid.errors.StudyError: /dev/null: is no folder; name a folder for the \
results.
    """
    target = _writable(folder, look_only=look_only)
    if not target.is_dir():
        return Claim(target)
    text = _manifest_text(target)
    if not text and any(target.iterdir()):
        raise StudyError(
            f"{folder}: holds other files than a result of clusterid (there is no "
            f"{MANIFEST}); name another folder with -o, or empty this one."
        )
    if text:
        _files_of(text, target)
    return Claim(target, text)


def _writable(folder: str | os.PathLike[str], *, look_only: bool = False) -> Path:
    """Return the folder, links followed, with nothing left undone beside it."""
    target = _real(folder)
    if target == target.parent:
        raise StudyError(f"{folder}: is no folder for results; name another with -o.")
    if os.path.lexists(target) and not target.is_dir():
        raise StudyError(f"{folder}: is no folder; name a folder for the results.")
    if not target.exists():
        parent = target.parent
        while not os.path.lexists(parent):
            parent = parent.parent
        if not parent.is_dir():
            raise StudyError(f"{parent}: is no folder; name another folder with -o.")
        if not os.access(parent, os.W_OK):
            raise StudyError(
                f"{parent}: cannot be written to; name another folder with -o."
            )
    if not look_only:
        finish(target)
    if target.is_dir() and not os.access(target, os.W_OK):
        raise StudyError(
            f"{folder}: cannot be written to; name another folder with -o."
        )
    return target


def finish(folder: str | os.PathLike[str]) -> None:
    """Carry a complete result into place that a killed run could not carry.

    Raises
    ------
    StudyError
        If it cannot be written.
    """
    target = _real(folder)
    if target == target.parent:
        return
    with write_failures(str(folder), StudyError):
        earlier = target.with_name(f".{target.name}.earlier")
        if earlier.is_dir() and not target.exists():
            earlier.rename(target)  # left by version 0.1.0 between two renames
        for base, stem in _places(target):
            commit = base / f"{stem}.commit"
            if (commit / _EARLIER).is_file():
                with _held(base):
                    if (commit / _EARLIER).is_file():  # else a live run has done it
                        _carry(commit, target)


@contextmanager
def reading(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder of results that no run changes meanwhile, links followed.

    Raises
    ------
    StudyError
        If a complete result waits to be carried into place, and cannot be.
    """
    target = _real(folder)
    finish(target)
    with _held(_places(target)[0][0], alone=False):
        yield target


def changed_files(folder: Path, part: str) -> list[str]:
    """Return files of a part of a result that are not as the manifest lists them.

    Raises
    ------
    StudyError
        If the manifest is not what a run wrote.
    """
    listed = _files_of(_manifest_text(folder), folder)
    listed = {name: of for name, of in listed.items() if name.startswith(f"{part}/")}
    found = {
        path.relative_to(folder).as_posix()
        for path in (folder / part).rglob("*")
        if path.is_file()
    }
    return sorted(
        name
        for name in found | set(listed)
        if name not in found
        or name not in listed
        or _digest(folder / name) != listed[name]
    )


@contextmanager
def _held(folder: Path, *, alone: bool = True) -> Iterator[None]:
    """Hold the lock of the folder that results are staged in: alone, or to read."""
    handle = None
    if fcntl is not None:
        # without the right to list it, or on a file system without locks, there is
        # none to hold; each rename is whole all the same
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


@contextmanager
def whole_folder(
    folder: str | os.PathLike[str], claim: Claim | None = None
) -> Iterator[Path]:
    """Yield a folder to fill beside the target; at the end its files are in place.

    What stands in the target and was not made by an earlier result stays, under
    another name where the new result has a file of that name.

    Warns
    -----
    FileWarning
        If a file of the earlier result had been changed (it is kept under another
        name), or if another run wrote into the folder since it was claimed.

    Raises
    ------
    StudyError
        If it cannot be written; what stood there stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_folder(f"{folder}/out") as part:
    ...         _ = (part / "a.txt").write_text("whole")
    ...     sorted(p.name for p in Path(folder, "out").iterdir())
    ['a.txt', 'manifest.json']
    """
    if claim is None:
        target = _writable(folder)
        claim = Claim(target, _manifest_text(target))
    notes: list[str] = []
    with _staged(claim.folder, folder) as (stage, commit):
        yield stage
        _list_files(stage)
        notes = _put(stage, commit, claim)
    for note in notes:
        warnings.warn(FileWarning(f"{folder}: {note}"), stacklevel=3)


@contextmanager
def new_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder to fill; what is in it stands in the target whole or not at all.

    Raises
    ------
    StudyError
        If something of the same name stands there, or it cannot be written.
    """
    target = _writable(folder)
    with _staged(target, folder) as (stage, _):
        yield stage
        _move_in(stage, target, folder)


def _move_in(stage: Path, target: Path, folder: str | os.PathLike[str]) -> None:
    if not target.exists():
        stage.rename(target)
        return
    new = sorted(stage.iterdir())
    there = [p.name for p in new if os.path.lexists(target / p.name)]
    if there:
        raise StudyError(
            f"{folder}: {there[0]} stands there already; name another folder."
        )
    for path in new:
        path.rename(target / path.name)


# -- beside the target -----------------------------------------------------------------


def _real(folder: str | os.PathLike[str]) -> Path:
    if not isinstance(folder, (str, os.PathLike)):
        raise OptionError(
            f"A folder of results is named by a path, not by {type(folder).__name__}."
        )
    try:
        target = Path(os.path.realpath(folder))
        os.lstat(target)  # says what an impossible name is
    except FileNotFoundError:
        pass
    except NotADirectoryError:
        pass
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise StudyError(
            f"{os.fspath(folder)[:200]!r}: cannot be a folder of results ({why}); "
            "name another with -o."
        ) from None
    return target


def _places(target: Path) -> list[tuple[Path, str]]:
    """Where partial results lie: beside the target, or inside a mounted one."""
    inside = (target, ".clusterid")
    beside = (target.parent, f".{target.name}.clusterid")
    if target.is_dir() and (target.is_mount() or not os.access(target.parent, os.W_OK)):
        return [inside, beside]
    return [beside, inside]


@contextmanager
def _staged(target: Path, named: str | os.PathLike[str]) -> Iterator[tuple[Path, Path]]:
    """Yield a stage for the target, and the name it takes once it is complete."""
    missing = [p for p in target.parents if not p.exists()]
    stage: Path | None = None
    try:
        with write_failures(str(named), StudyError):
            target.parent.mkdir(parents=True, exist_ok=True)
            base, stem = _places(target)[0]
            _sweep(base, stem)
            stage, handle = _stage(base, stem)
            try:
                yield stage, base / f"{stem}.commit"
            finally:
                if handle is not None:
                    os.close(handle)
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()  # only if nothing came into it


def _stage(base: Path, stem: str) -> tuple[Path, int | None]:
    """Make a folder of its own for this run and hold it, so that nobody sweeps it."""
    while True:
        stage = base / f"{stem}.{secrets.token_hex(4)}.partial"
        stage.mkdir()
        if fcntl is None:  # pragma: no cover
            return stage, None
        with suppress(FileNotFoundError):  # swept between the two calls
            handle = os.open(stage, os.O_RDONLY)
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)  # waits for who sweeps it
            if stage.is_dir():
                return stage, handle
            os.close(handle)


def _sweep(base: Path, stem: str) -> None:
    """Remove partial folders whose run was killed; a live run holds its own."""
    if fcntl is None:  # pragma: no cover
        return
    pattern = re.compile(re.escape(stem) + r"\.[0-9a-f]{8}\.partial")
    for found in base.iterdir():
        if not pattern.fullmatch(found.name) or found.is_symlink():
            continue
        with suppress(OSError):
            handle = os.open(found, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(found, ignore_errors=True)
            finally:
                os.close(handle)


# -- the manifest ----------------------------------------------------------------------


def _list_files(stage: Path) -> None:
    files = {
        path.relative_to(stage).as_posix(): _digest(path)
        for path in sorted(stage.rglob("*"))
        if path.is_file() and path != stage / MANIFEST
    }
    content = {"format": _FORMAT, "made_by": "clusterid", "files": files}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    (stage / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _manifest_text(folder: Path) -> str:
    path = folder / MANIFEST
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "not readable"


def _files_of(text: str, folder: Path) -> dict[str, str]:
    """Return file and SHA-256 of a manifest; names that lead outside are refused."""
    try:
        content = json.loads(text)
        files = content["files"]
        sound = (
            content["made_by"] == "clusterid"
            and content["format"] == _FORMAT
            and all(_is_inside(k) and isinstance(v, str) for k, v in files.items())
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise StudyError(
            f"{folder / MANIFEST}: is not what a run wrote, so nobody knows which "
            "files are results and which are yours; name another folder with -o."
        )
    return {str(k): str(v) for k, v in files.items()}


def _is_inside(name: object) -> bool:
    if not isinstance(name, str) or not name or "\0" in name or "\\" in name:
        return False
    parts = PurePosixPath(name).parts
    return parts[0] != "/" and ".." not in parts and name == "/".join(parts)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# -- carrying into place ---------------------------------------------------------------


def _put(stage: Path, commit: Path, claim: Claim) -> list[str]:
    """Put a complete stage in the place of the target; return what has to be said."""
    target = claim.folder
    notes: list[str] = []
    with _held(stage.parent):
        if (commit / _EARLIER).is_file():
            _carry(commit, target)
        if not target.exists():
            stage.rename(target)  # one step: nothing to recover
            return notes
        text = _manifest_text(target)
        if text != claim.manifest:
            notes.append(
                "another run wrote a result here while this one ran; this one is whole "
                "and took its place."
            )
        earlier = _files_of(text, target) if text else {}
        (stage / _EARLIER).write_text(json.dumps(earlier), encoding="utf-8")
        stage.rename(commit)
        try:
            return notes + _carry(commit, target)
        except KeyboardInterrupt:
            _carry(commit, target)
            raise
        except OSError as error:
            raise StudyError(
                f"{target}: the new result is whole, but could not be carried into "
                f"place ({error.strerror or error}). It waits in {commit.name} beside "
                "it; run again when the folder can be written to."
            ) from error


def _carry(commit: Path, target: Path) -> list[str]:
    """Carry a complete result into the target; may be done again after a kill."""
    _carrying.append(target)
    try:
        return _carried(commit, target)
    finally:
        _carrying.pop()


def _carried(commit: Path, target: Path) -> list[str]:
    notes: list[str] = []
    if not (commit / MANIFEST).is_file():  # all is in place, only the rest was left
        _discard(commit)
        return notes
    target.mkdir(exist_ok=True)
    new = _files_of(_manifest_text(commit), commit)
    earlier: Mapping[str, str] = json.loads(
        (commit / _EARLIER).read_text(encoding="utf-8")
    )
    # without a manifest the folder is no result until all of it is there
    (target / MANIFEST).unlink(missing_ok=True)
    for name in sorted(new):
        source = commit / name
        if source.exists():
            _make_room(target, name, {earlier.get(name), new[name]}, notes)
            source.replace(target / name)
    folders = set()
    for name in sorted(set(earlier) - set(new)):
        path = target / name
        if not _is_plain_file(target, name):
            continue
        if _digest(path) == earlier[name]:
            path.unlink()
            folders |= set(PurePosixPath(name).parents) - {PurePosixPath()}
        else:
            notes.append(f"{name} had been changed since it was written; it stays.")
    for folder in sorted(folders, key=lambda f: -len(f.parts)):
        with suppress(OSError):
            (target / folder).rmdir()  # only if it is empty
    (commit / MANIFEST).replace(target / MANIFEST)
    _discard(commit)
    return notes


def _discard(commit: Path) -> None:
    """Take what is left of a commit away in one step, so that none is met half gone."""
    rest = commit.with_suffix(f".{secrets.token_hex(4)}.partial")
    commit.rename(rest)
    shutil.rmtree(rest, ignore_errors=True)


def _is_plain_file(target: Path, name: str) -> bool:
    """Whether a regular file stands there, reached without a link."""
    steps = [target / part for part in reversed(PurePosixPath(name).parents)]
    if any(step.is_symlink() or not step.is_dir() for step in steps):
        return False
    path = target / name
    return path.is_file() and not path.is_symlink()


def _make_room(
    target: Path, name: str, known: set[str | None], notes: list[str]
) -> None:
    """Leave nothing of the user's where a file of the result will stand."""
    for part in reversed(PurePosixPath(name).parents):
        step = target / part
        if step == target:
            continue
        if os.path.lexists(step) and (step.is_symlink() or not step.is_dir()):
            _set_aside(step, target, notes)
        step.mkdir(exist_ok=True)
    path = target / name
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_file() or _digest(path) not in known:
        _set_aside(path, target, notes)


def _set_aside(path: Path, target: Path, notes: list[str]) -> None:
    number = 1
    while True:
        ending = "kept" if number == 1 else f"kept-{number}"
        free = path.with_name(f"{path.stem}.{ending}{path.suffix}")
        if not os.path.lexists(free):
            break
        number += 1
    path.rename(free)
    notes.append(
        f"{path.relative_to(target).as_posix()} was not as a run had left it; it is "
        f"kept as {free.name}."
    )
