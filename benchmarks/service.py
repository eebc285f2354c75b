"""What the service in process costs beside the bare domain call: a decision, and a whole agreement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from benchmarks.measured import Limit, Row, best, same
from mkd_core import AgreementService, Facts, History, Week, weekly
from mkd_core.people import WIB
from mkd_plugins.testing.fakes import memory_journal, small_agency

PEERS: tuple[str, ...] = ()
DECISIONS = 200
NOON = datetime(2023, 6, 20, 12, tzinfo=WIB)
PLAN = weekly(date(2023, 7, 3), Week.parse({"mon": "07:30-16:00 home 60", "tue": "07:30-16:00 office 60"}))
POLICY = """
[policy]
id = "check"
version = "1"
in_force = { from = 2023-06-01 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
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


def rows() -> Iterator[Row]:
    """A trial through the service beside ``policy.decide`` on the same facts, and a whole agreement in memory."""
    policies = History.from_texts({"check.toml": POLICY})
    mkd = AgreementService(journal=memory_journal(), identity=small_agency(), policies=policies)
    draft = mkd.propose(applicant="analyst", plan=PLAN, targets=[], by="analyst", at=NOON)
    decided = mkd.decide(draft.id, at=NOON)
    policy, facts = decided.decision.policy, decided.decision.facts
    same("trial", service=decided.decision.outcome, bare=policy.decide(Facts.from_mapping(facts.to_mapping())).outcome)

    def through_the_service() -> None:
        for _ in range(DECISIONS):
            mkd.decide(draft.id, at=NOON)

    def bare() -> None:
        for _ in range(DECISIONS):
            policy.decide(facts)

    def whole() -> None:
        fresh = AgreementService(journal=memory_journal(), identity=small_agency(), policies=policies)
        made = fresh.propose(applicant="analyst", plan=PLAN, targets=[], by="analyst", at=NOON)
        fresh.submit(made.id, by="analyst", at=NOON)
        fresh.approve(made.id, by="data-head", at=NOON)

    times = best({"service": through_the_service, "bare": bare, "whole": whole}, repeat=5)
    over = (times["service"] - times["bare"]) / DECISIONS
    yield Limit(work="service.decide beyond policy.decide", value=over, unit="s")
    yield Limit(work="policy.decide, bare", value=times["bare"] / DECISIONS, unit="s")
    yield Limit(work="propose, submit and approve in memory", value=times["whole"], unit="s")
