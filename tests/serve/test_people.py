"""People who come with a token of an identity provider act as themselves, and nobody with a wrong one as anybody."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sso_server import Provider, provider

from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.settings import Oidc
from mkd_plugins.serve.tokens import TokenReader


@pytest.fixture(scope="module")
def sso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider of a module."""
    with provider(tmp_path_factory.mktemp("sso")) as made:
        yield made


def table(sso: Provider, holds: str = "handle") -> str:
    """The table for that provider."""
    return (
        f'[serve.oidc]\nissuer = "{sso.issuer}"\naudience = "{sso.audience}"\njwks = "{sso.address}"\n'
        f'claim = "employee"\nholds = "{holds}"\nca_file = "{sso.folder / "ca.pem"}"\ntimeout = 2\n'
    )


@pytest.fixture(scope="module")
def door(sso: Provider, make_folder, serving):
    """A server that knows the provider."""
    made = serving(make_folder(table(sso))).start()
    yield made
    made.stop()


def test_a_person_acts_as_themselves(door, sso: Provider) -> None:
    """Proposes, submits and is seen by the superior who votes with a token of their own."""
    employee, number = sso.token("k000002@example.go.id"), {"from": str(door.starts), "remote": "wed"}

    draft = door.ask("POST", "/v1/agreements", {**number, "targets": []}, token=employee).json()
    asked = door.ask("POST", f"/v1/agreements/{draft['agreement']}/submit", token=employee).json()
    own = door.ask("POST", f"/v1/agreements/{draft['agreement']}/approve", token=employee)
    [approver] = asked["waits_for"]["approvers"]
    approved = door.ask(
        "POST", f"/v1/agreements/{draft['agreement']}/approve", token=sso.token(f"{approver}@example.go.id")
    )

    assert draft["applicant"] == "k000002"
    assert (own.status_code, own.json()["code"]) == (403, "MKD420")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")


def test_a_person_names_no_other(door, sso: Provider) -> None:
    """And sees what concerns them alone."""
    token = sso.token("k000140@example.go.id")

    named = door.ask("GET", "/v1/inbox", token=token, person="k000101")
    other = door.ask("GET", "/v1/people/k000101/days/2030-01-01", token=token)
    decided = door.ask("POST", "/v1/decide", {"facts": {}}, token=token)

    assert [(each.status_code, each.json()["code"]) for each in (named, other, decided)] == [
        (403, "MKD710"),
        (404, "MKD450"),
        (403, "MKD709"),
    ]


def test_a_key_in_the_claim_is_no_handle(door, sso: Provider) -> None:
    """Whoever chose a login that is another's key does not become that person."""
    answer = door.ask("GET", "/v1/inbox", token=sso.token("k000101"))

    assert (answer.status_code, answer.json()["code"]) == (404, "MKD406")


def test_whoever_asks_too_often_is_not_looked_up(sso: Provider, make_folder, serving) -> None:
    """The limit comes before identity, which may be another machine; it is each person's own."""
    folder = make_folder(table(sso))
    config = folder / "mkd.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("rate = 10000\nburst = 10000", "rate = 0.01\nburst = 3"), encoding="utf-8")
    hurried = serving(folder).start()

    stranger = [hurried.ask("GET", "/v1/inbox", token=sso.token("nobody@example.go.id")).status_code for _ in range(5)]
    other = hurried.ask("GET", "/v1/inbox", token=sso.token("k000101@example.go.id")).status_code
    hurried.stop()

    assert (stranger, other) == ([404, 404, 404, 429, 429], 200)


def ago(**span: int) -> datetime:
    """A moment before now."""
    return datetime.now(UTC) - timedelta(**span)


