"""``python -m mkd_plugins.testing.province FOLDER [--people N] [--seed S]``."""

from mkd_plugins.testing.province import main

raise SystemExit(main())
