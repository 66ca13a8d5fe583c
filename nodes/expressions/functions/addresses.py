"""Addresses: n8n's methods that judge and take apart e-mail addresses, URLs and domains.

Flow: compiler → **addresses** → values.
Patterns are tried around an ``@`` or at a scheme only, so that long texts cost no more than their length.
"""

import re
import urllib.parse
from typing import Any

from nodes.expressions.registry import Arguments, extension
from nodes.expressions.scope import Scope
from nodes.expressions.values import UNDEFINED

_LONGEST_LOCAL = 320
_ATOM = r'[^<>()\[\]\\.,;:\s@"]+'
_LOCAL_END = re.compile(rf'(?:{_ATOM}(?:\.{_ATOM})*|"[^"\n]+")\Z')
_MAIL_HOST = re.compile(r"\[\d{1,3}(?:\.\d{1,3}){3}\]|(?:[A-Za-z\d-]+\.)+[A-Za-z]{2,}", re.ASCII)
_HOST = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[\w-]+\.)+(?:[a-z]{2,}|xn--[a-z\d-]+))"
_URL = re.compile(rf"(?:https?|ftp)://{_HOST}\S*", re.ASCII | re.IGNORECASE)
_DOMAIN = re.compile(rf"((?:(?:https?|ftp):)?//)?({_HOST})(?::\d+)?(?:[/?#]\S*)?", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z\d+.-]*):", re.IGNORECASE)
_SPECIAL = frozenset({"http", "https", "ftp", "ws", "wss", "file"})


def _email(text: str) -> str | None:
    before = -1
    while (at := text.find("@", before + 1)) >= 0:
        host = _MAIL_HOST.match(text, at + 1)
        local = _LOCAL_END.search(text, max(at - _LONGEST_LOCAL, 0), at) if host else None
        if host and local:
            return f"{local.group()}@{host.group()}"
        before = at
    return None


@extension("string", "isEmail", examples=[('"a@b.co".isEmail()', True)])
def is_email(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it holds an e-mail address and no space."""
    return " " not in text and _email(text) is not None


@extension("string", "extractEmail", examples=[('"to a@b.co now".extractEmail()', "a@b.co")])
def extract_email(_: Scope, text: str, __: Arguments) -> Any:
    """Find the first e-mail address."""
    return _email(text) or UNDEFINED


@extension("string", "isUrl", examples=[('"https://a.co/x".isUrl()', True)])
def is_url(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is an absolute address."""
    return _URL.fullmatch(text) is not None


@extension("string", "extractUrl", examples=[('"see https://a.co/x".extractUrl()', "https://a.co/x")])
def extract_url(_: Scope, text: str, __: Arguments) -> Any:
    """Find the first address, up to the next space."""
    found = _URL.search(text)
    return found.group() if found else UNDEFINED


@extension("string", "isDomain", examples=[('"a.co".isDomain()', True)])
def is_domain(_: Scope, text: str, __: Arguments) -> bool:
    """Say whether it is a domain name, which a port and a path may follow."""
    found = _DOMAIN.fullmatch(text)
    return found is not None and found.group(1) is None


@extension("string", "extractDomain", examples=[('"https://a.co/x".extractDomain()', "a.co")])
def extract_domain(_: Scope, text: str, __: Arguments) -> Any:
    """Find the domain of an address or an e-mail address."""
    email = None if " " in text else _email(text)
    if email:
        return email.rpartition("@")[2]
    found = _DOMAIN.fullmatch(text)
    return found.group(2) if found else UNDEFINED


@extension("string", "extractUrlPath", examples=[('"https://a.co/x?y".extractUrlPath()', "/x")])
def extract_path(_: Scope, text: str, __: Arguments) -> Any:
    """Find the path of an address, normalised as a browser does."""
    text = text.strip()
    scheme = _SCHEME.match(text)
    if not scheme:
        return UNDEFINED
    rest = re.split(r"[?#]", text[scheme.end() :], maxsplit=1)[0]
    if scheme.group(1).lower() not in _SPECIAL:
        return _encoded(rest.removeprefix("//").partition("/")[2] if rest.startswith("//") else rest)
    rest = rest.replace("\\", "/")
    if scheme.group(1).lower() == "file":
        return _encoded(_resolved("/" + rest.lstrip("/")))
    host, slash, path = rest.lstrip("/").partition("/")
    return _encoded(_resolved(slash + path)) if _a_host(host) else UNDEFINED


def _a_host(host: str) -> bool:
    return bool(host) and not re.search(r"[\s<>^|%]", host.rpartition("@")[2])


def _resolved(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")[1:]
    for at, part in enumerate(parts):
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
            continue
        if at == len(parts) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _encoded(path: str) -> str:
    return urllib.parse.quote(path, safe="/%:@!$&'()*+,;=-._~|[]^\\")
