"""What can go wrong, on which paths, and how often: ``PATH=KIND[:RATE]``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from threading import Lock
from typing import Final, Literal

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_plugins.jabar.contract import ENDPOINTS, OIDC, SYSTEMS, Endpoint, Known
from mkd_plugins.jabar.simulator.chance import drawn

_EVERYWHERE = SYSTEMS
_TOKENS = "/token$"
_PART = re.compile(r"{\w+}")


@attrs.frozen(kw_only=True)
class Kind:
    """A kind of fault.

    ``where``  the systems, or an end of a path with ``$`` behind it: where it can happen.
    ``by``     what a rate of 0.1 means: one request in ten, one subject in ten each time it is asked for, or that a
               token is over at its tenth request.
    """

    name: str
    known: Known
    what: str
    where: tuple[str, ...]
    by: Literal["request", "subject", "token"] = "request"

    def can_happen_at(self, endpoint: Endpoint) -> bool:
        """Whether a path can have it."""
        ends = tuple(each.removesuffix("$") for each in self.where if each.endswith("$"))
        return endpoint.system in self.where or (bool(ends) and endpoint.path.endswith(ends))


def _kinds() -> Mapping[str, Kind]:
    siasn, persons, signed = ("siasn",), ("{nip}$",), (f"{OIDC}/token$",)
    run, source, observed, assumed = Known.RUN, Known.SOURCE, Known.OBSERVED, Known.ASSUMED
    rows: tuple[tuple[str, Known, tuple[str, ...], str], ...] = (
        ("slow", assumed, _EVERYWHERE, "the answer comes late, by --slow-seconds"),
        ("cut", assumed, _EVERYWHERE, "the answer breaks off in the middle, and the connection with it"),
        ("broken", assumed, _EVERYWHERE, "500, in the envelope of the system"),
        ("busy", assumed, _EVERYWHERE, "503, with Retry-After"),
        ("html", assumed, _EVERYWHERE, "200 and a page in HTML, as a proxy or a login in between gives it"),
        (
            "expired",
            source,
            ("siasn", "digiteam", "siap", "jabarnotify", "userinfo$"),
            "the bearer token is over at its request 1/RATE: 401",
        ),
        (
            "login-expired",
            source,
            siasn,
            "the second token of SIASN, in the header Auth, is over at its request 1/RATE: 401",
        ),
        ("refused", assumed, (_TOKENS, "sign-in$", "refresh-token$", "login$"), "the secret was revoked: 401"),
        ("epoch", run, (_TOKENS,), "expires_in is a moment in seconds since 1970, as it always is at Digiteam"),
        ("text-expiry", assumed, (_TOKENS,), "expires_in is a text"),
        ("foreign-key", assumed, signed, "tokens signed with a key that is not among the published"),
        ("foreign-issuer", assumed, signed, "tokens that name another realm"),
        ("foreign-audience", assumed, signed, "tokens for another client"),
        ("old", assumed, signed, "tokens whose time is over already"),
        ("missing", source, persons, "404 for some people, each time: as if they were nobody's"),
        ("empty", observed, persons, "200 with code 0, and a text as data"),
        ("somebody-else", assumed, persons, "the answer is about another person"),
        ("twins", assumed, (*persons, "presensi-harian$"), "two people under one number"),
        ("spelling", observed, siasn, "keys in snake_case or in PascalCase"),
        ("lowercase", assumed, siasn, "keys in lower case, as Digiteam's lists have them"),
        ("numbers", assumed, siasn, "numbers as numbers, which are texts otherwise"),
        ("sparse", assumed, siasn, "empty fields are left out"),
        ("unknown-code", assumed, siasn, "codes that no table has"),
        ("cycle", assumed, ("ref-unor$",), "two units, each above the other"),
        ("nobody", assumed, ("ref-unor$",), "a head whom nobody knows"),
        ("clock", run, ("digiteam",), "createdAt and updatedAt are seven hours off"),
        ("zone", assumed, ("presensi-harian$",), "the times of presence are in UTC"),
        ("shifted", assumed, ("presensi-harian$", ".csv$"), "the values stand one column further"),
    )
    other: Mapping[str, Literal["subject", "token"]] = {
        "missing": "subject",
        "expired": "token",
        "login-expired": "token",
    }
    return {
        name: Kind(name=name, known=known, where=where, what=what, by=other.get(name, "request"))
        for name, known, where, what in rows
    }


KINDS: Final = _kinds()


@attrs.frozen(kw_only=True)
class Fault:
    """A kind of fault on some paths.

    ``path``  a system (``siasn``), or the end of a path in which ``*`` stands for anything: ``/pns/rw-hukdis/*``.
    ``rate``  how often, from 0 to 1.
    """

    path: str
    kind: str
    rate: float = 1.0

    def __attrs_post_init__(self) -> None:
        where = f"--fault {self.path}={self.kind}:{self.rate:g}"
        kind = KINDS.get(self.kind)
        if kind is None:
            mend = did_you_mean(self.kind, KINDS) or f"one of {', '.join(KINDS)}"
            raise InvalidInput("MKD731", f"there is no kind of fault {self.kind!r}", where=where, mend=mend)
        if not 0 <= self.rate <= 1:
            raise InvalidInput("MKD731", "a rate goes from 0 to 1", where=where, mend="write 0.1 for one in ten")
        there = [endpoint for endpoint in ENDPOINTS if self._names(endpoint)]
        if not there:
            names = [*SYSTEMS, *(endpoint.path for endpoint in ENDPOINTS)]
            mend = did_you_mean(self.path, names) or f"a path, or one of {', '.join(SYSTEMS)}"
            raise InvalidInput("MKD731", "no path is like that", where=where, mend=mend)
        if not any(kind.can_happen_at(endpoint) for endpoint in there):
            fit = [name for name, each in KINDS.items() if any(map(each.can_happen_at, there))]
            raise InvalidInput(
                "MKD731", f"{self.kind} cannot happen there", where=where, mend=f"what can: {', '.join(fit)}"
            )

    @classmethod
    def parse(cls, text: str) -> Fault:
        """``PATH=KIND[:RATE]``. Raises ``InvalidInput`` (MKD731) saying what can be written instead."""
        path, said, rest = text.partition("=")
        kind, _, rate = rest.partition(":")
        if not said:
            mend = f"write PATH=KIND; a kind is one of {', '.join(KINDS)}"
            raise InvalidInput("MKD731", "no kind of fault is said", where=f"--fault {text}", mend=mend)
        try:
            return cls(path=path, kind=kind, rate=float(rate) if rate else 1.0)
        except ValueError:
            raise InvalidInput(
                "MKD731", f"{rate!r} is no number", where=f"--fault {text}", mend="PATH=KIND or PATH=KIND:0.1"
            ) from None

    def strikes(self, endpoint: Endpoint, path: str) -> bool:
        """Whether it can happen on that path."""
        there = self.path == endpoint.system or fnmatchcase(path, f"*{_PART.sub('*', self.path)}")
        return there and KINDS[self.kind].can_happen_at(endpoint)

    def _names(self, endpoint: Endpoint) -> bool:
        """Whether some path of that form may be meant."""
        if self.path == endpoint.system or fnmatchcase(endpoint.path, f"*{self.path}"):
            return True
        wanted = self.path.strip("/").split("/")
        there = endpoint.path.split("/")[-len(wanted) :]
        parts = zip(there, wanted, strict=False)
        alike = all(fnmatchcase(each, _PART.sub("*", part)) or fnmatchcase(part, each) for part, each in parts)
        return 1 < len(wanted) <= endpoint.path.count("/") and alike


class Faults:
    """The faults that are switched on. Each may be changed while the simulator runs; threads may share them."""

    def __init__(self, faults: Iterable[Fault | str] = (), seed: int = 1) -> None:
        self._seed = seed
        self._asked: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._lock = Lock()
        self.switch(faults)

    def switch(self, faults: Iterable[Fault | str]) -> None:
        """From now on it is these, and no others."""
        self.on = tuple(Fault.parse(each) if isinstance(each, str) else each for each in faults)

    def at(self, endpoint: Endpoint, path: str, tokens: Mapping[str, str] | None = None) -> frozenset[str]:
        """The kinds that happen to this request, whose ``tokens`` are named by the kind that ends them.

        The same requests in any order meet the same faults.
        """
        on = [fault for fault in self.on if fault.strikes(endpoint, path)]
        if not on:
            return frozenset()
        with self._lock:
            self._asked[path] += 1
            time = self._asked[path]
            for token in (tokens or {}).values():
                self._used[token] += 1
        return frozenset(fault.kind for fault in on if self._happens(fault, path, time, tokens or {}))

    def _happens(self, fault: Fault, path: str, time: int, tokens: Mapping[str, str]) -> bool:
        match KINDS[fault.kind].by:
            case "token":
                return self._used[tokens.get(fault.kind, "")] * fault.rate >= 1
            case "subject":
                return drawn(self._seed, fault.kind, path) < fault.rate
            case "request":
                return drawn(self._seed, fault.kind, path, time) < fault.rate
