"""SSO Jabar: a realm of Keycloak, with the paths and claims that its handbook lists.

``preferred_username`` is the service number. Roles, superiors and employment are not among the claims.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid4, uuid5

from mkd_plugins.jabar.contract import OIDC, REALM
from mkd_plugins.jabar.simulator.answers import HTML, Answer, Asked, Routes, refusal
from mkd_plugins.jabar.simulator.keys import Keys
from mkd_plugins.jabar.simulator.world import CLIENT_ID, CLIENT_SECRET, PASSWORD, World
from mkd_plugins.testing.province import Row

_CODE_SECONDS = 60.0
_REFRESH_SECONDS = 1800.0
_KEPT = ("client_id", "redirect_uri", "state", "nonce", "scope", "code_challenge", "code_challenge_method")


class Sso:
    """The realm ``ssojabar``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys = Keys()

    def routes(self) -> Routes:
        """Its handlers."""
        return {
            ("GET", f"{REALM}/.well-known/openid-configuration"): self.discovery,
            ("GET", f"{OIDC}/certs"): lambda _: Answer(body=self._keys.jwks()),
            ("GET", f"{OIDC}/auth"): self.login_page,
            ("POST", f"{OIDC}/auth"): self.login,
            ("POST", f"{OIDC}/token"): self.token,
            ("GET", f"{OIDC}/userinfo"): self.userinfo,
            ("GET", f"{OIDC}/logout"): self.logout,
        }

    @property
    def issuer(self) -> str:
        """The realm's address."""
        return self._world.base + REALM

    def discovery(self, _: Asked) -> Answer:
        """What a client learns of the realm."""
        place = self._world.base + OIDC
        return Answer(
            body={
                "issuer": self.issuer,
                "authorization_endpoint": f"{place}/auth",
                "token_endpoint": f"{place}/token",
                "userinfo_endpoint": f"{place}/userinfo",
                "end_session_endpoint": f"{place}/logout",
                "jwks_uri": f"{place}/certs",
                "grant_types_supported": ["authorization_code", "refresh_token", "password", "client_credentials"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "email", "profile"],
            }
        )

    def login_page(self, asked: Asked) -> Answer:
        """The page on which people log in."""
        return _unfit(asked.request.args) or _page(asked.request.args, "")

    def login(self, asked: Asked) -> Answer:
        """The page sent: back to the client with a code, or the page again."""
        given = asked.request.form
        if problem := _unfit(given):
            return problem
        if self._person(given.get("username", ""), given.get("password", "")) is None:
            return _page(given, "Nama pengguna atau kata sandi salah.")
        session = {name: given.get(name, "") for name in _KEPT} | {"nip": given["username"], "session": str(uuid4())}
        code = self._world.tokens.give("code", json.dumps(session), _CODE_SECONDS)
        back = {"session_state": session["session"], "code": code}
        back |= {"state": session["state"]} if session["state"] else {}
        separator = "&" if urlsplit(session["redirect_uri"]).query else "?"
        return Answer(
            body="",
            status=302,
            media=HTML,
            headers={"Location": f"{session['redirect_uri']}{separator}{urlencode(back)}"},
        )

    def token(self, asked: Asked) -> Answer:
        """Tokens for a code, a refresh token, a login, or the client itself."""
        given = asked.request.form
        if _client(asked) != (CLIENT_ID, CLIENT_SECRET):
            return refusal("sso", 401, "invalid_client")
        match given.get("grant_type"):
            case "authorization_code":
                return self._by_code(asked)
            case "refresh_token":
                owner = self._world.tokens.spend("refresh", given.get("refresh_token", ""))
                return self._granted(asked, json.loads(owner)) if owner else refusal("sso", 400, "invalid_grant")
            case "password":
                nip = given.get("username", "")
                known = self._person(nip, given.get("password", ""))
                session = {"nip": nip, "session": str(uuid4())}
                return self._granted(asked, session) if known else refusal("sso", 401, "invalid_grant")
            case "client_credentials":
                return self._granted(asked, {"nip": "", "session": ""})
        return refusal("sso", 400, "unsupported_grant_type")

    def userinfo(self, asked: Asked) -> Answer:
        """The nine claims of whoever the token is of."""
        owner = self._world.tokens.owner("sso", asked.bearer())
        person = self._world.people.find(owner) if owner else None
        return Answer(body=self._claims(person)) if person else refusal("sso", 401, "invalid_token")

    def logout(self, asked: Asked) -> Answer:
        """The end of a session: back to the client where it says so."""
        back = asked.request.args.get("post_logout_redirect_uri", "")
        if back and _on_this_machine(back):
            return Answer(body="", status=302, media=HTML, headers={"Location": back})
        return Answer(body="<!doctype html><title>SSO Jabar</title><p>Anda telah keluar.", media=HTML)

    def _by_code(self, asked: Asked) -> Answer:
        given = asked.request.form
        owner = self._world.tokens.spend("code", given.get("code", ""))
        session = json.loads(owner) if owner else {}
        if not session or session["redirect_uri"] != given.get("redirect_uri"):
            return refusal("sso", 400, "invalid_grant")
        challenge = session["code_challenge"]
        if challenge and challenge != _challenge(given.get("code_verifier", "")):
            return refusal("sso", 400, "invalid_grant")
        return self._granted(asked, session)

    def _granted(self, asked: Asked, session: Mapping[str, str]) -> Answer:
        """Access token, identity token and refresh token of a session; the client itself gets the first alone."""
        world = self._world
        person = world.people.find(session["nip"])
        begins = int(asked.at.timestamp()) - (7200 if "old" in asked.faults else 0)
        claims = {
            "iss": f"{world.base}/realms/jabarprov" if "foreign-issuer" in asked.faults else self.issuer,
            "aud": "another-client" if "foreign-audience" in asked.faults else CLIENT_ID,
            "azp": CLIENT_ID,
            "iat": begins,
            "exp": begins + int(world.lifetime),
            **(self._claims(person) if person else {"sub": _subject(CLIENT_ID)}),
        }
        foreign = "foreign-key" in asked.faults
        access = self._keys.sign({**claims, "typ": "Bearer", "jti": str(uuid4())}, foreign=foreign)
        world.tokens.give("sso", session["nip"], world.lifetime, text=access)
        body: dict[str, Any] = {"access_token": access, "expires_in": int(world.lifetime), "token_type": "Bearer"}
        if person:
            nonce = {"nonce": session["nonce"]} if session.get("nonce") else {}
            body |= {
                "refresh_token": world.tokens.give("refresh", json.dumps(dict(session)), _REFRESH_SECONDS),
                "refresh_expires_in": int(_REFRESH_SECONDS),
                "id_token": self._keys.sign({**claims, "typ": "ID", **nonce}, foreign=foreign),
                "session_state": session["session"],
            }
        return Answer(body=body, headers={"Cache-Control": "no-store"})

    def _person(self, nip: str, password: str) -> Row | None:
        return self._world.people.find(nip) if password == PASSWORD else None

    def _claims(self, person: Row) -> dict[str, Any]:
        name = person["peg_nama_lengkap"]
        return {
            "sub": _subject(person["peg_id"]),
            "preferred_username": person["peg_nip"],
            "name": name,
            "given_name": name,
            "email": person["peg_email_resmi"],
            "email_verified": True,
            "foto": f"{self._world.base}/foto/{person['peg_id']}.jpg",
            "jabatan": person["jabatan_nama"],
            "unit_kerja": person["unit_kerja_nama"],
            "opd": person["satuan_kerja_nama"],
        }


