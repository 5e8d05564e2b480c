"""Writing whole or not at all: beside the target first, then moved into place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clusterid.errors import SourceError, StudyError

__all__ = ["whole_file", "whole_folder"]


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a file to write beside the target; it takes its place when all went well.

    Raises
    ------
    SourceError
        If the target is a folder, or its folder is missing or cannot be written to.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(f"{folder}/a.txt") as part:
    ...         _ = part.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    target = Path(path)
    if target.is_dir():
        raise SourceError(f"{target} is a folder; name a file to write.")
    if not target.parent.is_dir():
        raise SourceError(f"{target.parent} is not a folder; make it first.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    except OSError as error:
        raise SourceError(f"{target.parent} cannot be written to.") from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        part.replace(target)
    except OSError as error:
        raise SourceError(
            f"{target} cannot be written ({error.strerror or error})."
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder to fill beside the target; an earlier one is replaced at the end.

    Raises
    ------
    StudyError
        If it cannot be written; what stood there stays as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_folder(f"{folder}/out") as part:
    ...         _ = (part / "a.txt").write_text("whole")
    ...     sorted(p.name for p in Path(folder).iterdir())
    ['out']
    """
    target = Path(folder).resolve()
    partial = target.with_name(f".{target.name}.partial")
    earlier = target.with_name(f".{target.name}.earlier")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        if target.exists():
            shutil.rmtree(earlier, ignore_errors=True)
            target.rename(earlier)
            try:
                partial.rename(target)
            except OSError:
                earlier.rename(target)
                raise
            shutil.rmtree(earlier, ignore_errors=True)
        else:
            partial.rename(target)
    except OSError as error:
        raise StudyError(
            f"{folder}: cannot be written ({error.strerror or error}); "
            "nothing was changed."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
