"""``mkd mandate``: acting officers and delegations."""

from __future__ import annotations

from datetime import date

import click

from mkd_core.people import Mandate, MandateKind
from mkd_plugins.cli import options
from mkd_plugins.cli.options import How
from mkd_plugins.cli.session import Session, answer


@click.group()
def mandate() -> None:
    """Put an acting officer (Plt, Plh) or a delegation on record."""


@mandate.command(short_help="Put a mandate on record, as HR.")
@click.option("--kind", type=click.Choice([kind.value for kind in MandateKind]), required=True)
@click.option("--acting", metavar="PERSON", required=True, help="Who acts.")
@click.option("--unit", metavar="UNIT", help="In the place of this unit's head.")
@click.option("--replaces", metavar="PERSON", help="In the place of this person.")
@click.option("--from", "starts", type=options.DATE, required=True, metavar="DATE", help="The first day.")
@click.option("--until", "ends", type=options.DATE, metavar="DATE", help="The last day.")
@click.option("--reference", default="", help="The number of the order.")
@click.option("--not-accepted", is_flag=True, help="A delegation that was not accepted yet; it does not count.")
@options.acting
@click.pass_obj
def give(
    session: Session,
    how: How,
    kind: str,
    acting: str,
    unit: str | None,
    replaces: str | None,
    starts: date,
    ends: date | None,
    reference: str,
    not_accepted: bool,
) -> None:
    """Put a mandate on record, as HR: plt fills a vacant post, plh an absence, delegation is among colleagues.

    \b
    mkd mandate give --as k000101 --kind plh --acting k000003 --unit 1211 \\
      --from 2023-06-20 --until 2023-06-30 --reference 800/1
    """
    with session.open() as desk:
        by = desk.acting(how.as_, how.at)
        given = Mandate(
            kind=MandateKind(kind),
            acting=desk.person(acting, how.at, where="--acting"),
            starts=starts,
            ends=ends,
            unit=unit,
            replaces=desk.person(replaces, how.at, where="--replaces") if replaces else None,
            reference=reference,
            accepted=not not_accepted,
        )
        desk.mkd.give_mandate(given, by=by, at=how.at)
        data = {
            "kind": kind,
            "acting": given.acting,
            "unit": unit,
            "replaces": given.replaces,
            "from": starts,
            "until": ends,
            "reference": reference,
        }
        place = unit or given.replaces
        answer(how.as_json, data, f"{kind} {given.acting} → {place}, {starts} {desk.say('until')} {ends or '-'}")
