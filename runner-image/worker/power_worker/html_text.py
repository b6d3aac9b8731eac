"""HTML reduced to text, for objects that have nothing better."""

#: Characters of HTML that are looked at: an animation as HTML is megabytes of pictures.
MAX_HTML = 2_000_000


def html_to_text(html: str) -> str:
    """Return what a reader of the page would read, tables as columns of text."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html[:MAX_HTML], "lxml")
    for tag in soup(["script", "style", "head", "template", "noscript"]):
        tag.decompose()
    for table in soup.find_all("table"):
        table.replace_with(f"\n{_table(table)}\n")
    lines = (line.rstrip() for line in soup.get_text("\n").splitlines())
    text: list[str] = []
    for line in lines:
        if line or (text and text[-1]):
            text.append(line)
    return "\n".join(text).strip("\n")


def _table(table: object) -> str:
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])]
        for row in table.find_all("tr")  # type: ignore[attr-defined]
    ]
    rows = [row for row in rows if row]
    columns = max(map(len, rows), default=0)
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(columns)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
