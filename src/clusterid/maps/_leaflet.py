"""The vendored copy of Leaflet: checked against its manifest, without outside links."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path

from clusterid.errors import SourceError

__all__ = ["leaflet_css", "leaflet_js", "vendored"]

_FOLDER = Path(__file__).with_name("vendor") / "leaflet-1.9.4"


@cache
def vendored(name: str) -> bytes:
    """Return a vendored file after checking it against the manifest.

    Raises
    ------
    SourceError
        If the file is missing or its SHA-256 is not the one recorded.
    """
    manifest = json.loads((_FOLDER / "manifest.json").read_text("utf-8"))
    expected = manifest["files"].get(name, {}).get("sha256")
    path = _FOLDER / name
    if expected is None or not path.is_file():
        raise SourceError(
            f"The vendored file {name} is missing from this installation; "
            "install clusterid again."
        )
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != expected:
        raise SourceError(
            f"The vendored file {name} was changed (its SHA-256 is not the one in "
            "manifest.json); install clusterid again."
        )
    return content


@cache
def leaflet_js() -> str:
    """Return Leaflet's script, without its link to a source map."""
    text = vendored("leaflet.js").decode("utf-8").replace("\r\n", "\n")
    return re.sub(r"//# sourceMappingURL=\S*\s*$", "", text)


@cache
def leaflet_css() -> str:
    """Return Leaflet's style sheet with its images inside."""

    def inline(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("#"):
            return match.group(0)
        content = base64.b64encode(vendored(name.removeprefix("images/"))).decode()
        return f"url(data:image/png;base64,{content})"

    text = vendored("leaflet.css").decode("utf-8").replace("\r\n", "\n")
    return re.sub(r"url\(([^)]*)\)", inline, text)
