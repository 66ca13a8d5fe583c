"""Locks: hashes and no addresses, so that anybody's index serves them; one set of versions.

Flow: requirements*.lock → **here**.
"""

import re

import pytest

from tests.architecture.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-web.lock")
ADDRESS = re.compile(r"https?://|file:|^\s*-[-a-z]+|@ |(^|\s)/\w", re.MULTILINE)


def text(lock: str) -> str:
    return (ROOT / lock).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+).*$", text(lock), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    bare = re.sub(r"^\s+--hash=sha256:[0-9a-f]{64}( \\)?$", "", text(lock), flags=re.MULTILINE)

    assert not ADDRESS.search(bare)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock):
    blocks = re.split(r"^(?=[\w.-]+==)", text(lock), flags=re.MULTILINE)

    assert [block.splitlines()[0] for block in blocks if block.strip() and "--hash=sha256:" not in block] == []


def test_both_locks_agree():
    runtime, everything = pins(LOCKS[0]), pins(LOCKS[1])

    assert {name: everything.get(name) for name in runtime} == runtime
