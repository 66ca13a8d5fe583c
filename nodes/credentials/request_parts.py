"""Request parts: what credential types put into a request.

Flow: credential types → **request parts** → the signed request.
"""

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import SecretStr

from nodes.sdk import HttpRequest


def with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """Give the request with a header, instead of one of that name."""
    kept = [pair for pair in request.headers if pair[0].lower() != name.lower()]
    return replace(request, headers=[*kept, (name, value)])


def with_query(request: HttpRequest, pairs: list[tuple[str, str]]) -> HttpRequest:
    """Give the request with further query parameters."""
    if not pairs:
        return request
    address, mark, fragment = request.url.partition("#")
    joint = "&" if "?" in address else "?"
    return replace(request, url=f"{address}{joint}{urlencode(pairs, quote_via=quote)}{mark}{fragment}")


def basic(user: str, password: SecretStr) -> str:
    """Give the value of the header for basic authentication."""
    pair = f"{user}:{password.get_secret_value()}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def bearer(token: SecretStr) -> str:
    """Give the value of the header for a token."""
    return f"Bearer {token.get_secret_value()}"


def text(value: Any) -> str:
    """Write a value that a header or a query parameter has."""
    return value if isinstance(value, str) else str(value)
