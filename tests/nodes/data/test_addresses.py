"""Addresses: what is not public is refused in every way to write it, and what the operator allows is not.

Flow: host, address → **guard** → yes or no.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.data.addresses import AddressGuard
from schemas.errors import NodeError, UserError

REFUSED = [
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("127.8.8.8", id="all of loopback"),
    pytest.param("0.0.0.0", id="this host"),
    pytest.param("10.1.2.3", id="private 10"),
    pytest.param("172.16.0.1", id="private 172"),
    pytest.param("192.168.1.1", id="private 192"),
    pytest.param("169.254.169.254", id="link-local, where clouds keep secrets"),
    pytest.param("100.64.0.1", id="shared by carriers"),
    pytest.param("192.0.2.1", id="documents"),
    pytest.param("198.18.0.1", id="benchmarks"),
    pytest.param("224.0.0.1", id="multicast"),
    pytest.param("240.0.0.1", id="reserved"),
    pytest.param("255.255.255.255", id="broadcast"),
    pytest.param("::1", id="loopback 6"),
    pytest.param("::", id="this host 6"),
    pytest.param("fe80::1%eth0", id="link-local 6 with a zone"),
    pytest.param("fc00::1", id="unique local"),
    pytest.param("ff02::1", id="multicast 6"),
    pytest.param("::ffff:127.0.0.1", id="IPv4 in IPv6"),
    pytest.param("::ffff:10.0.0.1", id="private IPv4 in IPv6"),
    pytest.param("64:ff9b::7f00:1", id="IPv4 behind NAT64"),
    pytest.param("2002:7f00:1::", id="IPv4 in 6to4"),
    pytest.param("2001:0:4136:e378:8000:63bf:80ff:fffe", id="IPv4 in Teredo"),
    pytest.param("nonsense", id="no address"),
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not AddressGuard().allows("example.com", address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_what_is_public_is_not(address: str) -> None:
    assert AddressGuard().allows("example.com", address)


@pytest.mark.parametrize(
    ("allow", "host", "address", "allowed"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", "127.0.0.1", True, id="an address"),
        pytest.param("127.0.0.1", "127.0.0.2", "127.0.0.2", False, id="another one"),
        pytest.param("127.0.0.1", "x", "::ffff:127.0.0.1", True, id="written otherwise"),
        pytest.param("10.0.0.0/8", "erp", "10.9.8.7", True, id="a network"),
        pytest.param("10.0.0.0/8", "erp", "192.168.0.1", False, id="outside of the network"),
        pytest.param("fc00::/7", "erp", "fd00::1", True, id="a network 6"),
        pytest.param("erp.local", "ERP.local.", "192.168.0.1", True, id="a host, in any case"),
        pytest.param("erp.local", "xerp.local", "192.168.0.1", False, id="another host"),
        pytest.param("*.local", "a.erp.local", "192.168.0.1", True, id="below a domain"),
        pytest.param("*.local", "local", "192.168.0.1", False, id="not the domain itself"),
        pytest.param(" a.b , 10.0.0.0/8,", "c", "10.0.0.1", True, id="several"),
        pytest.param("*", "anything", "127.0.0.1", True, id="everything"),
    ],
)
def test_the_operator_allows(allow: str, host: str, address: str, allowed: bool) -> None:
    assert AddressGuard(allow).allows(host, address) is allowed


@pytest.mark.parametrize("allow", ["10.0.0.0/99", "a b", "host:80"])
def test_what_is_neither_host_nor_network_is_refused(allow: str) -> None:
    with pytest.raises(UserError, match="neither a host nor a network"):
        AddressGuard(allow)


def test_of_several_addresses_those_that_may_be_reached_stay() -> None:
    assert AddressGuard().admit("x", ["10.0.0.1", "93.184.216.34"]) == ["93.184.216.34"]
    assert AddressGuard().admit("x", []) == []
    with pytest.raises(NodeError, match=r"x \(10.0.0.1\) is not a public address") as refused:
        AddressGuard().admit("x", ["10.0.0.1"])
    assert refused.value.hint == "the operator can allow it: MILLRACE_HTTP_ALLOW=x"


@given(st.ip_addresses(v=4))
def test_a_mapped_address_fares_like_the_plain_one(address) -> None:
    guard = AddressGuard()

    assert guard.allows("x", f"::ffff:{address}") == guard.allows("x", str(address))
