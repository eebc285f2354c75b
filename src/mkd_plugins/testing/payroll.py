"""What every payroll backend must do, as a class of pytest tests that a vendor inherits.

::

    import pytest
    from mkd_plugins.testing.payroll import PayrollSuite

    class TestAcmePayroll(PayrollSuite):
        @pytest.fixture
        def backend(self, tmp_path):
            return AcmePayroll(...)         # fresh and empty for every test
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from mkd_core.errors import BackendError, Permanent
from mkd_core.people import Employment, ServiceNumber
from mkd_core.ports import PayLine, PayReceipt, Payroll, PayRun

NUMBERS = ("199103172015032906", "199207012016011907", "198302282008012910")
"""Service numbers of nobody."""


def line(number: int, quantity: str = "420") -> PayLine:
    """The line of that number, of June 2026."""
    return PayLine(
        key=f"person/p{number}:9:payroll:0",
        person=f"p{number}",
        number=ServiceNumber.parse(NUMBERS[number % len(NUMBERS)], Employment.PNS),
        period="2026-06",
        item="trk_minutes",
        quantity=Decimal(quantity),
        unit="minutes",
        rule="minutes",
        scheme="jabar-trk 2020.1",
        source="made up for the test",
    )


def told(receipt: PayReceipt) -> dict[str, Decimal]:
    """Key and quantity of every line of the receipt, which has each once."""
    keys = [each.key for each in receipt.lines]
    assert len(keys) == len(set(keys))
    return {each.key: each.quantity for each in receipt.lines}


class PayrollSuite:
    """Inherit it, name the class ``Test…`` and override the fixture ``backend`` with a fresh one for every test."""

    @pytest.fixture
    def backend(self) -> Payroll:
        """The backend under test."""
        raise NotImplementedError("override the fixture `backend`: return a fresh payroll")

    def test_a_receipt_reconciles_line_by_line(self, backend: Payroll) -> None:
        """Nothing is marked paid unless each line is there once with the quantity that was sent."""
        lines = (line(0), line(1, "60"), line(2, "0"))

        receipt = backend.submit(PayRun(key="run-1", lines=lines))

        assert receipt.key == "run-1"
        assert told(receipt) == {each.key: each.quantity for each in lines}

    def test_the_same_run_again_gives_the_same_answer(self, backend: Payroll) -> None:
        """A run whose answer was lost is sent again under the same keys; nobody is paid twice."""
        run = PayRun(key="run-1", lines=(line(0), line(1)))

        first = backend.submit(run)

        assert told(backend.submit(run)) == told(first)
        assert [each.reference for each in backend.submit(run).lines] == [each.reference for each in first.lines]

    def test_a_line_of_another_run_is_acknowledged_again(self, backend: Payroll) -> None:
        """What failed is sent with what is new: a run is no unit, a line is."""
        backend.submit(PayRun(key="run-1", lines=(line(0),)))

        receipt = backend.submit(PayRun(key="run-2", lines=(line(0), line(1))))

        assert receipt.key == "run-2"
        assert told(receipt) == {line(0).key: line(0).quantity, line(1).key: line(1).quantity}

    def test_a_key_never_changes_its_quantity(self, backend: Payroll) -> None:
        """A key that comes back with another quantity is refused, or told with the one that payroll holds."""
        backend.submit(PayRun(key="run-1", lines=(line(0, "420"),)))

        try:
            receipt = backend.submit(PayRun(key="run-2", lines=(line(0, "60"),)))
        except Permanent:
            return
        assert told(receipt) == {line(0).key: Decimal(420)}

    def test_quantities_are_exact(self, backend: Payroll) -> None:
        """Money and minutes are decimals: no binary fraction, no rounding, no lost sign."""
        quantities = ("0.1", "-12.345", "12345678901234567.89")
        lines = tuple(line(number, quantity) for number, quantity in enumerate(quantities))

        assert told(backend.submit(PayRun(key="run-1", lines=lines))) == {each.key: each.quantity for each in lines}

    def test_a_person_without_a_number_is_taken_or_refused_whole(self, backend: Payroll) -> None:
        """Where a number is needed, the run is refused on purpose and nothing of it is taken."""
        lines = (line(0), evolve(line(1), number=None))

        try:
            receipt = backend.submit(PayRun(key="run-1", lines=lines))
        except BackendError:
            assert told(backend.submit(PayRun(key="run-2", lines=(line(0, "60"),)))) == {line(0).key: Decimal(60)}
        else:
            assert told(receipt) == {each.key: each.quantity for each in lines}
