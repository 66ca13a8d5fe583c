"""QuickChart: a picture of a chart, drawn by quickchart.io.

Flow: any node → **quickChart** → any node.  One chart of all items; an effect that can be repeated safely.
"""

from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from nodes.data.http_answers import binary, failure
from nodes.sdk import (
    Example,
    Field,
    HttpClient,
    HttpRequest,
    Item,
    Items,
    NodeError,
    NodeParams,
    Parameters,
    Run,
    node,
)  # fmt: skip
from nodes.transform.field_types import number_text, parse_json

ADDRESS = "https://quickchart.io/chart"


class Label(NodeParams):
    """One label."""

    label: Any = ""


class Labels(NodeParams):
    """Labels, as the editor keeps them."""

    labels_values: list[Label] = []


class ChartOptions(NodeParams):
    """How the picture looks."""

    background_color: str = Field("", description="Colour behind the chart.")
    device_pixel_ratio: float = Field(2, ge=1, le=2, description="Pixels per point.")
    format: Literal["png", "pdf", "svg", "webp"] = Field("png", description="Kind of file.")
    height: int = Field(300, ge=1, le=4000, description="Height.")
    width: int = Field(500, ge=1, le=4000, description="Width.")
    horizontal: bool = Field(False, description="Draw bars from the side.")


class DatasetOptions(NodeParams):
    """How an item's data looks."""

    background_color: Any = Field(None, description="Colour of areas.")
    border_color: Any = Field(None, description="Colour of lines.")
    fill: Any = Field(None, description="Fill the area below a line.")
    label: Any = Field(None, description="Name.")
    point_style: Any = Field(None, description="Shape of points.")


class QuickChart(NodeParams):
    """Kind of chart, labels and data."""

    chart_type: str = Field("bar", description="bar, line, pie, doughnut, polarArea, radar and others.")
    labels_mode: Literal["manually", "array"] = Field("manually", description="One by one, or a list.")
    labels_ui: Labels = Field(Labels(), description="Labels one by one.")
    labels_array: Any = Field("", description="Labels as a list.")
    data: Any = Field("", description="Numbers of an item, as a list.")
    output: str = Field("data", description="Name of the file in the item.")
    chart_options: ChartOptions = ChartOptions()
    dataset_options: DatasetOptions = DatasetOptions()


@node(
    "quickChart",
    group="data",
    title="QuickChart",
    runs="effect",
    examples=[
        Example(
            title="draws a chart",
            params={"labelsMode": "array", "labelsArray": '["a", "b"]', "data": "={{ $json.n }}", "chartType": "pie"},
            given=[{"n": [1, 2]}],
            http={
                (
                    "GET",
                    f"{ADDRESS}?chart=%7B%22type%22%3A%22pie%22%2C%22data%22%3A%7B%22labels%22%3A%5B%22a%22%2C%22b%22%5D%2C"
                    "%22datasets%22%3A%5B%7B%22data%22%3A%5B1%2C2%5D%2C%22type%22%3A%22pie%22%7D%5D%7D%7D"
                    "&width=500&height=300&devicePixelRatio=2&format=png",
                ): (200, {"content-type": "image/png"}, "picture")
            },
            then=[{
                "chart": {"type": "pie", "data": {"labels": ["a", "b"], "datasets": [{"data": [1, 2], "type": "pie"}]}}
            }],
        ),
        Example(title="data must be a list", params={"data": "many"}, fails="the data of a chart must be a list"),
    ],
)  # fmt: skip
async def quick_chart(parameters: Parameters[QuickChart], items: Items, run: Run, http: HttpClient) -> Items:
    """Make a chart with QuickChart."""
    if not items:
        return []
    first = parameters(0)
    kind = "horizontalBar" if first.chart_type == "bar" and first.chart_options.horizontal else first.chart_type
    datasets = [_dataset(parameters(index), kind) for index in range(len(items))]
    labels: Any = [one.label for one in first.labels_ui.labels_values]
    if first.labels_mode == "array":
        labels = _list(first.labels_array, "labels")
    chart = {"type": kind, "data": {"labels": labels, "datasets": datasets}}
    answer = await http.send(HttpRequest("GET", _address(first.chart_options, chart), timeout=60))
    if answer.status >= 400:
        raise failure(answer)
    part = binary(answer) | {"fileName": f"chart.{first.chart_options.format}"}
    return [Item(json={"chart": chart}, binary={first.output or "data": part}, paired=list(range(len(items))))]


def _dataset(params: QuickChart, kind: str) -> dict[str, Any]:
    options = params.dataset_options.model_dump(by_alias=True, exclude_none=True)
    known = ("label", "backgroundColor", "borderColor", "fill", "pointStyle")
    shown = {name: options[name] for name in known if options.get(name) not in (None, "")}
    return {**shown, "data": _list(params.data, "data"), "type": kind}


def _list(value: Any, what: str) -> list[Any]:
    try:
        found = parse_json(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise NodeError(f"the {what} of a chart must be a list", field=what, hint="write it as [1, 2, 3]")
    return found


def _address(options: ChartOptions, chart: dict[str, Any]) -> str:
    query = {
        "chart": msgspec.json.encode(chart).decode(), "width": options.width, "height": options.height,
        "devicePixelRatio": number_text(options.device_pixel_ratio), "format": options.format,
    }  # fmt: skip
    if options.background_color:
        query["backgroundColor"] = options.background_color
    return f"{ADDRESS}?{urlencode(query, quote_via=quote)}"
