"""Forms: a page with fields, decided when its workflow is published, or when an execution waits at it.

Flow: form trigger, form node, chat trigger → **form** → gateway (page, submission).
"""

from typing import Any, Literal

import msgspec

FieldKind = Literal[
    "text", "textarea", "number", "email", "password", "date", "dropdown", "radio", "checkbox", "file", "html",
    "hiddenField",
]  # fmt: skip
"""As n8n names them. ``html`` is shown and gives nothing unless it has a name."""

END_TYPE = "application/vnd.millrace.form-end+json"
"""Content type of an answer that is a ``FormEnd``: the gateway makes its page."""
RECORDED = "Your response has been recorded"
DOOR_TYPE = "application/vnd.millrace.door+json"
"""Content type of an answer that is a ``Door``: what a request has to pass before it wakes a waiting node."""


class FormField(msgspec.Struct, omit_defaults=True):
    """One field; ``name`` is its key in what is submitted. ``least`` and ``most`` bound how many options are chosen."""

    name: str
    kind: FieldKind = "text"
    label: str = ""
    placeholder: str = ""
    default: str = ""
    required: bool = False
    options: list[str] = []
    several: bool = False
    least: int = 0
    most: int | None = None
    accept: str = ""
    html: str = ""


class Choice(msgspec.Struct, omit_defaults=True):
    """A button that answers by itself."""

    value: str
    label: str
    quiet: bool = False


class Form(msgspec.Struct, omit_defaults=True):
    """One page. ``done`` is what is said afterwards, unless ``redirect`` says where to go.

    ``choices`` stand in place of the button; the value of the one that was pressed is what is sent as ``choice``.
    """

    title: str = ""
    description: str = ""
    fields: list[FormField] = []
    button: str = "Submit"
    css: str = ""
    done_title: str = ""
    done: str = ""
    redirect: str = ""
    choices: list[Choice] = []


class Page(msgspec.Struct, omit_defaults=True):
    """A form at which an execution waits. ``under`` is the key that holds what is sent; without one it stands alone,
    with when it was sent, in ``zone``.
    """

    form: Form
    under: str = ""
    zone: str = "UTC"
    test: bool = False


class Door(msgspec.Struct, omit_defaults=True):
    """What a request has to pass: the options of a route (who may call, how a body is read), then a page, if any.

    A request that passed comes again with ``key``, which names the activation that waits.
    """

    key: str
    options: dict[str, Any] = {}
    page: Page | None = None


class FormEnd(msgspec.Struct, omit_defaults=True):
    """What an execution shows when it ends a form: a page, its own HTML, or another address."""

    title: str = ""
    message: str = ""
    css: str = ""
    html: str | None = None
    redirect: str = ""


class Chat(msgspec.Struct, omit_defaults=True):
    """A chat's page; ``first`` is what is said before anything was typed. ``accept`` lists kinds of files it takes."""

    title: str = ""
    subtitle: str = ""
    first: list[str] = []
    placeholder: str = ""
    css: str = ""
    files: bool = False
    accept: str = "*"
