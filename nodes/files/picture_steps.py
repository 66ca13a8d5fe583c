"""Picture steps: what editImage does to a picture, each by its own parameters.

Flow: picture + step → **picture steps** → picture.
"""

import math
import textwrap
from collections.abc import Callable
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from nodes.files import compositing, pictures
from nodes.files.pictures import Picture
from nodes.sdk import Field, NodeError, NodeParams

Operation = Literal[
    "blur", "border", "composite", "create", "crop", "draw", "resize", "rotate", "shear", "text", "transparent"
]  # fmt: skip
Resize = Literal["ignoreAspectRatio", "maximumArea", "minimumArea", "onlyIfLarger", "onlyIfSmaller", "percent"]
LARGEST_FONT = 2000
LONGEST_TEXT = 20_000
FARTHEST = 2 * pictures.LONGEST_SIDE


class Step(NodeParams):
    """The parameters of every step; a color's last two digits, where it has eight, say how transparent it is."""

    background_color: str = Field("", description="Color of the ground (create, rotate).")
    width: int | None = Field(None, ge=1, description="Width (create 50, crop and resize 500).")
    height: int | None = Field(None, ge=1, description="Height (create 50, crop and resize 500).")
    primitive: Literal["circle", "line", "rectangle"] = Field("rectangle", description="Shape (draw).")
    color: str = Field("", description="Color of the shape (draw), or color that becomes transparent (transparent).")
    start_position_x: float = Field(50, ge=-FARTHEST, le=FARTHEST, description="Left end or center (draw).")
    start_position_y: float = Field(50, ge=-FARTHEST, le=FARTHEST, description="Upper end or center (draw).")
    end_position_x: float = Field(250, ge=-FARTHEST, le=FARTHEST, description="Right end or edge (draw).")
    end_position_y: float = Field(250, ge=-FARTHEST, le=FARTHEST, description="Lower end or edge (draw).")
    corner_radius: float = Field(0, ge=0, le=FARTHEST, description="How round the corners are (draw a rectangle).")
    text: str = Field("", description="Text to write (text).")
    font_size: int = Field(18, ge=1, le=LARGEST_FONT, description="Size of the letters (text).")
    font_color: str = Field("#000000", description="Color of the letters (text).")
    font: str = Field("", description="Kept for n8n: the built-in font is used (text).")
    position_x: int | None = Field(None, description="From the left (text 50, composite and crop 0).")
    position_y: int | None = Field(None, description="From above (text 50, composite and crop 0).")
    horizontal_alignment: Literal["west", "center", "east"] = Field("center", description="Where x begins (text, 1.1).")
    vertical_alignment: Literal["north", "middle", "south"] = Field("middle", description="Where y begins (text, 1.1).")
    line_length: int = Field(80, ge=1, description="Letters per line (text).")
    blur: float = Field(5, ge=0, le=1000, description="Radius (blur).")
    sigma: float = Field(2, ge=0, le=1000, description="Strength (blur).")
    border_width: int = Field(10, ge=0, description="Width of the border at the sides (border).")
    border_height: int = Field(10, ge=0, description="Height of the border above and below (border).")
    border_color: str = Field("#000000", description="Color of the border (border).")
    data_property_name_composite: str = Field("", description="Binary part to lay on the picture (composite).")
    operator: str = Field("Over", description="How it is laid on (composite).")
    resize_option: Resize = Field("maximumArea", description="What width and height mean (resize).")
    rotate: float = Field(0, ge=-360, le=360, description="Degrees, clockwise (rotate).")
    degrees_x: float = Field(0, gt=-90, lt=90, description="Degrees along x (shear).")
    degrees_y: float = Field(0, gt=-90, lt=90, description="Degrees along y (shear).")


def applied(picture: Picture, operation: str, step: Step, overlay: bytes | None, version: float) -> Picture:
    """Do one step; raise NodeError where its result would be too large."""
    if operation == "composite":
        return _composite(picture, step, overlay)
    if operation == "text":
        return _text(picture, step, version)
    return STEPS[operation](picture, step)


def _blur(picture: Picture, step: Step) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(step.sigma if step.blur == 0 else min(step.sigma, step.blur)))


def _border(picture: Picture, step: Step) -> Picture:
    pictures.check(picture.width + 2 * step.border_width, picture.height + 2 * step.border_height)
    return ImageOps.expand(
        picture, border=(step.border_width, step.border_height), fill=pictures.color(step.border_color)
    )


def _composite(picture: Picture, step: Step, overlay: bytes | None) -> Picture:
    if overlay is None:
        raise NodeError("name the binary part to lay on the picture", field="dataPropertyNameComposite")
    above, _ = pictures.opened(overlay)
    return compositing.composed(picture, above, step.position_x or 0, step.position_y or 0, step.operator)


def _create(_: Picture, step: Step) -> Picture:
    return pictures.blank(step.width or 50, step.height or 50, step.background_color or "#ffffff00")


def _crop(picture: Picture, step: Step) -> Picture:
    left, top = step.position_x or 0, step.position_y or 0
    right, bottom = left + (step.width or 500), top + (step.height or 500)
    box = max(left, 0), max(top, 0), min(right, picture.width), min(bottom, picture.height)
    if box[0] >= box[2] or box[1] >= box[3]:
        raise NodeError("the part to crop lies outside of the picture")
    return picture.crop(box)


