"""Opening what others wrote: any path, packed files, faults of their readers."""

from __future__ import annotations

import contextlib
import csv
import errno
import gzip
import os
import re
import stat
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from clusterid.errors import ClusteridError, DataWarning, Fault, nearest

__all__ = [
    "LARGEST", "SHEET_PART", "first_line", "foreign_reading", "largest_bytes",
    "packed_fault", "path_fault", "sentence", "size_fault", "text_lines", "too_large",
    "twice_in_header", "unpacked",
]  # fmt: skip

#: Environment variable that lifts the bound on what is read whole, in MiB.
LARGEST = "CLUSTERID_LARGEST_MIB"
_DEFAULT_MIB = 1024
#: A workbook takes several times its text in memory: its bound is this part.
SHEET_PART = 4
_CHUNK = 1 << 20
_LINE_END = re.compile("\r\n|\r|\n")

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def sentence(fault: Fault) -> str:
    """Return a fault and its mend as one sentence."""
    end = "" if fault.mend.endswith(("?", ".")) else "."
    return f"{fault.rule}; {fault.mend}{end}"


def path_fault(path: Path, *, shown: str = "", folder: bool = False) -> Fault | None:
    """Return why a path cannot be opened as a regular file, or None.

    ``shown`` names it in the message; with ``folder`` a folder will do, too. Nothing
    is opened, so that a pipe cannot hold the reader up.
    """
    shown = shown or str(path)
    shown = shown if len(shown) <= 200 else f"{shown[:200]}..."
    shown = shown.encode("utf-8", "replace").decode("utf-8").replace("\n", "\\n")
    if "\x00" in str(path):
        plain = shown.replace("\x00", "\\0")
        return Fault(f"the path {plain} holds a NUL character", "correct the path")
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - Path.stat says the same
    except (OSError, ValueError) as error:
        return _no_path(path, shown, error)
    if stat.S_ISDIR(mode):
        if folder:
            return None
        return Fault(f"{shown} is a folder", "name one file inside it")
    for is_kind, what in _KINDS:
        if is_kind(mode):
            return Fault(
                f"{shown} is {what}, not a regular file",
                "write what comes out of it into a file, and name that",
            )
    return None


def _no_path(path: Path, shown: str, error: Exception) -> Fault:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ELOOP:
        return Fault(f"{shown}: its links lead in a circle", "link to a file")
    if code == errno.ENAMETOOLONG:
        return Fault(
            f"there is no file {shown}: its name is too long", "check the path"
        )
    if code in {errno.EACCES, errno.EPERM}:
        return Fault(f"{shown} may not be looked at", "change the mode of its folder")
    if code not in {errno.ENOENT, errno.ENOTDIR}:
        return Fault(f"{shown} is no path to a file", "check the path")
    if "://" in shown or shown.startswith(("http:/", "https:/", "ftp:/", "s3:/")):
        mend = "Addresses are not read: fetch the file first."
        return Fault(f"there is no file {shown}", f"check the path. {mend}")
    if path.is_symlink():
        return Fault(
            f"{shown} is a link to a file that is not there", "point the link to a file"
        )
    try:
        siblings = sorted(p.name for p in path.parent.iterdir())
    except OSError:
        return Fault(
            f"there is no file {shown}: its folder is not there", "check the path"
        )
    return Fault(
        f"there is no file {shown}", f"check the path.{nearest(path.name, siblings)}"
    )


def largest_bytes() -> int:
    """Return how many bytes may be read whole; the environment may say more MiB."""
    named = os.environ.get(LARGEST, "")
    return (int(named) if named.isdecimal() else _DEFAULT_MIB) << 20


def too_large(what: str, *, part: int = 1) -> Fault:
    """Return the fault of what is larger than may be read, and what lifts the bound."""
    limit = largest_bytes() // part
    return Fault(
        f"{what} more than {limit / 2**20:,.0f} MiB, which are not read at once",
        "keep what is needed of it, unpack it by hand and look at it, or set "
        f"{LARGEST} to the MiB that may be read",
    )


