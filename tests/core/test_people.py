"""Service numbers, masks, mandates."""

import copy
import json
import logging
import pickle
import traceback
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkd_core.errors import InvalidInput
from mkd_core.people import (
    INDONESIAN_ZONES,
    Employee,
    Employment,
    Mandate,
    MandateKind,
    Masked,
    ServiceNumber,
    Unit,
)

PNS = "199002012015031907"
PPPK = "199002012022212907"
CONTRACT_21 = "199002012022212907"


# ---- service numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "employment"),
    [
        (PNS, Employment.PNS),
        (PNS, Employment.CPNS),
        (PPPK, Employment.PPPK),
        (PNS, Employment.PPPK),
        (PPPK, Employment.OTHER),
        ("19900201 201503 1 907", Employment.PNS),
    ],
)
def test_numbers_of_both_kinds_are_read(text, employment):
    """An NIP and an NI PPPK have 18 digits; spaces between the parts do not matter."""
    number = ServiceNumber.parse(text, employment)

    assert number.digits == text.replace(" ", "")
    assert number.employment is employment


def test_contract_count_21_is_no_month():
    """Digits 13 and 14 of a PPPK's number count contracts; for a PNS they are the month of appointment."""
    assert ServiceNumber.parse(CONTRACT_21, Employment.PPPK).digits[12:14] == "21"

    with pytest.raises(InvalidInput, match="only a PPPK's number has a contract count") as caught:
        ServiceNumber.parse(CONTRACT_21, Employment.PNS)
    assert caught.value.code == "MKD213"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "MKD211", "this one has 0"),
        (PNS[:-1], "MKD211", "this one has 17"),
        (PNS + "1", "MKD211", "this one has 19"),
        ("1.99002E+17", "MKD211", "and other characters"),
        (PNS[:-1] + "x", "MKD211", "has 17 and other characters"),
        (PNS[:-1] + "\u0667", "MKD211", "18 digits"),
        ("199013012015031907", "MKD212", "no birth date"),
        ("199002302015031907", "MKD212", "no birth date"),
        ("199002012015001907", "MKD213", "no month"),
        ("199002012015131907", "MKD213", "no month"),
        ("199002012015033907", "MKD214", "1 or 2"),
    ],
)
def test_a_malformed_number_is_refused_without_being_shown(text, code, words):
    """The error says which part is wrong and where, and never repeats the number."""
    with pytest.raises(InvalidInput, match=words) as caught:
        ServiceNumber.parse(text, Employment.PNS, where="people.csv line 3")

    assert (caught.value.code, caught.value.where) == (code, "people.csv line 3")
    assert not text or text not in "".join(traceback.format_exception(caught.value))


@given(
    st.dates(date(1940, 1, 1), date(2010, 12, 31)),
    st.integers(1970, 2035),
    st.integers(1, 99),
    st.sampled_from("12"),
    st.integers(1, 999),
)
def test_a_pns_number_is_one_whose_count_is_a_month(born, year, count, sex, serial):
    """Every well-formed number is a PPPK's; it is a PNS's exactly when digits 13 and 14 are a month."""
    text = f"{born:%Y%m%d}{year}{count:02d}{sex}{serial:03d}"

    assert ServiceNumber.parse(text, Employment.PPPK).digits == text
    if count <= 12:
        assert ServiceNumber.parse(text, Employment.PNS).digits == text
    else:
        with pytest.raises(InvalidInput):
            ServiceNumber.parse(text, Employment.CPNS)


# ---- masks -----------------------------------------------------------------------------------------------------------

NAME, MAIL = "Siti Aminah", "siti.aminah@example.go.id"


def someone():
    return Employee(
        key="p-1",
        unit="u-1",
        number=ServiceNumber.parse(PNS, Employment.PNS),
        name=NAME,
        email=MAIL,
        facts={"applicant.discipline": "serving"},
    )


def shows_nothing(text):
    assert text
    assert not [secret for secret in (NAME, "Siti", MAIL, PNS, PNS[:8], "serving") if secret in text]


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        "{}".format,
        "{!r}".format,
        "{!s}".format,
        lambda value: f"{value}",
        lambda value: "%s" % (value,),  # noqa: UP031
        lambda value: "%r" % (value,),  # noqa: UP031
        lambda value: str([value]),
        lambda value: str({"value": value}),
    ],
)
def test_no_way_of_writing_shows_a_person(show):
    """Name, address, number and sensitive facts stay hidden however a value is written."""
    person = someone()

    for value in (person, person.name, person.email, person.number):
        shows_nothing(show(value))


