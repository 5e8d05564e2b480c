"""Official data sets by name: embedded ones, and others fetched into a cache."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from clusterid._disk import embedded_path, read_toml
from clusterid._typed import typed
from clusterid.errors import OptionError, SourceError, nearest
from clusterid.sources.download._contents import may_be_cut, trouble_with
from clusterid.sources.download._transfer import (
    Part,
    checked_address,
    kept_as,
    shown,
    transfer,
)

__all__ = ["DataSet", "cache_folder", "catalogue", "fetch", "path"]

_LOG = logging.getLogger(__name__)
_BLOCK = 1 << 16
_SUM = re.compile(r"[0-9a-f]{64}")
#: longest wait for an answer, in seconds
_LONGEST_WAIT = 86_400
#: endings of the files that the cache keeps beside those that were fetched
_BESIDE = (".sha256", ".part", ".part.json")
_MEND = "give cache=, or set CLUSTERID_CACHE to, a folder that may be written."


@dataclass(frozen=True, slots=True)
class DataSet:
    """One entry of the catalogue.

    ``file`` is its path among the embedded data, or its name in the cache; ``url`` is
    empty for embedded data; ``sha256`` is empty where the publisher gives none: the
    sum of the first fetch is then kept, and a later file must agree with it.
    """

    name: str
    title: str
    licence: str
    attribution: str
    file: str
    url: str = ""
    sha256: str = ""


_SETS = tuple(
    DataSet(name, **entry)
    for name, entry in read_toml(Path(__file__).with_name("catalogue.toml")).items()
)
_BY_NAME = {one.name: one for one in _SETS}


def cache_folder() -> Path:
    """Return the folder fetched files are kept in (it may not exist yet).

    ``CLUSTERID_CACHE`` if set, else the usual place of the platform.

    Raises
    ------
    SourceError
        If the home folder it begins with is not known.
    """
    try:
        return _usual_folder()
    except RuntimeError as error:
        raise SourceError(f"The cache is not known ({error}); {_MEND}") from None


def _usual_folder() -> Path:
    own = os.environ.get("CLUSTERID_CACHE")
    if own:
        return Path(own).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "clusterid"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home()) / "clusterid" / "cache"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "clusterid"


@typed
def catalogue(*, cache: str | Path | None = None) -> pd.DataFrame:
    """Return the data sets known by name.

    Parameters
    ----------
    cache : path, optional
        Folder of fetched files; :func:`cache_folder` by default.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``state`` (embedded; not fetched; fetched; fetched, sum of
        the first fetch: no other was known; not fetched, a file of another address has
        its name), ``licence``, ``attribution``, ``url``;
        sorted by name.

    Examples
    --------
    >>> table = catalogue().set_index("name")
    >>> table.loc["de_kreise", "state"]
    'embedded'
    """
    folder = _folder(cache)
    columns = ["name", "title", "state", "licence", "attribution", "url"]
    rows = [{**asdict(one), "state": _state(one, folder)} for one in _SETS]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("name", ignore_index=True)


def _state(one: DataSet, folder: Path) -> str:
    if not one.url:
        return "embedded"
    if not _is_file(folder / one.file):
        return "not fetched"
    came_from = _kept_beside(_beside(folder / one.file))[1]
    if came_from and came_from != kept_as(one.url):
        return "not fetched, a file of another address has its name"
    return "fetched" if one.sha256 else "fetched, sum of the first fetch"


@typed
def path(name: str, *, cache: str | Path | None = None) -> Path:
    """Return where a data set stands.

    Raises
    ------
    OptionError
        If nothing is known by the name.
    SourceError
        If it has not been fetched yet, or another file stands under its name in the
        cache; if the cache is no folder.
    """
    one = _BY_NAME.get(name)
    if one is not None and not one.url:
        return embedded_path(*PurePosixPath(one.file).parts)
    folder = _folder(cache)
    file = folder / (one.file if one is not None else name)
    if one is None and not _is_plain(name):
        raise OptionError(f"{name!r} is no name of a data set.")
    if _is_file(file):
        if one is not None:
            came_from = _kept_beside(_beside(file))[1]
            if came_from and came_from != kept_as(one.url):
                raise _other_address(file, came_from, kept_as(one.url))
        return file
    if one is None:
        raise _not_in_catalogue(name, "and files that were fetched with url=.")
    raise SourceError(
        f"{name} has not been fetched yet: clusterid data fetch {name} "
        f"(from {one.url}, into {folder})."
    )


@typed
def fetch(
    name: str,
    *,
    url: str | None = None,
    sha256: str | None = None,
    cache: str | Path | None = None,
    again: bool = False,
    attempts: int = 3,
    timeout: float = 60.0,
    progress: Callable[[int, int | None], None] | None = None,
) -> Path:
    """Fetch a data set into the cache, or find it there.

    A broken transfer is continued where it stopped, if the server allows it and its
    file is still the same. The file appears under its name only when it is as long as
    the server says, opens as what its name says (GeoJSON with shapes, a table, an
    archive of more than web pages, a workbook, a GeoPackage with layers, Parquet; no
    web page and no error in JSON), and its SHA-256 agrees.

    Where no sum is known beforehand, that of the first fetch is kept and logged as a
    warning: it guards against later changes, not against a wrong first file. Where the
    server says no length, a text that ends within a line may be cut off: it is refused
    where its last row shows it, and logged as a warning where nothing does.

    The address is kept beside the file, too, without passwords. A file of another
    address is never handed out for this one, unless ``sha256`` says it is the same.

    Parameters
    ----------
    name : str
        A name of the :func:`catalogue`; or, with ``url``, the name of the file in the
        cache.
    url : str, optional
        ``http`` or ``https`` address of a file that is not in the catalogue.
    sha256 : str, optional
        Its sum, which then vouches for the content, too. Without one, the sum of the
        first fetch is kept beside the file, and a later fetch must agree with it.
    cache : path, optional
        Folder; :func:`cache_folder` by default.
    again : bool
        Fetch even if the file is there; that of another address is then replaced.
    attempts : int
        How often a broken transfer is taken up.
    timeout : float
        Seconds without an answer.
    progress : callable, optional
        Called with bytes done and in all (None where the server does not say).

    Returns
    -------
    Path
        The whole file.

    Raises
    ------
    OptionError
        If the name is unknown, the address is no web address, ``sha256`` no sum, or an
        argument of another type than declared.
    SourceError
        If the server refuses, says what cannot be, sends a web page or anything but
        the file; if the transfer breaks off for good, the sum differs, the file of
        that name is of another address, or the cache cannot be written to.
    """
    _check_options(sha256, timeout, progress)
    one = _BY_NAME.get(name)
    if one is not None and not one.url and url is None:
        return embedded_path(*PurePosixPath(one.file).parts)
    wanted = _Wanted.of(name, url=url, sha256=sha256, cache=cache)
    target = wanted.target
    if _is_file(target) and not again:
        wanted.check_kept()
        return target
    if target.is_dir():
        raise SourceError(f"{target} is a folder; remove it, or name another file.")
    _make(target.parent)
    part = Part.claimed(target.with_name(target.name + ".part"))
    try:
        tells_end = transfer(
            wanted.address, part, name=target.name, attempts=attempts, timeout=timeout,
            progress=progress, any_type=bool(wanted.sha256),
        )  # fmt: skip
        if not wanted.sha256:
            _check_content(part, target.name, wanted.address, tells_end)
        found = wanted.checked_sum(part.file)
        _kept(part, target, _beside(target), f"{found}\n{kept_as(wanted.address)}\n")
    except BaseException:
        part.give_back()
        raise
    return target


def _check_options(sha256: str | None, timeout: float, progress: object) -> None:
    """Raise OptionError where an option of :func:`fetch` is not what it can be."""
    if sha256 is not None and not _SUM.fullmatch(sha256.strip().lower()):
        raise OptionError(f"sha256={sha256[:80]!r} is no sum of 64 hexadecimal digits.")
    if progress is not None and not callable(progress):
        raise OptionError("progress must be a function of bytes done and in all.")
    if not 0 < timeout <= _LONGEST_WAIT:
        raise OptionError(
            f"timeout must be above 0 and at most {_LONGEST_WAIT} seconds, not "
            f"{timeout!r}."
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that is wanted: where it will stand, its address, its sum if known."""

    target: Path
    address: str
    sha256: str

    @classmethod
    def of(
        cls,
        name: str,
        *,
        url: str | None,
        sha256: str | None,
        cache: str | Path | None,
    ) -> _Wanted:
        """Find out what a name and an address mean; OptionError if nothing."""
        one = _BY_NAME.get(name)
        address = url or (one.url if one is not None else "")
        if not address:
            raise _not_in_catalogue(name, "or give url=.")
        address = checked_address(address)
        file_name = one.file if one is not None and url is None else name
        if not _is_plain(file_name):
            raise OptionError(f"{file_name!r} is no file name; leave out folders.")
        if file_name.lower().endswith(_BESIDE):
            raise OptionError(
                f"{file_name!r} ends like the files that the cache keeps for itself "
                f"({', '.join(_BESIDE)}); name it otherwise."
            )
        known = sha256 or (one.sha256 if one is not None else "")
        return cls(_folder(cache) / file_name, address, known.strip().lower())

    def check_kept(self) -> None:
        """Raise unless the file in the cache is the one that is wanted."""
        pinned, came_from = _kept_beside(_beside(self.target))
        is_other = bool(came_from) and came_from != kept_as(self.address)
        if is_other and (not self.sha256 or self.sha256 != pinned):
            raise _other_address(self.target, came_from, kept_as(self.address))
        _check_sum(self.target, self.target.name, self.sha256 or pinned, keep=True)

    def checked_sum(self, arrived: Path) -> str:
        """Return the sum of the file that arrived, held against the one known."""
        pinned, came_from = _kept_beside(_beside(self.target))
        if came_from and came_from != kept_as(self.address):
            pinned = ""  # of another file
        found = _check_sum(arrived, self.target.name, self.sha256 or pinned)
        if not self.sha256 and not pinned:
            _LOG.warning(
                "%s: no SHA-256 is known beforehand; that of this first fetch (%s) "
                "is kept, and a later fetch must agree with it",
                self.target.name,
                found,
            )
        return found


