"""The letter as one HTML page that prints on A4: styles and seal are in it, and it asks for nothing from elsewhere."""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mkd_plugins.extras import needed
from mkd_plugins.letters.letter import Letter

if TYPE_CHECKING:
    from jinja2 import Template


def page(letter: Letter) -> str:
    """The page. Raises ``InvalidInput`` (MKD259) where the extra ``letters`` is not installed."""
    return _template().render(letter=letter, seal=_seal(letter.seal))


@cache
def _template() -> Template:
    jinja2 = needed("jinja2", "letters")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = files("mkd_plugins.letters").joinpath("letter.html").read_text(encoding="utf-8")
    template: Template = environment.from_string(text)
    return template


def _seal(text: str) -> str:
    """The seal as a drawing within the page."""
    out = io.BytesIO()
    needed("segno", "letters").make(text, error="m", micro=False).save(
        out, kind="svg", scale=2, border=2, xmldecl=False, svgns=True, title="QR", omitsize=False
    )
    return out.getvalue().decode("utf-8")
