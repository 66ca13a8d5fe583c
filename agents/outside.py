"""Outside: what nodes may reach of other machines and of this host, within what the operator allows.

Flow: settings → **outside** → capabilities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.files import ConfinedFiles
from agents.later import Later
from agents.mail import SmtpMail
from agents.python_code import PythonCode
from agents.watching import ConfinedWatch
from nodes.data.addresses import AddressGuard
from nodes.data.http_streams import RealStreams
from nodes.sdk.context import Files
from nodes.sdk.outside import (
    Commands,
    DataTables,
    FileServers,
    FileWatch,
    HttpStreams,
    Mailboxes,
    MailServers,
    PythonSandbox,
    RemoteShells,
    Repositories,
)
from streams.stores.data_tables import NoTables, open_tables


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens to nodes: folders of the host, commands on it, SSH to others, and HTTP addresses.

    ``environment`` is what commands see of the process's own, ``variables`` what expressions see as ``$env`` (None:
    nothing at all). ``tables`` is where data tables are; empty, nowhere.
    """

    folders: Sequence[Path] = ()
    commands: bool = False
    ssh: bool = False
    http: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] | None = None
    tables: str = "memory://"


def outside(allowed: Allowed) -> Mapping[type, Any]:
    """Make what nodes may ask for."""
    files = ConfinedFiles(allowed.folders)
    return {
        Files: files,
        FileWatch: ConfinedWatch(files),
        FileServers: Later(_file_servers),
        MailServers: SmtpMail(),
        DataTables: open_tables(allowed.tables) if allowed.tables else NoTables(),
        HttpStreams: RealStreams(AddressGuard(allowed.http)),
        RemoteShells: Later(lambda: _shells(allowed)),
        PythonSandbox: PythonCode(),
        Mailboxes: Later(_mailboxes),
        Repositories: Later(lambda: _repositories(files, allowed)),
        Commands: Later(lambda: _commands(allowed)),
    }


# Their libraries take a tenth of a start.
def _file_servers() -> object:
    from agents.file_servers import RealFileServers

    return RealFileServers()


def _mailboxes() -> object:
    from agents.mailboxes import RealMailboxes

    return RealMailboxes()


def _repositories(files: ConfinedFiles, allowed: Allowed) -> object:
    from agents.repositories import ConfinedRepositories

    return ConfinedRepositories(files, AddressGuard(allowed.http))


def _shells(allowed: Allowed) -> object:
    from agents.shells import RealShells

    return RealShells(allowed=allowed.ssh)


def _commands(allowed: Allowed) -> object:
    from agents.shells import LocalCommands

    return LocalCommands(allowed=allowed.commands, environment=allowed.environment)
