"""The same twelve rules in other rules engines, each as its own documentation writes them, all reporting every rule.

``datalogic-py`` evaluates one compiled array of the rules on parsed handles, the fastest way it has. The others are
beside it. From JSON text the answer is text as well: ids of failed rules here, a list of yes and no there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.measured import Ratio, Row, best, same
from benchmarks.twelve import POLICY, RULES, population
from mkd_core import Facts
from mkd_plugins.decisions.brief import brief_lines

PEERS = ("datalogic-py", "zen-engine", "cedarpy", "rule-engine", "json-logic-qubit")
LINES = 2_000
FEW = 100
"""Lines for the peers that take milliseconds each."""

NAMES = list(RULES)


def _at(name: str) -> dict[str, str]:
    return {"var": name}


JSON_LOGIC: list[Any] = [
    {"<=": [_at("agreement.remote_days"), 4]},
    {"<=": [{"+": [_at("agreement.remote_days"), _at("agreement.office_days")]}, 5]},
    {">=": [_at("agreement.weekly_minutes"), 2250]},
    {"!": [_at("agreement.outside_region")]},
    {">=": [{"+": [_at("agreement.output_targets"), _at("agreement.outcome_targets")]}, 1]},
    {"===": [_at("agreement.unmeasurable_targets"), 0]},
    {"in": [_at("applicant.rating"), ["very_good", "good"]]},
    {"in": [_at("applicant.talent_box"), [4, 5, 7, 8, 9]]},
    {"<=": [_at("applicant.absent_days"), 2]},
    {"!==": [_at("applicant.discipline"), "serving"]},
    {"or": [{"===": [_at("agreement.remote_days"), 0]}, _at("applicant.equipment_ready")]},
    {"and": [{"!": [_at("applicant.direct_service")]}, {"!": [_at("unit.direct_service")]}]},
]
EXPRESSIONS = [
    "agreement.remote_days <= 4",
    "agreement.remote_days + agreement.office_days <= 5",
    "agreement.weekly_minutes >= 2250",
    "not agreement.outside_region",
    "agreement.output_targets + agreement.outcome_targets >= 1",
    "agreement.unmeasurable_targets == 0",
    'applicant.rating in ["very_good", "good"]',
    "applicant.talent_box in [4, 5, 7, 8, 9]",
    "applicant.absent_days <= 2",
    'applicant.discipline != "serving"',
    "agreement.remote_days == 0 or applicant.equipment_ready",
    "not applicant.direct_service and not unit.direct_service",
]
"""As zen-engine and rule-engine write them."""

CEDAR = [
    "context.agreement.remote_days <= 4",
    "context.agreement.remote_days + context.agreement.office_days <= 5",
    "context.agreement.weekly_minutes >= 2250",
    "!context.agreement.outside_region",
    "context.agreement.output_targets + context.agreement.outcome_targets >= 1",
    "context.agreement.unmeasurable_targets == 0",
    '["very_good", "good"].contains(context.applicant.rating)',
    "[4, 5, 7, 8, 9].contains(context.applicant.talent_box)",
    "context.applicant.absent_days <= 2",
    'context.applicant.discipline != "serving"',
    "context.agreement.remote_days == 0 || context.applicant.equipment_ready",
    "!context.applicant.direct_service && !context.unit.direct_service",
]


def rows() -> Iterator[Row]:
    """Parsed lines against each engine, and lines of text against the fastest."""
    people = population(LINES)
    facts = [Facts.from_mapping(each) for each in people]
    masks = POLICY.masks
    expected = [POLICY.names_of(masks(each)[0]) for each in facts]

    import datalogic_py

    texts = [json.dumps(each) for each in people]
    engine = datalogic_py.Engine()
    session, array = engine.session(), engine.compile(JSON_LOGIC)
    handles = [datalogic_py.DataHandle(text) for text in texts]
    evaluate, from_text = session.evaluate_data, session.evaluate_str
    same("datalogic-py", ours=expected, theirs=[_failed(evaluate(array, handle)) for handle in handles])
    encoded = [text.encode() for text in texts]
    same("from text", ours=expected, brief=[json.loads(line)["failed"] for line in brief_lines(POLICY, encoded)])
    times = best(
        {
            "ours": lambda: [masks(each) for each in facts],
            "theirs": lambda: [evaluate(array, handle) for handle in handles],
            "brief": lambda: list(brief_lines(POLICY, encoded * 10)),
            "their text": lambda: [from_text(array, text) for text in texts * 10],
        },
        repeat=30,
    )
    ours = times["ours"] / LINES
    yield Ratio(
        work="policy.masks, parsed lines",
        peer="datalogic-py, parsed handles",
        ours=ours,
        theirs=times["theirs"] / LINES,
        floor=2.5,
        aim=4,
    )
    yield Ratio(
        work="mkd decide --brief, from JSON text",
        peer="datalogic-py, from JSON text",
        ours=times["brief"] / LINES / 10,
        theirs=times["their text"] / LINES / 10,
        floor=0.5,
        aim=0.75,
    )
    few = people[:FEW]
    for name, make in {
        "zen-engine": _zen,
        "rule-engine": _rule_engine,
        "json-logic": _json_logic,
        "cedarpy": _cedar,
    }.items():
        decide = make()
        same(name, ours=expected[:FEW], theirs=[decide(each) for each in few])
        taken = best({name: lambda: [decide(each) for each in few]}, repeat=3)[name]  # noqa: B023  run at once
        yield Ratio(work="policy.masks, parsed lines", peer=name, ours=ours, theirs=taken / FEW)


Decide = Callable[[Mapping[str, Any]], list[str]]


def _failed(passed: Sequence[object]) -> list[str]:
    return [name for name, each in zip(NAMES, passed, strict=True) if not each]


def _zen() -> Decide:
    import zen

    rules = [zen.compile_expression(each) for each in EXPRESSIONS]
    return lambda line: _failed([rule.evaluate(line) for rule in rules])


def _rule_engine() -> Decide:
    import rule_engine

    rules = [rule_engine.Rule(each) for each in EXPRESSIONS]
    return lambda line: _failed([rule.matches(line) for rule in rules])


def _json_logic() -> Decide:
    from json_logic import jsonLogic as json_logic  # noqa: N813

    return lambda line: _failed([json_logic(rule, line) for rule in JSON_LOGIC])


def _cedar() -> Decide:
    import cedarpy

    policies = "permit(principal, action, resource);\n" + "\n".join(
        f"forbid(principal, action, resource) unless {{ {condition} }};" for condition in CEDAR
    )
    who = {"principal": 'User::"a"', "action": 'Action::"decide"', "resource": 'Plan::"p"'}

    def decide(line: Mapping[str, Any]) -> list[str]:
        reasons = cedarpy.is_authorized({**who, "context": dict(line)}, policies, []).diagnostics.reasons
        forbidden = {int(reason.removeprefix("policy")) for reason in reasons} - {0}
        return [name for number, name in enumerate(NAMES, 1) if number in forbidden]

    return decide


OTHERS: Mapping[str, Callable[[], Decide]] = {
    "zen-engine": _zen,
    "rule-engine": _rule_engine,
    "json-logic": _json_logic,
    "cedarpy": _cedar,
}
