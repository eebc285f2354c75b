"""Identity backends, each of which breaks one promise."""

from __future__ import annotations

from datetime import date
from itertools import count

from mkd_core.people import Mandate, MandateKind, Unit
from mkd_core.ports import Denied, Found, NotMine
from mkd_plugins.testing.fakes import FakeIdentity, small_agency
from mkd_plugins.testing.identity import IdentitySuite

AGENCY = small_agency()
ON = date(2026, 6, 1)
PEOPLE, UNITS = list(AGENCY.people(ON)), list(AGENCY.units(ON))


class TellsSomebodyTwice(FakeIdentity):
    def people(self, on):
        return [*super().people(on), PEOPLE[0]]


class ForgetsWhoIsOnTheList(FakeIdentity):
    def person(self, key, on):
        return NotMine() if key == "clerk" else super().person(key, on)


class KnowsNoHandle(FakeIdentity):
    def lookup(self, handle, on):
        return NotMine()


class DeniesStrangers(FakeIdentity):
    def person(self, key, on):
        found = super().person(key, on)
        return Denied("unknown") if isinstance(found, NotMine) else found


class TakesAPartForTheWhole(FakeIdentity):
    def lookup(self, handle, on):
        numbers = {person.number.digits: person for person in PEOPLE if person.number}
        found = [person for digits, person in numbers.items() if digits.startswith(handle)]
        return Found(found[0]) if found else super().lookup(handle, on)


class HasAUnitThatIsOnNoList(FakeIdentity):
    def unit(self, key, on):
        return None if key == "east" else super().unit(key, on)


class MakesUnitsUp(FakeIdentity):
    def unit(self, key, on):
        return super().unit(key, on) or Unit(key=key, name=key)


class CountsItsMandates(FakeIdentity):
    asked = count()

    def mandates(self, on):
        return [Mandate(kind=MandateKind.PLH, acting="deputy", unit="data", starts=ON, reference=str(next(self.asked)))]


def having(kind):
    return {"backend": lambda: kind(PEOPLE, UNITS)}


SUITES = (IdentitySuite,)
GOOD = {"backend": small_agency, "handle": lambda: "199103172015032906"}
BROKEN = {
    "test_everybody_is_told_once_in_a_stable_order": having(TellsSomebodyTwice),
    "test_everybody_of_the_list_is_found_by_key": having(ForgetsWhoIsOnTheList),
    "test_a_known_handle_is_found": having(KnowsNoHandle),
    "test_an_unknown_person_is_not_mine": having(DeniesStrangers),
    "test_a_handle_is_compared_whole": having(TakesAPartForTheWhole),
    "test_units_are_told_once_and_found_by_key": having(HasAUnitThatIsOnNoList),
    "test_an_unknown_unit_is_none": having(MakesUnitsUp),
    "test_mandates_are_told_again_alike": having(CountsItsMandates),
}
