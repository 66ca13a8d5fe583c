"""The management API: one file per resource.

Flow: gateway app → **api** → publishing (writes) and reading (reads).
"""
