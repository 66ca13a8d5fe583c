"""Apps: node types of one product each.

Flow: any node → **apps** → any node.
"""
