"""Keys: where the key that seals credentials comes from.

Flow: MILLRACE_KEY, or the data folder → **keys** → keyring → gateway, worker.
"""

from pathlib import Path

from ops.data_folder import write_private
from ops.settings import Settings
from schemas.errors import UserError
from streams.stores.keyring import Keyring, new_key, read_keys

NAME = "key"


def open_keyring(settings: Settings, folder: Path, *, alone: bool) -> Keyring:
    """Give the installation's keyring; a process that is ``alone`` with its log makes a key where there is none.

    The keyring is locked where others would need the same key and none was given.
    """
    if settings.key is not None:
        return Keyring(read_keys(settings.key.get_secret_value()))
    path = folder / NAME
    if not path.exists():
        if not alone:
            return Keyring()
        write_private(path, new_key() + "\n")
    try:
        return Keyring(read_keys(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as bad:
        raise UserError(f'the key in "{path}" cannot be read: {bad}', hint="restore it from a backup") from None
