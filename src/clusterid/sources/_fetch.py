"""Official data sets by name: embedded ones, and others fetched into a cache."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from clusterid._embedded import embedded_path
from clusterid.errors import OptionError, SourceError, nearest
from clusterid.sources._contents import trouble_with
from clusterid.sources._transfer import Part, checked_address, shown, transfer

__all__ = ["DataSet", "cache_folder", "catalogue", "fetch", "path"]

_LOG = logging.getLogger(__name__)
_BLOCK = 1 << 16
_GISCO = "https://gisco-services.ec.europa.eu/distribution/v2/nuts/geojson/"
_GISCO_LICENCE = "free for non-commercial use with attribution (GISCO)"
_GISCO_SOURCE = "© EuroGeographics for the administrative boundaries"


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


_SETS = (
    DataSet(
        "de_kreise",
        "Outlines of the 401 German Kreise, 2019, generalised",
        "dl-de/by-2-0",
        "© GeoBasis-DE / BKG (2019), data changed",
        "geo_de_kreise_vg250/kreise_vg250_401.geojson",
    ),
    DataSet(
        "de_kreise_attributes",
        "Area, population and NUTS codes of German Kreise, 2018",
        "CC BY 4.0",
        "landkreise-deutschland 3.0.0; Destatis",
        "de_kreise_attributes/districts_2018.csv",
    ),
    DataSet(
        "de_cities",
        "German cities of 50,000 inhabitants or more",
        "CC BY 4.0",
        "GeoNames",
        "de_cities/geonames_de_50k.csv",
    ),
    DataSet(
        "de_declared_clusters",
        "Clusters and fields that German cities, regions and Länder declare",
        "facts, compiled for clusterid",
        "sources named in each record",
        "declared_clusters_de/declared_clusters.csv",
    ),
    DataSet(
        "de_declared_places",
        "The places of that list as Kreise",
        "facts, compiled for clusterid",
        "clusterid",
        "declared_clusters_de/places.csv",
    ),
    DataSet(
        "fields_nace2",
        "31 fields as industries of NACE Rev. 2",
        "compiled for clusterid",
        "definitions named in each line",
        "cluster_definitions_nace/field_labels_to_nace2.csv",
    ),
    DataSet(
        "fields_kldb2010",
        "31 fields as occupation groups of KldB 2010",
        "compiled for clusterid",
        "clusterid",
        "fields/fields_kldb2010.csv",
    ),
    DataSet(
        "kreis_reforms",
        "Reforms of German Kreise, 2016 to 2026",
        "facts, compiled for clusterid",
        "clusterid",
        "territory/kreis_reforms.csv",
    ),
    DataSet(
        "nuts2_2021",
        "NUTS 2021 level 2 regions of Europe, 1:3 million",
        _GISCO_LICENCE,
        _GISCO_SOURCE,
        "NUTS_RG_03M_2021_4326_LEVL_2.geojson",
        _GISCO + "NUTS_RG_03M_2021_4326_LEVL_2.geojson",
    ),
    DataSet(
        "nuts3_2021",
        "NUTS 2021 level 3 regions of Europe, 1:3 million",
        _GISCO_LICENCE,
        _GISCO_SOURCE,
        "NUTS_RG_03M_2021_4326_LEVL_3.geojson",
        _GISCO + "NUTS_RG_03M_2021_4326_LEVL_3.geojson",
    ),
)
_BY_NAME = {one.name: one for one in _SETS}


def cache_folder() -> Path:
    """Return the folder fetched files are kept in (it may not exist yet).

    ``CLUSTERID_CACHE`` if set, else the usual place of the platform.
    """
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
        the first fetch: no other was known), ``licence``, ``attribution``, ``url``;
        sorted by name.

    Examples
    --------
    >>> table = catalogue().set_index("name")
    >>> table.loc["de_kreise", "state"]
    'embedded'
    """
    folder = _folder(cache)
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "state": _state(one, folder),
            "licence": one.licence,
            "attribution": one.attribution,
            "url": one.url,
        }
        for one in _SETS
    ]
    return pd.DataFrame(rows).sort_values("name", ignore_index=True)


def _state(one: DataSet, folder: Path) -> str:
    if not one.url:
        return "embedded"
    if not (folder / one.file).is_file():
        return "not fetched"
    return "fetched" if one.sha256 else "fetched, sum of the first fetch"


