"""A small HR system; SQLite, or PostgreSQL where ``DATABASE`` names a host, a port and a database."""

import os
from pathlib import Path

FOLDER = Path(os.environ.get("HOST_DATA", Path(__file__).parents[1]))
SECRET_KEY = "only an example"
INSTALLED_APPS = ["django.contrib.contenttypes", "hr"]
AUTH_USER_MODEL = "hr.Officer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "host.sqlite3"}}
if "DATABASE" in os.environ:
    address, port, name, user = os.environ["DATABASE"].split()
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": address,
        "PORT": port,
        "NAME": name,
        "USER": user,
    }
