"""The transport: topics, tables and bytes; Faust is configured here.

Flow: gateway, agents → **streams** → log; nodes are unknown to it.
"""
