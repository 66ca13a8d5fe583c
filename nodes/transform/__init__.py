"""Transform: node types that reshape items.

Flow: any node → **transform** → any node.
"""
