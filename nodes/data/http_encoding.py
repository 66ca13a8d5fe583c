"""HTTP encoding: parameters and an item made into the request that is sent.

Flow: http params + item → **http encoding** → client.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

from nodes.data import http_params
from nodes.data.http_params import HttpOptions, Pair
from nodes.sdk import Blobs, HttpRequest, Item, NodeError
from nodes.transform import paths
from nodes.transform.field_types import absent, parse_json, text

ANYTHING = "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7"
ACCEPT = {
    "json": "application/json,text/*;q=0.99",
    "text": "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, */*;q=0.1",
}
FORM = "application/x-www-form-urlencoded"
OUR_OWN = (FORM, "multipart/form-data")
"""Content types that only the encoder can tell; a header that says another is left out."""
DEFAULT_TIMEOUT = 300.0


async def encode(
    params: http_params.HttpRequest, item: Item, version: float, blobs: Blobs, boundary: str
) -> HttpRequest:
    """Build the request for one item; it is not signed yet."""
    options = params.options
    query = _fields(params.send_query, params.specify_query, params.query_parameters, params.json_query, "jsonQuery")
    given = _fields(
        params.send_headers, params.specify_headers, params.header_parameters, params.json_headers, "jsonHeaders"
    )
    named = {name.lower() if options.lowercase_headers else name: value for name, value in given}
    headers = [(name, text(one)) for name, value in named.items() for one in _listed(value) if one is not None]
    body, type_ = await _body(params, item, version, blobs, boundary) if params.send_body else (None, "")
    if type_.startswith(OUR_OWN):
        headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
    if type_ and not _has(headers, "content-type"):
        headers.append(("content-type", type_))
    if not _has(headers, "accept"):
        headers.append(("accept", ACCEPT.get(options.response.response.response_format, ANYTHING)))
    redirect = options.redirect.redirect
    follow = redirect.follow_redirects
    return HttpRequest(
        method=params.method.upper(),
        url=_address(params.url, _gathered(query, version), options),
        headers=headers,
        body=body,
        timeout=options.timeout / 1000 if options.timeout else DEFAULT_TIMEOUT,
        follow_redirects=version >= 4 if follow is None else follow,
        max_redirects=redirect.max_redirects,
        verify_tls=not options.allow_unauthorized_certs,
        proxy=options.proxy or None,
    )


def _has(headers: list[tuple[str, str]], name: str) -> bool:
    return any(key.lower() == name for key, _ in headers)


def _fields(send: bool, how: str, pairs: http_params.Pairs, whole: Any, field: str) -> Iterator[tuple[str, Any]]:
    if not send:
        return
    if how == "keypair":
        yield from ((pair.name, pair.value) for pair in pairs.named())
        return
    found = json_of(whole, field)
    if not isinstance(found, dict):
        raise NodeError("a JSON object is needed", field=field)
    yield from found.items()


def json_of(value: Any, field: str) -> Any:
    """Read a parameter that holds JSON, as text or as it is."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value) if value.strip() else {}
    except ValueError:
        raise NodeError("the text is not valid JSON", field=field, hint="check quotes and commas") from None


def _address(url: str, query: dict[str, Any], options: HttpOptions) -> str:
    url = url.strip()
    if not url:
        raise NodeError("a request needs a URL", field="url")
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known:
        raise NodeError(f'"{url}" is not a valid URL', field="url", hint="it begins with http:// or https://")
    pairs = [flat for name, value in query.items() for flat in _flat(name, value, options.query_parameter_arrays)]
    if not pairs:
        return url
    address, mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{_form(pairs)}{mark}{fragment}"


def _flat(name: str, value: Any, arrays: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for at, one in enumerate(value):
            yield from _flat(name + {"repeat": "", "brackets": "[]"}.get(arrays, f"[{at}]"), one, arrays)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(f"{name}[{key}]", one, arrays)
    else:
        yield name, "" if absent(value) else text(value)


def _gathered(pairs: Iterable[tuple[str, Any]], version: float) -> dict[str, Any]:
    """Give values by name; where a name comes again, the last value, from version 4.3 all of them in a list."""
    named: dict[str, Any] = {}
    for name, value in pairs:
        named[name] = [*_listed(named[name]), value] if name in named and version >= 4.3 else value
    return named


def _record(pairs: list[Pair], version: float) -> dict[str, Any]:
    """Give the object that fields make; from version 4 their names are paths."""
    made: dict[str, Any] = {}
    for pair in pairs:
        paths.put(made, paths.keys(pair.name, version >= 4), pair.value)
    return made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _form(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, quote_via=quote, safe="")


async def _body(
    params: http_params.HttpRequest, item: Item, version: float, blobs: Blobs, boundary: str
) -> tuple[bytes, str]:
    pairs = params.body_parameters.named()
    match params.content_type:
        case "json":
            if params.specify_body == "keypair":
                value: Any = _record(pairs, version)
            else:
                value = json_of(params.json_body, "jsonBody")
            return msgspec.json.encode(value), "application/json"
        case "form-urlencoded":
            if params.specify_body == "string" and not isinstance(params.body, dict):
                return _form(parse_qsl(text(params.body), keep_blank_values=True)).encode(), FORM
            whole = params.body if params.specify_body == "string" else params.json_body
            found = pairs if params.specify_body == "keypair" else _pairs(json_of(whole, "jsonBody"))
            fields = _gathered(((pair.name, pair.value) for pair in found), version)
            return _form(
                [one for name, value in fields.items() for one in _flat(name, value, "indices")]
            ).encode(), FORM
        case "multipart-form-data":
            found = pairs or _pairs(json_of(params.json_body, "jsonBody"))
            return await _multipart(found, item, blobs, boundary)
        case "binaryData":
            part = _part(item, params.input_data_field_name)
            return await _bytes(part, blobs), part.get("mimeType") or "application/octet-stream"
        case "raw":
            return text(params.body).encode(), params.raw_content_type
    raise NodeError(f'unknown content type "{params.content_type}"', field="contentType")


def _pairs(value: Any) -> list[Pair]:
    if not isinstance(value, dict):
        raise NodeError("a JSON object is needed", field="jsonBody")
    return [Pair(name=name, value=one) for name, one in value.items()]


async def _multipart(pairs: list[Pair], item: Item, blobs: Blobs, boundary: str) -> tuple[bytes, str]:
    lines = []
    for pair in pairs:
        if pair.parameter_type == "formBinaryData":
            part = _part(item, pair.input_data_field_name)
            name = part.get("fileName") or pair.input_data_field_name
            head = f'; filename="{_quoted(name)}"\r\ncontent-type: {part.get("mimeType") or "application/octet-stream"}'
            value = await _bytes(part, blobs)
        else:
            head, value = "", text(pair.value).encode()
        start = f'--{boundary}\r\ncontent-disposition: form-data; name="{_quoted(pair.name)}"{head}\r\n\r\n'
        lines.append(start.encode() + value + b"\r\n")
    return b"".join(lines) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _part(item: Item, name: str) -> dict[str, Any]:
    part = (item.binary or {}).get(name)
    if not isinstance(part, dict):
        raise NodeError(f'the item has no binary data "{name}"', hint="an earlier node must make it")
    return part


async def _bytes(part: dict[str, Any], blobs: Blobs) -> bytes:
    if "id" in part:
        return await blobs.get(part["id"])
    try:
        return base64.b64decode(part.get("data") or "")
    except (binascii.Error, TypeError):
        raise NodeError("binary data that is not base64") from None
