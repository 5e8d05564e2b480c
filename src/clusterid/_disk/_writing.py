"""One file written whole or not at all: beside the target first, then moved."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clusterid.errors import (
    ClusteridError,
    OptionError,
    SourceError,
    StudyError,
    nearest,
)

__all__ = ["PAGE", "TABLE", "checked_file", "whole_file", "write_failures"]

#: Endings of a page, and of a table (the first is CSV, the others Parquet).
PAGE = (".html", ".htm")
TABLE = (".csv", ".parquet", ".pq")


def checked_file(path: str | os.PathLike[str], suffixes: tuple[str, ...] = ()) -> Path:
    """Return where a file will be written, links followed, or say why it cannot be.

    Parameters
    ----------
    path : path
        The file named. A link stays a link: what it points to is written.
    suffixes : tuple of str
        Endings that say what is written. A name without an ending, or a device,
        says nothing wrong.

    Raises
    ------
    SourceError
        If the target is a folder, if its folder is missing or cannot be written to,
        or if the ending promises another format.

    Examples
    --------
    >>> checked_file("map.pdf", (".html", ".htm"))
    Traceback (most recent call last):
    clusterid.errors.SourceError: map.pdf: what is written is .html or .htm, not \
.pdf; name a file that ends so.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise OptionError(
            f"A file to write is named by a path, not by {type(path).__name__}."
        )
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  (a NUL in a name is a ValueError)
    except FileNotFoundError:
        mode = 0
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{_shown(path)}: cannot be written ({_why(error)})."
        ) from None
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return Path(path)  # a device or a pipe: written through, never replaced
    named = Path(path)
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise SourceError(f"{named} is a folder; name a file to write.")
    if suffixes and named.suffix and named.suffix.lower() not in suffixes:
        offered = " or ".join(suffixes)
        raise SourceError(
            f"{named.name}: what is written is {offered}, not {named.suffix}; "
            f"name a file that ends so.{nearest(named.suffix.lower(), suffixes)}"
        )
    if not target.parent.is_dir():
        raise SourceError(f"{target.parent} is not a folder; make it first.")
    if not os.access(target.parent, os.W_OK):
        raise SourceError(f"{target.parent} cannot be written to.")
    return target


@contextmanager
def whole_file(
    path: str | os.PathLike[str], suffixes: tuple[str, ...] = ()
) -> Iterator[Path]:
    """Yield a file to write beside the target; it takes its place when all went well.

    A link is followed, and what it points to is written. A device or a pipe is written
    through. A new file gets the mode that the umask leaves, a replaced one keeps its
    own.

    Raises
    ------
    SourceError
        As :func:`checked_file` says, and when the disk is full.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(f"{folder}/a.txt") as part:
    ...         _ = part.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    target = checked_file(path, suffixes)
    is_file = not target.exists() or target.is_file()
    folder = target.parent if is_file else Path(tempfile.gettempdir())
    part = folder / f".{target.name[:40]}.{secrets.token_hex(6)}.part"
    with write_failures(_shown(path), SourceError):
        try:
            # opened here, so that the umask decides the mode, and nobody else's file
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            yield part
            if not is_file:
                with part.open("rb") as written, target.open("wb") as device:
                    shutil.copyfileobj(written, device)
                return
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def write_failures(
    name: str, kind: type[SourceError] | type[StudyError]
) -> Iterator[None]:
    """Turn what the disk says while something is written into one error with a mend.

    pyogrio reports a full disk by errors of its own, all others by OSError.
    """
    try:
        yield
    except ClusteridError:
        raise
    except (OSError, RuntimeError) as error:
        if not isinstance(error, OSError) and not type(error).__module__.startswith(
            "pyogrio."
        ):
            raise
        raise kind(
            f"{name}: cannot be written ({_why(error)}); what stood there is unchanged."
        ) from error


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).splitlines()[0][:200]


def _shown(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path)
    return repr(text) if "\0" in text else text[:200]
