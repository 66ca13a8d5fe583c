"""Chaos: real processes under load that die, freeze and fill their disk, and a ledger that counts what came of it.

Flow: `make chaos` → **chaos** → installations ← kills; ledger ← their effects → one table.
"""
