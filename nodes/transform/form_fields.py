"""Form fields: what n8n's parameters say of a form's fields, as a form.

Flow: `formFields`, `jsonOutput` → **form fields** → formTrigger, form → the form as data.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

from nodes.sdk import Field, NodeError, NodeParams
from nodes.sdk.params import validate
from schemas.form import FieldKind, FormField

Limit = Literal["unlimited", "exact", "range"]


class Option(NodeParams):
    """One option."""

    option: str = ""


class Options(NodeParams):
    """Options, as the editor keeps them."""

    values: list[Option] = []


class OneField(NodeParams):
    """One field."""

    field_type: FieldKind = Field("text", description="What is entered.")
    field_label: str = Field("", description="Label.")
    field_name: str = Field("", description="Key in the result; absent, the label.")
    element_name: str = Field("", description="Key in the result (html).")
    placeholder: str = Field("", description="Shown while the field is empty.")
    default_value: str | float | None = Field(None, description="Value to begin with.")
    field_value: str | float | None = Field(None, description="Value (hidden).")
    field_options: Options = Options()
    multiselect: bool = Field(False, description="Several options of a dropdown (before version 2.3).")
    limit_selection: Limit = Field("unlimited", description="How many checkboxes may be chosen.")
    number_of_selections: int = Field(1, ge=1, description="How many, exactly.")
    min_selections: int = Field(0, ge=0, description="At least so many.")
    max_selections: int = Field(1, ge=1, description="At most so many.")
    html: str = Field("", description="HTML to show.")
    multiple_files: bool = Field(True, description="Several files.")
    accept_file_types: str = Field("", description="Endings of files, with commas between.")
    required_field: bool = Field(False, description="It must be filled in.")

    def made(self) -> FormField:
        """Give the field as data."""
        kind, label = self.field_type, self.field_label
        name = self.element_name if kind == "html" else self.field_name or label
        default = self.field_value if kind == "hiddenField" else self.default_value
        least, most = self._bounds()
        return FormField(
            name=name,
            kind=kind,
            label=label or name,
            placeholder=self.placeholder,
            default="" if default is None else f"{default:g}" if isinstance(default, float) else default,
            required=self.required_field and kind not in ("html", "hiddenField"),
            options=[one.option for one in self.field_options.values],
            several={"dropdown": self.multiselect, "checkbox": True, "file": self.multiple_files}.get(kind, False),
            least=least,
            most=most,
            accept=self.accept_file_types if kind == "file" else "",
            html=self.html,
        )

    def _bounds(self) -> tuple[int, int | None]:
        if self.field_type != "checkbox" or self.limit_selection == "unlimited":
            return 0, None
        if self.limit_selection == "exact":
            return self.number_of_selections, self.number_of_selections
        return self.min_selections, self.max_selections


class FormFields(NodeParams):
    """Fields, as the editor keeps them."""

    values: list[OneField] = []


def fields_of(fields: Sequence[OneField]) -> list[FormField]:
    """Give fields as data; raise NodeError where two have one name."""
    made = [one.made() for one in fields]
    names = [one.name for one in made if one.name]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise NodeError(f'two fields of the form are called "{twice[0]}"', field="formFields", hint="rename one")
    if any(not one.name and one.kind != "html" for one in made):
        raise NodeError("a field of the form has no label", field="formFields", hint="give it one")
    return made


def fields_from_json(text: Any) -> list[FormField]:
    """Read fields that were written as JSON; raise NodeError where they are none."""
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NodeError("the form's fields are not a JSON list of objects", field="jsonOutput")
    return fields_of([validate(OneField, one) for one in found])
