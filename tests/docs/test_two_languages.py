"""A page that is written in two languages shows the same in both."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TYPED = re.compile(r"^[$>] .*$", re.MULTILINE)


def shown(page: str) -> list[str]:
    """The commands and files of a page, without comments, what is printed, and the language that is asked for."""
    text = (GUIDE / page).read_text(encoding="utf-8")
    return [
        "\n".join(TYPED.findall(block)).replace("mkd --lang en ", "mkd ")
        if kind == "console"
        else re.sub(r" +# .*$", "", block, flags=re.MULTILINE)
        for kind, block in FENCE.findall(text)
    ]


@pytest.mark.parametrize("page", sorted(page.stem.removesuffix("-id") for page in GUIDE.glob("*-id.md")))
def test_a_page_in_indonesian_has_the_commands_and_files_of_the_english_one(page: str) -> None:
    """Who follows one makes what who follows the other makes; its headings are as many."""
    texts = [(GUIDE / name).read_text(encoding="utf-8") for name in (f"{page}.md", f"{page}-id.md")]
    headings = [re.findall(r"^#+(?= )", FENCE.sub("", text), re.MULTILINE) for text in texts]

    assert shown(f"{page}.md") == shown(f"{page}-id.md") != []
    assert headings[0] == headings[1]