def _draw(picture: Picture, step: Step) -> Picture:
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen, fill = ImageDraw.Draw(layer), pictures.color(step.color or "#ff000000")
    left, top, right, bottom = step.start_position_x, step.start_position_y, step.end_position_x, step.end_position_y
    match step.primitive:
        case "line":
            pen.line((left, top, right, bottom), fill=fill)
        case "circle":
            radius = math.hypot(right - left, bottom - top)
            pen.ellipse((left - radius, top - radius, left + radius, top + radius), fill=fill)
        case "rectangle":
            box = min(left, right), min(top, bottom), max(left, right), max(top, bottom)
            pen.rounded_rectangle(box, radius=step.corner_radius, fill=fill)
    return Image.alpha_composite(picture, layer)


def _resize(picture: Picture, step: Step) -> Picture:
    width, height = picture.size
    wide, high = step.width or 500, step.height or 500
    fit = min(wide / width, high / height)
    match step.resize_option:
        case "ignoreAspectRatio":
            return _sized(picture, wide, high)
        case "percent":
            return _sized(picture, width * wide / 100, height * high / 100)
        case "maximumArea":
            factor = min(math.sqrt(wide * high / (width * height)), 1)
        case "minimumArea":
            factor = max(wide / width, high / height)
        case "onlyIfLarger":
            factor = min(fit, 1)
        case "onlyIfSmaller":
            factor = max(fit, 1) if width < wide and height < high else 1
    return _sized(picture, width * factor, height * factor)


def _sized(picture: Picture, width: float, height: float) -> Picture:
    size = max(round(width), 1), max(round(height), 1)
    pictures.check(*size)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _rotate(picture: Picture, step: Step) -> Picture:
    pictures.check(picture.width + picture.height, picture.width + picture.height)
    fill = pictures.color(step.background_color or "#ffffffff")
    return picture.rotate(-step.rotate, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=fill)


def _shear(picture: Picture, step: Step) -> Picture:
    along_x, along_y = math.tan(math.radians(step.degrees_x)), math.tan(math.radians(step.degrees_y))
    picture = _slanted(picture, along_x)
    return _slanted(picture.transpose(Image.Transpose.TRANSPOSE), along_y).transpose(Image.Transpose.TRANSPOSE)


def _slanted(picture: Picture, slope: float) -> Picture:
    wider = math.ceil(abs(slope) * picture.height)
    if not wider:
        return picture
    pictures.check(picture.width + wider, picture.height)
    shift = -wider if slope > 0 else 0
    back = (1, slope, shift, 0, 1, 0)
    size = (picture.width + wider, picture.height)
    return picture.transform(size, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255, 0))


def _text(picture: Picture, step: Step, version: float) -> Picture:
    if len(step.text) > LONGEST_TEXT:
        raise NodeError(f"a text of more than {LONGEST_TEXT} letters is too long", field="text")
    lines = [line for part in step.text.split("\n") for line in textwrap.wrap(part, step.line_length) or [""]]
    if max(map(len, lines)) * step.font_size**2 > 4 * pictures.MOST_PIXELS:
        raise NodeError("a line of so many and so large letters is too long", field="text")
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(step.font_size)
    x = 50 if step.position_x is None else step.position_x
    y = 50 if step.position_y is None else step.position_y
    text, fill = "\n".join(lines), pictures.color(step.font_color)
    if version < 1.1:
        pen.multiline_text((x, y - step.font_size * 0.8), text, font=font, fill=fill)
        return Image.alpha_composite(picture, layer)
    across = {"west": x, "center": picture.width / 2 + x, "east": picture.width - x}[step.horizontal_alignment]
    down = {"north": y, "middle": picture.height / 2 + y, "south": picture.height - y}[step.vertical_alignment]
    left, top, right, bottom = pen.multiline_textbbox((0, 0), text, font=font)
    across -= {"west": left, "center": (left + right) / 2, "east": right}[step.horizontal_alignment]
    down -= {"north": top, "middle": (top + bottom) / 2, "south": bottom}[step.vertical_alignment]
    align = {"west": "left", "center": "center", "east": "right"}[step.horizontal_alignment]
    pen.multiline_text((across, down), text, font=font, fill=fill, align=align)
    return Image.alpha_composite(picture, layer)


def _transparent(picture: Picture, step: Step) -> Picture:
    red, green, blue, _ = pictures.color(step.color or "#ff0000")
    parts = picture.split()
    other = None
    for part, value in zip(parts, (red, green, blue), strict=False):
        differs = part.point([0 if level == value else 255 for level in range(256)])
        other = differs if other is None else ImageChops.lighter(other, differs)
    made = picture.copy()
    made.putalpha(ImageChops.darker(parts[3], other) if other is not None else parts[3])
    return made


STEPS: dict[str, Callable[[Picture, Step], Picture]] = {
    "blur": _blur, "border": _border, "create": _create, "crop": _crop, "draw": _draw, "resize": _resize,
    "rotate": _rotate, "shear": _shear, "transparent": _transparent,
}  # fmt: skip