def _subject(key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:mkd:simulator:{key}"))


def _client(asked: Asked) -> tuple[str, str]:
    """Who the client says it is: by Basic, or in the form."""
    form = asked.request.form
    by_form = form.get("client_id", ""), form.get("client_secret", "")
    return asked.basic() if any(asked.basic()) else by_form


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _on_this_machine(address: str) -> bool:
    """The simulator sends people nowhere else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        address.isprintable()
        and parts.scheme in ("http", "https")
        and parts.hostname in ("127.0.0.1", "localhost", "::1")
    )


def _unfit(given: Mapping[str, str]) -> Answer | None:
    """A page that says why nobody can log in with such a request."""
    if given.get("client_id") != CLIENT_ID:
        said = "Client not found."
    elif not _on_this_machine(given.get("redirect_uri", "")):
        said = "Invalid parameter: redirect_uri"
    elif given.get("response_type", "code") != "code":
        said = "Invalid parameter: response_type"
    else:
        return None
    return Answer(body=f"<!doctype html><title>SSO Jabar</title><p>{said}", status=400, media=HTML)


def _page(given: Mapping[str, str], said: str) -> Answer:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(given[name])}">' for name in _KEPT if name in given
    )
    return Answer(
        body=(
            f'<!doctype html><html lang="id"><title>SSO Jabar</title><h1>SSO Jabar (simulator)</h1><p>{said}</p>'
            f'<form method="post" action="{OIDC}/auth">{hidden}'
            '<label>NIP <input name="username" autocomplete="username"></label>'
            '<label>Kata sandi <input name="password" type="password" autocomplete="current-password"></label>'
            "<button>Masuk</button></form>"
        ),
        media=HTML,
    )
