"""Flow: node types that decide where items go.

Flow: any node → **flow** → any node.
"""
