"""HTML reduced to text and pictures."""

import base64
import io

import pytest
from PIL import Image

from power_worker.html_text import MAX_PICTURES, read_html


def png() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Some <b>bold</b> and\n <i>it</i>.</p><p>Next</p>", "Some bold and it.\nNext"),
        ("<h1>T</h1><ul><li>one</li><li>two</li></ul>", "T\n- one\n- two"),
        ("a<br>b", "a\nb"),
        ("<pre>a\n  <span>b</span>  c</pre>", "a\n  b  c"),
        ("x<script>bad()</script><style>p{}</style><!-- no -->y", "xy"),
        ("&lt;tag&gt; &amp; &eacute;", "<tag> & é"),
        ("<iframe src='http://a/b'></iframe>", "[page not shown: http://a/b]"),
        ("<video><source src='v.mp4'></video>", "[video not shown: v.mp4]"),
        ("<img src='http://a/b.png' alt='a map'>", "[picture: a map]"),
        ("", ""),
        ("just text", "just text"),
        ("<p>unclosed <b>tags", "unclosed tags"),
    ],
)
def test_prose_reads_as_on_the_page(html: str, shown: str) -> None:
    assert read_html(html).text == shown


def test_a_table_has_aligned_columns_and_numbers_to_the_right() -> None:
    html = (
        "<table><caption>Sales</caption><thead><tr><th></th><th>region</th><th>n</th></tr></thead>"
        "<tr><th>0</th><td>East</td><td>5</td></tr><tr><th>1</th><td>W</td><td>1,250.5</td></tr>"
        "</table>"
    )
    assert read_html(html).text.splitlines() == [
        "Sales",
        "   region        n",
        "0  East          5",
        "1  W       1,250.5",
    ]


def test_cells_that_span_keep_the_others_in_their_columns() -> None:
    html = (
        "<table><tr><th colspan=2>both</th><th>c</th></tr>"
        "<tr><td rowspan=2>down</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
    )
    rows = [line.split() for line in read_html(html).text.splitlines()]
    assert rows == [["both", "c"], ["down", "1", "2"], ["3", "4"]]
    columns = [
        line.index(mark)
        for line, mark in zip(read_html(html).text.splitlines(), ("c", "2", "4"), strict=True)
    ]
    assert len(set(columns)) == 1


def test_a_large_table_shows_its_ends_and_its_size() -> None:
    row = "<tr>" + "".join(f"<td>{i}</td>" for i in range(80)) + "</tr>"
    text = read_html(f"<table>{row * 500}</table>").text
    assert "[500 rows x 80 columns]" in text
    assert len(text.splitlines()) < 30
    assert len(text) < 12_000
    assert len(read_html(f"<table><tr><td>{'x' * 5000}</td></tr></table>").text) < 200


def test_markup_that_claims_a_million_columns_is_bounded() -> None:
    html = "<table><tr><td colspan=1000000 rowspan=99999999>x</td></tr><tr><td>y</td></tr></table>"
    assert len(read_html(html).text) < 10_000


def test_deep_markup_is_survived() -> None:
    assert "deep" in read_html("<div>" * 3000 + "deep" + "</div>" * 3000).text


def test_pictures_in_the_page_are_taken_out() -> None:
    page = read_html(f"<p>one</p><img src='{png()}'><svg width='9' height='9'></svg>")
    assert page.text == "one"
    assert [data[:4] for data in page.pictures] == [b"\x89PNG", b"\x89PNG"]
    assert len(read_html(f"<img src='{png()}'>" * 40).pictures) == MAX_PICTURES


def test_an_animation_is_one_frame_and_none_of_its_buttons() -> None:
    frames = "".join(f'frames[{i}] = "{png()}"\n' for i in range(5))
    page = read_html(f'<div class="animation">Once Loop</div><script>{frames}</script>')
    assert (page.text, len(page.pictures), page.animated) == ("", 1, True)
