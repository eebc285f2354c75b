"""The service that ``mkd.toml`` describes: its backends, policies, schemes and what units are given."""

from mkd_plugins.deployment.deployment import Deployment, hours_of, policies_of, schemes_of, start

__all__ = ["Deployment", "hours_of", "policies_of", "schemes_of", "start"]