def test_a_mask_keeps_its_width_in_tables():
    """A format with a width is filled with blanks, not with what is masked."""
    assert f"{Masked(NAME):>5}" == "    …"


def test_no_log_shows_a_person(caplog):
    """A log line with a person in its arguments hides what is personal."""
    person = someone()
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("approved %s %r by %s", person.name, person, person.number)

    shows_nothing(caplog.text)


def test_no_traceback_shows_a_person():
    """An error raised with a person in it hides what is personal, in its notes and locals too."""
    person = someone()
    try:
        raise ValueError(person, person.name)
    except ValueError as error:
        report = traceback.TracebackException.from_exception(error, capture_locals=True)

    shown = "".join(report.format())
    assert "person = Employee(" in shown
    shows_nothing(shown)


def test_json_refuses_what_is_masked():
    """A mask is no text to a writer of JSON, so nothing slips out with a table of values."""
    for value in (Masked(NAME), someone().number):
        with pytest.raises(TypeError, match="not JSON serializable"):
            json.dumps({"name": value})


def test_joining_text_refuses_what_is_masked():
    """Text cannot be put together around the mask."""
    with pytest.raises(TypeError):
        ", ".join([Masked(NAME)])


def test_pickle_refuses_what_is_masked():
    """Neither a mask nor a person with one goes into a cache or a queue."""
    for value in (Masked(NAME), someone()):
        with pytest.raises(TypeError, match="never written out"):
            pickle.dumps(value)


def test_who_must_have_it_reveals_it():
    """A mail needs the address; copies and changed copies of a person keep it."""
    person = attrs.evolve(someone(), unit="u-2")

    assert (person.name.reveal(), person.email.reveal()) == (NAME, MAIL)
    assert copy.deepcopy(person.name) == copy.copy(person.name) == Masked(NAME)
    assert {Masked(NAME): 1}[Masked(NAME)] == 1
    assert Masked(NAME) != NAME
    assert (bool(Masked("")), bool(Masked(NAME))) == (False, True)


def test_the_last_three_digits_tell_numbers_apart():
    """What is shown of a number holds neither birth date nor sex."""
    assert someone().number.masked == "…907"
    assert repr(someone().number) == "ServiceNumber(…907)"


# ---- mandates, units -------------------------------------------------------------------------------------------------


def test_a_mandate_holds_from_its_first_day_to_its_last():
    """Both ends are included; an open end never comes."""
    closed = Mandate(kind=MandateKind.PLT, acting="p-2", unit="u-1", starts=date(2026, 6, 1), ends=date(2026, 6, 30))
    open_ended = attrs.evolve(closed, ends=None)

    assert [closed.holds(date(2026, month, day)) for month, day in ((5, 31), (6, 1), (6, 30), (7, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert open_ended.holds(date(2036, 1, 1))
    assert attrs.evolve(closed, ends=closed.starts).holds(closed.starts)


@pytest.mark.parametrize(
    ("kind", "holds"), [(MandateKind.PLT, True), (MandateKind.PLH, True), (MandateKind.DELEGATION, False)]
)
def test_an_order_binds_and_a_delegation_asks(kind, holds):
    """An acting officer need not accept; a colleague must."""
    mandate = Mandate(kind=kind, acting="p-2", replaces="p-1", starts=date(2026, 6, 1), accepted=False)

    assert mandate.holds(date(2026, 6, 1)) is holds
    assert attrs.evolve(mandate, accepted=True).holds(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": None}, "names the unit whose head, or the person"),
        ({"ends": date(2026, 5, 31)}, "before it starts on 2026-06-01"),
    ],
)
def test_a_mandate_that_cannot_hold_is_refused(changes, words):
    """A mandate for nobody, or one that is over before it begins, is a mistake."""
    with pytest.raises(InvalidInput, match=words) as caught:
        Mandate(**{"kind": MandateKind.PLH, "acting": "p-2", "unit": "u-1", "starts": date(2026, 6, 1), **changes})

    assert caught.value.code == "MKD215"


def test_zones_are_those_of_indonesia():
    """Western, central and eastern time lie seven, eight and nine hours ahead; a unit is in the west unless told."""
    offsets = {name: zone.utcoffset(None) for name, zone in INDONESIAN_ZONES.items()}

    assert offsets == {"WIB": timedelta(hours=7), "WITA": timedelta(hours=8), "WIT": timedelta(hours=9)}
    assert Unit(key="u-1", name="Biro Organisasi").zone is INDONESIAN_ZONES["WIB"]
