"""The library: node types and expressions; parameters + items in, items out.

Flow: agents run **nodes**; a node knows no engine, no topics and no server.
"""
