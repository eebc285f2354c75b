"""Everything of MKD that touches the world: plugins, backends, the command line.

``start`` opens the deployment that an ``mkd.toml`` describes; vendors write their plugins against
:mod:`mkd_plugins.api`.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # what a type checker takes for true; importing typing would triple the cost of this import
if TYPE_CHECKING:
    from mkd_plugins.deployment import Deployment as Deployment
    from mkd_plugins.deployment import start as start
    from mkd_plugins.policies import load_policy as load_policy
    from mkd_plugins.policies.schemes import load_scheme as load_scheme

_HOME = {
    "Deployment": "deployment",
    "load_policy": "policies",
    "load_scheme": "policies.schemes",
    "start": "deployment",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Import a public name from its module, once."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
