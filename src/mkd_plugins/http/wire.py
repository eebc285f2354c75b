"""What every conversation over HTTP needs: trust, failures as answers on purpose, a bounded body, how long to wait.

Only a connection that was never made is tried a second time within a call; all else is for the outbox, which knows how
long to wait. No message holds anything of a query, a body or an answer, for these are about people.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Final

import requests
from requests.adapters import HTTPAdapter

from mkd_plugins.api import BackendError, Permanent, Transient

CHUNK: Final = 16_384
LONGEST_PAUSE: Final = 86_400.0
"""Seconds that a host may ask for at most: what it says by mistake must not silence it for a year."""

NOT_NOW: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""What means "later" among the statuses that blame the one who asks."""


def plain_session(connections: int | None = None) -> requests.Session:
    """A pool of connections that takes nothing from the environment and keeps no cookies.

    A proxy would read along, a ``.netrc`` take the place of a token, a cookie make calls depend on each other. There
    are no more ``connections`` than that at once, where it is said: whoever comes later waits for one.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers.update({"Accept-Encoding": "identity", "User-Agent": f"mkd/{version('mkd')}"})
    for scheme in ("https://", "http://"):
        session.mount(
            scheme,
            HTTPAdapter(max_retries=1)
            if connections is None
            else HTTPAdapter(max_retries=1, pool_maxsize=connections, pool_block=True),
        )
    return session


def waits(seconds: float) -> tuple[float, float]:
    """How long to wait for a connection and for an answer: two attempts at one, and the other, fit into the seconds."""
    connecting = min(5.0, seconds / 4)
    return connecting, max(seconds - 2 * connecting, 0.001)


def verification(ca_file: Path | None) -> bool | str:
    """What ``requests`` takes as ``verify``: certificates are always verified, by this authority if one is named."""
    if ca_file is None:
        return True
    try:
        ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise Permanent(
            f"the file of the certificate authority cannot be used ({type(error).__name__})",
            code="MKD641",
            where=str(ca_file),
        ) from None
    return str(ca_file)


@contextmanager
def failures(where: str) -> Iterator[None]:
    """What can go wrong on the way, as an answer that shows nothing of what was on it."""
    try:
        yield
    except BackendError:
        raise
    except requests.exceptions.SSLError as error:
        if reason := _distrust(error):
            raise Permanent(
                f"the host's certificate is not trusted: {reason}",
                code="MKD643",
                where=where,
                mend="name its authority in ca_file; verification is never switched off",
            ) from None
        raise Transient("the host does not speak TLS as expected", code="MKD642", where=where) from None
    except (requests.exceptions.Timeout, TimeoutError):
        raise Transient("no answer in time", code="MKD642", where=where) from None
    except (requests.RequestException, OSError) as error:
        said = "no answer in time" if "timed out" in str(error).lower() else f"no answer ({type(error).__name__})"
        raise Transient(said, code="MKD642", where=where) from None


def _distrust(error: BaseException | None) -> str:
    """Why a certificate was refused, dug out of what wraps it; empty where it was not."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        # Older urllib3 has a class of its own for a certificate of another name.
        if isinstance(error, ssl.SSLCertVerificationError) or type(error).__name__ == "CertificateError":
            return getattr(error, "verify_message", "") or "it is for another name"
        inner = [getattr(error, "reason", None), error.__cause__, error.__context__, *error.args]
        error = next((one for one in inner if isinstance(one, BaseException) and id(one) not in seen), None)
    return ""


def body_of(response: requests.Response, most: int, until: float, where: str) -> bytes:
    """The body, unless it is too large, comes too late or is cut off."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > most:
            raise Permanent(
                f"the answer has more than {most} bytes",
                code="MKD648",
                where=where,
                mend="the host answers in smaller pages; or raise max_body",
            )
        if monotonic() > until:
            raise Transient("no answer in time", code="MKD642", where=where)
    told = response.headers.get("Content-Length", "")
    # Of a compressed body it tells the length before unpacking, which of a short one is the longer.
    packed = response.headers.get("Content-Encoding", "identity").lower() != "identity"
    if told.isdigit() and len(body) < int(told) and not packed:
        raise Transient("the answer was cut off", code="MKD642", where=where)
    return bytes(body)


def pause_of(response: requests.Response) -> float | None:
    """The seconds that ``Retry-After`` says, as a number or as a date, up to a day."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(said)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_PAUSE)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
