"""What values and remedies are called in the two languages that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mkd_core.language import Fact, Kind, Value, Wording, show_time

if TYPE_CHECKING:
    from mkd_core.policy.remedy import Change, Remedy

Language = Literal["id", "en"]

# How a unit is said behind a number; others are part of what the fact means.
_UNITS = {"days": ("hari", "days"), "months": ("bulan", "months"), "minutes": ("menit", "minutes")}


def say_value(value: Value, kind: Kind, language: str) -> str:
    """A value as people write it: yes or no, ``"HH:MM"`` of minutes, a decimal comma in Indonesian."""
    if isinstance(value, bool):
        return (("tidak", "ya") if language == "id" else ("no", "yes"))[value]
    if kind is Kind.TIME and isinstance(value, int):
        return show_time(value)
    if isinstance(value, float):
        text = f"{value:.10g}"
        return text.replace(".", ",") if language == "id" else text
    return str(value)


def remedy_in_words(remedy: Remedy, language: str) -> tuple[str, ...]:
    """A sentence for each change, each missing fact, each rule that nothing satisfies, and the conflict."""
    vocabulary = remedy.decision.policy.vocabulary
    rules = {finding.rule: finding.because for finding in remedy.decision.all_findings}
    told = [change_in_words(vocabulary[change.fact], change, language) for change in remedy.changes]
    for name in remedy.needed:
        meaning = inside(_in(vocabulary[name].meaning, language))
        told.append(
            f"Lengkapi dahulu: {meaning} ({name})" if language == "id" else f"First make known: {meaning} ({name})"
        )
    for rule in remedy.unfixable:
        because = _in(rules[rule], language)
        told.append(
            f"Tidak dapat dipenuhi dengan mengubah perjanjian: {because} ({rule})"
            if language == "id"
            else f"No change of the agreement satisfies: {because} ({rule})"
        )
    if remedy.conflict:
        all_of_it = "; ".join(f"{_in(rules[rule], language)} ({rule})" for rule in remedy.conflict)
        told.append(
            f"Tidak dapat dipenuhi bersama-sama: {all_of_it}"
            if language == "id"
            else f"Cannot be satisfied together: {all_of_it}"
        )
    if not remedy.complete:
        told.append(
            "Pencarian dihentikan sebelum selesai; mungkin ada perubahan lain"
            if language == "id"
            else "The search was stopped before its end; there may be other changes"
        )
    return tuple(told)


def change_in_words(fact: Fact, change: Change, language: str) -> str:
    """One change of a fact as a sentence without its stop."""
    meaning = inside(_in(fact.meaning, language))
    present, proposed = (say_value(value, fact.kind, language) for value in (change.present, change.proposed))
    unit = _UNITS.get(fact.unit, ("", ""))[language == "en"]
    if unit and unit not in meaning.lower():
        proposed = f"{proposed} {unit}"
    # A meaning with a comma of its own is closed by one, so that it does not run into the numbers.
    meaning += "," if "," in meaning else ""
    if language == "en":
        return f"Change {meaning} from {present} to {proposed}"
    verb = "Ubah"
    if fact.kind in (Kind.INTEGER, Kind.FLOAT):
        verb = "Kurangi" if change.proposed < change.present else "Tambah"  # type: ignore[operator]
    return f"{verb} {meaning} dari {present} menjadi {proposed}"


def _in(wording: Wording, language: str) -> str:
    return wording.id if language == "id" else wording.en


def inside(meaning: str) -> str:
    """A meaning inside a sentence: its first letter small, unless the word is written in capitals."""
    first = meaning.split(" ", 1)[0]
    return meaning if first.isupper() and len(first) > 1 else meaning[:1].lower() + meaning[1:]
