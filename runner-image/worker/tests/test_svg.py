"""SVG drawn as PNG."""

import io
from pathlib import Path

import pytest
from PIL import Image

from power_worker.svg import MAX_EDGE, svg_to_png

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def drawn(svg: str) -> Image.Image:
    return Image.open(io.BytesIO(svg_to_png(svg))).convert("RGBA")


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="600" height="300"', (600, 300)),
        ('width="8in" height="4in"', (768, 384)),
        ('width="450pt" height="300pt"', (600, 400)),
        ('viewBox="0 0 800 200"', (800, 200)),
        ('width="100%" height="100%" viewBox="0 0 500 500"', (500, 500)),
        ('width="500" viewBox="0 0 100 50"', (500, 250)),
        ('width="20" height="10"', (400, 200)),
    ],
)
def test_a_drawing_has_its_size_and_a_small_one_is_enlarged(
    attributes: str, size: tuple[int, int]
) -> None:
    assert drawn(f"<svg {NS} {attributes}><rect width='5' height='5'/></svg>").size == size


@pytest.mark.parametrize(
    "attributes",
    [
        'width="1e9" height="1e9"',
        'width="1000000" height="3"',
        'viewBox="0 0 99999999 1"',
        "",
    ],
)
def test_whatever_size_is_claimed_the_picture_is_bounded(attributes: str) -> None:
    svg = f"<svg {NS} {attributes}><rect width='5e8' height='5e8'/></svg>"
    assert max(drawn(svg).size) <= MAX_EDGE


def test_it_reads_no_file(tmp_path: Path) -> None:
    Image.new("RGB", (50, 50), "red").save(tmp_path / "secret.png")
    for link in ("href", "xlink:href"):
        for target in (tmp_path / "secret.png", f"file://{tmp_path}/secret.png"):
            image = f"<image {link}='{target}' width='500' height='500'/>"
            assert drawn(f"<svg {NS} width='500' height='500'>{image}</svg>").getbbox() is None
    entity = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{tmp_path}/secret.png">]>'
    svg = f"{entity}<svg {NS} width='500' height='500'><text y='50'>&x;</text></svg>"
    assert drawn(svg).getbbox() is None


def test_text_is_drawn_in_every_script() -> None:
    for text in ("Hello", "日本", "हिन्दी", "😀"):
        body = f"<text x='10' y='60' font-size='50' font-family='Arial'>{text}</text>"
        assert drawn(f"<svg {NS} width='500' height='100'>{body}</svg>").getbbox(), text


@pytest.mark.parametrize("svg", ["", "nonsense", "<html></html>", "<g/>", "\x00"])
def test_what_is_no_svg_is_refused(svg: str) -> None:
    with pytest.raises(ValueError, match="no SVG"):
        svg_to_png(svg)


@pytest.mark.parametrize("attributes", ['width="-5" height="nan"', 'width="0" height="0"'])
def test_an_impossible_size_is_refused(attributes: str) -> None:
    with pytest.raises(ValueError, match="invalid size"):
        svg_to_png(f"<svg {NS} {attributes}><rect width='5' height='5'/></svg>")
