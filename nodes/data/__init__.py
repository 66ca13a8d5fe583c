"""Data: node types that reach data and services over a protocol.

Flow: any node → **data** → any node.
"""