def size_fault(path: Path) -> Fault | None:
    """Return a fault where a file is larger than what may be read whole."""
    limit = largest_bytes()
    return too_large("the file has") if path.stat().st_size > limit else None


def unpacked(path: Path) -> bytes | Fault:
    """Return the content of a gzip file, or a fault where it is too much or damaged."""
    parts: list[bytes] = []
    fault = _gunzip(path, largest_bytes(), parts.append)
    return b"".join(parts) if fault is None else fault


def packed_fault(path: Path, *, part: int = 1) -> Fault | None:
    """Return why a zip, a workbook or a gzip file may not be unpacked, or None.

    A zip says how large its members are; more than it says is not read of any.
    """
    limit = largest_bytes() // part
    if path.suffix.lower() == ".gz":
        return _gunzip(path, limit)
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        return Fault(
            f"the file cannot be read as {path.suffix}: {first_line(error)}",
            "check that the ending tells the true format, and that it is complete",
        )
    return too_large("the file unpacks to", part=part) if total > limit else None


def _gunzip(
    path: Path, limit: int, take: Callable[[bytes], object] | None = None
) -> Fault | None:
    """Unpack a gzip file piece by piece, at most to ``limit`` bytes."""
    total = 0
    try:
        with gzip.open(path) as stream:
            while part := stream.read(_CHUNK):
                total += len(part)
                if total > limit:
                    return too_large("the file unpacks to")
                if take is not None:
                    take(part)
    except (OSError, EOFError, zlib.error) as error:
        return Fault(
            f"the file cannot be read as {path.suffix}: {first_line(error)}",
            "check that it is a complete gzip file; fetch or export it again",
        )
    return None


def twice_in_header(header: Iterable[object]) -> Fault | None:
    """Return a fault where a column stands twice, before a reader renames it."""
    names = [str(name).lstrip("\ufeff").strip() for name in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if not twice:
        return None
    return Fault(
        f"a column stands twice: {', '.join(twice[:5])}",
        "rename or drop one of the two",
    )


def first_line(error: BaseException) -> str:
    """Return what an error of another library says, in one line without its class."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(error, csv.Error) and "field larger" in str(error):
        return "a cell is longer than 131,072 characters, or a quote is not closed"
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    # other libraries, and those below them, put the names of their classes in front
    plain = re.sub(r"\b[\w.]*(?:Error|Exception): ", "", lines[0]) if lines else ""
    return plain[:200] if plain else "its content is not as the format demands"


@contextlib.contextmanager
def foreign_reading(kind: str, faults: list[Fault]) -> Iterator[None]:
    """Turn whatever another library raises while it reads a file into one fault.

    Readers of files raise anything on broken content, from their own classes to
    KeyError; a fault is put into ``faults``, so that the caller says what was read. Our
    own errors go through, warnings come out as DataWarning.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except ClusteridError:
            raise
        except PermissionError:
            faults.append(Fault("the file may not be read", "change its mode"))
        except Exception as error:  # noqa: BLE001 - any class may come out of a parser
            faults.append(
                Fault(
                    f"the file cannot be read as {kind}: {first_line(error)}",
                    "check that the ending tells the true format, and that it is "
                    "complete",
                )
            )
    messages = dict.fromkeys(
        (str(w.message).splitlines() or [""])[0][:200]
        for w in caught
        if not str(w.message).startswith("invalid value")  # the values are checked
        and "openpyxl" not in w.filename  # what a sheet looks like, not what it says
        and not issubclass(w.category, (DeprecationWarning, PendingDeprecationWarning))
    )
    if not faults:
        for message in messages:
            warnings.warn(message, DataWarning, stacklevel=4)


def text_lines(text: str) -> list[str]:
    r"""Return the lines of a text; only CR, LF and both together end a line.

    ``str.splitlines`` also cuts at separators of Unicode, which a name may hold.

    Examples
    --------
    >>> text_lines("a;b\u2028c\r\nd;e\n")
    ['a;b\u2028c', 'd;e']
    """
    lines = text.split("\n") if "\r" not in text else _LINE_END.split(text)
    return lines[:-1] if lines and not lines[-1] else lines
