"""Form trigger: a page with a form; each time that it is sent starts an execution.

Flow: browser → `/w/form/{path}` → **formTrigger** → any node; further pages by the form node.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from nodes.expressions.moments import iso_text, utc
from nodes.expressions.scope import Scope
from nodes.sdk import Example, Field, Item, Items, NodeParams, Parameters, Run, trigger
from nodes.sdk.parameters import CompiledParameters
from nodes.transform.form_fields import FormFields, fields_of
from nodes.triggers.admission import admission
from schemas.errors import ParameterError
from schemas.form import RECORDED, Form
from schemas.trigger import Route

PREFIX = "form"


class Respond(NodeParams):
    """What is shown when the form was sent."""

    respond_with: Literal["text", "redirect"] = Field("text", description="A text, or another page.")
    form_submitted_text: str = Field(RECORDED, description="Text.")
    redirect_url: str = Field("", description="Address of the other page.")


class RespondWith(NodeParams):
    """The same, as the editor keeps it."""

    values: Respond = Respond()


class FormTriggerOptions(NodeParams):
    """Rarely needed choices."""

    append_attribution: bool = Field(True, description="Kept for n8n: pages say nothing of who made them.")
    button_label: str = Field("Submit", description="Label of the button.")
    path: str = Field("", description="Path below `/w/form/` (from version 2.2).")
    respond_with_options: RespondWith = RespondWith()
    form_submitted_text: str = Field(RECORDED, description="Text that is shown afterwards (version 1).")
    ip_whitelist: str = Field("", description="Addresses that may see the form, with commas between.")
    ignore_bots: bool = Field(False, description="Refuse crawlers and link previews.")
    use_workflow_timezone: bool = Field(False, description="Say in the workflow's zone when it was sent; in UTC else.")
    include_user_in_output: bool = Field(True, description="Kept for n8n: nobody is logged in to a form.")
    custom_css: str = Field("", description="CSS of the page.")
    show_headers: bool = Field(False, description="Kept for n8n: headers are not shown.")


class FormTrigger(NodeParams):
    """What the form asks."""

    authentication: Literal["none", "basicAuth", "n8nUserAuth"] = Field("none", description="Who may see it.")
    require_execute_access: bool = Field(False, description="Kept for n8n.")
    path: str = Field("", description="Path below `/w/form/` (before version 2.2).")
    form_title: str = Field("", description="Title.")
    form_description: str = Field("", description="Text below the title.")
    form_fields: FormFields = Field(FormFields(), description="Fields.")
    response_mode: Literal["onReceived", "lastNode", "responseNode"] = Field(
        "onReceived", description="Answer at once, after the last node, or by a node (before version 2.2)."
    )
    options: FormTriggerOptions = FormTriggerOptions()

    def form(self, version: float) -> Form:
        """Give the page as data."""
        options, respond = self.options, self.options.respond_with_options.values
        text = options.form_submitted_text if version < 2 else respond.form_submitted_text
        return Form(
            title=self.form_title,
            description=self.form_description,
            fields=fields_of(self.form_fields.values),
            button=options.button_label or "Submit",
            css=options.custom_css,
            done=text,
            redirect=respond.redirect_url if respond.respond_with == "redirect" and version >= 2 else "",
        )


def starts(raw: Mapping[str, Any], version: float, node: str) -> list[Route]:
    """Give the routes of the page: to see it, and to send it."""
    params = Parameters[FormTrigger](CompiledParameters(raw, FormTrigger), Scope())(0)
    path = (params.options.path or params.path).strip().strip("/")
    if not path:
        raise ParameterError("a form needs a path", node=node, field="path", hint='write one, such as "contact"')
    own = params.options
    options = admission(params.authentication, ("basicAuth",), node, own.ip_whitelist, own.ignore_bots)
    options["form"] = msgspec.to_builtins(params.form(version))
    zoned = own.use_workflow_timezone if "use_workflow_timezone" in own.model_fields_set else version > 2
    if zoned:
        options["zone"] = ""  # the workflow's, which is known where its triggers are looked at together
    return [
        Route(node, "formTrigger", method, f"{PREFIX}/{path}", params.response_mode, options=options)
        for method in ("GET", "POST")
    ]


@trigger(
    "formTrigger",
    kind="webhook",
    title="Form Trigger",
    versions=(1, 2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6),
    starts=starts,
    examples=[
        Example(
            title="started by hand it stands for an empty form",
            params={"formTitle": "Contact", "formFields": {"values": [{"fieldLabel": "Name"}]}},
            given=[],
            then=[{"Name": None, "submittedAt": "2023-11-14T22:13:20.000Z", "formMode": "test"}],
        ),
        Example(
            title="each field needs a name of its own",
            params={"formFields": {"values": [{"fieldLabel": "Name"}, {"fieldLabel": "Name"}]}},
            given=[],
            fails='two fields of the form are called "Name"',
        ),
    ],
)
async def form_trigger(params: FormTrigger, run: Run) -> Items:
    """Start when somebody sends a form."""
    fields = fields_of(params.form_fields.values)
    empty: dict[str, Any] = {one.name: None for one in fields if one.name and one.kind != "html"}
    return [Item(json={**empty, "submittedAt": iso_text(utc(run.now), 0), "formMode": "test"})]