def _not_in_catalogue(name: str, otherwise: str) -> OptionError:
    return OptionError(
        f"No data set is called {name!r}.{nearest(name, _BY_NAME)} "
        f"There are {', '.join(sorted(_BY_NAME))}; {otherwise}"
    )


def _other_address(file: Path, came_from: str, address: str) -> SourceError:
    return SourceError(
        f"{file.name} in the cache came from {came_from}, not from {address}: give the "
        "file another name, or fetch with again=True to replace it."
    )


def _check_content(part: Part, name: str, address: str, tells_end: bool) -> None:
    trouble = trouble_with(part.file, name, tells_end=tells_end)
    if not trouble and not tells_end and may_be_cut(part.file, name):
        _LOG.warning(
            "%s: the server says no length, and nothing in the file shows that it came "
            "to its end; compare it with what its publisher says",
            name,
        )
    if trouble:
        part.drop()
        raise SourceError(
            f"{shown(address)}: what came is not {name}: {trouble}. It was not kept; "
            "open the address in a browser, or fetch again."
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise _unusable(folder, error) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SourceError(f"The cache {folder} may not be written to; {_MEND}")


def _kept(part: Part, target: Path, sums: Path, beside: str) -> None:
    """Put a file and what stands beside it under their names, each whole or not."""
    note = part.file.with_name(part.file.name + "-sum")
    try:
        note.write_text(beside, encoding="ascii")
        part.file.replace(target)
        note.replace(sums)
    except OSError as error:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        raise SourceError(
            f"{target} cannot be written ({error.strerror or error}); make room, or "
            "set CLUSTERID_CACHE to a folder that may be written."
        ) from None
    part.drop()


def _folder(cache: str | Path | None) -> Path:
    """Return the folder of the cache, which is there or can be made."""
    folder = cache_folder() if cache is None else Path(cache)
    try:
        is_folder = stat.S_ISDIR(folder.stat().st_mode)
    except FileNotFoundError:
        return folder
    except (OSError, ValueError) as error:
        raise _unusable(folder, error) from None
    if not is_folder:
        raise SourceError(f"The cache {folder} is a file, no folder; {_MEND}")
    return folder


def _unusable(folder: Path, error: Exception) -> SourceError:
    name = str(folder)
    name = name if name.isprintable() else repr(name)
    name = name if len(name) <= 120 else f"{name[:60]}...{name[-40:]}"
    reason = getattr(error, "strerror", None) or error
    return SourceError(f"The cache {name} cannot be used ({reason}); {_MEND}")


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError) as error:
        raise _unusable(file.parent, error) from None


def _is_plain(name: str) -> bool:
    plain = bool(name) and name not in {".", ".."} and name.isprintable()
    return plain and not set(name) & set('/\\:*?"<>|') and len(name.encode()) < 200


def _beside(target: Path) -> Path:
    return target.with_name(target.name + ".sha256")


def _kept_beside(sums: Path) -> tuple[str, str]:
    """Return sum and address kept at the first fetch; empty where there are none."""
    try:
        kept = sums.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return "", ""
    except OSError as error:
        raise SourceError(f"{sums} cannot be read ({error.strerror}).") from None
    found, _, address = kept.partition("\n")
    address = address.strip()
    return found.strip().lower(), address if address.startswith("http") else ""


def _check_sum(file: Path, name: str, expected: str, *, keep: bool = False) -> str:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise SourceError(f"{file} cannot be read ({error.strerror}).") from None
    found = digest.hexdigest()
    if expected and found != expected:
        if not keep:
            file.unlink()
        mend = "fetch it with again=True" if keep else "the file was not kept"
        raise SourceError(
            f"{name}: the SHA-256 is {found}, expected {expected}; {mend}. If the "
            "publisher has changed the file, remove its .sha256 in the cache."
        )
    return found
