"""Functions: the methods n8n adds to JavaScript's values, each with its examples.

Flow: compiler → **functions** → values; the prelude has the same for the JavaScript tier.
"""
