"""Who is told what: the effects that follow from events, and the words of a notice in both languages.

An effect names people by their keys; names and addresses are looked up only when it is delivered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mkd_core import events as e
from mkd_core.agreements import Agreement
from mkd_core.events import Happened
from mkd_core.outbox import Effect, effect_key
from mkd_core.usecases.dossier import Dossier, assemble

WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "vote_wanted": {
        "id": (
            "Permohonan MKD {agreement} menunggu keputusan Anda",
            "Permohonan {agreement} menunggu keputusan Anda pada tahap {step}{until}.",
        ),
        "en": (
            "MKD request {agreement} waits for your decision",
            "Request {agreement} waits for your decision at the step {step}{until}.",
        ),
    },
    "targets_countered": {
        "id": (
            "Usulan target lain untuk {agreement}",
            "Ada usulan target lain untuk {agreement} versi {version}. Mohon disetujui atau diusulkan kembali.",
        ),
        "en": (
            "Other targets proposed for {agreement}",
            "Other targets were proposed for {agreement}, version {version}. Please agree or propose again.",
        ),
    },
    "approved": {
        "id": ("MKD {agreement} disetujui", "Perjanjian {agreement} disetujui dan berlaku mulai {effective}."),
        "en": ("MKD {agreement} approved", "Agreement {agreement} was approved and holds from {effective} on."),
    },
    "decreed": {
        "id": (
            "MKD {agreement} menurut {decree}",
            "Menurut {decree}, Anda bekerja sesuai {agreement} mulai {effective}. Tidak perlu mengajukan permohonan.",
        ),
        "en": (
            "MKD {agreement} by {decree}",
            "By {decree} you work as {agreement} says, from {effective} on. No request is needed.",
        ),
    },
    "returned": {
        "id": (
            "MKD {agreement} dikembalikan",
            "Permohonan {agreement} dikembalikan untuk diperbaiki, lalu dapat diajukan lagi.",
        ),
        "en": ("MKD {agreement} returned", "Request {agreement} was returned to be changed; submit it again then."),
    },
    "refused": {
        "id": ("MKD {agreement} ditolak", "Permohonan {agreement} ditolak.{ground}"),
        "en": ("MKD {agreement} refused", "Request {agreement} was refused.{ground}"),
    },
    "suspended": {
        "id": ("MKD {agreement} ditangguhkan", "Perjanjian {agreement} ditangguhkan mulai {since}."),
        "en": ("MKD {agreement} suspended", "Agreement {agreement} is suspended from {since} on."),
    },
    "resumed": {
        "id": ("MKD {agreement} dilanjutkan", "Perjanjian {agreement} berlaku lagi mulai {since}."),
        "en": ("MKD {agreement} resumed", "Agreement {agreement} holds again from {since} on."),
    },
    "revoked": {
        "id": ("MKD {agreement} dicabut", "Perjanjian {agreement} dicabut mulai {since}."),
        "en": ("MKD {agreement} revoked", "Agreement {agreement} is revoked from {since} on."),
    },
    "recalled": {
        "id": ("Diminta hadir di kantor {on}", "Menurut {agreement}, Anda diminta bekerja di kantor pada {on}."),
        "en": ("Recalled to the office on {on}", "Under {agreement} you are asked to work at the office on {on}."),
    },
    "reminder": {
        "id": (
            "Pengingat: {agreement} melewati tenggat",
            "Tahap {step} dari {agreement} melewati tenggat {due} tanpa keputusan.",
        ),
        "en": (
            "Reminder: {agreement} is late",
            "The step {step} of {agreement} passed its deadline {due} without a decision.",
        ),
    },
    "not_deemed": {
        "id": (
            "MKD {agreement} tidak dianggap disetujui",
            "Tahap {step} dari {agreement} melewati tenggat {due} tanpa keputusan. Karena kebijakan kini tidak "
            "menyetujuinya, diam tidak berarti setuju: permohonan tetap menunggu keputusan.",
        ),
        "en": (
            "MKD {agreement} is not deemed approved",
            "The step {step} of {agreement} passed its deadline {due} without a decision. As the policy does not "
            "approve it now, silence is no approval: the request still waits for a decision.",
        ),
    },
    "review": {
        "id": (
            "MKD {agreement} perlu ditinjau",
            "Syarat {agreement} tidak lagi terpenuhi. Perjanjian tetap berlaku sampai ada keputusan.",
        ),
        "en": (
            "MKD {agreement} is under review",
            "The conditions of {agreement} no longer hold. It stays in force until somebody decides.",
        ),
    },
    "period_closed": {
        "id": (
            "Periode {period} ditutup",
            "Periode {period} ditutup. Menit tervalidasi, capaian dan usulan predikat dapat dilihat dengan "
            "`mkd period statement` atau pada sistem kepegawaian.",
        ),
        "en": (
            "Period {period} closed",
            "Period {period} was closed. See the validated minutes, the achievement and the proposed rating with "
            "`mkd period statement`, or in your personnel system.",
        ),
    },
}
"""kind → language → subject and body, to be filled with the effect's data."""

