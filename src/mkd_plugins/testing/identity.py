"""What every identity backend must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.identity import IdentitySuite

    class TestAcmeIdentity(IdentitySuite):
        @pytest.fixture
        def backend(self):
            return AcmeIdentity(...)        # with at least two people of one unit

        @pytest.fixture
        def handle(self):
            return "199103172015032906"     # a service number, login or address of one of them
"""

from __future__ import annotations

from datetime import date

import pytest

from mkd_core.people import Mandate
from mkd_core.ports import Denied, Found, Identity, NotMine


class IdentitySuite:
    """Inherit it, name the class ``Test…``, and override the fixtures ``backend`` and ``handle``."""

    @pytest.fixture
    def backend(self) -> Identity:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return a backend that knows two people or more")

    @pytest.fixture
    def handle(self) -> str:
        """A service number, login or mail address of somebody whom the backend knows."""
        raise NotImplementedError("override the fixture `handle`: return a handle of somebody the backend knows")

    @pytest.fixture
    def on(self) -> date:
        """The date that is asked about; override it where the data of the backend is of another time."""
        return date(2026, 6, 1)

    def test_everybody_is_told_once_in_a_stable_order(self, backend: Identity, on: date) -> None:
        """Whoever decides a population goes on behind the last person, so keys come once and in one order."""
        first = [employee.key for employee in backend.people(on)]

        assert len(first) >= 2
        assert len(first) == len(set(first))
        assert [employee.key for employee in backend.people(on)] == first

    def test_everybody_of_the_list_is_found_by_key(self, backend: Identity, on: date) -> None:
        """The list and the single question tell the same of a person, or that the person must not be served."""
        for employee in backend.people(on):
            found = backend.person(employee.key, on)
            assert isinstance(found, Denied) or found == Found(employee), employee.key

    def test_a_known_handle_is_found(self, backend: Identity, handle: str, on: date) -> None:
        """Whoever logs in by number, login or address is the person of that key."""
        found = backend.lookup(handle, on)

        assert isinstance(found, Found)
        assert backend.person(found.employee.key, on) == found

    def test_an_unknown_person_is_not_mine(self, backend: Identity, on: date) -> None:
        """The next backend is asked; an error would stop everything, and a denial would end the search."""
        assert backend.person("nobody-has-this-key", on) == NotMine()
        assert backend.lookup("nobody@invalid.example", on) == NotMine()

    def test_a_handle_is_compared_whole(self, backend: Identity, handle: str, on: date) -> None:
        """A server's filter may take a part or a mark for a match: then the wrong person would act."""
        for part in (handle[:-1], handle[1:], f"{handle}0", "*", "%", "", "_" * len(handle)):
            assert not isinstance(backend.lookup(part, on), Found), part

    def test_units_are_told_once_and_found_by_key(self, backend: Identity, on: date) -> None:
        """The tree of units is walked by key, in one order."""
        units = list(backend.units(on))

        assert [unit.key for unit in units] == list(dict.fromkeys(unit.key for unit in units))
        assert [backend.unit(unit.key, on) for unit in units] == units

    def test_an_unknown_unit_is_none(self, backend: Identity, on: date) -> None:
        """Another backend may have it."""
        assert backend.unit("nobody-has-this-unit", on) is None

    def test_mandates_are_told_again_alike(self, backend: Identity, on: date) -> None:
        """Who acts for whom does not depend on how often somebody asks."""
        mandates = list(backend.mandates(on))

        assert all(isinstance(mandate, Mandate) for mandate in mandates)
        assert list(backend.mandates(on)) == mandates
