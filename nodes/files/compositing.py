"""Compositing: one picture laid on another, by the operators of ImageMagick.

Flow: picture + overlay + operator → **compositing** → picture.
"""

from collections.abc import Callable
from typing import Any

from PIL import Image, ImageChops, ImageMath

from nodes.files.pictures import Picture
from nodes.sdk import NodeError

Blend = Callable[[Picture, Picture], Picture]


def composed(below: Picture, above: Picture, x: int, y: int, operator: str) -> Picture:
    """Lay ``above`` on ``below`` at a position; what stands out is cut off."""
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + above.width, below.width), min(y + above.height, below.height)
    if left >= right or top >= bottom:
        return below
    blend = OPERATORS.get(operator)
    if blend is None:
        raise NodeError(f'unknown operator "{operator}"', field="operator")
    ground = below.crop((left, top, right, bottom))
    made = below.copy()
    made.paste(blend(ground, above.crop((left - x, top - y, right - x, bottom - y))), (left, top))
    return made


def _masked(shown: Picture, alpha: Picture) -> Picture:
    made = shown.copy()
    made.putalpha(alpha)
    return made


def _times(one: Picture, other: Picture) -> Picture:
    return ImageChops.multiply(one, other)


def _not(alpha: Picture) -> Picture:
    return ImageChops.invert(alpha)


def _in(below: Picture, above: Picture) -> Picture:
    return _masked(above, _times(above.getchannel("A"), below.getchannel("A")))


def _out(below: Picture, above: Picture) -> Picture:
    return _masked(above, _times(above.getchannel("A"), _not(below.getchannel("A"))))


def _atop(below: Picture, above: Picture) -> Picture:
    return _masked(Image.alpha_composite(below, above), below.getchannel("A"))


def _xor(below: Picture, above: Picture) -> Picture:
    rest = _masked(below, _times(below.getchannel("A"), _not(above.getchannel("A"))))
    return Image.alpha_composite(rest, _out(below, above))


def _colors(blend: Blend) -> Blend:
    """Blend the colors where the overlay is not transparent."""

    def blended(below: Picture, above: Picture) -> Picture:
        mixed = blend(below.convert("RGB"), above.convert("RGB")).convert("RGBA")
        return Image.alpha_composite(below, _masked(mixed, above.getchannel("A")))

    return blended


def _each(formula: Callable[[Any, Any], Any]) -> Blend:
    """Compute each channel from both values."""

    def computed(below: Picture, above: Picture) -> Picture:
        pairs = zip(below.split(), above.split(), strict=True)
        parts = [
            ImageMath.lambda_eval(
                lambda given: given["convert"](given["min"](formula(given["a"], given["b"]), 255), "L"), a=one, b=other
            )
            for one, other in pairs
        ]
        return Image.merge("RGB", parts)

    return computed


def _bumped(below: Picture, above: Picture) -> Picture:
    return _times(below, above.convert("L").convert("RGB"))


def _channel(name: str) -> Blend:
    def copied(below: Picture, above: Picture) -> Picture:
        parts = dict(zip("RGBA", below.split(), strict=True))
        parts[name] = above.getchannel(name)
        return Image.merge("RGBA", [parts[one] for one in "RGBA"])

    return copied


def _ink(at: int) -> Blend:
    def copied(below: Picture, above: Picture) -> Picture:
        parts = list(below.convert("RGB").convert("CMYK").split())
        parts[at] = above.convert("RGB").convert("CMYK").split()[at]
        return _masked(Image.merge("CMYK", parts).convert("RGB").convert("RGBA"), below.getchannel("A"))

    return copied


OPERATORS: dict[str, Blend] = {
    "Add": _colors(ImageChops.add_modulo),
    "Atop": _atop,
    "Bumpmap": _colors(_bumped),
    "Copy": lambda below, above: above,
    "CopyBlack": _ink(3),
    "CopyBlue": _channel("B"),
    "CopyCyan": _ink(0),
    "CopyGreen": _channel("G"),
    "CopyMagenta": _ink(1),
    "CopyOpacity": _channel("A"),
    "CopyRed": _channel("R"),
    "CopyYellow": _ink(2),
    "Difference": _colors(ImageChops.difference),
    "Divide": _colors(_each(lambda a, b: a * 255 / (b + (b == 0)))),
    "In": _in,
    "Minus": _colors(ImageChops.subtract),
    "Multiply": _colors(_times),
    "Out": _out,
    "Over": Image.alpha_composite,
    "Plus": _colors(ImageChops.add),
    "Subtract": _colors(ImageChops.subtract_modulo),
    "Xor": _xor,
}
