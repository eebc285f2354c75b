"""What the first pages say is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_readme_has_two_commands_of_one_line_each():
    """The first does the main job and the second runs the tests; what else there is to type is a console block."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )

    assert [block.count("\n") for block in blocks] == [1, 1]
    assert "mkd demo" in blocks[0]
    assert "tox" in blocks[1]


@pytest.mark.parametrize("package", ["mkd_core", "mkd_plugins"])
def test_the_house_page_names_every_room(package: str):
    """A room that was added or removed is added to or removed from the page."""
    page = (ROOT / "docs" / "explanation" / "house.md").read_text(encoding="utf-8")
    section = page.split(f"## `{package}`")[1].split("\n## ")[0]
    named = {
        name for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    rooms = {
        path.stem
        for path in (ROOT / "src" / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert named == rooms - {"__init__"}
