"""The node SDK: what the author of a node type imports.

Flow: node file → **sdk** → registry → agents, editor, docs, tests.
"""

from nodes.sdk.context import (
    Blobs,
    Clock,
    Credentials,
    Files,
    Heard,
    HttpClient,
    HttpRequest,
    HttpResponse,
    Log,
    Run,
    Sandbox,
    Since,
)
from nodes.sdk.credential import CredentialFields, CredentialType, credential, discover_credentials
from nodes.sdk.example import Example
from nodes.sdk.parameters import Parameters
from nodes.sdk.params import Field, NodeParams
from nodes.sdk.ports import Call, NextBatch, Respond, Response, Result, Routed, WaitUntil
from nodes.sdk.registry import NodeType, Registry, discover, drawing, node, trigger, using
from nodes.sdk.widgets import shown
from schemas.errors import NodeError
from schemas.item import Item, Items, Paired

__all__ = [
    "Blobs",
    "Call",
    "Clock",
    "CredentialFields",
    "CredentialType",
    "Credentials",
    "Example",
    "Field",
    "Files",
    "Heard",
    "HttpClient",
    "HttpRequest",
    "HttpResponse",
    "Item",
    "Items",
    "Log",
    "NextBatch",
    "NodeError",
    "NodeParams",
    "NodeType",
    "Paired",
    "Parameters",
    "Registry",
    "Respond",
    "Response",
    "Result",
    "Routed",
    "Run",
    "Sandbox",
    "Since",
    "WaitUntil",
    "credential",
    "discover",
    "discover_credentials",
    "drawing",
    "node",
    "shown",
    "trigger",
    "using",
]
