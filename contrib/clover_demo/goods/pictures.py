"""Product pictures, drawn when the shop is set up: no picture is shipped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SIDE = 800
_SCALE = 2
_CANVAS = (SIDE * _SCALE, SIDE * _SCALE)

Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """What a picture is painted with, as `#rrggbb`."""

    wall: tuple[str, str]
    """Behind the product, top and bottom."""
    body: tuple[str, str]
    """The product, at the light and in the shade."""
    accent: str
    ink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is printed on the product."""

    title: str
    line: str = ""


def draw(shape: str, colours: Colours, label: Label) -> Image.Image:
    """The picture of a product: one of the `SHAPES` in front of a soft wall."""
    canvas = _gradient(*colours.wall)
    sun = _mask(lambda pen: pen.ellipse(_scaled((190, 90, 610, 510)), fill=70))
    canvas.paste(Image.new("RGB", _CANVAS, "#ffffff"), mask=sun)
    SHAPES[shape](canvas, colours, label)
    return canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _bag(canvas: Image.Image, colours: Colours, label: Label) -> None:
    _shadow(canvas, (210, 655, 600, 715))
    outline = [(232, 190), (568, 190), (584, 420), (574, 680), (226, 680), (216, 420)]
    body = _polygon(outline)
    _paint(canvas, body, colours.body)
    _paint(
        canvas,
        _polygon([(232, 150), (568, 150), (568, 205), (232, 205)]),
        _deep(colours),
    )
    _tint(
        canvas,
        _polygon([(232, 197), (568, 197), (568, 205), (232, 205)]),
        "#000000",
        60,
    )
    _tint(
        canvas,
        _polygon([(216, 420), (232, 205), (262, 205), (250, 680), (226, 680)]),
        "#ffffff",
        38,
    )
    _tint(
        canvas,
        _polygon([(584, 420), (568, 205), (538, 205), (548, 680), (574, 680)]),
        "#000000",
        34,
    )
    _card(canvas, (272, 300, 528, 590), colours)
    _bean(canvas, (400, 375), 42, colours)
    _write(canvas, (400, 468), label.title, 36, colours.ink)
    _write(canvas, (400, 512), label.line, 21, colours.ink)
    _write(canvas, (400, 556), "12 OZ  /  340 G", 16, colours.accent)


def _mug(canvas: Image.Image, colours: Colours, label: Label) -> None:
    _shadow(canvas, (200, 620, 640, 690))
    ring = _minus(_ellipse((500, 345, 660, 575)), _ellipse((536, 385, 622, 535)))
    _paint(canvas, ring, _deep(colours))
    straight = _polygon([(210, 286), (550, 286), (550, 500), (210, 500)])
    body = ImageChops.lighter(straight, _rounded((210, 400, 550, 655), 60))
    _paint(canvas, body, colours.body)
    _opening(canvas, (210, 250, 550, 322), colours)
    _steam(canvas, 380, 225)
    _write(canvas, (380, 470), label.title, 46, colours.ink)
    _write(canvas, (380, 520), label.line, 22, colours.accent)


def _speckled(canvas: Image.Image, colours: Colours, label: Label) -> None:
    _mug(canvas, colours, Label(title=""))
    dice = Random(label.title)  # noqa: S311 - speckles, not secrets
    pen = ImageDraw.Draw(canvas)
    for _ in range(150):
        x, y, r = dice.uniform(224, 536), dice.uniform(335, 640), dice.uniform(1.2, 4)
        pen.ellipse(_scaled((x - r, y - r, x + r, y + r)), fill=colours.accent)


def _tumbler(canvas: Image.Image, colours: Colours, label: Label) -> None:
    _shadow(canvas, (265, 655, 560, 710))
    _paint(
        canvas, _polygon([(268, 215), (532, 215), (496, 685), (304, 685)]), colours.body
    )
    _paint(
        canvas,
        _polygon([(281, 385), (519, 385), (508, 530), (292, 530)]),
        (colours.accent, colours.accent),
    )
    _tint(
        canvas,
        _polygon([(281, 385), (330, 385), (336, 530), (292, 530)]),
        "#ffffff",
        40,
    )
    _paint(canvas, _rounded((250, 170, 550, 224), 22), _deep(colours))
    _paint(canvas, _rounded((290, 140, 510, 182), 18), _deep(colours))
    _tint(
        canvas,
        _polygon([(292, 224), (330, 224), (352, 685), (326, 685)]),
        "#ffffff",
        60,
    )
    _write(canvas, (400, 448), label.title, 38, "#ffffff")
    _write(canvas, (400, 490), label.line, 20, "#ffffff")


def _dripper(canvas: Image.Image, colours: Colours, label: Label) -> None:
    _shadow(canvas, (230, 660, 570, 715))
    ring = _minus(_ellipse((520, 260, 640, 400)), _ellipse((550, 292, 612, 368)))
    _paint(canvas, ring, _deep(colours))
    _paint(
        canvas, _polygon([(225, 250), (575, 250), (455, 455), (345, 455)]), colours.body
    )
    _opening(canvas, (225, 218, 575, 282), colours)
    _paint(canvas, _rounded((285, 448, 515, 476), 14), _deep(colours))
    _glass(canvas, colours)
    _write(canvas, (400, 350), label.title, 34, colours.ink)


