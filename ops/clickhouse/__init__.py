"""Migrations of the history's tables, as package data.

Flow: `0001_*.sql` → **migrations** → wiring → History, which applies each once.
"""

from importlib import resources

from streams.stores.protocol import Migration


def migrations() -> list[Migration]:
    """Read the migrations, in their order."""
    folder = resources.files(__name__)
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [Migration(file.name.removesuffix(".sql"), file.read_text()) for file in files]
