"""Deciding lines of JSON, one object of facts a line: what ``mkd decide`` does between its input and its output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mkd_core.errors import InvalidInput
from mkd_core.policy import Decision, Facts, Policy


def decide_lines(
    policy: Policy,
    lines: Iterable[str | bytes],
    *,
    brief: bool = False,
    all: bool = False,
    more: Iterable[Callable[[Decision], Mapping[str, Any]]] = (),
) -> Iterator[dict[str, Any]]:
    """One answer for each line of facts, in order: the decision, or ``{"error": …, "line": N}`` for a line not valid.

    ``policy`` is that of the day and moment (``load_policy(…).at("vote")``). ``brief`` gives outcome and rule ids only,
    ``all`` shows passed rules too, and each of ``more`` is asked what else to say of a decision. Lines count from 1;
    empty ones are passed over. No error repeats a value.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            decision = policy.decide(Facts.from_mapping(read_line(line), vocabulary=policy.vocabulary))
        except InvalidInput as error:
            yield {"error": str(error), "line": number}
        else:
            answer = _answer(decision, brief=brief, all=all)
            for say in more:
                answer |= say(decision)
            yield answer


def written(answer: Any) -> str:
    """An answer as a line of JSON."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _answer(decision: Decision, *, brief: bool, all: bool) -> dict[str, Any]:
    return decision.to_brief() if brief else decision.to_data(everything=all)


def read_line(line: str | bytes) -> dict[str, Any]:
    """The object that a line of JSON is. Raises ``InvalidInput`` (MKD254), also where something is said twice."""
    try:
        text = line.decode() if isinstance(line, bytes) else line
        data = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_each_once)
    except UnicodeDecodeError:
        raise InvalidInput("MKD254", "not UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidInput("MKD254", f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError:
        raise InvalidInput("MKD254", "not JSON: a number of too many digits") from None
    except RecursionError:
        raise InvalidInput("MKD254", "not facts: nested too deeply") from None
    if _halved(text, data):
        raise InvalidInput("MKD254", "not Unicode: half a character", mend="write both halves of its escape")
    if not isinstance(data, dict):
        raise InvalidInput("MKD254", "expected an object of facts", mend='write {"applicant": {...}, ...}')
    return data


def _halved(text: str, data: Any) -> bool:
    """Whether a text holds one half of a character, as an escape may: such text can be written nowhere."""
    if "\\u" not in text and text.isascii():
        return False
    try:
        written(data).encode()
    except UnicodeEncodeError:
        return True
    return False


def _no_constant(name: str) -> None:
    raise InvalidInput("MKD254", f"not JSON: {name} is no number", mend="leave the fact out when it is missing")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput("MKD254", f"{twice} is said twice", mend="say each fact once")
    return made
