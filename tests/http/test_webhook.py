"""Events leave as signed messages: the receiver's own library takes them, whatever happens on the way."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field

from mkd_core import AgreementService, Target, TargetKind, Week, weekly
from mkd_core.errors import MkdError, Permanent, Transient
from mkd_core.outbox import EffectStatus
from mkd_core.ports import Declined, Events
from mkd_plugins.config import Config
from mkd_plugins.host import Host
from mkd_plugins.testing.events import OCCURRENCE, EventsSuite
from mkd_plugins.testing.fakes import memory_journal, small_agency

standardwebhooks = pytest.importorskip("standardwebhooks", reason="the receiver's library is the tests' own")
werkzeug = pytest.importorskip("werkzeug", reason="the receiver's server is an extra")

OLD, NEW = (f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in (7, 8))
SECRETS = {"OLD_SECRET": OLD, "NEW_SECRET": NEW}


@define
class Receiver:
    """A system that follows, by the official library. ``answers`` are statuses (and headers) of the next requests."""

    knows: str = NEW
    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(factory=list)
    taken: dict[str, dict[str, Any]] = field(factory=dict)
    violations: list[str] = field(factory=list)

    @werkzeug.Request.application
    def __call__(self, request: Any) -> Any:
        body = request.get_data()
        headers = dict(request.headers)
        self.heard.append((headers, body))
        self.violations += violations(headers, body)
        event = standardwebhooks.Webhook(self.knows).verify(body, headers)
        if self.answers:
            status, more = self.answers.pop(0)
            return werkzeug.Response(status=status, headers=more)
        self.taken.setdefault(request.headers["webhook-id"], event)
        return werkzeug.Response(status=204)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    hr_system = pytest.importorskip("hr_system", reason="the receiver's server is an extra")
    made = Receiver()
    with hr_system.listening(made) as made.url:
        yield made
    assert made.violations == []


def violations(headers: dict[str, str], body: bytes) -> list[str]:
    """Where a message is not as the published document says."""
    hr_system = pytest.importorskip("hr_system", reason="the receiver's server is an extra")
    operation = hr_system.DOCUMENT["webhooks"]["event"]["post"]
    found = [error.message for error in hr_system.schema("Event").iter_errors(json.loads(body))]
    found += [name for name in [headers["Content-Type"]] if name not in operation["requestBody"]["content"]]
    for parameter in operation["parameters"]:
        text = headers[parameter["name"].title()]
        found += [] if hr_system.matches(parameter["schema"], text) else [f"{parameter['name']} has another form"]
    return found


@pytest.fixture
def webhook() -> Iterator[Callable[..., Events]]:
    """Makes the backend from its table, behind the guard that a deployment has."""
    opened = []

    def make(url: str, *secrets: str, more: str = "", environ: dict[str, str] = SECRETS) -> Events:
        listed = ", ".join(f'{{ env = "{name}" }}' for name in secrets or ("NEW_SECRET",))
        toml = f'[events.webhook]\nurl = "{url}"\nsecrets = [{listed}]\n{more}'
        host = Host.load(Config.from_toml(toml, folder=Path()), no_plugins=True, environ=environ)
        opened.append(host)
        return host.one("events")

    yield make
    for host in opened:
        host.close()


class TestWebhook(EventsSuite):
    @pytest.fixture
    def backend(self, webhook: Callable[..., Events], receiver: Receiver) -> Events:
        return webhook(receiver.url)

    @pytest.fixture
    def unreachable(self, webhook: Callable[..., Events]) -> Events:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            return webhook(f"http://127.0.0.1:{nobody.getsockname()[1]}")


def test_the_official_library_takes_the_signature(webhook: Callable[..., Events], receiver: Receiver) -> None:
    """Id, moment and body are what is signed, and nothing of the person's key stands in a header."""
    receipt = webhook(receiver.url).publish(OCCURRENCE)

    [(headers, body)] = receiver.heard
    assert standardwebhooks.Webhook(NEW).verify(body, headers) == receiver.taken[receipt.reference]
    assert re.fullmatch(r"evt_[0-9a-f]{32}", headers["Webhook-Id"])
    assert abs(int(headers["Webhook-Timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert not [text for text in headers.values() if "rahmania" in text]


def test_the_body_is_a_cloud_event(webhook: Callable[..., Events], receiver: Receiver) -> None:
    """By the reader of the CloudEvents project, with type, source, subject, time and the event's own fields."""
    formats = pytest.importorskip("cloudevents.core.formats.json", reason="the reader is the tests' own")
    events = pytest.importorskip("cloudevents.core.v1.event", reason="the reader is the tests' own")
    webhook(receiver.url, more='source = "https://mkd.example.go.id"').publish(OCCURRENCE)

    [(headers, body)] = receiver.heard
    event = formats.JSONFormat().read(events.CloudEvent, body)

    assert headers["Content-Type"] == "application/cloudevents+json"
    assert event.get_type() == "mkd.AgreementApproved.v1"
    assert event.get_source() == "https://mkd.example.go.id"
    assert event.get_id() == headers["Webhook-Id"]
    assert event.get_subject() == "rahmania.1"
    assert event.get_time() == OCCURRENCE.at
    assert event.get_data() == {
        "stream": "person/rahmania",
        "number": 7,
        "person": "rahmania",
        "by": "head",
        "event": OCCURRENCE.data,
    }


def test_while_a_secret_is_replaced_both_sides_go_on(webhook: Callable[..., Events], receiver: Receiver) -> None:
    """A message is signed with the new secret and with the old one."""
    both = webhook(receiver.url, "NEW_SECRET", "OLD_SECRET")

    for known in (OLD, NEW):
        receiver.knows = known
        both.publish(evolve(OCCURRENCE, key=f"person/rahmania#{known[-4:]}"))

    assert len(receiver.taken) == 2


def test_a_changed_message_is_not_taken(webhook: Callable[..., Events], receiver: Receiver) -> None:
    """Whoever sits between has no secret."""
    webhook(receiver.url).publish(OCCURRENCE)

    [(headers, body)] = receiver.heard
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(NEW).verify(body.replace(b"rahmania", b"harjono"), headers)


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 500, 503])
def test_whatever_a_receiver_refuses_comes_again(
    status: int, webhook: Callable[..., Events], receiver: Receiver
) -> None:
    """It may be half installed; the outbox gives up in the end, and a person replays."""
    receiver.answers = [(status, {"Retry-After": "120"})]

    with pytest.raises(Transient) as refused:
        webhook(receiver.url).publish(OCCURRENCE)

    assert (refused.value.code, refused.value.retry_after) == ("MKD642", 120.0)


@pytest.mark.parametrize(("status", "code"), [(410, "MKD682"), (302, "MKD646"), (307, "MKD646")])
def test_a_receiver_that_wants_no_more_is_left_alone(
    status: int, code: str, webhook: Callable[..., Events], receiver: Receiver
) -> None:
    """410 says so by the standard; a redirect is not followed, since nobody signed its address."""
    receiver.answers = [(status, {"Location": receiver.url})]

    with pytest.raises(Permanent) as refused:
        webhook(receiver.url).publish(OCCURRENCE)

    assert refused.value.code == code
    assert len(receiver.heard) == 1


def test_only_the_kinds_that_are_named_are_told(webhook: Callable[..., Events], receiver: Receiver) -> None:
    """The others are declined, which is no problem of anybody."""
    backend = webhook(receiver.url, more='kinds = ["AgreementRevoked"]')

    assert isinstance(backend.publish(OCCURRENCE), Declined)
    assert receiver.heard == []


@pytest.mark.parametrize(
    ("more", "secret", "said"),
    [
        ("", "hunter2-hunter2-hunter2", "a secret begins with whsec_"),
        ("", "whsec_***", "no base64"),
        ("", f"whsec_{base64.b64encode(b'short').decode()}", "24 to 64 bytes"),
        ('kinds = ["AgreementAproved"]', NEW, "did you mean AgreementApproved?"),
        ('source = "not a URI"', NEW, "the source is no URI"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    more: str, secret: str, said: str, webhook: Callable[..., Events]
) -> None:
    """Before anything is told, with what to do, and without the secret."""
    with pytest.raises(MkdError) as refused:
        webhook("https://hr.example.go.id", more=more, environ={"NEW_SECRET": secret})

    assert said in str(refused.value)
    assert secret not in str(refused.value)


def test_without_a_secret_nothing_is_sent(webhook: Callable[..., Events]) -> None:
    """An unsigned event is anybody's."""
    toml = '[events.webhook]\nurl = "https://hr.example.go.id"\nsecrets = []'
    host = Host.load(Config.from_toml(toml, folder=Path()), no_plugins=True)

    with pytest.raises(MkdError, match="no secret is named"):
        host.one("events")


def test_a_service_tells_its_whole_journal_through_failures(webhook: Callable[..., Events], receiver: Receiver) -> None:
    """The receiver is down, then up: it holds every event once, by the numbers of its stream, and nothing private."""
    journal = memory_journal()
    service = AgreementService(journal=journal, identity=small_agency(), events=[webhook(receiver.url)])
    at = datetime(2026, 6, 1, 2, tzinfo=UTC)
    target = Target(id="t1", kind=TargetKind.OUTPUT, indicator="rekap rahasia")
    agreement = service.propose(
        applicant="analyst",
        plan=weekly(date(2026, 6, 8), Week.parse({"mon": "07:30-16:00 home 60"})),
        targets=[target],
        reason="a private reason",
        by="analyst",
        at=at,
    )
    service.withdraw(agreement.id, by="analyst", at=at, reason="another private one")
    receiver.answers = [(503, {"Retry-After": "120"}), (500, {})]

    first = service.deliver(at)
    early = service.deliver(at + timedelta(seconds=60))
    last = service.deliver(at + timedelta(seconds=120))

    assert (first.retried, early.retried, last.delivered) == (1, 1, 2)
    records = [record for _, record in journal.records()]
    events = sorted(receiver.taken.values(), key=lambda event: event["data"]["number"])
    assert [event["data"]["number"] for event in events] == [1, 2]
    assert [event["type"] for event in events] == [f"mkd.{record.type}.v{record.schema}" for record in records]
    assert [event["data"]["event"] for event in events] == [json.loads(json.dumps(record.data)) for record in records]
    assert not [body for _, body in receiver.heard if b"private" in body or b"rahasia" in body]
    assert {each.status for each in journal.deliveries()} == {EffectStatus.DELIVERED}
