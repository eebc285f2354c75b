"""The agreement as a letter to be signed: laid out as Indonesian offices lay out theirs, with a seal of the journal."""

from mkd_plugins.letters.letter import Letter, letter_of, signs
from mkd_plugins.letters.page import page

__all__ = ["Letter", "letter_of", "page", "signs"]
