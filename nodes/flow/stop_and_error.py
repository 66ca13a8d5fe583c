"""Stop and error: end the execution as failed, with words of your own.

Flow: any node → **stopAndError**.
"""

from typing import Any, Literal

from nodes.sdk import Example, Field, Items, NodeError, NodeParams, node
from nodes.transform.field_types import object_, text


class StopAndError(NodeParams):
    """What the error says."""

    error_type: Literal["errorMessage", "errorObject"] = Field("errorMessage", description="Text, or an object.")
    error_message: str = Field("", description="The text.")
    error_object: Any = Field("{}", description="JSON object; its `message` is the text, all of it the detail.")


@node(
    "stopAndError",
    group="flow",
    title="Stop and Error",
    outputs=(),
    examples=[
        Example(title="fails with a text", params={"errorMessage": "no stock left"}, fails="no stock left"),
        Example(
            title="fails with an object",
            params={"errorType": "errorObject", "errorObject": '{"message": "no stock", "code": 7}'},
            fails="no stock",
        ),
    ],
)
async def stop_and_error(params: StopAndError, items: Items) -> Items:
    """Fail the execution on purpose."""
    if not items:
        return []
    if params.error_type == "errorMessage":
        raise NodeError(params.error_message or "the workflow stopped itself")
    try:
        detail = object_(params.error_object)
    except ValueError:
        raise NodeError("the error object is not valid JSON", field="errorObject") from None
    message = next((detail[key] for key in ("message", "description", "error") if detail.get(key)), detail)
    raise NodeError(text(message), detail=detail)
