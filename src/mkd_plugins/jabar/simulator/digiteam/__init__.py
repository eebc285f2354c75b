"""Digiteam: one's own presence, days off and log book, as the public code of its server answers.

It knows neither service numbers nor superiors. Everybody acts for themselves, with a token of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final
from uuid import uuid4

import jwt

from mkd_plugins.jabar.simulator.answers import Answer, Asked, Handler, Routes, refusal
from mkd_plugins.jabar.simulator.digiteam.forms import made_id, sent, told, user_id
from mkd_plugins.jabar.simulator.digiteam.logbook import Logbook
from mkd_plugins.jabar.simulator.digiteam.presence import Presence
from mkd_plugins.jabar.simulator.digiteam.projects import PROJECTS, project
from mkd_plugins.jabar.simulator.world import PASSWORD, World
from mkd_plugins.testing.province import Row

_SECRET: Final = "contoh-rahasia-digiteam-yang-tidak-diperiksa"
_REFRESH_LIVES: Final = 24


class Digiteam:
    """The server, with what people have written into it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._presence = Presence()
        self._logbook = Logbook(world.people)

    def routes(self) -> Routes:
        """Its handlers."""
        users = "/v1/auth/users"
        presence = "/v1/attendances"
        days, log = self._presence, self._logbook
        return {
            ("POST", f"{users}/sign-in"): self.sign_in,
            ("POST", f"{users}/refresh-token"): self.refresh,
            ("POST", f"{users}/sign-out"): self._own(self.sign_out),
            ("GET", f"{users}/me"): self._own(self.me),
            ("GET", "/v1/users"): self.users,
            ("GET", "/v1/projects"): self.projects,
            ("GET", "/v1/main-duties/mine"): self._own(self.duties),
            ("POST", f"{presence}/check-in"): self._own(days.check_in),
            ("PATCH", f"{presence}/check-out"): self._own(days.check_out),
            ("GET", f"{presence}/is-checked-in"): self._own(days.is_checked_in),
            ("GET", f"{presence}/is-checked-out"): self._own(days.is_checked_out),
            ("POST", f"{presence}/days-off"): self._own(days.days_off),
            ("POST", "/v1/logbooks"): self._own(log.write),
            ("GET", "/v1/logbooks/mine"): self._own(log.read),
        }

    def sign_in(self, asked: Asked) -> Answer:
        """Tokens for a mail address and a password."""
        given = sent(asked)
        nip = self._mails.get(str(given.get("email", "")))
        if nip is None or given.get("password") != PASSWORD:
            return refusal("digiteam", 401, "Email atau password salah.")
        return self._tokens(asked, nip)

    def refresh(self, asked: Asked) -> Answer:
        """New tokens for a refresh token."""
        nip = self._world.tokens.spend("digiteam-refresh", str(sent(asked).get("refresh_token", "")))
        return self._tokens(asked, nip) if nip else refusal("digiteam", 401, "Refresh token tidak aktif.")

    def sign_out(self, asked: Asked, _: Row) -> Answer:
        """Both tokens end."""
        self._world.tokens.void(str(sent(asked).get("refresh_token", "")))
        self._world.tokens.void(asked.bearer())
        return told(None, "Berhasil keluar.")

    def me(self, _: Asked, person: Row) -> Answer:
        """Three fields, and no service number among them."""
        return told({"id": user_id(person), "name": person["peg_nama"], "email": person["peg_email_resmi"]})

    def users(self, asked: Asked) -> Answer:
        """People by a part of their name; whoever asks."""
        wanted = asked.request.args.get("name", "").casefold()
        fit = (person for person in self._world.people.everybody() if wanted in person["peg_nama"].casefold())
        return told([{"id": user_id(person), "name": person["peg_nama"], "avatar": None} for person in fit])

    def projects(self, asked: Asked) -> Answer:
        """Projects by a part of their name."""
        wanted = asked.request.args.get("name", "").casefold()
        return told([project(name) for name in PROJECTS if wanted in name.casefold()])

    def duties(self, _: Asked, person: Row) -> Answer:
        """The duties of one's post; a probationer has no post here."""
        if person["peg_status_kepegawaian"] == "CPNS":
            return refusal("digiteam", 400, "Jabatan belum diatur.")
        return told([{"id": made_id("duty", person["jabatan_id"]), "name": person["jabatan_nama"], "sequence": 1}])

    def _own(self, handle: Callable[[Asked, Row], Answer]) -> Handler:
        """A handler for whoever the token is of."""

        def owned(asked: Asked) -> Answer:
            nip = self._world.tokens.owner("digiteam", asked.bearer())
            person = self._world.people.find(nip) if nip else None
            return handle(asked, person) if person else refusal("digiteam", 401, "Unauthorized")

        return owned

    def _tokens(self, asked: Asked, nip: str) -> Answer:
        """``expires_in`` is a moment, not a duration."""
        world = self._world
        person = world.people.find(nip)
        assert person is not None
        ends = int(asked.at.timestamp() + world.lifetime)
        claims = {"identifier": user_id(person), "iat": asked.at.timestamp(), "exp": ends, "jti": str(uuid4())}
        text = jwt.encode(claims, _SECRET, algorithm="HS256")
        return told(
            {
                "type": "Bearer",
                "access_token": world.tokens.give("digiteam", nip, world.lifetime, text=text),
                "refresh_token": world.tokens.give("digiteam-refresh", nip, world.lifetime * _REFRESH_LIVES),
                "expires_in": ends,
            }
        )

    @cached_property
    def _mails(self) -> dict[str, str]:
        return {each["peg_email_resmi"]: each["peg_nip"] for each in self._world.people.everybody()}
