"""The listening socket: taken once, refused clearly.

Flow: settings → serving → **here**.
"""

import pytest

from ops.serving import bind
from schemas.errors import ConflictError, UserError


def test_a_port_in_use_is_named():
    with bind("127.0.0.1", 0) as held:
        port = held.getsockname()[1]

        with pytest.raises(ConflictError, match=f"port {port} on 127.0.0.1 is in use"):
            bind("127.0.0.1", port)


def test_a_port_is_free_again_when_closed():
    with bind("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
    with bind("127.0.0.1", port) as again:
        assert again.getsockname()[1] == port


def test_an_address_that_is_not_ours_is_an_error():
    with pytest.raises(UserError, match="cannot listen on"):
        bind("192.0.2.1", 0)
