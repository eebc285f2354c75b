"""What is suspicious in a policy that can be used: rules without effect, numbers without a source, missing texts.

Nothing here keeps a policy from deciding. A finding that is as it should be is accepted in the file itself, with a
reason (``[[accepted]]``); one that is accepted and not found any more is a finding.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import attrs

from mkd_core.errors import did_you_mean
from mkd_core.language import ExpressionError, Kind, Parameter, Wording
from mkd_core.policy.history import History
from mkd_core.policy.lint_rules import Seen, Suspicion, read_rules, suspicions
from mkd_core.policy.policy import Policy
from mkd_core.policy.terms import Accepted

if TYPE_CHECKING:
    from mkd_core.policy.document import Document

Severity = Literal["error", "warning", "info"]

_ERRORS = frozenset({"MKD331", "MKD333", "MKD339", "MKD342", "MKD347"})
_INFOS = frozenset({"MKD343", "MKD345"})


@attrs.frozen(kw_only=True)
class LintFinding:
    """One thing that is suspicious: its code, where it is, what it is, and what to do about it.

    ``text`` is the expression and ``column`` the place in it, from 1, where that makes sense. ``accepted`` is the
    reason that the file gives for leaving it as it is.
    """

    code: str
    file: str
    version: str
    place: str
    message: Wording
    mend: Wording
    text: str = ""
    column: int | None = None
    accepted: str = ""

    @property
    def severity(self) -> Severity:
        """How grave it is; what the file accepts is no more than information."""
        if self.accepted or self.code in _INFOS:
            return "info"
        return "error" if self.code in _ERRORS else "warning"

    def in_words(self, language: Literal["id", "en"]) -> str:
        """One line, and below it the place in the expression."""
        message, mend = (getattr(wording, language) for wording in (self.message, self.mend))
        if self.accepted:
            mend = {"id": "diterima", "en": "accepted"}[language] + f": {self.accepted}"
        column = {"id": "kolom", "en": "column"}[language]
        where = f"{self.file}: {self.place}" + (f", {column} {self.column}" if self.column else "")
        line = f"{self.code} {where}: {message} ({mend})"
        if self.column is None:
            return line
        return f"{line}\n{ExpressionError(self.code, '', text=self.text, column=self.column).excerpt}"

    def to_data(self) -> dict[str, object]:
        """The finding as ``mkd policy lint --json`` writes it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file,
            "version": self.version,
            "place": self.place,
            "column": self.column,
            "message": {"id": self.message.id, "en": self.message.en},
            "mend": {"id": self.mend.id, "en": self.mend.en},
            "accepted": self.accepted or None,
        }


def lint(
    history: History, *, seasons: Collection[str] | None = None, zones: Collection[str] = ()
) -> tuple[LintFinding, ...]:
    """All that is suspicious in the versions of a policy, each version under each of its seasons.

    ``seasons`` are those that calendars know, ``zones`` the time zones that this machine knows; when left out, no
    season and no zone is called unknown.
    """
    return tuple(_Linter(history, seasons, zones).findings())


