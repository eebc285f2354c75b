"""What every calendar backend must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.calendar import CalendarSuite

    class TestAcmeCalendar(CalendarSuite):
        @pytest.fixture
        def backend(self):
            return AcmeCalendar(...)

        @pytest.fixture
        def known(self):
            return "ID-JB", date(2026, 1, 1), date(2026, 12, 31)    # with two holidays or more
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mkd_core.errors import BackendError
from mkd_core.ports import Calendar

Known = tuple[str, date, date]


class CalendarSuite:
    """Inherit it, name the class ``Test…``, and override the fixtures ``backend`` and ``known``."""

    @pytest.fixture
    def backend(self) -> Calendar:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return the calendar")

    @pytest.fixture
    def known(self) -> Known:
        """A region, and the first and last day of a time of which the calendar knows two holidays or more."""
        raise NotImplementedError("override the fixture `known`: return a region, a first and a last day")

    @pytest.fixture
    def unknown(self) -> Known | None:
        """A region or a time of which the calendar knows nothing; None, as here, where it knows everything."""
        return None

    def test_holidays_come_in_order_each_date_once(self, backend: Calendar, known: Known) -> None:
        """A date is a holiday or not: two names of one date are one holiday."""
        dates = [holiday.on for holiday in backend.holidays(*known)]

        assert len(dates) >= 2
        assert dates == sorted(set(dates))

    def test_both_ends_of_the_time_are_included(self, backend: Calendar, known: Known) -> None:
        """Whoever asks from the first to the last holiday gets both, and from one day to itself that day."""
        region, first, last = known
        whole = list(backend.holidays(region, first, last))

        assert list(backend.holidays(region, whole[0].on, whole[-1].on)) == whole
        for holiday in whole:
            assert list(backend.holidays(region, holiday.on, holiday.on)) == [holiday]

    def test_nothing_outside_of_the_time_is_told(self, backend: Calendar, known: Known) -> None:
        """A deadline that counts working days would otherwise count days that nobody asked about."""
        region, first, last = known
        middle = next(iter(backend.holidays(region, first, last))).on + timedelta(days=1)

        assert all(middle <= holiday.on <= last for holiday in backend.holidays(region, middle, last))

    def test_every_holiday_has_its_name_in_both_languages(self, backend: Calendar, known: Known) -> None:
        """It is shown to people, and in the language of each."""
        for holiday in backend.holidays(*known):
            assert holiday.name.get("id")
            assert holiday.name.get("en")

    def test_seasons_touch_the_time_that_is_asked(self, backend: Calendar, known: Known) -> None:
        """One that began before the time and lasts into it is told, whole; one that does not touch it is not."""
        region, first, last = known
        seasons = list(backend.seasons(region, first, last))

        assert [season.first for season in seasons] == sorted(season.first for season in seasons)
        for season in seasons:
            assert season.first <= season.last
            assert season.first <= last
            assert first <= season.last
            assert season in list(backend.seasons(region, season.last, season.last))

    def test_what_is_not_known_is_refused_on_purpose(self, backend: Calendar, unknown: Known | None) -> None:
        """No holidays would be a guess: the clock of working days stops with a problem instead."""
        if unknown is None:
            pytest.skip("no time or region is given that the calendar does not know")
        with pytest.raises(BackendError):
            backend.holidays(*unknown)
