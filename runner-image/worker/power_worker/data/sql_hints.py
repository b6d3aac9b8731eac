"""What to do about an SQL error."""

import re

_MISSING = re.compile(r"Table with name (.+?) does not exist")
_NO_NETWORK = (
    "the sandbox has no network and no further extensions of DuckDB: fetch_from_url brings files, "
    "load_dataset reads workbooks, sqlite3 or sqlalchemy in execute_code read SQLite"
)
_MAX_NAMED = 50


def missing_table(text: str) -> str:
    """Return the table that an error says does not exist, empty for another error."""
    match = _MISSING.search(text)
    return match[1] if match else ""


def hint(text: str, names: list[str]) -> str:
    """Return what to do next; names are the DataFrames that there are."""
    if re.search(r"\.(xlsx?|xlsm)\b", text):
        return "a workbook is no table for SQL: load_dataset first, then query its name"
    if missing_table(text):
        there = ", ".join(names[:_MAX_NAMED])
        known = f"DataFrames there are: {there}" if names else "there is no DataFrame yet"
        return f"{known}; load_dataset makes one, and a file is FROM 'name.csv'"
    if "extension" in text.lower():
        return _NO_NETWORK
    if "Out of Memory" in text:
        return "ask for fewer columns or rows, or aggregate"
    if "transaction is aborted" in text:
        return "the transaction was rolled back: begin it again"
    return ""
