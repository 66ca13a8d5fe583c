"""Addresses: which ones HTTP nodes may reach. What is not public has to be allowed by the operator.

Flow: host and the address that it resolved to → **addresses** → connection, or refusal.
The check is made on the address that is connected to, so that neither a redirect, nor a name that resolves to another
address the second time, nor another way to write an address gets around it.
"""

import ipaddress
from collections.abc import Iterable

from schemas.errors import NodeError, UserError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LOOPBACK = "127.0.0.1,::1"
"""What a person's own machine may be asked for: the batch verbs allow it."""


class AddressGuard:
    """Decides by ``allow``: hosts (``*.example.com`` for all below), addresses and networks, with commas between.

    ``*`` allows everything. Raises UserError for an entry that is none of these.
    """

    def __init__(self, allow: str = "") -> None:
        self._hosts: set[str] = set()
        self._networks: list[Network] = []
        entries = [part.strip().lower() for part in allow.split(",") if part.strip()]
        self._everything = "*" in entries
        for entry in entries:
            self._add(entry)

    def allows(self, host: str, address: str) -> bool:
        """Say whether a connection to an address may be made for a host."""
        if self._everything or self._named(host.lower().rstrip(".")):
            return True
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        forms = list(_forms(found))
        return all(_public(form) or self._opened(form) for form in forms)

    def admit(self, host: str, addresses: Iterable[str]) -> list[str]:
        """Give those addresses of a host that may be reached; raise NodeError where none may."""
        found = list(addresses)
        admitted = [address for address in found if self.allows(host, address)]
        if found and not admitted:
            where = host if found[0] == host else f"{host} ({found[0]})"
            raise NodeError(
                f"{where} is not a public address, and HTTP nodes may not reach it",
                field="url",
                hint=f"the operator can allow it: MILLRACE_HTTP_ALLOW={host}",
            )
        return admitted

    def _add(self, entry: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            if "/" in entry or ":" in entry or " " in entry:
                raise UserError(
                    f'"{entry}" is neither a host nor a network', hint="such as 10.0.0.0/8, api.local or *.local"
                ) from None
            self._hosts.add(entry)

    def _named(self, host: str) -> bool:
        if host in self._hosts:
            return True
        parts = host.split(".")
        return any(f"*.{'.'.join(parts[at:])}" in self._hosts for at in range(1, len(parts)))

    def _opened(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def _public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _forms(address: Address) -> Iterable[Address]:
    """Give the address, or the one inside it that a connection would really go to."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            yield inner
            return
    yield address
