"""A vendor's whole plugin, as the API's docstring shows it: it must pass the type checker as it stands."""

import attrs

from mkd_plugins.api import Notice, Provider, Receipt, Secret, hookimpl, notification


@attrs.frozen
class Config:
    url: str
    token: Secret


class Sender:
    def __init__(self, config: Config) -> None:
        self.config = config

    def send(self, notice: Notice) -> Receipt:
        return Receipt(key=notice.key, reference=self.config.url)


@hookimpl
def mkd_providers() -> list[Provider]:
    return [notification(name="acme", config=Config, build=Sender)]
