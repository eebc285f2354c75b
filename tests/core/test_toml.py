import pytest

from mkd_core.toml import NotToml, toml_tables


def test_a_text_becomes_its_tables() -> None:
    """What a file says in TOML is read as plain tables."""
    assert toml_tables('[mkd]\nagency = "jabar"') == {"mkd": {"agency": "jabar"}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("number = 1\npassword = of-nobody", "(at line 2, column 12)"),
        ("number = 1" + "0" * 5_000, "Exceeds the limit"),
        ("lists = " + "[" * 5_000 + "]" * 5_000, "too deep"),
    ],
    ids=["open", "long", "deep"],
)
def test_whatever_is_wrong_with_a_text_is_one_error_that_quotes_nothing(text: str, why: str) -> None:
    """A text that is no TOML is refused with the reason alone: its values may be secrets."""
    with pytest.raises(NotToml) as refused:
        toml_tables(text)

    assert why in str(refused.value)
    assert "nobody" not in str(refused.value)
    assert "00000" not in str(refused.value)
