"""The tables of this room: where a host or a receiver is, and how it knows who speaks."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import attrs

from mkd_core.errors import did_you_mean
from mkd_core.events import EVENTS
from mkd_plugins.api import InvalidInput, Secret
from mkd_plugins.http.signing import key_of


def address(code: str, mend: str) -> Callable[[object, attrs.Attribute[str], str], None]:
    """A validator of the address of a system; it refuses under that code."""

    def validate(_: object, attribute: attrs.Attribute[str], url: str) -> None:
        if problem := unusable(url):
            raise InvalidInput(code, f"{attribute.name}: {problem}", mend=mend)

    return validate


def _fit_for_a_header(_: object, __: attrs.Attribute[Secret], token: Secret) -> None:
    text = token.reveal()
    if not (text and text.isascii() and text.isprintable() and " " not in text):
        raise InvalidInput("MKD641", "the token must be of ASCII and without blanks", mend="make a new one")


@attrs.frozen(kw_only=True)
class Config:
    """The system that a backend ``http`` asks.

    ``url``       where the paths of the OpenAPI document begin. Plain http is for a host on this machine alone.
    ``token``     sent as ``Authorization: Bearer …``.
    ``ca_file``   the authority of a private certificate; certificates are always verified.
    ``timeout``   seconds for a question that brings no deadline of its own.
    ``max_body``  bytes that an answer may have.
    """

    url: str = attrs.field(validator=address("MKD641", 'write url = "https://hr.example.go.id/mkd"'))
    token: Secret = attrs.field(validator=_fit_for_a_header)
    ca_file: Path | None = None
    timeout: float = attrs.field(default=10.0, validator=[attrs.validators.gt(0), attrs.validators.le(3600)])
    max_body: int = attrs.field(default=8_000_000, validator=attrs.validators.ge(1))


def _keys(_: object, __: attrs.Attribute[tuple[Secret, ...]], secrets: tuple[Secret, ...]) -> None:
    if not secrets:
        raise InvalidInput("MKD681", "no secret is named", mend='write secrets = [{ env = "NAME" }]')
    for secret in secrets:
        key_of(secret)


def _known(_: object, __: attrs.Attribute[tuple[str, ...]], kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        if kind not in EVENTS:
            raise InvalidInput("MKD681", f"no event is called {kind!r}", mend=did_you_mean(kind, EVENTS))


def _reference(_: object, __: attrs.Attribute[str], source: str) -> None:
    if not source or not source.isascii() or any(character <= " " for character in source):
        raise InvalidInput("MKD681", "the source is no URI", mend='write source = "https://mkd.example.go.id"')


@attrs.frozen(kw_only=True)
class WebhookConfig:
    """The system that is told of events.

    ``url``      where messages are posted. Plain http is for a receiver on this machine alone.
    ``secrets``  each ``whsec_`` and base64, shared with the receiver; a message is signed with every one of them, so
                 that one can be replaced while both sides go on.
    ``source``   the URI by which messages say where they come from.
    ``kinds``    only these events, such as ``AgreementApproved``; left out: all.
    ``ca_file``  the authority of a private certificate; certificates are always verified.
    """

    url: str = attrs.field(validator=address("MKD681", 'write url = "https://hr.example.go.id/mkd-events"'))
    secrets: tuple[Secret, ...] = attrs.field(validator=_keys)
    source: str = attrs.field(default="/mkd", validator=_reference)
    kinds: tuple[str, ...] = attrs.field(default=(), validator=_known)
    ca_file: Path | None = None


def unusable(url: str) -> str:
    """Why that cannot be the address of a system that is asked; empty for one that can."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # a port that is none raises here
    except ValueError:
        return "the url is none"
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or any(c <= " " for c in url):
        return "the url is no https address"
    if parts.username is not None or parts.password is not None:
        return "the url holds a login"
    if "?" in url or "#" in url:
        return "the url ends in a query or a fragment"
    if parts.scheme == "http" and not _this_machine(host):
        return "over plain http everybody on the way reads along; https is asked for"
    return ""


def _this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
