"""What every client does: a new key for each write, and a person who comes alone names nobody."""

import os
import re
from uuid import uuid4

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Put that right where the request is well formed; what is not stays as it is."""
    headers = case.headers or {}
    if re.fullmatch("[!-~]{1,200}", headers.get("Idempotency-Key", "")):
        headers["Idempotency-Key"] = str(uuid4())
    if os.environ["MKD_TOKEN"].count(".") == 2:
        headers.pop("Mkd-Acting-Person", None)