_BLANKS = {
    "until": {"id": ", paling lambat {due}", "en": ", by {due}"},
    "ground": {"id": " Alasan: {ground}.", "en": " Ground: {ground}."},
}


def words(kind: str, language: str, data: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body of a notice; a language that is not there falls back to Indonesian, the official one."""
    language = language if language in WORDS[kind] else "id"
    filled = {name: "" if value is None else value for name, value in data.items()}
    filled["until"] = _BLANKS["until"][language].format(due=data["due"]) if data.get("due") else ""
    filled["ground"] = _BLANKS["ground"][language].format(ground=data["ground"]) if data.get("ground") else ""
    subject, body = WORDS[kind][language]
    return subject.format(**filled), body.format(**filled)


def effects_of(dossier: Dossier, happened: Sequence[Happened]) -> Iterator[Effect]:
    """The effects of events that were decided on this dossier, each under a key of its own."""
    after = assemble(dossier.person, (*dossier.history, *happened))
    for item in happened:
        for index, (to, kind, data) in enumerate(_told(item.event, dossier.person, after)):
            yield Effect(
                key=effect_key(dossier.stream, item.number, "notification", index),
                port="notification",
                kind=kind,
                to=to,
                data=data,
            )
        if isinstance(item.event, e.PeriodClosed):
            yield from _pay_lines(dossier, item.number, item.event)


def _pay_lines(dossier: Dossier, number: int, closed: e.PeriodClosed) -> Iterator[Effect]:
    for index, line in enumerate(closed.lines):
        yield Effect(
            key=effect_key(dossier.stream, number, "payroll", index),
            port="payroll",
            kind="pay_line",
            to=dossier.person,
            data={
                "period": closed.period,
                "item": line.item,
                "quantity": str(line.quantity),
                "unit": line.unit,
                "rule": line.rule,
                "scheme": closed.scheme,
                "source": line.source,
            },
        )


_Told = tuple[str, str, dict[str, object]]


def _told(event: object, applicant: str, after: Dossier) -> Iterator[_Told]:
    match event:
        case e.StepOpened(agreement=agreement, step=step, due=due):
            for approver in event.approvers:
                yield approver.person, "vote_wanted", _data(agreement, step=step, due=due)
        case e.TargetsCountered(agreement=agreement, version=version, side="superior"):
            yield applicant, "targets_countered", _data(agreement, version=version)
        case e.AgreementApproved(agreement=agreement, effective=effective):
            yield applicant, "approved", _data(agreement, effective=effective)
        case e.AgreementDecreed(agreement=agreement, decree=decree, effective=effective):
            yield applicant, "decreed", _data(agreement, decree=decree, effective=effective)
        case e.AgreementReturned(agreement=agreement):
            yield applicant, "returned", _data(agreement)
        case e.AgreementRefused(agreement=agreement, ground=ground):
            yield applicant, "refused", _data(agreement, ground=ground)
        case e.AgreementSuspended(agreement=agreement, since=since):
            yield applicant, "suspended", _data(agreement, since=since)
        case e.AgreementResumed(agreement=agreement, since=since):
            yield applicant, "resumed", _data(agreement, since=since)
        case e.AgreementRevoked(agreement=agreement, since=since):
            yield applicant, "revoked", _data(agreement, since=since)
        case e.RecalledToOffice(agreement=agreement, on=on):
            yield applicant, "recalled", _data(agreement, on=on)
        case e.DeadlinePassed(agreement=agreement, step=step, due=due, effect="remind"):
            for person in _waiting(after.agreements[agreement]):
                yield person, "reminder", _data(agreement, step=step, due=due)
        case e.DeadlinePassed(agreement=agreement, step=step, due=due, effect="not_deemed"):
            for person in (*_waiting(after.agreements[agreement]), applicant):
                yield person, "not_deemed", _data(agreement, step=step, due=due)
        case e.ReviewOpened(agreement=agreement):
            yield applicant, "review", _data(agreement)
        case e.PeriodClosed(period=period):
            # A mail is read on the way: what it says must not be more than that there is something to see.
            yield applicant, "period_closed", {"period": period}


def _data(agreement: str, **values: object) -> dict[str, object]:
    plain = {name: value if isinstance(value, (int, str)) else str(value) for name, value in values.items() if value}
    return {"agreement": agreement, **plain}


def _waiting(agreement: Agreement) -> list[str]:
    step = agreement.latest.open_step
    voted = {person for person, _ in step.votes} if step else set()
    return [approver.person for approver in step.approvers if approver.person not in voted] if step else []
