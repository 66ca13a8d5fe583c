"""JavaScript: the tier that runs V8, in child processes that can be killed.

Flow: expressions and Code nodes → **javascript** → values.
"""
