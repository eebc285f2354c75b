"""Policies and pay schemes: how they are found, and whether their worked cases would notice a mistake."""

from mkd_plugins.policies.finding import load_policy, policy_folder, policy_history, shipped_ids, today

__all__ = ["load_policy", "policy_folder", "policy_history", "shipped_ids", "today"]
