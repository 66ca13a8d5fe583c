"""The engine: a pure step in a thin Faust shell.

Flow: node topics → **agents** → tables, events, replies.
"""
