"""Expressions: `={{ … }}` in n8n's JavaScript, in two tiers of one meaning.

Flow: parameters → **expressions** → values; compiled to Python closures where it can be, V8 where not.
"""
