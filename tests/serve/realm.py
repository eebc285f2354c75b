"""A deployment over the preset of West Java whose people come from a realm on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def over_realm(make_folder: Callable[..., Path], issuer: str, audience: str, ca: Path) -> Path:
    """Its folder. Which claim is the person, and what stands there, is the preset's to say."""
    table = f'issuer = "{issuer}"\njwks = "{issuer}/protocol/openid-connect/certs"\naudience = "{audience}"\n'
    folder = make_folder(f'[serve.oidc]\n{table}ca_file = "{ca}"\nleeway = 0\n')
    config = folder / "mkd.toml"
    config.write_text(config.read_text("utf-8").replace("[mkd]", '[mkd]\npreset = "jabar"', 1), encoding="utf-8")
    return folder
