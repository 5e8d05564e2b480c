"""Official data sets by name: embedded ones, and others fetched into a cache."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pandas as pd

from clusterid._embedded import embedded_path
from clusterid.errors import OptionError, SourceError, nearest

__all__ = ["DataSet", "cache_folder", "catalogue", "fetch", "path"]

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
        ``name``, ``title``, ``state`` (embedded, fetched, not fetched), ``licence``,
        ``attribution``, ``url``; sorted by name.

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
            "state": "embedded"
            if not one.url
            else ("fetched" if (folder / one.file).is_file() else "not fetched"),
            "licence": one.licence,
            "attribution": one.attribution,
            "url": one.url,
        }
        for one in _SETS
    ]
    return pd.DataFrame(rows).sort_values("name", ignore_index=True)


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
    file is still the same. The file appears under its name only when it is whole and
    its SHA-256 agrees.

    Parameters
    ----------
    name : str
        A name of the :func:`catalogue`; or, with ``url``, the name of the file in the
        cache.
    url : str, optional
        ``http`` or ``https`` address of a file that is not in the catalogue.
    sha256 : str, optional
        Its sum. Without one, the sum of the first fetch is kept beside the file.
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
        If the server refuses, the transfer breaks off for good, or the sum differs.
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
    if urlsplit(address).scheme not in {"http", "https"}:
        raise OptionError(f"url={address!r} is no http or https address.")
    file_name = one.file if one is not None and url is None else name
    if not _is_plain(file_name):
        raise OptionError(f"{file_name!r} is no file name; leave out folders.")
    expected = (sha256 or (one.sha256 if one is not None else "")).lower()
    folder = _folder(cache)
    target = folder / file_name
    sums = folder / (file_name + ".sha256")
    if not expected and sums.is_file():
        expected = sums.read_text(encoding="ascii").strip()
    if target.is_file() and not again:
        _check_sum(target, expected, keep=True)
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            f"The cache {folder} cannot be made ({error.strerror}); set "
            "CLUSTERID_CACHE to a folder that may be written."
        ) from None
    part = folder / (file_name + ".part")
    _transfer(address, part, attempts, timeout, progress)
    found = _check_sum(part, expected, keep=False)
    part.replace(target)
    _state_of(part).unlink(missing_ok=True)
    sums.write_text(found + "\n", encoding="ascii")
    return target


def _folder(cache: str | Path | None) -> Path:
    return cache_folder() if cache is None else Path(cache)


def _is_plain(name: str) -> bool:
    return bool(name) and name not in {".", ".."} and not set(name) & set('/\\:*?"<>|')


def _state_of(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _transfer(
    url: str,
    part: Path,
    attempts: int,
    timeout: float,
    progress: Callable[[int, int | None], None] | None,
) -> None:
    broken = ""
    for attempt in range(max(1, attempts)):
        if attempt:
            time.sleep(min(2.0 ** (attempt - 1) * 0.1, 5.0))
        try:
            if _one_transfer(url, part, timeout, progress):
                return
            broken = "the transfer ended early"
        except HTTPError as error:
            if error.code < 500:
                raise SourceError(
                    f"{url}: the server answers {error.code} {error.reason}."
                ) from None
            broken = f"the server answers {error.code} {error.reason}"
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            broken = str(getattr(error, "reason", error)) or type(error).__name__
    raise SourceError(
        f"{url}: {broken}, after {attempts} attempts. What has arrived is kept; "
        "fetch again to continue."
    )


def _one_transfer(
    url: str,
    part: Path,
    timeout: float,
    progress: Callable[[int, int | None], None] | None,
) -> bool:
    """Fetch what is missing; return whether the file is whole now."""
    state = _read_state(part, url)
    have = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": "clusterid", "Accept-Encoding": "identity"}
    if have and state.get("validator"):
        headers["Range"] = f"bytes={have}-"
        headers["If-Range"] = state["validator"]
    else:
        have = 0
    try:
        response: HTTPResponse = urlopen(Request(url, headers=headers), timeout=timeout)
    except HTTPError as error:
        if error.code == 416 and have:  # nothing is missing, or the file has changed
            if state.get("total") == have:
                return True
            part.unlink()
            return False
        raise
    with response:
        continued = response.status == 206
        length = response.headers.get("Content-Length")
        start = have if continued else 0
        total = None if length is None else start + int(length)
        validator = response.headers.get("ETag") or response.headers.get(
            "Last-Modified"
        )
        if validator and validator.startswith("W/"):
            validator = response.headers.get("Last-Modified")
        _state_of(part).write_text(
            json.dumps({"url": url, "validator": validator, "total": total}),
            encoding="utf-8",
        )
        done = start
        with part.open("ab" if continued else "wb") as out:
            while block := response.read(_BLOCK):
                out.write(block)
                done += len(block)
                if progress is not None:
                    progress(done, total)
    return total is None or done == total


def _read_state(part: Path, url: str) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        state: dict[str, Any] = json.loads(_state_of(part).read_text(encoding="utf-8"))
        if state.get("url") == url:
            return state
    return {}


def _check_sum(file: Path, expected: str, *, keep: bool) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    found = digest.hexdigest()
    if expected and found != expected:
        if not keep:
            file.unlink()
            _state_of(file).unlink(missing_ok=True)
        mend = "fetch it with again=True" if keep else "the file was not kept"
        raise SourceError(
            f"{file.name}: the SHA-256 is {found}, expected {expected}; {mend}. If the "
            "publisher has changed the file, remove its .sha256 in the cache."
        )
    return found
