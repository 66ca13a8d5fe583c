"""Execute workflow: what it sends to the called workflow, of the types that its trigger declares.

Flow: parameters → node → **call**.
"""

import pytest

from nodes.sdk import Item, NodeError
from nodes.sdk.harness import Harness
from nodes.sdk.registry import discover
from nodes.triggers.execute_workflow_trigger import shape

TYPE = next(one for one in discover() if one.name == "executeWorkflow")
TYPED = {"inputSource": "workflowInputs", "workflowInputs": {"values": [{"name": "f", "type": "number"}]}}


async def sent(wanted, value, **how):
    params = {
        "workflowId": {"value": "w1"},
        "workflowInputs": {"value": {"f": "={{ $json.f }}"}, "schema": [{"id": "f", "type": wanted}], **how},
    }
    call = await Harness(TYPE).run(params, [[Item(json={"f": value})]], version=1.2)
    return call.batches[0][0].json["f"]


@pytest.mark.parametrize(
    ("wanted", "value", "gives"),
    [("string", 5, "5"), ("number", "5", 5), ("boolean", "true", True), ("array", "[1]", [1]), ("object", "{}", {})],
)
async def test_values_become_the_types_of_their_fields_only_where_asked(wanted, value, gives):
    assert await sent(wanted, value, attemptToConvertTypes=True) == gives
    with pytest.raises(NodeError, match=f'the input "f" of item 0 is no {wanted}'):
        await sent(wanted, value, attemptToConvertTypes=False)


async def test_a_text_field_takes_anything_where_told():
    assert await sent("string", 5, convertFieldsToString=False) == 5


async def test_what_is_right_or_null_or_of_any_type_passes():
    assert await sent("number", 5) == 5
    assert await sent("number", None) is None
    assert await sent("any", [1]) == [1]


def test_the_trigger_takes_values_as_they_come():
    [item] = shape(TYPED, 1.1, [Item(json={"f": "x", "more": 1})])
    assert item.json == {"f": "x"}
