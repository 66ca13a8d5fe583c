"""Form: what a person sees when the workflow that their form started has come to its end.

Flow: formTrigger → … → **form** → the person's browser.  A form's further pages are not there yet.
"""

from typing import Any, Literal

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
    node,
)
from nodes.triggers.form_fields import FormFields, fields_from_json, fields_of
from schemas.errors import UserError
from schemas.form import END_TYPE, FormEnd, FormField


class FormOptions(NodeParams):
    """Rarely needed choices."""

    form_title: str = Field("", description="Title of the page.")
    form_description: str = Field("", description="Text below the title.")
    button_label: str = Field("Submit", description="Label of the button.")
    custom_css: str = Field("", description="CSS of the page.")
    append_attribution: bool = Field(True, description="Kept for n8n: pages say nothing of who made them.")


class Form(NodeParams):
    """What is shown."""

    operation: Literal["page", "completion"] = Field("page", description="A further page, or the end.")
    define_form: Literal["fields", "json"] = Field("fields", description="How the page is described.")
    form_fields: FormFields = Field(FormFields(), description="Fields.")
    json_output: Any = Field("[]", description="Fields as JSON.")
    limit_wait_time: bool = Field(False, description="Wait for a while only.")
    limit_type: Literal["afterTimeInterval", "atSpecifiedTime"] = Field("afterTimeInterval", description="Until when.")
    resume_amount: float = Field(1, ge=0, description="How many units to wait.")
    resume_unit: Literal["minutes", "hours", "days"] = Field("hours", description="Unit.")
    max_date_and_time: str = Field("", description="When to go on.")
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
        Example(title="further pages are not there yet", params={}, fails="further pages of a form"),
    ],
)
async def form(parameters: Parameters[Form], items: Items, blobs: Blobs) -> Respond:
    """Show the end of a form."""
    params = parameters(0)
    if params.operation == "page":
        params.fields()
        raise UserError(
            "further pages of a form are not supported yet", field="operation", hint="ask everything on the first page"
        )
    passed = [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(items)]
    return Respond(await _end(params, items, blobs), [passed])


async def _end(params: Form, items: Items, blobs: Blobs) -> Response:
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