def unsigned(sso: Provider) -> str:
    """A token that says that nobody signed it."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one"}).encode()).rstrip(b"=").decode()
    return f"{head}.{sso.token().split('.')[1]}."


WRONG = {
    "expired": lambda sso: sso.token(exp=ago(minutes=2)),
    "not yet": lambda sso: sso.token(nbf=ago(minutes=-5)),
    "no end": lambda sso: sso.token(exp=None),
    "another audience": lambda sso: sso.token(aud="payroll"),
    "no audience": lambda sso: sso.token(aud=None),
    "another issuer": lambda sso: sso.token(iss="https://sso.example.go.id/realms/asn/"),
    "no issuer": lambda sso: sso.token(iss=None),
    "another key": lambda sso: sso.token(key=sso.other),
    "an unknown key": lambda sso: sso.token(kid="two"),
    "no name of a key": lambda sso: sso.token(kid=None),
    "unsigned": unsigned,
    "a shared secret": lambda sso: sso.token(key="s" * 64, alg="HS256"),
    "another algorithm": lambda sso: sso.token(alg="RS512"),
    "no person": lambda sso: sso.token(None),
    "a list of people": lambda sso: sso.token(["k000101"]),
    "changed on the way": lambda sso: sso.token()[:-6] + "AAAAAA",
    "no token": lambda sso: "a.b.c",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_token_that_does_not_hold_is_nobodys(door, sso: Provider, wrong) -> None:
    """Whatever is wrong with it."""
    answer = door.ask("GET", "/v1/inbox", token=wrong(sso))

    assert (answer.status_code, answer.json()["code"]) == (401, "MKD712")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_clocks_may_differ_a_little(door, sso: Provider) -> None:
    """A token that expired a breath ago is still one."""
    answer = door.ask("GET", "/v1/inbox", token=sso.token("k000101@example.go.id", exp=ago(seconds=10)))

    assert answer.status_code == 200


def settings(sso: Provider, **changes) -> Oidc:
    """The settings for that provider."""
    given = {"issuer": sso.issuer, "audience": sso.audience, "jwks": sso.address, "claim": "employee"}
    return Oidc(**{**given, "ca_file": sso.folder / "ca.pem", "timeout": 1.0, **changes})


def code_of(reader: TokenReader, token: str) -> str:
    """The code with which a token is refused."""
    with pytest.raises(HttpProblem) as refused:
        reader.person(token)
    return refused.value.code


def test_keys_are_fetched_once_and_not_for_every_unknown_one(sso: Provider) -> None:
    """Whoever sends tokens with invented keys does not make the server ask the provider each time."""
    reader, before = TokenReader(settings(sso)), sso.asked

    people = [reader.person(sso.token("one")) for _ in range(5)]
    refused = [code_of(reader, sso.token(kid=f"x{number}")) for number in range(20)]

    assert (people, refused) == (["one"] * 5, ["MKD712"] * 20)
    assert sso.asked == before + 1


def test_a_provider_whose_certificate_nobody_signed_is_not_believed(sso: Provider) -> None:
    """Without the authority of the settings there are no keys, and so no people."""
    reader = TokenReader(settings(sso, ca_file=None))

    assert code_of(reader, sso.token()) == "MKD713"


def test_a_provider_that_hangs_costs_the_timeout_once(sso: Provider) -> None:
    """Afterwards it is left alone for a while, and asked again when that is over."""
    now = [0.0]
    reader = TokenReader(settings(sso, timeout=0.5), clock=lambda: now[0])
    sso.answers.clear()
    before = sso.asked

    refused = [code_of(reader, sso.token()) for _ in range(5)]
    sso.answers.set()
    now[0] = 6.0

    assert refused == ["MKD713"] * 5
    assert sso.asked == before + 1
    assert reader.person(sso.token("again")) == "again"


def test_people_whose_keys_are_known_need_no_provider(sso: Provider) -> None:
    """While it hangs, a token with an invented key costs nobody else an answer, and one question among many threads."""
    reader = TokenReader(settings(sso, timeout=0.5), clock=lambda: 0.0)
    reader.person(sso.token("known"))
    newer = settings(sso, timeout=0.5, keep=1e-6)
    forgetful, before = TokenReader(newer, clock=lambda: 0.0), sso.asked
    sso.answers.clear()

    with ThreadPoolExecutor(8) as pool:
        refused = [pool.submit(code_of, forgetful, sso.token()) for _ in range(8)]
        known = reader.person(sso.token("known"))
        codes = {each.result(30) for each in refused}
    sso.answers.set()

    assert (known, codes) == ("known", {"MKD713"})
    assert sso.asked == before + 1


@pytest.mark.parametrize("published", [b"no JSON", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kid": "one"}]}'])
def test_a_provider_that_publishes_nonsense_makes_nobody_anybody(sso: Provider, published: bytes) -> None:
    """It is a problem with a code, and not one of the server."""
    usual, sso.published = sso.published, published
    try:
        assert code_of(TokenReader(settings(sso)), sso.token()) in {"MKD712", "MKD713"}
    finally:
        sso.published = usual


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"jwks": "http://sso.example.go.id/keys"}, "https://"),
        ({"algorithms": ("HS256",)}, "some of"),
        ({"algorithms": ("none",)}, "some of"),
        ({"algorithms": ()}, "some of"),
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(sso: Provider, changes: dict, said: str) -> None:
    """Before anything is served."""
    with pytest.raises(ValueError, match=said):
        settings(sso, **changes)


def test_tokens_of_before_are_no_longer_believed_when_keys_have_changed(sso: Provider) -> None:
    """A provider that takes a key back is asked again when the keys that are kept are old."""
    reader = TokenReader(settings(sso, keep=1e-6))
    assert reader.person(sso.token("before")) == "before"
    usual, sso.published = sso.published, json.dumps({"keys": [sso.jwk("two")]}).encode()

    try:
        assert code_of(reader, sso.token("after")) == "MKD712"
        assert reader.person(sso.token("after", kid="two")) == "after"
    finally:
        sso.published = usual
