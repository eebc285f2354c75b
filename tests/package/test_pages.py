"""What the first pages say is so."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_readme_has_two_commands_of_one_line_each():
    """The first does the main job and the second runs the tests; what else there is to type is a console block."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )

    assert [block.count("\n") for block in blocks] == [1, 1]
    assert "mkd demo" in blocks[0]
    assert "tox" in blocks[1]
