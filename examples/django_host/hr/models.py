"""What the HR system had before: its own users, and its own table of requests."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Officer(AbstractBaseUser):
    """The host's own user; ``login`` is the key by which agreements know the person."""

    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField()
    unit = models.CharField(max_length=40)
    superior = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]


class FlexibleWork(models.Model):
    """A row of the host for each request; the agreement itself is in the journal."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    agreement = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=20)