class _Linter:
    """Goes through the files of one history, the base's first."""

    def __init__(self, history: History, seasons: Collection[str] | None, zones: Collection[str]) -> None:
        self.history = history
        self.seasons = seasons
        self.zones = zones
        #: By version the rules and conditions as they are read, under each season; a decree over each of its bases.
        self.seen: dict[str, list[Seen]] = {}
        for policy in history.policies:
            self.seen.setdefault(policy.version, []).extend(_under_seasons(policy))

    def findings(self) -> Iterator[LintFinding]:
        for document in self.history.documents:
            found = [*self.of_document(document), *self.of_rules(document), *self.gaps(document)]
            yield from _with_accepted(document, list(dict.fromkeys(found)))

    def finding(self, document: Document, code: str, place: str, message: Wording, mend: Wording) -> LintFinding:
        return LintFinding(
            code=code, file=document.file, version=document.version, place=place, message=message, mend=mend
        )

    def of_document(self, document: Document) -> Iterator[LintFinding]:
        for code, place, message, mend in itertools.chain(
            _texts(document),
            self.zone(document),
            _route(document),
            _sources(document, self.cited()),
            self.parameters(document),
            self.overlays(document),
        ):
            yield self.finding(document, code, place, message, mend)

    def zone(self, document: Document) -> Iterator[tuple[str, str, Wording, Wording]]:
        if self.zones and document.zone not in self.zones:
            message = Wording("zona waktu ini tidak dikenal", "no time zone is called so")
            mend = Wording(
                did_you_mean(document.zone, self.zones, "id") or "tulis seperti Asia/Jakarta",
                did_you_mean(document.zone, self.zones) or "as in Asia/Jakarta",
            )
            yield "MKD347", "policy, zone", message, mend

    def of_rules(self, document: Document) -> Iterator[LintFinding]:
        """What analysing the expressions shows: once where every season says so, else with the season or dates."""
        seen = self.seen[document.version]
        plain = [each for each in seen if each.during is None]
        known: set[tuple[str, str, int | None]] = set()
        for each in (*plain, *(each for each in seen if each.during is not None)):
            for suspicion in suspicions(each):
                key = (suspicion.code, suspicion.place, suspicion.column)
                if key not in known:
                    known.add(key)
                    yield self.suspected(document, suspicion, each.during)

    def suspected(self, document: Document, suspicion: Suspicion, during: Wording | None) -> LintFinding:
        message = suspicion.message
        if during is not None:
            message = Wording(f"selama {during.id}, {message.id}", f"during {during.en}, {message.en}")
        return LintFinding(
            code=suspicion.code,
            file=document.file,
            version=document.version,
            place=suspicion.place,
            message=message,
            mend=suspicion.mend,
            text=suspicion.text,
            column=suspicion.column,
        )

    def cited(self) -> set[tuple[str, str]]:
        """Sources that are cited, each with the version whose file declares it."""
        cited: set[tuple[str, str]] = set()
        for policy in self.history.policies:
            names = {rule.source for rule in policy.rules}
            names |= {each.source for each in policy.parameters.values() if each.source}
            names |= {each.source for each in policy.overlays if each.source}
            names |= {each.source for each in policy.steps if each.source}
            names |= {each.source for each in policy.coverage if each.source}
            names |= {source for source in (policy.proof.source, policy.refusal.source, policy.clock.source) if source}
            for document in self.history.documents:
                if document.version == policy.version or document.layer == "base":
                    cited |= {(document.version, name) for name in names if name in document.sources}
        return cited

    def parameters(self, document: Document) -> Iterator[tuple[str, str, Wording, Wording]]:
        used = {name for seen in self.reading(document) for name in seen.parameters}
        for name in document.parameters:
            if name not in used:
                yield (
                    "MKD336",
                    f"parameters, {name}",
                    Wording("tidak ada aturan atau syarat yang memakainya", "no rule and no condition uses it"),
                    Wording("pakai atau hapus", "use it, or leave it out"),
                )

    def reading(self, document: Document) -> Iterator[Seen]:
        """What may use the parameters of a file: the version itself, and decrees over it."""
        for version, many in self.seen.items():
            for seen in many:
                if version == document.version or (document.layer == "base" and seen.policy.layer == "decree"):
                    yield seen

    def overlays(self, document: Document) -> Iterator[tuple[str, str, Wording, Wording]]:
        plain = self.seen[document.version][0].policy
        for overlay in document.overlays:
            place = f"overlay {overlay.name}"
            if self.seasons is not None and overlay.period is None and overlay.name not in self.seasons:
                known = ", ".join(sorted(self.seasons))
                mend = Wording(
                    did_you_mean(overlay.name, self.seasons, "id") or f"yang dikenal: {known}",
                    did_you_mean(overlay.name, self.seasons) or f"known: {known}",
                )
                message = Wording(
                    "tidak ada kalender yang mengenal musim ini", "no calendar knows this season, so it never applies"
                )
                yield "MKD342", place, message, mend
            same = [name for name, value in overlay.parameters.items() if value == plain.parameters[name].parameter]
            for name in same:
                message = (
                    Wording("nilainya sama dengan di luar musim ini", "the value is the same as outside of the season")
                    if overlay.period is None
                    else Wording("nilainya sama dengan di luar tanggal ini", "the value is the same on all other dates")
                )
                yield "MKD341", f"{place}, parameters, {name}", message, Wording("hapus", "leave it out")
            if overlay.period is not None and not overlay.period.overlaps(document.period):
                message = Wording(
                    f"versi ini berlaku {document.period.called.id}, tidak pada tanggal ini",
                    f"the version is in force {document.period.called.en}, on none of these dates",
                )
                mend = Wording("ubah tanggalnya, atau hapus", "change the dates, or leave it out")
                yield "MKD341", place, message, mend
            if not overlay.parameters:
                message = Wording("tidak mengubah parameter apa pun", "it changes no parameter")
                yield "MKD341", place, message, Wording("hapus", "leave it out")

    def gaps(self, document: Document) -> Iterator[LintFinding]:
        """A day between two versions on which nobody can be decided."""
        if document.layer == "base":
            later = [each for each in self.history.documents if each.layer == "base"]
            after = later[later.index(document) + 1 :]
            if after and document.period.until is not None and document.period.until < after[0].period.start:
                until, start = document.period.until, after[0].period.start
                message = Wording(
                    f"tidak ada versi yang berlaku dari {until} sampai sebelum {start}",
                    f"no version is in force from {until} until {start}",
                )
                mend = Wording("tambah versi untuk masa itu bila ada", "add a version of that time, if there was one")
                yield self.finding(document, "MKD345", "policy, in_force", message, mend)


def _under_seasons(policy: Policy) -> Iterator[Seen]:
    voting = policy.at("vote")
    yield read_rules(voting)
    for name, called in {each.name: each.called for each in policy.overlays if each.parameters}.items():
        yield read_rules(voting.on(policy.period.start, [name], dated=()), called)


