"""What stands in the letter of an agreement, as plain text; only an approved version becomes a letter."""

from __future__ import annotations

from datetime import date, datetime

from attrs import field, frozen

from mkd_core.agreements import Agreement, Version
from mkd_core.errors import CommandRefused, NotFound
from mkd_core.events import AgreementApproved, Ballot, Happened, VoteCast
from mkd_core.journal.chain import Head
from mkd_core.people import MandateKind, Unit
from mkd_core.policy import Policy
from mkd_core.targets import Direction, Target, TargetKind
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.dossier import stream_of
from mkd_core.worktime import DAY, Day, Place, Window, WorkPlan, clock
from mkd_plugins.deployment import Deployment

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_PLACES = {
    Place.OFFICE: "kantor",
    Place.OTHER_OFFICE: "kantor lain",
    Place.HOME: "rumah",
    Place.ELSEWHERE: "tempat lain",
}
_KINDS = {TargetKind.OUTPUT: "keluaran", TargetKind.OUTCOME: "hasil"}
_DIRECTIONS = {Direction.AT_LEAST: "paling sedikit", Direction.AT_MOST: "paling banyak", Direction.WITHIN: "sekitar"}
_MANDATES = {MandateKind.PLT: "Plt. ", MandateKind.PLH: "Plh. ", MandateKind.DELEGATION: "a.n. "}


@frozen(kw_only=True)
class Signatory:
    """Somebody who signs. ``post`` begins with Plt. or Plh. where the person acts for the holder."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    post: str
    unit: str


@frozen(kw_only=True)
class Goal:
    """A target as a row of the letter."""

    kind: str
    indicator: str = field(repr=False)
    value: str
    due: str
    evidence: str = field(repr=False)


@frozen(kw_only=True)
class Letter:
    """All that the letter says; every field is text as it is printed.

    ``seal`` is a head of the journal, one line: kept beside the letter it proves with ``mkd journal verify --head``
    that nothing up to the approval was changed or taken away since.
    """

    agency: str
    agreement: str
    version: int
    subject: str
    employee: Signatory
    superior: Signatory
    starts: str
    ends: str
    review: str
    days: tuple[str, ...]
    goals: tuple[Goal, ...]
    basis: tuple[str, ...]
    approved: str
    seal: str


def letter_of(mkd: Deployment, agreement: str, at: datetime) -> Letter:
    """The letter of the version that was approved last. Raises ``NotFound``, or ``CommandRefused`` before approval."""
    found = mkd.agreement(agreement)
    version = _agreed(found)
    history = mkd.history(agreement)
    approval, voted = _approval(history, version), _superiors_vote(history, version)
    organisation = mkd.organisation(at.date())
    unit = mkd.unit_of(found.applicant, at=at)
    policy = _policy(mkd, agreement) or mkd.policy_for(unit.key, version.submitted_on or approval.at.date())
    return Letter(
        agency=_agency(organisation, unit),
        agreement=agreement,
        version=version.number,
        subject=policy.title.id,
        employee=_signatory(organisation, found.applicant),
        superior=_signatory(organisation, voted.by, voted.event) if voted else _superior(organisation, found),
        starts=day_of(version.effective or version.terms.starts),
        ends=day_of(version.terms.ends) if version.terms.ends else "",
        review=day_of(version.terms.review) if version.terms.review else "",
        days=tuple(_week(version.terms.plan)),
        goals=tuple(map(_goal, version.targets)),
        basis=tuple(source.title for source in policy.sources.values() if source.kind != "ours"),
        approved=day_of(approval.at.astimezone(unit.zone).date()),
        seal=_seal(mkd, found, approval),
    )


def _policy(mkd: Deployment, agreement: str) -> Policy | None:
    """The policy by which it was decided last; None where a host decided by its own."""
    decisions = (each.again.decision for each in reversed(mkd.replay(agreement)))
    return next((decision.policy for decision in decisions if decision is not None), None)


def signs(mkd: Deployment, agreement: str, person: str, at: datetime) -> bool:
    """Whether that person signs the letter. Raises as :func:`letter_of`."""
    found = mkd.agreement(agreement)
    voted = _superiors_vote(mkd.history(agreement), _agreed(found))
    superior = voted.by if voted else mkd.organisation(at.date()).known(found.applicant).superior
    return person in (found.applicant, superior)


def _agreed(agreement: Agreement) -> Version:
    """The version that was approved last, of an agreement that two sides came to."""
    version = next((each for each in reversed(agreement.versions) if each.effective is not None), None)
    if version is None or agreement.decree is not None:
        problem = "is not approved" if version is None else f"was ordered by {agreement.decree}"
        raise CommandRefused("MKD456", problem, where=agreement.id, mend="a letter is written of what was agreed")
    return version


def day_of(day: date) -> str:
    """The date in words.

    >>> day_of(date(2026, 11, 24))
    '24 November 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _superiors_vote(history: tuple[Happened, ...], version: Version) -> Happened | None:
    """The vote that carried the first step; none where silence did."""
    votes = (
        each
        for each in history
        if isinstance(each.event, VoteCast)
        and each.event.version == version.number
        and each.event.ballot is Ballot.APPROVE
        and each.event.step in {opened.step.id for opened in version.steps[:1]}
    )
    return next(votes, None)


