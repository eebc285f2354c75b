"""What ``mkd facts check`` and ``mkd facts show`` say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from mkd_core.errors import InvalidInput
from mkd_core.people import Employee, Employment, Mandate, MandateKind, ServiceNumber, Unit
from mkd_core.ports import Denied, Found, NotMine
from mkd_core.usecases.context import Default
from mkd_core.usecases.dossier import Attested
from mkd_plugins.facts.check import FactsReport, check_facts, population
from mkd_plugins.facts.shown import show_facts
from mkd_plugins.identity.table import Config, Source, TableIdentity
from mkd_plugins.testing import province

pytestmark = pytest.mark.bare

ON = date(2023, 6, 19)


@attrs.frozen(kw_only=True)
class Known:
    """An identity of a few people written down."""

    staff: Sequence[Employee] = ()
    offices: Sequence[Unit] = ()
    orders: Sequence[Mandate] = ()
    problems: Sequence[InvalidInput] = ()

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        return next((Found(person) for person in self.staff if person.key == key), NotMine())

    def lookup(self, handle: str, on: date) -> Found | Denied | NotMine:
        return NotMine()

    def people(self, on: date) -> Iterable[Employee]:
        return self.staff

    def unit(self, key: str, on: date) -> Unit | None:
        return next((unit for unit in self.offices if unit.key == key), None)

    def units(self, on: date) -> Iterable[Unit]:
        return self.offices

    def mandates(self, on: date) -> Iterable[Mandate]:
        return self.orders

    def findings(self) -> Sequence[InvalidInput]:
        return self.problems


def somebody(key: str, **changes: Any) -> Employee:
    return Employee(key=key, unit="u1", **changes)


def report(**known: Any) -> FactsReport:
    return check_facts(population([Known(**known)], ON))


def the_province() -> TableIdentity:
    folder = province.shipped()
    tables = ("people", "units", "mandates", "discipline", "ratings")
    return TableIdentity(Config(map="siap", **{table: Source(path=folder / f"{table}.csv") for table in tables}))


def test_of_the_province_each_fact_is_counted_once_a_person() -> None:
    checked = check_facts(population([the_province()], ON))

    counts = {count.fact: count for count in checked.facts}
    assert (checked.people, checked.inactive, checked.units) == (239, 1, 52)
    assert all(count.have + count.lack + sum(count.unmapped.values()) == 239 for count in checked.facts)
    assert counts["applicant.employment"].unmapped == {"PNS DPK": 1}
    assert counts["applicant.rating"].lack > 0
    assert counts["applicant.discipline"].have == 239
    assert counts["unit.direct_service"].have == 239


def test_of_the_province_only_the_secretary_has_nobody_above_and_vacant_posts_lead_on() -> None:
    checked = check_facts(population([the_province()], ON))

    assert checked.without_superior == (province.NO_SUPERIOR,)
    assert checked.by_office == 10


def test_whoever_is_not_active_is_not_counted() -> None:
    checked = report(staff=[somebody("a"), somebody("b", active=False, facts={"applicant.educator": True})])

    assert (checked.people, checked.inactive) == (1, 1)
    assert {count.have for count in checked.facts} == {0}


def test_a_circle_of_superiors_is_named_once_from_its_smallest_key_on() -> None:
    checked = report(
        staff=[
            somebody("c", superior="a"),
            somebody("b", superior="c"),
            somebody("a", superior="b"),
            somebody("d", superior="a"),
        ]
    )

    assert checked.superior_cycles == (("a", "b", "c"),)
    assert "circles of superiors: 1 (a > b > c > a)" in checked.lines()


def test_a_circle_of_units_is_named() -> None:
    checked = report(offices=[Unit(key="u1", name="One", parent="u2"), Unit(key="u2", name="Two", parent="u1")])

    assert checked.unit_cycles == (("u1", "u2"),)


def test_a_superior_whom_nobody_knows_is_told_apart_from_none() -> None:
    checked = report(staff=[somebody("a", superior="gone"), somebody("b", superior="a")])

    assert checked.unknown_superiors == ("a",)
    assert checked.without_superior == ("a",)


def test_whoever_is_outside_of_a_view_is_not_called_unknown() -> None:
    """An administrator of one agency is told of its people alone; superiors and officers of another are somebody."""
    order = Mandate(kind=MandateKind.PLH, acting="outside", starts=ON, unit="u1", reference="SK 1")
    seen = Known(staff=[somebody("a", superior="outside"), somebody("b", superior="a")], orders=[order])
    whole, view = (check_facts(population([seen], ON, narrowed=narrowed)) for narrowed in (False, True))

    assert (whole.unknown_superiors, whole.unknown_officers) == (("a",), ("SK 1",))
    assert (view.unknown_superiors, view.unknown_officers, view.without_superior) == ((), (), ())


def test_a_superior_who_left_leads_to_the_head_of_the_unit() -> None:
    checked = report(
        staff=[somebody("a", superior="b"), somebody("b", active=False), somebody("h")],
        offices=[Unit(key="u1", name="One", head="h")],
    )

    assert checked.without_superior == ("h",)
    assert checked.by_office == 1


def test_a_mandate_that_names_somebody_unknown_is_told_by_its_reference_while_it_can_still_bind() -> None:
    def order(reference: str, ends: date | None) -> Mandate:
        return Mandate(
            kind=MandateKind.PLH, acting="ghost", unit="u1", starts=date(2023, 1, 1), ends=ends, reference=reference
        )

    checked = report(orders=[order("821/1", None), order("821/2", date(2023, 6, 18))])

    assert checked.unknown_officers == ("821/1",)


def test_malformed_numbers_are_counted_by_their_fault_and_never_shown() -> None:
    problem = InvalidInput("MKD213", "digits 13 and 14 of an NIP are no month", where="people.csv, row 7, column nip")

    checked = report(staff=[somebody("a")], problems=[problem, problem])

    assert checked.malformed_numbers == {"MKD213": 2}
    assert checked.without_number == ("a",)
    assert any("people.csv, row 7, column nip" in line for line in checked.lines())


def test_a_person_whom_two_backends_know_counts_as_the_first_one_says() -> None:
    first = Known(staff=[somebody("a", facts={"applicant.educator": True})])
    second = Known(staff=[somebody("a"), somebody("b")])

    people = population([first, second], ON).people

    assert [*people] == ["a", "b"]
    assert people["a"].facts == {"applicant.educator": True}


@pytest.mark.parametrize(("lang", "head"), [("en", "239 people and 52 units"), ("id", "239 pegawai dan 52 unit")])
def test_the_report_reads_in_two_languages(lang: str, head: str) -> None:
    lines = check_facts(population([the_province()], ON)).lines(lang)

    assert lines[0].startswith(head)
    assert any("PNS DPK x1" in line for line in lines)


def test_the_report_is_plain_json() -> None:
    data = check_facts(population([the_province()], ON)).to_data()

    assert json.loads(json.dumps(data)) == data


def test_a_long_list_is_cut_in_the_text_and_whole_in_the_data() -> None:
    checked = report(staff=[somebody(f"k{at:02d}") for at in range(12)])

    assert "people without a superior: 12 (k00, k01, k02, k03, k04, k05, k06, k07, …)" in checked.lines()
    assert len(checked.to_data()["without_superior"]) == 12


def test_a_persons_facts_are_shown_with_where_they_were_read() -> None:
    identity = the_province()
    found = identity.person(province.PLANNER, ON)
    assert isinstance(found, Found)

    shown = {
        fact.fact: (fact.state, fact.value, fact.source)
        for fact in show_facts(found.employee, identity.unit("1211", ON), on=ON, source="identity.table").facts
    }

    assert shown["applicant.rating"] == ("known", "good", "ratings.csv")
    assert shown["applicant.talent_box"] == ("known", 8, "identity.table")
    assert shown["unit.direct_service"] == ("known", False, "identity.table")


def test_a_persons_number_shows_its_last_three_digits_alone_or_that_there_is_none() -> None:
    number = ServiceNumber.parse("198503122010011901", Employment.PNS)

    heads = [
        show_facts(person, None, on=ON, source="identity.table").lines()[0]
        for person in (somebody("a", number=number), somebody("b"))
    ]

    assert heads == ["a (…901), 2023-06-19", "b (no usable service number), 2023-06-19"]


def test_a_sensitive_fact_is_hidden_unless_asked_for() -> None:
    person = somebody("a", facts={"applicant.discipline": "serving"})

    def line(**asked: bool) -> str:
        lines = show_facts(person, None, on=ON, source="identity.table", **asked).lines()
        return next(line for line in lines if line.startswith("applicant.discipline"))

    assert "serving" not in line()
    assert "serving" in line(sensitive=True)


def test_what_is_unmapped_missing_or_a_default_is_called_so() -> None:
    person = somebody("a", unmapped={"applicant.employment": "X9"})

    lines = show_facts(
        person,
        None,
        on=ON,
        source="identity.table",
        defaults={"applicant.educator": Default(value=False, source="SK 1/2023")},
    ).lines("en")

    by_fact = {line.split()[0]: line for line in lines}
    assert "code X9?" in by_fact["applicant.employment"]
    assert "no (default)" in by_fact["applicant.educator"]
    assert "[SK 1/2023]" in by_fact["applicant.educator"]
    assert "missing" in by_fact["applicant.rating"]


def test_what_somebody_vouches_for_is_shown_with_who_does() -> None:
    """It counts where identity has no value, before a default, and never against what identity says."""

    def vouched(fact: str, value: object, until: date | None = None) -> Attested:
        return Attested(fact=fact, value=value, by="k1", role="hr", at=datetime(2023, 6, 1, tzinfo=UTC), until=until)

    shown = show_facts(
        somebody("a", facts={"applicant.educator": True}, unmapped={"applicant.employment": "X9"}),
        None,
        on=ON,
        source="identity.table",
        attested={
            "applicant.educator": vouched("applicant.educator", False),
            "applicant.employment": vouched("applicant.employment", "pns"),
            "applicant.rating": vouched("applicant.rating", "good", date(2023, 12, 31)),
        },
        defaults={"applicant.rating": Default(value="poor", source="SK 1/2023")},
    )

    said = {fact.fact: (fact.state, fact.value, fact.source) for fact in shown.facts}
    assert said["applicant.educator"] == ("known", True, "identity.table")
    assert said["applicant.employment"] == ("attested", "pns", "hr k1")
    assert said["applicant.rating"] == ("attested", "good", "hr k1, until 2023-12-31")
    assert any("good (dinyatakan)" in line for line in shown.lines("id"))
