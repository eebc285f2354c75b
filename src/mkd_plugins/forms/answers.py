"""Values as plain data, for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mkd_core.agreements import Agreement
from mkd_core.events import Happened, PeriodClosed, Verdict
from mkd_core.journal.codec import encode
from mkd_core.language import Vocabulary
from mkd_core.outbox import Delivery
from mkd_core.targets import target_to_data
from mkd_core.usecases.dossier import ResultDone, WorkDone
from mkd_core.usecases.mending import Mended
from mkd_core.usecases.presence import PlannedDay
from mkd_core.usecases.reading import Task
from mkd_core.worktime import plan_to_data
from mkd_plugins.forms.days import week_lines


def agreement_data(agreement: Agreement, today: Any) -> dict[str, Any]:
    """The agreement with its newest version."""
    version = agreement.latest
    step = version.open_step
    return {
        "agreement": agreement.id,
        "applicant": agreement.applicant,
        "state": agreement.state(today).value,
        "version": version.number,
        "version_state": version.state.value,
        "from": version.terms.starts,
        "until": version.terms.ends,
        "review": version.terms.review,
        "effective": version.effective,
        "plan": plan_to_data(version.terms.plan),
        "targets": [target_to_data(target) for target in version.targets],
        "agreed_by": sorted(version.consents),
        "outcome": version.verdict.outcome if version.verdict else None,
        "policy": verdict_data(version.verdict) if version.verdict else None,
        "under_review": agreement.under_review,
        "waits_for": None
        if step is None
        else {
            "step": step.step.id,
            "approvers": [one.person for one in step.approvers],
            "due": step.due,
            "problem": step.problem,
            "not_deemed": step.not_deemed,
        },
    }


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """The policy that decided, with the units that were given something and the numbers that came of it."""
    return {
        "id": verdict.policy,
        "version": verdict.version,
        "scopes": list(verdict.scopes),
        "given": [
            {"parameter": each.parameter, "value": each.value, "scope": each.scope, "source": each.source}
            for each in verdict.given
        ],
    }


def hidden_from(person: str | None, agreement: Agreement, vocabulary: Vocabulary) -> frozenset[str]:
    """The facts whose values that person may not see: the sensitive ones, but for the applicant and who decides."""
    step = agreement.latest.open_step
    entitled = {agreement.applicant, *(one.person for one in (step.approvers if step else ()))}
    return frozenset() if person in entitled else frozenset(fact.name for fact in vocabulary if fact.sensitive)


def decision_data(data: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """A decision without the values of facts that this reader may not see."""
    shown = dict(data)
    shown["findings"] = [
        {**finding, "facts": {fact: "…" if fact in hidden else value for fact, value in finding["facts"].items()}}
        for finding in data["findings"]
    ]
    return shown


def mended_data(agreement: str, mended: Mended) -> dict[str, Any]:
    """What would make a request approvable; without days and dates where changing these does not do."""
    terms = mended.terms
    return {
        "agreement": agreement,
        "from": terms.starts if terms else None,
        "until": terms.ends if terms else None,
        "week": week_lines(terms.plan) if terms else None,
        "plan": plan_to_data(terms.plan) if terms else None,
        "changes": [each.to_data() for each in mended.changes],
        "words": {"id": mended.in_words("id"), "en": mended.in_words("en")},
    }


def task_data(task: Task) -> dict[str, Any]:
    """Something that waits."""
    return {
        "kind": task.kind,
        "agreement": task.agreement,
        "applicant": task.applicant,
        "item": task.item,
        "due": task.due,
    }


def day_data(day: PlannedDay) -> dict[str, Any]:
    """A planned day."""
    return {
        "person": day.person,
        "date": day.on,
        "windows": [str(window) for window in day.windows],
        "minutes": sum(window.net for window in day.windows),
        "basis": day.basis,
        "agreement": day.agreement or None,
        "holiday": dict(day.holiday) or None,
        "estimated": day.estimated,
    }


def work_data(work: WorkDone) -> dict[str, Any]:
    """A reported activity."""
    done = work.activity
    return {
        "agreement": work.agreement,
        "activity": done.id,
        "date": done.on,
        "minutes": done.minutes,
        "target": done.target,
        "description": done.description,
        "accepted": work.accepted,
    }


def result_data(done: ResultDone) -> dict[str, Any]:
    """A reported result."""
    return {
        "agreement": done.agreement,
        "result": done.result.id,
        "target": done.result.target,
        "date": done.result.on,
        "value": None if done.erased else str(done.result.value),
        "accepted": None if done.accepted is None else str(done.accepted),
        "disputed": done.disputed,
    }


def closed_data(person: str, closed: PeriodClosed) -> dict[str, Any]:
    """A closed period."""
    return {
        "person": person,
        "period": closed.period,
        "minutes": closed.minutes,
        "achievement": None if closed.achievement is None else str(closed.achievement),
        "rating": closed.rating,
        "scheme": closed.scheme,
        "lines": [
            {
                "item": line.item,
                "quantity": str(line.quantity),
                "unit": line.unit,
                "rule": line.rule,
                "source": line.source,
            }
            for line in closed.lines
        ],
        "missing": list(closed.missing),
    }


def delivery_data(delivery: Delivery) -> dict[str, Any]:
    """An effect and how its delivery stands."""
    return {
        "key": delivery.effect.key,
        "port": delivery.effect.port,
        "kind": delivery.effect.kind,
        "to": delivery.effect.to,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "due": delivery.due,
        "problem": delivery.problem,
        "receipt": delivery.receipt,
    }


def happened_data(happened: Happened) -> dict[str, Any]:
    """An event with its envelope; what is private is left out."""
    draft = encode(happened.event, at=happened.at, by=happened.by)
    return {"number": happened.number, "at": draft.at, "by": draft.by, "event": draft.type, "data": dict(draft.data)}