def path(name: str, *, cache: str | Path | None = None) -> Path:
    """Return where a data set stands.

    Raises
    ------
    OptionError
        If nothing is known by the name.
    SourceError
        If it has not been fetched yet.
    """
    one = _BY_NAME.get(name)
    if one is not None and not one.url:
        return embedded_path(*PurePosixPath(one.file).parts)
    folder = _folder(cache)
    file = folder / (one.file if one is not None else name)
    if one is None and not _is_plain(name):
        raise OptionError(f"{name!r} is no name of a data set.")
    if file.is_file():
        return file
    if one is None:
        raise OptionError(
            f"No data set is called {name!r}.{nearest(name, _BY_NAME)} "
            f"There are {', '.join(sorted(_BY_NAME))}; and files that were fetched "
            "with url=."
        )
    raise SourceError(
        f"{name} has not been fetched yet: clusterid data fetch {name} "
        f"(from {one.url}, into {folder})."
    )


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
    the server says, opens as what its name says (GeoJSON with features, a table, an
    archive, a workbook, Parquet; never a web page), and its SHA-256 agrees.

    Where no sum is known beforehand, that of the first fetch is kept and logged as a
    warning: it guards against later changes, not against a wrong first file.

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
        Fetch even if the file is there.
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
        If the name is unknown, or the address is no web address.
    SourceError
        If the server refuses, says what cannot be, sends a web page or anything but
        the file; if the transfer breaks off for good, the sum differs, or the cache
        cannot be written to.
    """
    one = _BY_NAME.get(name)
    if one is not None and not one.url and url is None:
        return embedded_path(*PurePosixPath(one.file).parts)
    address = url or (one.url if one is not None else "")
    if not address:
        raise OptionError(
            f"No data set is called {name!r}.{nearest(name, _BY_NAME)} "
            f"There are {', '.join(sorted(_BY_NAME))}; or give url=."
        )
    address = checked_address(address)
    file_name = one.file if one is not None and url is None else name
    if not _is_plain(file_name):
        raise OptionError(f"{file_name!r} is no file name; leave out folders.")
    expected = (sha256 or (one.sha256 if one is not None else "")).lower()
    folder = _folder(cache)
    target = folder / file_name
    sums = folder / (file_name + ".sha256")
    if target.is_file() and not again:
        _check_sum(target, file_name, expected or _pinned(sums), keep=True)
        return target
    if target.is_dir():
        raise SourceError(f"{target} is a folder; remove it, or name another file.")
    _make(folder)
    part = Part.claimed(folder / (file_name + ".part"))
    try:
        transfer(
            address, part, name=file_name, attempts=attempts, timeout=timeout,
            progress=progress, any_type=bool(expected),
        )  # fmt: skip
        if not expected:
            _check_content(part, file_name, address)
        pinned = _pinned(sums)
        found = _check_sum(part.file, file_name, expected or pinned)
        if not expected and not pinned:
            _LOG.warning(
                "%s: no SHA-256 is known beforehand; that of this first fetch (%s) "
                "is kept, and a later fetch must agree with it",
                file_name,
                found,
            )
        _kept(part, target, sums, found)
    except BaseException:
        part.give_back()
        raise
    return target


def _check_content(part: Part, name: str, address: str) -> None:
    trouble = trouble_with(part.file, name)
    if trouble:
        part.drop()
        raise SourceError(
            f"{shown(address)}: what came is not {name}: {trouble}. It was not kept; "
            "open the address in a browser, or fetch again."
        )


def _make(folder: Path) -> None:
    mend = "set CLUSTERID_CACHE to a folder that may be written."
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            f"The cache {folder} cannot be made ({error.strerror}); {mend}"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SourceError(f"The cache {folder} may not be written to; {mend}")


def _kept(part: Part, target: Path, sums: Path, found: str) -> None:
    """Put a whole file and its sum under their names, each whole or not at all."""
    told = part.file.with_name(part.file.name + "-sum")
    try:
        told.write_text(found + "\n", encoding="ascii")
        part.file.replace(target)
        told.replace(sums)
    except OSError as error:
        with suppress(OSError):
            told.unlink(missing_ok=True)
        raise SourceError(
            f"{target} cannot be written ({error.strerror or error}); make room, or "
            "set CLUSTERID_CACHE to a folder that may be written."
        ) from None
    part.drop()


def _folder(cache: str | Path | None) -> Path:
    return cache_folder() if cache is None else Path(cache)


def _is_plain(name: str) -> bool:
    plain = bool(name) and name not in {".", ".."} and name.isprintable()
    return plain and not set(name) & set('/\\:*?"<>|') and len(name.encode()) < 200


def _pinned(sums: Path) -> str:
    """Return the sum that was kept at the first fetch; nothing where there is none."""
    try:
        return sums.read_text(encoding="ascii", errors="replace").strip().lower()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SourceError(f"{sums} cannot be read ({error.strerror}).") from None


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
