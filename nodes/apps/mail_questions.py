"""Mail questions: a mail that asks somebody, and the page at which they answer.

Flow: emailSend (send and wait) → **mail questions** → mail with links, page at the execution's address.
"""

from html import escape
from typing import Any, Literal

from nodes.sdk import Field, NodeParams, Run
from nodes.sdk.ports import Opening
from nodes.transform.form_fields import FormFields, fields_from_json, fields_of
from nodes.transform.wait_limits import WaitLimit
from schemas.form import Choice, Form, FormField, Page

Style = Literal["primary", "secondary"]
THANKS = "Got it, thanks"
CLOSE = "This page can be closed now"
BUTTON = (
    "display:inline-block;padding:10px 18px;margin:0 8px 8px 0;border-radius:6px;text-decoration:none;"
    "background:#1f4fd1;color:#ffffff"
)


class Approval(NodeParams):
    """Which buttons there are, and what they say."""

    approval_type: Literal["single", "double"] = Field("single", description="Approve only, or decline as well.")
    approve_label: str = Field("Approve", description="Text of the button that approves.")
    button_approval_style: Style = Field("primary", description="How it looks.")
    disapprove_label: str = Field("Decline", description="Text of the button that declines.")
    button_disapproval_style: Style = Field("secondary", description="How it looks.")


class Approvals(NodeParams):
    """The same, as the editor keeps it."""

    values: Approval = Approval()


class Limits(NodeParams):
    """The wait's limit, as the editor keeps it."""

    values: WaitLimit = WaitLimit()


class Question(NodeParams):
    """What is asked, in the mail and on its page."""

    message: str = Field("", description="What the mail and the page say (send and wait).")
    response_type: Literal["approval", "freeText", "customForm"] = Field(
        "approval", description="Buttons, a text, or a form (send and wait)."
    )
    define_form: Literal["fields", "json"] = Field("fields", description="How the form is described.")
    form_fields: FormFields = Field(FormFields(), description="Fields of the form.")
    json_output: Any = Field("[]", description="Fields as JSON.")
    approval_options: Approvals = Approvals()


class QuestionOptions(NodeParams):
    """Rarely needed choices of a question."""

    limit_wait_time: Limits | None = Field(None, description="Go on with the items where nobody answers in time.")
    message_button_label: str = Field("Respond", description="Text of the mail's button.")
    response_form_title: str = Field("", description="Title of the page.")
    response_form_description: str = Field("", description="Text below it.")
    response_form_button_label: str = Field("Submit", description="Text of the page's button.")
    response_form_custom_css: str = Field("", description="CSS of the page.")


def opening(question: Question, options: QuestionOptions, subject: str, suffix: str, run: Run) -> Opening:
    """Open the page where the question is answered."""
    asked = question.response_type == "approval"
    form = Form(
        title=(options.response_form_title or subject) if not asked else subject,
        description=(options.response_form_description or question.message) if not asked else question.message,
        fields=[] if asked else _fields(question),
        button=options.response_form_button_label or "Submit",
        css=options.response_form_custom_css,
        done_title=THANKS,
        done=CLOSE,
        choices=_choices(question.approval_options.values) if asked else [],
    )
    page = Page(form, under="data", zone=run.timezone, test=run.mode == "manual")
    return Opening(suffix=suffix, method="", page=page)


def html(question: Question, options: QuestionOptions, address: str) -> str:
    """Write the mail. Its links lead to the page, where a button is pressed: who only opens links decides nothing."""
    labels = [options.message_button_label or "Respond"]
    if question.response_type == "approval":
        labels = [one.label for one in _choices(question.approval_options.values)]
    links = "".join(f'<a href="{escape(address)}" style="{BUTTON}">{escape(label)}</a>' for label in labels)
    message = escape(question.message).replace("\n", "<br>")
    return f'<div style="font-family:sans-serif"><p>{message}</p><p>{links}</p></div>'


def plain(question: Question, address: str) -> str:
    """Write the mail for who reads no HTML."""
    return f"{question.message}\n\n{address}"


def _fields(question: Question) -> list[FormField]:
    if question.response_type == "freeText":
        return [FormField("text", "textarea", "Response", required=True)]
    if question.define_form == "json":
        return fields_from_json(question.json_output)
    return fields_of(question.form_fields.values)


def _choices(options: Approval) -> list[Choice]:
    approve = Choice("approve", options.approve_label or "Approve", options.button_approval_style == "secondary")
    decline = Choice("decline", options.disapprove_label or "Decline", options.button_disapproval_style == "secondary")
    return [decline, approve] if options.approval_type == "double" else [approve]
