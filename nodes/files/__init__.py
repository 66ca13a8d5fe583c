"""Files: node types that read, write and convert files.

Flow: any node → **files** → any node.
"""