def _texts(document: Document) -> Iterator[tuple[str, str, Wording, Wording]]:
    texts = [
        ("policy, title", document.title),
        *((f"rule {each.id}, because", each.because) for each in document.rules),
    ]
    names = {"id": Wording("Indonesia", "Indonesian"), "en": Wording("Inggris", "English")}
    for place, wording in texts:
        for language, text in (("id", wording.id), ("en", wording.en)):
            if not re.search(r"\w", text):
                name = names[language]
                message = Wording(f"teks berbahasa {name.id} kosong", f"there is no {name.en} text")
                yield "MKD333", f"{place}.{language}", message, Wording("tulis teksnya", "write it")
        if place != "policy, title" and wording.id == wording.en and re.search(r"\w", wording.id):
            message = Wording("kedua bahasa memuat teks yang sama", "both languages have the same text")
            yield "MKD333", place, message, Wording("terjemahkan salah satunya", "translate one of them")
    for rule in document.rules:
        blanks = [set(re.findall(r"\{[^{}]*\}", text)) for text in (rule.because.id, rule.because.en)]
        for name in sorted(blanks[0] ^ blanks[1]):
            message = Wording(f"hanya satu bahasa memuat {name}", f"only one language says {name}")
            mend = Wording("sebutkan di keduanya atau tidak di keduanya", "say it in both or in neither")
            yield "MKD344", f"rule {rule.id}, because", message, mend
        yield from _written_out(document, rule.id, rule.require, rule.because)


def _written_out(
    document: Document, rule: str, require: str, because: Wording
) -> Iterator[tuple[str, str, Wording, Wording]]:
    """Numbers of a reason that are the value of a parameter: they stay when the parameter changes."""
    for name in dict.fromkeys(re.findall(r"\bparameter\.(\w+)", require)):
        named = document.parameters.get(name)
        if named is None or "{parameter." + name + "}" in because.id + because.en:
            continue
        shown = _number(named.parameter)
        if shown and any(
            re.search(rf"(?<![\w.,-]){re.escape(shown)}(?![\w-]|[.,]\d)", text) for text in (because.id, because.en)
        ):
            message = Wording(
                f"alasannya menulis {shown} sendiri, bukan nilai parameter", f"the reason says {shown} by itself"
            )
            mend = Wording(f"tulis {{parameter.{name}}}", f"write {{parameter.{name}}}")
            yield "MKD344", f"rule {rule}, because", message, mend


def _number(parameter: Parameter) -> str:
    value = parameter.value
    return str(value) if parameter.kind in (Kind.INTEGER, Kind.FLOAT) and isinstance(value, int | float) else ""


def _route(document: Document) -> Iterator[tuple[str, str, Wording, Wording]]:
    """A decree makes agreements without anybody's vote; a request that nobody votes on is rarely meant."""
    if document.initiation == "request" and not document.steps:
        message = Wording(
            "tanpa langkah: permohonan yang lolos aturan langsung disetujui",
            "no step: a request that passes the rules is approved at once",
        )
        mend = Wording("tambah [[route]] dengan pejabat yang memutus", "add a [[route]] with who decides")
        yield "MKD348", "route", message, mend


def _sources(document: Document, cited: Collection[tuple[str, str]]) -> Iterator[tuple[str, str, Wording, Wording]]:
    numbers = [(f"parameters, {name}", named.source) for name, named in document.parameters.items()]
    numbers += [(f"overlay {overlay.name}", overlay.source) for overlay in document.overlays if overlay.parameters]
    numbers += [(place, each.source) for place, each in document.procedure]
    for place, source in numbers:
        if not source:
            message = Wording("tidak menyebut sumber", "it names no source")
            mend = Wording("sebutkan sumbernya, atau ours", "name the source; a default of yours is a source, too")
            yield "MKD334", place, message, mend
    for source in document.sources:
        if (document.version, source) not in cited:
            message = Wording("tidak ada yang mengutip sumber ini", "nothing cites this source")
            yield "MKD335", f"sources, {source}", message, Wording("kutip atau hapus", "cite it, or leave it out")


def _with_accepted(document: Document, findings: Iterable[LintFinding]) -> Iterator[LintFinding]:
    used: set[Accepted] = set()
    for finding in findings:
        entry = next((each for each in document.accepted if _covers(each, finding)), None)
        if entry is not None:
            used.add(entry)
            finding = attrs.evolve(finding, accepted=entry.reason)
        yield finding
    for entry in document.accepted:
        if entry not in used:
            yield LintFinding(
                code="MKD346",
                file=document.file,
                version=document.version,
                place=f"accepted {entry.code}, {entry.at}",
                message=Wording("temuan yang diterima ini tidak ada lagi", "this accepted finding is not found"),
                mend=Wording("hapus, atau perbaiki kode dan tempatnya", "leave it out, or mend its code and place"),
            )


def _covers(entry: Accepted, finding: LintFinding) -> bool:
    at_place = finding.place == entry.at or finding.place.startswith(f"{entry.at},")
    return at_place and finding.code == entry.code
