"""Together: people who draw one workflow at the same time.

Flow: WebSockets ⇄ **together** ⇄ topics `collaboration`, `presence`.
"""
