"""Charts render every script, without a word of warning, with no network and a read-only root."""

import logging
import os
import warnings
from pathlib import Path

import matplotlib.font_manager as fm
import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import pytest
import seaborn as sns

TITLES = {
    "latin": "Umsatz é ß ø ≥ √ →",
    "chinese": "收入 營業額",
    "japanese": "売上ダッシュボード",
    "korean": "매출 분석",
    "emoji": "😀 📈 🚀 🫠 ✅",
    "hindi": "हिन्दी",
    "arabic": "العربية",
    "hebrew": "עברית",
    "thai": "ไทย",
}
STYLES = {
    "plain": plt.rcdefaults,
    "seaborn": sns.set_theme,
    "ggplot": lambda: plt.style.use("ggplot"),
    "serif": lambda: plt.rcParams.update({"font.family": "serif"}),
}
PNG = b"\x89PNG\r\n\x1a\n"


def draw(title: str, path: Path) -> None:
    """Draw a small chart with this title."""
    figure = plt.figure(figsize=(3, 2))
    plt.title(title)
    figure.savefig(path)
    plt.close(figure)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("script", TITLES)
def test_matplotlib_has_every_glyph(script: str, style: str, tmp_path: Path) -> None:
    with plt.rc_context(), warnings.catch_warnings():
        STYLES[style]()
        warnings.simplefilter("error")
        draw(TITLES[script], tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_matplotlib_embeds_the_fallback_fonts(kind: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw(" ".join(TITLES.values()), tmp_path / f"chart.{kind}")


def test_every_fallback_font_is_there() -> None:
    assert [f for f in fm._FALLBACK_FONTS if not Path(f).is_file()] == []


def test_font_cache_is_used_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "matplotlib.font_manager"):
        fm._load_fontmanager(try_read_cache=True)
    assert "Using fontManager instance from" in caplog.text


def bar(title: str) -> go.Figure:
    """Return a chart that plotly draws as SVG."""
    return go.Figure(go.Bar(x=["a"], y=[1]), layout_title_text=title)


def surface() -> go.Figure:
    """Return a chart that plotly draws with WebGL."""
    z = np.add.outer(np.sin(np.linspace(0, 6, 30)), np.cos(np.linspace(0, 6, 30)))
    return go.Figure(go.Surface(z=z))


def pixels(image: bytes, folder: Path) -> np.ndarray:
    """Return an image's pixels, rows by columns by channels."""
    path = folder / "chart.png"
    path.write_bytes(image)
    return plt.imread(path)


def test_browser_is_where_the_environment_says() -> None:
    assert os.access(os.environ["BROWSER_PATH"], os.X_OK)


def test_plotly_renders_cjk_and_emoji(tmp_path: Path) -> None:
    written = pixels(bar("收入 売上 매출 📈").to_image("png"), tmp_path)
    plain = pixels(bar("").to_image("png"), tmp_path)
    assert written.shape == plain.shape
    # The title is above the bars. A colour font draws the emoji in red and blue.
    title = written[: written.shape[0] // 5]
    assert not np.array_equal(title, plain[: plain.shape[0] // 5])
    assert np.ptp(title[..., :3], axis=2).max() > 0.5


def test_plotly_renders_webgl(tmp_path: Path) -> None:
    drawn = pixels(surface().to_image("png"), tmp_path)
    assert len(np.unique(drawn.reshape(-1, drawn.shape[2]), axis=0)) > 500
