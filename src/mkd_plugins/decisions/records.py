"""Decisions on lines of facts, kept to be decided again: what ``--record`` adds and ``--replay`` reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from mkd_core.errors import InvalidInput, PolicyError
from mkd_core.policy import Decision, History
from mkd_core.policy.replaying import Recorded, Replayed, fingerprint, replay, without_policy
from mkd_core.worktime import iso_date
from mkd_plugins.decisions.lines import read_line

Layer = Literal["base"] | None


def record(layer: Layer = None) -> Callable[[Decision], dict[str, Any]]:
    """What is added to an answer so that it can be replayed: facts, day and moment, and which rules decided."""

    def recorded(decision: Decision) -> dict[str, Any]:
        policy = decision.policy
        return {
            "recorded": {
                "on": policy.day.isoformat() if policy.day else None,
                "at": policy.moment,
                "seasons": sorted(policy.seasons),
                "layer": layer,
                "fingerprint": fingerprint(policy),
                "facts": decision.facts.to_mapping(),
            }
        }

    return recorded


def in_words(decision: Decision) -> dict[str, Any]:
    """What is added to an answer so that people can read the remedy."""
    remedy = decision.remedy()
    return {"words": {language: list(remedy.in_words(language)) for language in ("id", "en")}}


def replay_lines(history: History, lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """One answer for each recorded line: whether it is decided the same, by the same rules, and what differs.

    ``{"line": N, "same": …, "outcome": …, "differences": [{"what", "then", "now"}]}``, or ``{"error": …, "line": N}``
    for a line that is no recorded decision. The outcome is that of now, null where it cannot be decided any more.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            again = _replayed(history, read_line(line))
        except InvalidInput as error:
            yield {"error": str(error), "line": number}
        else:
            yield {
                "line": number,
                "same": again.same,
                "outcome": again.decision.outcome.value if again.decision else None,
                "differences": [each.to_data() for each in again.differences],
            }


def _replayed(history: History, data: Mapping[str, Any]) -> Replayed:
    kept, policy = _table(data, "recorded"), _table(data, "policy")
    seasons, layer = kept.get("seasons", []), kept.get("layer")
    if not isinstance(seasons, list) or not all(isinstance(each, str) for each in seasons):
        raise InvalidInput("MKD254", "the seasons of a recorded decision are a list of names", where="recorded.seasons")
    moment = kept.get("at", "request")
    for key, said, known in (("at", moment, ("request", "vote")), ("layer", layer, (None, "base"))):
        if said not in known:
            words = " or ".join(each or "null" for each in known)
            raise InvalidInput("MKD254", f"expected {words}", where=f"recorded.{key}")
    recorded = Recorded(
        policy=_text(policy, "id"),
        version=_text(policy, "version"),
        on=iso_date(_text(kept, "on"), where="recorded.on"),
        outcome=_text(data, "outcome"),
        facts=_flat(_table(kept, "facts")),
        moment=moment,
        failed=_rules(data, "failed"),
        undetermined=_rules(data, "undetermined"),
        fingerprint=_text(kept, "fingerprint"),
    )
    try:
        return replay(recorded, history.on(recorded.on, seasons, layer=layer))
    except PolicyError as error:
        return without_policy(recorded, error)


def _no_record(what: str) -> InvalidInput:
    message = f"no recorded decision: {what} is missing"
    return InvalidInput("MKD254", message, mend="replay what mkd decide --record wrote")


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    if not isinstance(found, Mapping):
        raise _no_record(repr(key))
    return found


def _text(data: Mapping[str, Any], key: str) -> str:
    found = data.get(key)
    if not isinstance(found, str):
        raise _no_record(repr(key))
    return found


def _flat(nested: Mapping[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in nested.items():
        flat |= {f"{name}.{leaf}": inner for leaf, inner in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _rules(data: Mapping[str, Any], status: str) -> tuple[str, ...]:
    findings = data.get("findings")
    if not isinstance(findings, list) or not all(isinstance(each, Mapping) for each in findings):
        raise _no_record("'findings'")
    return tuple(str(each.get("rule")) for each in findings if each.get("status") == status)
