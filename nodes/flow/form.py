"""Form: further pages of a form, and what a person sees when the workflow that their form started has ended.

Flow: formTrigger → … → **form** (a page, at `$execution.resumeFormUrl`) → … → **form** (the end) → browser.
"""

from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from nodes.files import binary
from nodes.sdk import (
    Blobs,
    Example,
    Field,
    Item,
    Items,
    NodeParams,
    Parameters,
    Respond,
    Response,
    Run,
    node,
)
from nodes.sdk.ports import Opening, WaitForRequest
from nodes.transform.form_fields import FormFields, fields_from_json, fields_of
from nodes.transform.wait_limits import LimitedWait
from schemas.form import END_TYPE, RECORDED, Form, FormEnd, FormField, Page


class FormOptions(NodeParams):
    """Rarely needed choices."""

    form_title: str = Field("", description="Title of the page.")
    form_description: str = Field("", description="Text below the title.")
    button_label: str = Field("Submit", description="Label of the button.")
    custom_css: str = Field("", description="CSS of the page.")
    append_attribution: bool = Field(True, description="Kept for n8n: pages say nothing of who made them.")


class FormParams(LimitedWait):
    """What is shown."""

    operation: Literal["page", "completion"] = Field("page", description="A further page, or the end.")
    define_form: Literal["fields", "json"] = Field("fields", description="How the page is described.")
    form_fields: FormFields = Field(FormFields(), description="Fields.")
    json_output: Any = Field("[]", description="Fields as JSON.")
    respond_with: Literal["text", "redirect", "showText", "returnBinary"] = Field(
        "text", description="A title and a text, another page, HTML of one's own, or a file."
    )
    redirect_url: str = Field("", description="Address of the other page.")
    completion_title: str = Field("", description="Title.")
    completion_message: str = Field("", description="Text.")
    response_text: str = Field("", description="HTML to show; no script in it runs.")
    input_data_field_name: str = Field("data", description="Binary part to give as a file.")
    options: FormOptions = FormOptions()

    def fields(self) -> list[FormField]:
        """Give the page's fields."""
        return fields_from_json(self.json_output) if self.define_form == "json" else fields_of(self.form_fields.values)

    def form(self) -> Form:
        """Give the page."""
        own = self.options
        return Form(
            title=own.form_title,
            description=own.form_description,
            fields=self.fields(),
            button=own.button_label or "Submit",
            css=own.custom_css,
            done=RECORDED,
        )


@node(
    "form",
    group="flow",
    title="Form",
    versions=(1, 2.3, 2.4, 2.5),
    examples=[
        Example(
            title="passes its items on",
            params={"operation": "completion", "completionTitle": "Thanks"},
            given=[{"Name": "Ada"}],
            then=[{"Name": "Ada"}],
        ),
        Example(
            title="waits at a further page",
            params={"formFields": {"values": [{"fieldLabel": "Age", "fieldType": "number"}]}},
            given=[{"Name": "Ada"}],
            then=[{"Name": "Ada"}],
        ),
        Example(
            title="each field needs a name of its own",
            params={"formFields": {"values": [{"fieldLabel": "Age"}, {"fieldLabel": "Age"}]}},
            fails='two fields of the form are called "Age"',
        ),
    ],
)
async def form(parameters: Parameters[FormParams], items: Items, run: Run, blobs: Blobs) -> Respond | WaitForRequest:
    """Show a further page of a form and go on with what is sent, or show the form's end."""
    params = parameters(0)
    passed = [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(items)]
    if params.operation == "completion":
        return Respond(await _end(params, items, blobs), [passed])
    page = Page(params.form(), zone=run.timezone, test=run.mode == "manual")
    opening = Opening(method="", mode="lastNode", page=page)
    # Whoever sent the page before is led to this one: its address stays the same, however often it is asked for.
    address = urlsplit(str(parameters.scope.execution.get("resumeFormUrl") or "")).path
    led = Response(303, [("location", address), ("cache-control", "no-store")])
    return WaitForRequest(opening, passed, params.limit(run), led, fixed=params.fixed)


async def _end(params: FormParams, items: Items, blobs: Blobs) -> Response:
    if params.respond_with == "returnBinary" and items:
        part = binary.part(items[0], params.input_data_field_name)
        name = "".join(sign for sign in str(part.get("fileName") or "file") if sign.isprintable() and sign not in '"\\')
        headers = [
            ("content-type", str(part.get("mimeType") or binary.OCTETS)),
            ("content-disposition", f'attachment; filename="{name}"'),
        ]
        return Response(200, headers, await binary.content(part, blobs))
    end = FormEnd(
        title=params.completion_title or params.options.form_title,
        message=params.completion_message,
        css=params.options.custom_css,
        html=params.response_text if params.respond_with == "showText" else None,
        redirect=params.redirect_url if params.respond_with == "redirect" else "",
    )
    return Response(200, [("content-type", END_TYPE)], msgspec.json.encode(end))
