"""Builtins: JavaScript's own globals and methods, in Python.

Flow: compiler → **builtins** → values.
"""
