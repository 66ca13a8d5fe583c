"""Triggers: node types that start executions.

Flow: the world → **triggers** → executions.
"""
