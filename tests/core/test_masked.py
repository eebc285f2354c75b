"""What is masked stays masked, and is not lost when its owner is copied."""

from __future__ import annotations

import attrs

from mkd_core.people import Employee, Masked


def test_a_person_copied_with_a_change_keeps_name_and_address() -> None:
    person = Employee(key="k1", unit="u1", name="Rina Permana", email="rina@example.go.id")

    moved = attrs.evolve(person, unit="u2")

    assert (moved.name.reveal(), moved.email.reveal()) == ("Rina Permana", "rina@example.go.id")


def test_masking_what_is_masked_changes_nothing() -> None:
    assert Masked(Masked("Rina")).reveal() == "Rina"
    assert f"{Masked('Rina')} {Masked('Rina')!r}" == "… Masked('…')"