def _glass(canvas: Image.Image, colours: Colours) -> None:
    glass = _polygon([(318, 476), (482, 476), (530, 690), (270, 690)])
    _tint(canvas, glass, "#ffffff", 120)
    _paint(
        canvas,
        _polygon([(291, 600), (509, 600), (530, 690), (270, 690)]),
        ("#7a4a2b", "#3f2314"),
    )
    _tint(
        canvas,
        _polygon([(330, 476), (352, 476), (318, 690), (290, 690)]),
        "#ffffff",
        90,
    )


SHAPES: dict[str, Callable[[Image.Image, Colours, Label], None]] = {
    "bag": _bag,
    "mug": _mug,
    "speckled mug": _speckled,
    "tumbler": _tumbler,
    "dripper": _dripper,
}


def _opening(canvas: Image.Image, box: Box, colours: Colours) -> None:
    left, top, right, bottom = box
    _paint(canvas, _ellipse(box), ("#ffffff", colours.body[0]))
    _paint(
        canvas,
        _ellipse((left + 18, top + 10, right - 18, bottom - 8)),
        ("#6b3f24", "#3a2013"),
    )


def _card(canvas: Image.Image, box: Box, colours: Colours) -> None:
    _paint(canvas, _rounded(box, 14), ("#fffdf8", "#f6efe3"))
    left, _, right, bottom = box
    strip = _polygon(
        [(left, bottom - 10), (right, bottom - 10), (right, bottom), (left, bottom)]
    )
    _paint(
        canvas,
        ImageChops.multiply(strip, _rounded(box, 14)),
        (colours.accent, colours.accent),
    )


def _bean(canvas: Image.Image, centre: Point, size: float, colours: Colours) -> None:
    x, y = centre
    bean = _mask(
        lambda pen: pen.ellipse(
            _scaled((x - size * 0.68, y - size, x + size * 0.68, y + size)), fill=255
        )
    )
    seam = _mask(
        lambda pen: pen.arc(
            _scaled((x - size * 0.25, y - size * 1.1, x + size * 1.2, y + size * 1.1)),
            110,
            250,
            fill=255,
            width=6 * _SCALE,
        )
    )
    middle = (x * _SCALE, y * _SCALE)
    bean, seam = (part.rotate(-32, center=middle) for part in (bean, seam))
    _paint(canvas, ImageChops.subtract(bean, seam), (colours.accent, colours.ink))


def _steam(canvas: Image.Image, x: float, y: float) -> None:
    mask = Image.new("L", _CANVAS, 0)
    pen = ImageDraw.Draw(mask)
    for shift in (-56, 0, 56):
        for part, (start, end) in enumerate(((90, 270), (270, 90))):
            top = y - 60 * (part + 1)
            box = _scaled((x + shift - 14, top, x + shift + 14, top + 60))
            pen.arc(box, start, end, fill=150, width=7 * _SCALE)
    canvas.paste(
        Image.new("RGB", _CANVAS, "#ffffff"),
        mask=mask.filter(ImageFilter.GaussianBlur(5)),
    )


def _shadow(canvas: Image.Image, box: Box) -> None:
    mask = _mask(lambda pen: pen.ellipse(_scaled(box), fill=105))
    soft = mask.filter(ImageFilter.GaussianBlur(26))
    canvas.paste(Image.new("RGB", _CANVAS, "#2b1c12"), mask=soft)


def _write(canvas: Image.Image, centre: Point, text: str, size: int, ink: str) -> None:
    x, y = centre
    font = ImageFont.load_default(size * _SCALE)
    ImageDraw.Draw(canvas).text(
        (x * _SCALE, y * _SCALE), text, fill=ink, font=font, anchor="mm"
    )


def _paint(canvas: Image.Image, mask: Image.Image, colours: tuple[str, str]) -> None:
    """Fill the mask from its left, lit side to its right one."""
    box = mask.getbbox()
    if box is None:
        return
    size = (box[2] - box[0], box[3] - box[1])
    fade = Image.linear_gradient("L").rotate(90).resize(size)
    lit, shade = (Image.new("RGB", size, colour) for colour in colours)
    canvas.paste(Image.composite(shade, lit, fade), box, mask.crop(box))


def _tint(canvas: Image.Image, mask: Image.Image, colour: str, strength: int) -> None:
    faint = mask.point([value * strength // 255 for value in range(256)])
    canvas.paste(Image.new("RGB", _CANVAS, colour), mask=faint)


def _gradient(top: str, bottom: str) -> Image.Image:
    upper, lower = (Image.new("RGB", _CANVAS, colour) for colour in (top, bottom))
    return Image.composite(lower, upper, Image.linear_gradient("L").resize(_CANVAS))


def _deep(colours: Colours) -> tuple[str, str]:
    return colours.body[1], colours.ink


def _mask(paint: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    mask = Image.new("L", _CANVAS, 0)
    paint(ImageDraw.Draw(mask))
    return mask


def _polygon(points: Sequence[Point]) -> Image.Image:
    corners = [(x * _SCALE, y * _SCALE) for x, y in points]
    return _mask(lambda pen: pen.polygon(corners, fill=255))


def _ellipse(box: Box) -> Image.Image:
    return _mask(lambda pen: pen.ellipse(_scaled(box), fill=255))


def _rounded(box: Box, radius: float) -> Image.Image:
    return _mask(
        lambda pen: pen.rounded_rectangle(_scaled(box), radius * _SCALE, fill=255)
    )


def _minus(mask: Image.Image, hole: Image.Image) -> Image.Image:
    return ImageChops.subtract(mask, hole)


def _scaled(box: Box) -> Box:
    left, top, right, bottom = box
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE
