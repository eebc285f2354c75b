"""Sphinx: MyST pages, furo, nothing from the network, every warning an error (the lane `docs`)."""

from importlib.metadata import version as version_of

project = "mkd"
author = "the mkd authors"
version = release = version_of("mkd")

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"mkd {release}"
html_show_sphinx = False
