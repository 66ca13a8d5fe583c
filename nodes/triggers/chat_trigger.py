"""Chat trigger: each message of a chat starts an execution, and the workflow's answer is said in the chat.

Flow: browser or chat widget → `/w/chat/{path}` → **chatTrigger** → any node.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, trigger
from nodes.sdk.parameters import CompiledParameters
from nodes.triggers.admission import admission
from schemas.errors import ParameterError
from schemas.form import Chat
from schemas.trigger import Route

PREFIX = "chat"
GREETING = "Hi there! 👋\nMy name is Nathan. How can I assist you today?"


class ChatOptions(NodeParams):
    """Rarely needed choices."""

    allowed_origins: str = Field("*", description="Origins that browsers may call from.")
    response_mode: Literal["lastNode", "responseNode", "responseNodes", "streaming"] = Field(
        "lastNode", description="Answer with the last node's item, or by a node; streams are answered whole."
    )
    title: str = Field("Hi there! 👋", description="Title of the page.")
    subtitle: str = Field("", description="Text below the title.")
    input_placeholder: str = Field("Type your question..", description="Shown while nothing is typed.")
    custom_css: str = Field("", description="CSS of the page.")
    get_started: str = Field("New Conversation", description="Kept for n8n: a page always begins a conversation.")
    show_welcome_screen: bool = Field(False, description="Kept for n8n.")
    load_previous_session: str = Field("notSupported", description="Kept for n8n: a page begins anew.")
    allow_file_uploads: bool = Field(False, description="Take files too.")
    allowed_files_mime_types: str = Field("*", description="Which, as media types with commas between.")


class ChatTrigger(NodeParams):
    """Who may chat, and what they see."""

    public: bool = Field(False, description="Can be reached from outside.")
    available_in_chat: bool = Field(False, description="Kept for n8n.")
    mode: Literal["hostedChat", "webhook"] = Field("hostedChat", description="A page of its own, or calls only.")
    authentication: Literal["none", "basicAuth", "n8nUserAuth"] = Field("none", description="Who may chat.")
    path: str = Field("", description="Path below `/w/chat/`; the node's webhook id unless said.")
    initial_messages: str = Field(GREETING, description="What is said first, a message per line.")
    options: ChatOptions = ChatOptions()


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Route]:
    """Give the routes of a public chat; one that is not public starts by hand only."""
    params = Parameters[ChatTrigger](CompiledParameters(raw, ChatTrigger), Scope())(0)
    if not params.public:
        return []
    path = params.path.strip().strip("/")
    if not path:
        raise ParameterError("a chat needs a path", node=node, field="path", hint='write one, such as "help"')
    shown = Chat(
        title=params.options.title,
        subtitle=params.options.subtitle,
        first=[line for line in params.initial_messages.split("\n") if line.strip()],
        placeholder=params.options.input_placeholder,
        css=params.options.custom_css,
        files=params.options.allow_file_uploads,
        accept=params.options.allowed_files_mime_types or "*",
    )
    options = admission(params.authentication, ("basicAuth",), node)
    options |= {"chat": msgspec.to_builtins(shown), "allowedOrigins": params.options.allowed_origins or "*"}
    mode: Literal["lastNode", "responseNode"] = (
        "responseNode" if params.options.response_mode in ("responseNode", "responseNodes") else "lastNode"
    )
    methods = ("GET", "POST") if params.mode == "hostedChat" else ("POST",)
    return [Route(node, "chatTrigger", method, f"{PREFIX}/{path}", mode, options=options) for method in methods]


@trigger(
    "chatTrigger",
    kind="webhook",
    title="Chat Trigger",
    versions=(1, 1.1, 1.2, 1.3, 1.4),
    starts=starts,
    examples=[
        Example(
            title="started by hand it stands for an empty message",
            params={"public": True, "path": "help"},
            given=[],
            then=[{"action": "sendMessage", "sessionId": "", "chatInput": ""}],
        ),
        Example(title="knows its modes", params={"mode": "phone"}, given=[], fails="mode"),
    ],
)
async def chat_trigger(params: ChatTrigger) -> Items:
    """Start when somebody writes a chat message."""
    return [Item(json={"action": "sendMessage", "sessionId": "", "chatInput": ""})]
