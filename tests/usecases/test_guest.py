"""The service as a guest: it reads nothing of its own, and every part but the journal may be left out."""

import inspect
import subprocess
import sys
from datetime import date

import pytest

from mkd_core import AgreementService, Ballot, MkdError
from mkd_core.events import ErasureReason
from mkd_core.people import Mandate, MandateKind
from mkd_plugins.testing.fakes import memory_journal, small_agency

WATCHED = """
import os, sys, threading

class Environment(dict):
    def __getitem__(self, name):
        touched.append(f"environment {name}")
        return super().__getitem__(name)
    def get(self, name, default=None):
        touched.append(f"environment {name}")
        return super().get(name, default)
    __contains__ = lambda self, name: touched.append(f"environment {name}") or False

def watch(event, given):
    reading = event.startswith(("open", "os.listdir", "os.scandir", "socket.", "sqlite3.", "subprocess.", "_thread."))
    # Rooms of the core are imported when they are first needed; those files are code, not data.
    if watching and reading and not sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
        touched.append(f"{event} {given}")

touched, watching = [], False
import attrs, cattrs
from datetime import date, datetime
from decimal import Decimal
from mkd_plugins.testing.fakes import RecordingNotification, memory_journal, small_agency
from mkd_core import AgreementService, Direction, History, Target, TargetKind, Week, weekly
from mkd_core.people import WIB

text = sys.stdin.read()
sys.addaudithook(watch)
os.environ = Environment(os.environ)
watching = True
at = datetime(2023, 6, 20, 9, tzinfo=WIB)
mail = RecordingNotification()
policies = History.from_texts({"check.toml": text})
given = dict(identity=small_agency(), policies=policies, notifications=[mail])
mkd, other = (AgreementService(journal=memory_journal(), **given) for _ in range(2))
week = Week.parse({"mon": "07:30-16:00 home 60", "tue": "07:30-16:00 office 60"})
target = Target(id="t", kind=TargetKind.OUTPUT, indicator="reports", unit="reports", direction=Direction.AT_LEAST,
                value=Decimal(1), due=date(2023, 7, 31), evidence="file")
draft = mkd.propose(applicant="analyst", plan=weekly(date(2023, 7, 3), week), targets=[target], by="analyst", at=at)
mkd.submit(draft.id, by="analyst", at=at)
mkd.approve(draft.id, by="data-head", at=at)
mkd.day("analyst", date(2023, 7, 3), at=at)
mkd.inbox("data-head", at=at)
mkd.tick(at)
mkd.deliver(at)
watching = False
print(len(mail.taken), len(other.agreements()), threading.active_count(), touched)
"""

ON = date(2023, 6, 20)


def test_a_whole_agreement_reads_nothing_of_the_machine(world):
    """No entry point, file, environment variable or thread, watched by Python's own audit; and no other service."""
    text = inspect.cleandoc(
        """
        [policy]
        id = "check"
        version = "1"
        in_force = { from = 2023-06-01 }
        title = { id = "Uji", en = "Check" }
        [sources.ours]
        title = "Ours"
        [[rules]]
        id = "days"
        require = "agreement.remote_days <= 4"
        otherwise = "refuse"
        because = { id = "hari", en = "days" }
        source = "ours"
        [[route]]
        id = "superior"
        approver = "superior"
        within = "5 working days"
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], input=text, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2 0 1 []"


def test_two_services_decide_by_their_own_policies(worlds):
    """The same names, versions and keys in one process: neither sees people, agreements or rules of the other."""
    strict = worlds(rules={"days": ("agreement.remote_days <= 1", "refuse")})
    lenient = worlds()

    assert lenient.submitted().id == "analyst.1"
    assert strict.service.agreements() == ()
    strict.refused("MKD410", strict.service.submit, strict.propose().id, by="analyst", at=strict.at(6, 20))


def test_with_a_journal_alone_every_command_answers_or_says_what_it_needs(world):
    """Whatever is asked of a service without parts: an answer that is empty, or an error with a code."""
    service = AgreementService(journal=memory_journal())
    now = world.at(6, 20)
    who = {"by": "hr", "at": now}
    empty = [
        service.agreements(),
        service.inbox("hr", at=now),
        service.verify(),
        service.tick(now).changed,
        service.deliver(now).receipts,
    ]
    with pytest.raises(MkdError, match="MKD406") as unknown:
        service.propose(applicant="analyst", plan=world.plan(), targets=[], by="analyst", at=now)
    order = Mandate(kind=MandateKind.PLH, acting="deputy", replaces="hr", starts=ON)
    for command in (
        lambda: service.give_mandate(order, **who),
        lambda: service.attest("analyst", "applicant.rating", "good", **who),
        lambda: service.erase("analyst", reason=ErasureReason.REQUEST, **who),
        lambda: service.close_period("analyst", "2023-05", **who),
        lambda: service.statement("analyst", "2023-05"),
        lambda: service.day("analyst", ON, at=now),
        lambda: service.submit("analyst.1", **who),
        lambda: service.record_decision("analyst.1", Ballot.APPROVE, reference="1", **who),
    ):
        with pytest.raises(MkdError, match=r"^MKD\d{3} "):
            command()

    assert not any(empty)
    assert unknown.value.mend == "give it identity="


def test_parts_that_are_left_out_are_switched_off(world):
    """No policy: nothing is submitted. No calendar: no deadline. No notification: no effect. No hours: no recall."""
    draft = {"plan": world.plan(), "targets": [world.target()], "by": "analyst", "at": world.at(6, 20)}
    bare = AgreementService(journal=memory_journal(), identity=small_agency())
    agreement = bare.propose(applicant="analyst", **draft)
    with pytest.raises(MkdError, match="MKD408"):
        bare.submit(agreement.id, by="analyst", at=world.at(6, 20))

    journal = memory_journal()
    service = AgreementService(journal=journal, identity=small_agency(), policies=world.policies)
    service.propose(applicant="analyst", **draft)
    assert service.submit("analyst.1", by="analyst", at=world.at(6, 20)).latest.open_step.due is None
    service.approve("analyst.1", by="data-head", at=world.at(6, 20))
    with pytest.raises(MkdError, match="MKD423"):
        service.recall("analyst.1", on=world.starts, by="data-head", at=world.at(6, 20), reason="inspection")

    assert list(journal.deliveries()) == []