def _approval(history: tuple[Happened, ...], version: Version) -> Happened:
    """The event by which the version was approved."""
    return next(
        each for each in history if isinstance(each.event, AgreementApproved) and each.event.version == version.number
    )


def _signatory(organisation: DirectoryAt, person: str, vote: VoteCast | None = None) -> Signatory:
    employee = organisation.known(person)
    unit = organisation.unit(employee.unit)
    acting = _MANDATES[vote.mandate] if vote is not None and vote.mandate is not None else ""
    return Signatory(
        name=employee.name.reveal() or person,
        number=employee.number.digits if employee.number is not None else "",
        post=f"{acting}{employee.post}",
        unit=unit.name if unit is not None else employee.unit,
    )


def _superior(organisation: DirectoryAt, agreement: Agreement) -> Signatory:
    superior = organisation.known(agreement.applicant).superior
    if superior is None:
        raise NotFound("MKD456", "nobody is on record who could sign for the agency", where=agreement.id)
    return _signatory(organisation, superior)


def _agency(organisation: DirectoryAt, unit: Unit) -> str:
    """The name of the unit's agency; of the unit above all others where the unit names none."""
    key = unit.agency or [*organisation.upwards(unit.key)][-1]
    agency = organisation.unit(key)
    return agency.name if agency is not None else key


def _week(plan: WorkPlan) -> list[str]:
    lines = []
    for number, week in enumerate(plan.weeks, start=1):
        before = f"Pekan {number}, " if len(plan.weeks) > 1 else ""
        lines += [f"{before}{name}: {_day(day)}" for name, day in zip(_DAYS, week.days, strict=True) if day.windows]
    return lines


def _day(day: Day) -> str:
    return "; ".join(map(_window, day.windows))


def _window(window: Window) -> str:
    pause = f", istirahat {window.pause} menit" if window.pause else ""
    return f"pukul {clock(window.start)} s.d. {clock(window.end % DAY)} di {_PLACES[window.place]}{pause}".replace(
        ":", "."
    )


def _goal(target: Target) -> Goal:
    value = ""
    if target.value is not None and target.direction is not None:
        margin = f" ± {_number(target.margin)}" if target.margin is not None else ""
        value = f"{_DIRECTIONS[target.direction]} {_number(target.value)}{margin} {target.unit}".rstrip()
    return Goal(
        kind=_KINDS[target.kind],
        indicator=target.indicator,
        value=value,
        due=day_of(target.due) if target.due is not None else "",
        evidence=target.evidence,
    )


def _number(value: object) -> str:
    """A decimal as it is written in Indonesian."""
    return str(value).replace(".", ",")


def _seal(mkd: Deployment, agreement: Agreement, approval: Happened) -> str:
    """The head of the journal as of the approval."""
    stream = stream_of(agreement.applicant)
    record = next(iter(mkd.journal.read(stream, after=approval.number - 1)))
    return Head({stream: (record.number, record.hash)}).to_text().strip()
