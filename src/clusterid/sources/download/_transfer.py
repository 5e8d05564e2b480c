"""A file from the web, continued where it broke off; every header is checked."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import secrets
import string
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from clusterid.errors import OptionError, SourceError
from clusterid.sources.download._contents import is_page

__all__ = ["Part", "checked_address", "kept_as", "shown", "transfer"]

Progress = Callable[[int, int | None], None]

_BLOCK = 1 << 16
#: longest pause that a server may ask for, in seconds
_LONGEST_PAUSE = 30
#: what may pass by itself: too many requests, too slow, and what servers get wrong
_PASSING = (408, 425, 429, 500, 502, 503, 504)
#: a part nobody has written to for so long (seconds) belongs to nobody
_LEFT_BEHIND = 600.0
_RANGE = re.compile(r"\s*bytes\s+(\d+)-(\d+)/(\d+|\*)\s*", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"\s*(\d{1,18})\s*", re.ASCII)
#: what an address may tell to the server alone
_SECRET = re.compile(
    r"([?&][^=&#]*(?:pass|pwd|token|secret|sig|credential|auth|key|user)[^=&#]*=)"
    r"([^&#]+)",
    re.IGNORECASE,
)


class _Broken(Exception):  # noqa: N818 - ends one attempt, never leaves this file
    """An attempt that may be taken up again."""

    def __init__(self, message: str, *, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


class _Redirects(HTTPRedirectHandler):
    """Follows redirects to the web alone, and never from https to http."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("http", "https") or (before, after) == ("https", "http"):
            fp.close()
            raise SourceError(
                f"{shown(req.full_url)}: the server leads on to {shown(newurl)}, "
                f"which is no {'https' if before == 'https' else 'web'} address; "
                "nothing was fetched."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def checked_address(url: str) -> str:
    """Return a web address that can be asked for; signs that it cannot hold quoted.

    Raises
    ------
    OptionError
        If it is no http or https address with a host.

    Examples
    --------
    >>> checked_address("https://example.org/Zahlen 2020.csv")
    'https://example.org/Zahlen%202020.csv'
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
        known = known and (parts.port is None or parts.port > 0)
        parts.netloc.encode("ascii")
        quoted = quote(url, safe=string.punctuation)
    except ValueError:
        known, quoted = False, ""
    if not known or any(ord(c) < 32 for c in url):
        raise OptionError(f"url={shown(url)!r} is no http or https address.")
    return quoted


def shown(url: str) -> str:
    """Return an address as a message may show it, without a password or key.

    Examples
    --------
    >>> shown("https://me:secret@example.org/a?token=abc&year=2020")
    'https://example.org/a?token=...&year=2020'
    """
    return _SECRET.sub(r"\1...", re.sub(r"//[^/@]*@", "//", url))


def kept_as(url: str) -> str:
    """Return an address as it is kept beside a file, to know it again.

    Passwords and keys are left out, or stand as the first digits of their sum.

    Examples
    --------
    >>> kept_as("https://me:secret@Example.org/a?year=2020#top")
    'https://example.org/a?year=2020'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return _SECRET.sub(
        lambda m: m[1] + "~" + hashlib.sha256(m[2].encode()).hexdigest()[:8], bare
    )


@dataclass(slots=True)
class Part:
    """A file on its way, which only one transfer writes to.

    ``part`` is the name under which an unfinished file waits for the next call; while
    a transfer runs, the file bears a name of its own, so that two at the same time do
    not write into one file.
    """

    waiting: Path
    file: Path

    @classmethod
    def claimed(cls, waiting: Path) -> Part:
        """Take an unfinished file over, or begin a new one."""
        own = f"{waiting.name}.{os.getpid()}-{secrets.token_hex(4)}"
        file = waiting.with_name(own)
        left = [
            path
            for path in sorted(waiting.parent.glob(glob.escape(waiting.name) + ".*-*"))
            if not path.name.endswith(".json") and _age(path) > _LEFT_BEHIND
        ]
        for candidate in (waiting, *left):
            with suppress(OSError):
                candidate.rename(file)
                with suppress(OSError):
                    _state_of(candidate).rename(_state_of(file))
                break
        return cls(waiting, file)

    def give_back(self) -> None:
        """Leave what has arrived to the next call."""
        with suppress(OSError):
            if self.file.is_file() and self.file.stat().st_size:
                _state_of(self.file).replace(_state_of(self.waiting))
                self.file.replace(self.waiting)
        self.drop()

    def drop(self) -> None:
        """Remove the file and what is known of it."""
        for path in (self.file, _state_of(self.file)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.file.stat().st_size if self.file.is_file() else 0

    def state(self, url: str) -> dict[str, Any]:
        """Return what is known of the file if it is of this address."""
        with suppress(OSError, ValueError):
            state = json.loads(_state_of(self.file).read_text(encoding="utf-8"))
            if isinstance(state, dict) and state.get("url") == kept_as(url):
                return state
        return {}

    def note(self, state: dict[str, Any]) -> None:
        """Keep what is known of the file beside it."""
        _state_of(self.file).write_text(json.dumps(state), encoding="utf-8")


def _state_of(file: Path) -> Path:
    return file.with_name(file.name + ".json")


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def transfer(
    url: str,
    part: Part,
    *,
    name: str,
    attempts: int,
    timeout: float,
    progress: Progress | None = None,
    any_type: bool = False,
) -> bool:
    """Fetch an address into a part, in several attempts where it breaks off.

    ``any_type`` takes what a server calls a web page, too: its sum is known. Returns
    whether the server told where the file ends: otherwise a connection that was cut
    looks like the end.

    Raises
    ------
    SourceError
        If the server refuses, says what cannot be, or the transfer breaks off for
        good.
    """
    broken = ""
    pause: float | None = None
    for attempt in range(max(1, attempts)):
        if attempt:
            usual = min(2.0 ** (attempt - 1) * 0.1, 5.0)
            time.sleep(usual if pause is None else pause)
        try:
            return _one_transfer(
                url, part, None if any_type else name, timeout, progress
            )
        except _Broken as error:
            broken, pause = str(error), error.pause
    often = "1 attempt" if attempts <= 1 else f"{attempts} attempts"
    raise SourceError(f"{shown(url)}: {broken}, after {often}. {_left(url, part)}")


def _left(url: str, part: Part) -> str:
    """Return what a later call finds of a transfer that ended."""
    if not part.size:
        return "Nothing has arrived; check the address, or fetch again later."
    if part.state(url).get("validator"):
        return "What has arrived is kept; fetch again to continue."
    return "This server lets nothing be continued; fetch again to begin anew."


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for: an address, from which byte of which version on."""

    url: str
    have: int
    total: int | None
    validator: str | None

    @classmethod
    def of(cls, url: str, part: Part) -> _Asked:
        """Ask for what is missing of a part, or for all where nothing continues it."""
        state, have = part.state(url), part.size
        total, validator = state.get("total"), state.get("validator")
        total = total if isinstance(total, int) else None
        validator = validator if isinstance(validator, str) else None
        is_other = total is not None and have > total  # or written by somebody else
        return cls(url, 0 if is_other or not validator else have, total, validator)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say so."""
        headers = {"User-Agent": "clusterid", "Accept-Encoding": "identity"}
        if self.have and self.validator:
            headers["Range"] = f"bytes={self.have}-"
            headers["If-Range"] = self.validator
        return headers


def _one_transfer(
    url: str, part: Part, name: str | None, timeout: float, progress: Progress | None
) -> bool:
    """Fetch what is missing; return whether the server told where the file ends."""
    asked = _Asked.of(url, part)
    response = _response(asked, part, timeout)
    if response is None:
        return True
    with response:
        said = _Answer.of(asked, response)
        if said.is_other:
            part.drop()
            raise _Broken("the server answers with another part than was asked for")
        if name is not None:
            said.check_type(url, name)
        done = _received(response, _begun(part, asked, said), part, said, progress)
    if said.total is not None and done != said.total:
        raise _Broken(f"the transfer ended after {done} of {said.total} bytes")
    if said.length is not None and done - said.start != said.length:
        raise _Broken(f"the transfer ended after {done} bytes, before its end")
    if said.packed:
        _unpack(url, part)
    return said.tells_end


def _response(asked: _Asked, part: Part, timeout: float) -> HTTPResponse | None:
    """Return the server's answer; None where all has arrived before."""
    try:
        return _opened(asked.url, asked.headers, timeout)
    except HTTPError as error:
        with error:
            if error.code != 416 or not asked.have:
                raise _refused(asked.url, error, part) from None
            if asked.total == asked.have:
                return None
            part.drop()
            raise _Broken("the file is another one now") from None
    except SourceError:
        raise
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise _Broken(_reason(error)) from None


def _begun(part: Part, asked: _Asked, said: _Answer) -> IO[bytes]:
    """Note what is known of a file, and open it to write what comes."""
    try:
        part.note({
            "url": kept_as(asked.url),
            "validator": said.validator,
            "total": said.total,
        })
        return part.file.open("ab" if said.start else "wb")
    except OSError as error:
        raise _not_writable(part, error) from None


def _opened(url: str, headers: dict[str, str], timeout: float) -> HTTPResponse:
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        UnknownHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        _Redirects(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    response: HTTPResponse = opener.open(Request(url, headers=headers), timeout=timeout)
    return response


def _reason(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or error
    return " ".join(str(reason).split()) or type(error).__name__


def _refused(url: str, error: HTTPError, part: Part) -> Exception:
    """Return what an answer that is no file means: an end, or another attempt."""
    if 300 <= error.code < 400:
        return SourceError(
            f"{shown(url)}: the server leads on ({error.code}) to "
            f"{shown(str(error.headers.get('Location')))}, and no file is reached; "
            "nothing was fetched."
        )
    words = f"the server answers {error.code} {error.reason}".strip()
    if error.code not in _PASSING:
        return SourceError(f"{shown(url)}: {words}.")
    later = error.headers.get("Retry-After") if error.headers else None
    if later is None:
        return _Broken(words)
    return _Broken(words, pause=_pause(url, words, later, part))


def _pause(url: str, words: str, later: str, part: Part) -> float:
    """Return how many seconds a server asks to wait."""
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    number = _NUMBER.fullmatch(later)
    if number:
        seconds = float(number[1])
    else:
        try:
            when = parsedate_to_datetime(later)
        except (ValueError, TypeError):
            raise SourceError(
                f"{shown(url)}: {words} and Retry-After: {later!r}, which is neither "
                "seconds nor a time; fetch again later."
            ) from None
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = max(0.0, (when - datetime.now(UTC)).total_seconds())
    if seconds > _LONGEST_PAUSE:
        raise SourceError(
            f"{shown(url)}: {words} and asks to come again after {seconds:.0f} "
            f"seconds. {_left(url, part)}"
        )
    return seconds


@dataclass(frozen=True, slots=True)
class _Span:
    """Which bytes of a file an answer with a part of it says to hold."""

    start: int
    end: int
    total: int | None

    @classmethod
    def of(cls, url: str, said: str) -> _Span:
        """Read ``Content-Range``; SourceError where it names no part."""
        match = _RANGE.fullmatch(said)
        if match is None:
            raise SourceError(
                f"{shown(url)}: the server answers with a part and "
                f"Content-Range: {said!r}, which names none; nothing was kept of it."
            )
        total = None if match[3] == "*" else int(match[3])
        return cls(int(match[1]), int(match[2]), total)

    @property
    def length(self) -> int:
        """Bytes of the part."""
        return self.end - self.start + 1

    def is_other(self, asked: _Asked, length: int | None, tag: str | None) -> bool:
        """Return whether it is another part than asked for, or contradicts itself."""
        known = asked.total
        tagged = asked.validator is not None and asked.validator.startswith('"')
        return any((
            not asked.have,
            self.start != asked.have,
            self.end < self.start,
            self.total is not None and self.end >= self.total,
            length is not None and length != self.length,
            None not in {known, self.total} and self.total != known,
            tag is not None and tag != asked.validator and tagged,
        ))


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the headers of an answer say, checked."""

    start: int
    length: int | None
    total: int | None
    validator: str | None
    kind: str
    packed: bool
    is_other: bool
    tells_end: bool

    @classmethod
    def of(cls, asked: _Asked, response: HTTPResponse) -> _Answer:
        """Read the headers.

        Raises
        ------
        SourceError
            If a header is no number where it must be one, or the answer is encoded
            in a way that was not asked for.
        """
        headers, chunked = response.headers, bool(response.chunked)
        length = None
        if not chunked:
            length = _number(asked.url, "Content-Length", headers.get("Content-Length"))
        tag = headers.get("ETag") or None
        if tag is not None and tag.startswith("W/"):  # says nothing of the bytes
            tag = None
        start, total, is_other, is_part = 0, length, False, response.status == 206
        if is_part:
            span = _Span.of(asked.url, headers.get("Content-Range", ""))
            is_other = span.is_other(asked, length, tag)
            start, length = span.start, span.length if length is None else length
            total = asked.total if span.total is None else span.total
        packed = _is_packed(asked.url, headers)
        return cls(
            start=start,
            length=length,
            total=total,
            validator=tag or headers.get("Last-Modified"),
            kind=headers.get_content_type() if headers.get("Content-Type") else "",
            packed=packed,
            is_other=is_other,
            tells_end=packed or (chunked and not is_part) or total is not None,
        )

    def check_type(self, url: str, name: str) -> None:
        """Raise SourceError where a web page comes instead of a file."""
        if self.kind in ("text/html", "application/xhtml+xml") and not is_page(name):
            raise SourceError(
                f"{shown(url)}: the server answers with a web page ({self.kind}), to "
                f"log in or to tell an error, and not with {name}; open the address "
                "in a browser to see it."
            )


def _is_packed(url: str, headers: HTTPMessage) -> bool:
    """Return whether the answer is packed as gzip; another packing is reported."""
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise SourceError(
            f"{shown(url)}: the server packs the file as {encoding!r}, which was "
            "not asked for."
        )
    return encoding in {"gzip", "x-gzip"}


def _number(url: str, header: str, text: str | None) -> int | None:
    if text is None:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise SourceError(
            f"{shown(url)}: the server says {header}: {text!r}, which is no number; "
            "nothing was fetched."
        )
    return int(match[1])


def _received(
    response: HTTPResponse,
    out: IO[bytes],
    part: Part,
    said: _Answer,
    progress: Progress | None,
) -> int:
    """Write what comes to the part; return how many bytes it holds then."""
    done = said.start
    left = said.length
    try:
        with out:
            while True:
                # the last byte comes alone, to see whether more comes behind it
                size = _BLOCK if left is None else min(_BLOCK, max(1, left - 1))
                try:
                    more = left == 1 and len(response.peek(2)) > 1
                    block = b"" if left == 0 else response.read(size)
                except (HTTPException, OSError, ValueError) as error:
                    raise _Broken(_reason(error)) from None
                if not block:
                    break
                out.write(block)
                done += len(block)
                left = None if left is None else left - len(block)
                if progress is not None:
                    progress(done, said.total)
                if more:
                    raise SourceError(
                        f"{shown(response.url)}: more comes than the "
                        f"{said.length} bytes that Content-Length says."
                    )
    except OSError as error:
        if isinstance(error, SourceError):
            part.drop()
            raise
        raise _not_writable(part, error) from None
    return done


def _not_writable(part: Part, error: OSError) -> SourceError:
    return SourceError(
        f"{part.waiting.parent}: the file cannot be written "
        f"({error.strerror or error}); make room, or set CLUSTERID_CACHE to a folder "
        "that may be written."
    )


def _unpack(url: str, part: Part) -> None:
    """Take off the packing of the transfer; the file is as the server has it then."""
    plain = part.file.with_name(part.file.name + "-plain")
    unpacking = zlib.decompressobj(wbits=31)
    fault = ""
    try:
        with part.file.open("rb") as packed, plain.open("wb") as out:
            while block := packed.read(_BLOCK):
                out.write(unpacking.decompress(block))
            out.write(unpacking.flush())
        if unpacking.eof:
            plain.replace(part.file)
        else:
            fault = "it ends early"
    except zlib.error as error:
        fault = str(error)
    except OSError as error:
        raise _not_writable(part, error) from None
    finally:
        with suppress(OSError):
            plain.unlink(missing_ok=True)
    if fault:
        part.drop()
        raise SourceError(
            f"{shown(url)}: the server packs the file as gzip, and it cannot be "
            f"unpacked ({fault})."
        )
