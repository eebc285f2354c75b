"""The synthetic province read as an export of SIAP: nothing is configured but the paths and the map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from mkd_core.people import Employee, Employment, MandateKind
from mkd_core.policy import VOCABULARY
from mkd_core.ports import Denied, Found, NotMine
from mkd_plugins.identity.table import Config, Source, TableIdentity
from mkd_plugins.testing import province

pytestmark = pytest.mark.bare

TABLES = ("people", "units", "mandates", "discipline", "ratings")
ON = province.AS_OF


@pytest.fixture(scope="module")
def identity() -> TableIdentity:
    folder = province.shipped()
    return TableIdentity(Config(map="siap", **{table: Source(path=folder / f"{table}.csv") for table in TABLES}))


def employee(identity: TableIdentity, key: str, on: date = ON) -> Employee:
    answer = identity.person(key, on)
    assert isinstance(answer, Found)
    return answer.employee


def facts(identity: TableIdentity, key: str, on: date = ON) -> Mapping[str, Any]:
    return employee(identity, key, on).facts


def test_all_240_people_are_there_once_and_no_row_is_at_fault(identity: TableIdentity) -> None:
    keys = [person.key for person in identity.people(ON)]

    assert len(keys) == len(set(keys)) == 240
    assert identity.findings() == ()


def test_every_fact_is_a_value_of_the_vocabulary(identity: TableIdentity) -> None:
    wrong = [
        fact
        for person in identity.people(ON)
        for fact, value in person.facts.items()
        if VOCABULARY[fact].read(value) != value
    ]

    assert wrong == []


def test_teams_and_counters_are_known_of_everybody() -> None:
    """Who has an empty cell is in none; without the column nobody knows."""
    folder = province.shipped()
    units = Source(path=folder / "units.csv")
    known = TableIdentity(Config(map="siap", people=Source(path=folder / "people.csv"), units=units))
    silent = TableIdentity(
        Config(people=Source(path=folder / "people.csv", columns={"key": "peg_id", "unit": "unit_kerja_id"}))
    )

    places = [(person.team, person.counter) for person in known.people(ON)]

    assert {(bool(team), bool(counter)) for team, counter in places} == {(True, False), (False, True), (False, False)}
    assert not any(None in place for place in places)
    assert {(person.team, person.counter) for person in silent.people(ON)} == {(None, None)}


def test_a_planner_has_every_fact_that_a_personnel_system_can_know(identity: TableIdentity) -> None:
    assert dict(facts(identity, province.PLANNER)) == {
        "applicant.employment": "pns",
        "applicant.position": "fungsional",
        "applicant.educator": False,
        "applicant.direct_service": False,
        "applicant.on_probation": False,
        "applicant.discipline": "none",
        "applicant.absent_days": 0,
        "applicant.rating": "good",
        "applicant.talent_box": 8,
        "applicant.equipment_ready": True,
        "applicant.months_in_post": 17,
        "applicant.service_months": facts(identity, province.PLANNER)["applicant.service_months"],
    }


@pytest.mark.parametrize(
    ("key", "fact", "value"),
    [
        (province.TEACHER, "applicant.educator", True),
        (province.HEALTH_WORKER, "applicant.direct_service", True),
        (province.DISCIPLINED, "applicant.discipline", "serving"),
        (province.IN_PROCESS, "applicant.discipline", "in_process"),
        (province.SERVED, "applicant.discipline", "none"),
        (province.NEW_IN_POST, "applicant.months_in_post", 1),
        (province.PROBATIONER, "applicant.on_probation", True),
        (province.PPPK_21, "applicant.employment", "pppk"),
    ],
)
def test_whoever_the_province_names_has_the_fact_for_which_it_names_them(
    identity: TableIdentity, key: str, fact: str, value: object
) -> None:
    assert facts(identity, key)[fact] == value


def test_a_sanction_ends_and_a_person_grows_into_the_post_on_the_day_asked(identity: TableIdentity) -> None:
    later = date(2023, 11, 1)

    assert facts(identity, province.DISCIPLINED, date(2023, 10, 31))["applicant.discipline"] == "serving"
    assert facts(identity, province.DISCIPLINED, later)["applicant.discipline"] == "none"
    assert facts(identity, province.NEW_IN_POST, later)["applicant.months_in_post"] == 5


def test_before_the_first_day_in_the_post_the_time_in_it_is_missing_not_negative(identity: TableIdentity) -> None:
    assert "applicant.months_in_post" not in facts(identity, province.NEW_IN_POST, date(2023, 5, 1))


def test_a_rating_of_a_year_counts_from_the_next_year_on(identity: TableIdentity) -> None:
    assert "applicant.rating" not in facts(identity, province.PLANNER, date(2021, 12, 31))
    assert facts(identity, province.PLANNER, date(2022, 1, 1))["applicant.rating"] == "good"


def test_nobody_without_a_rating_gets_one(identity: TableIdentity) -> None:
    assert "applicant.rating" not in facts(identity, province.NO_RATING)


def test_a_code_that_the_map_does_not_hold_is_reported_and_the_fact_stays_missing(identity: TableIdentity) -> None:
    person = employee(identity, province.UNMAPPED)

    assert person.unmapped == {"applicant.employment": "PNS DPK"}
    assert not {"applicant.employment", "applicant.on_probation"} & person.facts.keys()
    assert person.employment is Employment.OTHER


def test_where_discipline_and_rating_were_read_is_told(identity: TableIdentity) -> None:
    assert employee(identity, province.PLANNER).facts_from == {
        "applicant.discipline": "discipline.csv",
        "applicant.rating": "ratings.csv",
    }


def test_whoever_moved_away_is_denied_and_still_listed_as_not_active(identity: TableIdentity) -> None:
    assert identity.person(province.FORMER, ON) == Denied("not active, as far as the records show")
    assert [person.key for person in identity.people(ON) if not person.active] == [province.FORMER]


def test_the_number_of_a_pppk_is_right_although_its_digits_13_and_14_are_no_month(identity: TableIdentity) -> None:
    number = employee(identity, province.PPPK_21).number

    assert number is not None
    assert number.digits[12:14] == "21"


def test_a_person_is_found_by_number_and_by_address_however_they_are_spaced_and_cased(identity: TableIdentity) -> None:
    person = employee(identity, province.PLANNER)
    assert person.number is not None
    digits = person.number.digits

    for handle in (digits, f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}", person.email.reveal().upper()):
        answer = identity.lookup(handle, ON)
        assert isinstance(answer, Found)
        assert answer.employee.key == province.PLANNER


def test_an_unknown_key_or_handle_is_somebody_elses(identity: TableIdentity) -> None:
    assert identity.person("k999999", ON) == NotMine()
    assert identity.lookup("nobody@example.go.id", ON) == NotMine()


def test_the_superior_is_the_one_on_record_by_key(identity: TableIdentity) -> None:
    superior = employee(identity, province.PLANNER).superior

    assert superior is not None
    assert superior == identity.unit("1211", ON).head  # type: ignore[union-attr]


def test_where_the_superiors_post_is_vacant_there_is_none_so_that_the_acting_officer_decides(
    identity: TableIdentity,
) -> None:
    unit = identity.unit(province.VACANT_POST_UNIT, ON)

    assert unit is not None
    assert unit.head is None
    assert employee(identity, province.ANALYST).superior is None


def test_the_acting_officer_holds_two_orders_one_after_the_other(identity: TableIdentity) -> None:
    acting = [mandate for mandate in identity.mandates(ON) if mandate.acting == province.ACTING_OFFICER]

    assert [(mandate.kind, mandate.unit) for mandate in acting] == [(MandateKind.PLT, "2040")] * 2
    assert [sum(mandate.holds(on) for mandate in acting) for on in (date(2023, 7, 2), date(2023, 7, 3))] == [1, 1]


def test_a_delegation_counts_as_accepted_and_a_stand_in_names_whom_it_replaces(identity: TableIdentity) -> None:
    by_kind = {mandate.kind: mandate for mandate in identity.mandates(ON)}

    assert by_kind[MandateKind.DELEGATION].accepted
    assert by_kind[MandateKind.PLH].replaces == province.ABSENT_OFFICER


def test_the_units_are_one_tree_with_the_secretariat_as_its_root(identity: TableIdentity) -> None:
    units = {unit.key: unit for unit in identity.units(ON)}

    assert len(units) == 52
    assert [unit.key for unit in units.values() if unit.parent is None] == ["1000"]
    assert units["3043"].direct_service
    assert units["1211"].facts == {"unit.direct_service": False}


def test_no_repr_of_a_person_shows_name_number_or_address(identity: TableIdentity) -> None:
    person = employee(identity, province.PLANNER)
    assert person.number is not None

    said = repr(person)

    assert not [text for text in (person.name.reveal(), person.number.digits, person.email.reveal()) if text in said]
