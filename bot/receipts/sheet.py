"""A sheet of paper as wide as a phone: things are set down from top to bottom, and it ends where they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH = 1080
MARGIN = 64
FONTS = Path(__file__).resolve().parent / "fonts"
MOST_COLOURS = 24
"""Enough for smooth letters in a few inks; it keeps the file at some tens of kilobytes, for slow connections."""
MODULE = 7
"""Pixels of one square of a QR code: readable from one phone by another, and on paper."""

INK = "#1a1a1a"
SOFT = "#5f6368"
PAPER = "#ffffff"
HAIRLINE = "#d5d8dc"

Draw = Callable[[ImageDraw.ImageDraw, Image.Image], None]


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks."""

    size: int = 34
    bold: bool = False
    colour: str = INK

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """Return the font; the same one on every machine, since it comes with the program."""
        return _font(self.bold, self.size)

    @property
    def leading(self) -> int:
        """Return the pixels from one line to the next."""
        return self.size * 4 // 3


@cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    path = FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


class Sheet:
    """Takes texts and rules one after the other; `png` draws them all."""

    def __init__(self) -> None:
        self._drawn: list[Draw] = []
        self._y = MARGIN

    def space(self, pixels: int) -> None:
        """Leave some room."""
        self._y += pixels

    def write(self, text: str, style: Style, x: int = MARGIN, right: int = WIDTH - MARGIN) -> None:
        """Write a text between two edges, in as many lines as it needs."""
        for line in wrapped(text, style, right - x):
            self._put(line, style, x)
            self._y += style.leading

    def write_right(self, text: str, style: Style) -> None:
        """Write a short text at the right edge, on the line that comes next; it takes no room."""
        self._put(text, style, WIDTH - MARGIN - int(style.font.getlength(text)))

    def rule(self) -> None:
        """Draw a line across."""
        self._y += 28
        top = self._y
        self._drawn.append(lambda draw, _image: draw.line((MARGIN, top, WIDTH - MARGIN, top), fill=HAIRLINE, width=2))
        self._y += 28

    def label(self, text: str, style: Style, colour: str) -> None:
        """Write a short text on a coloured ground with round corners."""
        top, pad = self._y, style.size // 2
        width = int(style.font.getlength(text)) + 2 * pad
        box = (MARGIN, top, MARGIN + width, top + style.leading + pad)
        self._drawn.append(lambda draw, _image: draw.rounded_rectangle(box, radius=pad, fill=colour))
        self._y += pad // 2
        self._put(text, style, MARGIN + pad)
        self._y = box[3]

    def square_code(self, content: str, beside: Callable[[Sheet, int], None]) -> None:
        """Draw a QR code at the left edge; `beside` writes to the right of it, from the given edge on."""
        code = segno.make_qr(content, error="m")
        picture = Image.open(BytesIO(_as_png(code)))
        top = self._y
        self._drawn.append(lambda _draw, image: image.paste(picture, (MARGIN, top)))
        beside(self, MARGIN + picture.width + 40)
        self._y = max(self._y, top + picture.height)

    def png(self) -> bytes:
        """Return the sheet as a picture."""
        image = Image.new("RGB", (WIDTH, self._y + MARGIN), PAPER)
        draw = ImageDraw.Draw(image)
        for one in self._drawn:
            one(draw, image)
        written = BytesIO()
        few = image.quantize(MOST_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(written, "PNG", compress_level=6)
        return written.getvalue()

    def _put(self, line: str, style: Style, x: int) -> None:
        top = self._y
        self._drawn.append(lambda draw, _image: draw.text((x, top), line, fill=style.colour, font=style.font))


def wrapped(text: str, style: Style, width: int) -> list[str]:
    """Return the text in lines that fit; a word that is too long is cut."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if style.font.getlength(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = _cut(word, style, width)
            lines += full
        lines.append(line)
    return lines


def _cut(word: str, style: Style, width: int) -> list[str]:
    """Return a word in pieces that fit: nearly always one."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and style.font.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _as_png(code: segno.QRCode) -> bytes:
    """Return the code without a border: the sheet's margin is white enough."""
    written = BytesIO()
    code.save(written, kind="png", scale=MODULE, border=0)
    return written.getvalue()
