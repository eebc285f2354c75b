"""``mkd decree``: agreements made for a unit by order of the employer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from mkd_core.decrees import Decree
from mkd_core.worktime import place as place_of
from mkd_plugins.cli import options, output
from mkd_plugins.cli.counting import counting
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Desk, Namer, Session, answer
from mkd_plugins.forms import decrees as forms
from mkd_plugins.forms.days import weekdays

if TYPE_CHECKING:
    from mkd_core.agreements import Agreement
    from mkd_core.usecases.decreeing import LeftOut
    from mkd_core.usecases.decrees import Issued


@click.group()
def decree() -> None:
    """Make the agreements of a unit by order: on fixed days, or by turns under a cap."""


@decree.command(short_help="Make everybody's agreement by the decree KEY.")
@click.argument("key")
@click.option("--unit", metavar="UNIT", required=True, help="For the people of this unit and of all below it.")
@click.option("--policy", "version", metavar="VERSION", required=True, help="The version that it rests on.")
@click.option("--days", required=True, help="The weekdays elsewhere: thu, or tue-fri.")
@click.option("--cap", metavar="SHARE", help="By turns: no more of a unit's people away on one day than 50%.")
@click.option("--each", type=click.IntRange(min=1), metavar="DAYS", help="By turns: the most days of one person.")
@click.option("--place", default="home", show_default=True, help="Where these days are worked.")
@click.option("--from", "starts", type=options.DATE, required=True, metavar="DATE", help="The first day.")
@click.option("--until", "ends", type=options.DATE, metavar="DATE", help="The last day.  [that of the policy]")
@click.option("--dry-run", is_flag=True, help="Only say who would work where, and who not; write nothing.")
@options.acting
@click.pass_obj
def issue(
    session: Session,
    how: How,
    key: str,
    unit: str,
    version: str,
    days: str,
    cap: str | None,
    each: int | None,
    place: str,
    starts: date,
    ends: date | None,
    dry_run: bool,
) -> None:
    """Put the decree KEY on record and make everybody's agreement, as HR or as the head of the unit.

    \b
    mkd decree issue "SE 150" --policy se-150-2025 --unit 2000 --days thu --from 2025-11-03 --dry-run

    Typed again, it goes on where it stood and makes nothing twice. Left out are direct service, who issues it, whoever
    has an agreement on these dates, and whom the policy does not approve; each is named with the reason.
    """
    with session.open() as desk:
        by = desk.acting(how.as_, how.at)
        ordered = Decree(
            key=key,
            unit=desk.unit(unit, how.at),
            policy=desk.mkd.policy_for(unit, starts).id,
            version=version,
            starts=starts,
            ends=ends,
            weekdays=weekdays(days, where="--days"),
            place=place_of(place, where="--place"),
            cap=None if cap is None else forms.share(cap, where="--cap"),
            each=each,
        )
        with counting(desk.language) as progress:
            issued = desk.mkd.issue_decree(ordered, by=by, at=how.at, dry_run=dry_run, progress=progress)
        name = desk.namer(how.names, how.at)
        answer(how.as_json, forms.issued_data(issued, dry_run=dry_run), _issued(issued, desk, name, dry_run=dry_run))


@decree.command()
@click.argument("key")
@options.asking
@click.pass_obj
def show(session: Session, how: How, key: str) -> None:
    """The decree KEY, with the agreements made from it."""
    with session.open() as desk:
        known, agreements = desk.mkd.decree(key)
        ordered = known.decree
        data = {**forms.on_record_data(known), "agreements": [forms.made_data(each) for each in agreements]}
        states = Counter(each.state(desk.today(each.applicant, how.at)).value for each in agreements)
        pairs: list[tuple[str, object]] = [
            (desk.say("decree"), ordered.key),
            (desk.say("work_unit"), ordered.unit),
            (desk.say("policy"), f"{ordered.policy} {ordered.version}"),
            (desk.say("since"), f"{ordered.starts} {desk.say('until')} {ordered.ends or '-'}"),
            (desk.say("days_elsewhere"), f"{_days(ordered)}, {ordered.place.value}"),
            (desk.say("by"), f"{known.by}, {known.at.astimezone(how.at.tzinfo).isoformat(timespec='minutes')}"),
            (desk.say("revoked"), known.revoked),
            (desk.say("agreements"), ", ".join(f"{desk.say(state)} {n}" for state, n in sorted(states.items()))),
        ]
        table = _agreements(agreements, desk, desk.namer(how.names, how.at))
        answer(how.as_json, data, "\n".join([output.card(pairs), *table]))


@decree.command("list")
@options.asking
@click.pass_obj
def list_(session: Session, how: How) -> None:
    """Every decree on record."""
    with session.open() as desk:
        known = desk.mkd.decrees()
        rows = [
            (
                one.decree.key,
                one.decree.unit,
                one.decree.version,
                one.decree.starts,
                one.decree.ends,
                _days(one.decree),
                one.revoked,
            )
            for one in known
        ]
        words = ("decree", "work_unit", "policy", "since", "until", "days_elsewhere", "revoked")
        text = output.table([desk.say(word) for word in words], rows) if rows else desk.say("nothing")
        answer(how.as_json, [forms.on_record_data(one) for one in known], text)


@decree.command(short_help="Take the decree KEY back.")
@click.argument("key")
@click.option("--from", "since", type=options.DATE, required=True, metavar="DATE", help="The first day without it.")
@options.reason
@options.acting
@click.pass_obj
def revoke(session: Session, how: How, key: str, since: date, reason: str) -> None:
    """Take the decree KEY back: its agreements end, and everybody is told."""
    with session.open() as desk:
        by = desk.acting(how.as_, how.at)
        ended, left_out = desk.mkd.revoke_decree(key, since=since, by=by, at=how.at, reason=reason)
        data = {
            "decree": key,
            "since": since,
            "ended": [each.id for each in ended],
            "left_out": [forms.left_out_data(each) for each in left_out],
        }
        lines = [desk.say("decree_revoked", decree=key, since=since, ended=len(ended))]
        answer(how.as_json, data, "\n".join([*lines, *_left_out(left_out, desk, desk.namer(how.names, how.at))]))


def _days(ordered: Decree) -> str:
    days = " ".join(ordered.weekdays)
    return days if ordered.cap is None else f"{days} <= {float(ordered.cap * 100):g}%"


def _issued(issued: Issued, desk: Desk, name: Namer, *, dry_run: bool) -> str:
    counts = {"made": len(issued.agreements), "new": len(issued.new), "out": len(issued.left_out)}
    said = desk.say("decree_tried" if dry_run else "decree_issued", decree=issued.decree.key, **counts)
    made = _agreements(issued.agreements, desk, name)
    return "\n".join([said, *made, *_left_out(issued.left_out, desk, name)])


def _agreements(agreements: Sequence[Agreement], desk: Desk, name: Namer) -> list[str]:
    if not agreements:
        return []
    rows = [
        (
            each.id,
            name(each.applicant),
            each.latest.effective,
            " | ".join(" ".join(days) or "-" for days in forms.turn(each)),
        )
        for each in agreements
    ]
    words = ("agreement", "who", "since", "days_elsewhere")
    return ["", output.table([desk.say(word) for word in words], rows)]


def _left_out(left_out: Sequence[LeftOut], desk: Desk, name: Namer) -> list[str]:
    if not left_out:
        return []
    rows = [
        (name(one.person), one.unit, desk.say(f"out_{one.reason.value}"), ", ".join(one.detail)) for one in left_out
    ]
    words = ("left_out", "work_unit", "reason", "rule")
    return ["", output.table([desk.say(word) for word in words], rows)]
