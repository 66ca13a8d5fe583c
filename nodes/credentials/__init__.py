"""Credential types: one file per type.

Flow: **credentials** → store, HTTP nodes, nodes that sign in.
"""
