"""Keyring: a seal opens with its key and for its purpose alone.

Flow: plain text → **keyring** → seal → plain text.
"""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from schemas.vault import Sealed
from streams.stores.keyring import Keyring, key_id, new_key, read_keys

KEY, OTHER = bytes(range(32)), bytes(32)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_comes_back_and_is_not_seen(plain: bytes, purpose: str) -> None:
    sealed = Keyring([KEY]).seal(plain, purpose)

    assert Keyring([OTHER, KEY]).open(sealed, purpose) == plain
    assert len(plain) < 4 or plain not in msgspec.msgpack.encode(sealed)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    ring = Keyring([KEY])

    first, second = ring.seal(b"secret", "a"), ring.seal(b"secret", "a")

    assert first.text != second.text
    assert first.wrapped != second.wrapped


@pytest.mark.parametrize(
    ("change", "purpose", "text"),
    [
        pytest.param({}, "another", "damaged, or belongs to something else", id="for another purpose"),
        pytest.param({"text": b"x" * 40}, "one", "damaged, or belongs", id="another text"),
        pytest.param({"wrapped": b"x" * 60}, "one", "damaged, or belongs", id="another wrapped key"),
        pytest.param({"text": b""}, "one", "damaged, or belongs", id="nothing in it"),
        pytest.param({"key": "000000000000"}, "one", "which this process has not", id="a key that is not here"),
    ],
)
def test_a_seal_that_does_not_fit_is_refused(change: dict[str, object], purpose: str, text: str) -> None:
    ring = Keyring([KEY])
    sealed = msgspec.structs.replace(ring.seal(b"secret", "one"), **change)

    with pytest.raises(UserError, match=text):
        ring.open(sealed, purpose)


def test_the_first_key_seals_and_names_itself() -> None:
    assert Keyring([KEY, OTHER]).seal(b"x", "p").key == key_id(KEY) != key_id(OTHER)


def test_without_a_key_nothing_is_sealed() -> None:
    ring = Keyring()

    assert ring.locked
    with pytest.raises(UserError, match="no key") as refused:
        ring.seal(b"x", "p")
    assert "MILLRACE_KEY" in str(refused.value.hint)


def test_a_token_is_read_where_it_was_made_only() -> None:
    token = Keyring([KEY]).write_token({"credential": "c"}, "state")

    assert Keyring([KEY]).read_token(token, "state") == {"credential": "c"}
    wrong = [(token, OTHER, "state"), (token, KEY, "else"), ("nonsense", KEY, "state"), ("", KEY, "state")]
    for bad, key, purpose in wrong:
        with pytest.raises(UserError):
            Keyring([key]).read_token(bad, purpose)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(new_key(), 1, id="Base64"),
        pytest.param(KEY.hex(), 1, id="hexadecimal"),
        pytest.param(f"{new_key()}, {new_key()}", 2, id="several"),
        pytest.param("__________________________________________8=", 1, id="Base64 for addresses"),
    ],
)
def test_keys_are_read(text: str, count: int) -> None:
    found = read_keys(text)

    assert [len(key) for key in found] == [32] * count


@pytest.mark.parametrize("text", ["short", "a" * 63, "ä" * 40, KEY[:31].hex()], ids=["short", "odd", "strange", "31"])
def test_what_is_no_key_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValueError, match="32 random bytes") as refused:
        read_keys(text)
    assert text not in str(refused.value)


def test_a_seal_survives_the_log() -> None:
    sealed = Keyring([KEY]).seal(b"secret", "one")

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(sealed), type=Sealed) == sealed
    assert msgspec.json.decode(msgspec.json.encode(sealed), type=Sealed) == sealed
