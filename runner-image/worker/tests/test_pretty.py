"""Containers as text: compact, readable, bounded."""

from typing import Any

import pytest

from power_worker.pretty_text import MAX_ELEMENTS, WIDTH, Pretty


def text(obj: Any, room: int = 1_000_000) -> str:
    return Pretty(lambda leaf, left: repr(leaf)[: left + 1], room).text(obj)


@pytest.mark.parametrize(
    ("obj", "shown"),
    [
        ([], "[]"),
        ({}, "{}"),
        (set(), "set()"),
        ((), "()"),
        ((1,), "(1,)"),
        ({3, 1, 2}, "{1, 2, 3}"),
        (frozenset([1]), "frozenset({1})"),
        ({"b": 1, "a": [1, 2]}, "{'b': 1, 'a': [1, 2]}"),
        ([[1, 2], [3, 4]], "[[1, 2], [3, 4]]"),
    ],
)
def test_a_short_container_is_one_line_as_python_writes_it(obj: Any, shown: str) -> None:
    assert text(obj) == shown


@pytest.mark.parametrize(
    "obj", [list(range(200)), {i: i * i for i in range(60)}, [(i, i) for i in range(40)]]
)
def test_short_elements_share_lines(obj: Any) -> None:
    lines = text(obj).splitlines()
    assert len(lines) < 12
    assert max(map(len, lines)) <= WIDTH
    assert eval(text(obj)) == obj


def test_records_have_a_line_each() -> None:
    records = [{"name": f"customer {i}", "values": list(range(20))} for i in range(3)]
    lines = text(records).splitlines()
    assert len(lines) == 3
    assert all("customer" in line for line in lines)


def test_what_is_nested_is_indented_below_its_key() -> None:
    lines = text({"outer": {"inner": list(range(60)), "n": 1}}).splitlines()
    assert lines[0].startswith("{'outer': {'inner': [0, 1,")
    assert lines[1].startswith(" " * len("{'outer': {'inner': ["))
    assert lines[-1].strip() == "'n': 1}}"


def test_more_elements_than_shown_are_counted() -> None:
    assert text(list(range(MAX_ELEMENTS + 234))).endswith("... (234 more)]")


def test_a_container_in_itself_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert text(loop) == "[1, [...]]"
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert "..." in text(deep)


def test_the_whole_is_bounded_however_it_is_nested() -> None:
    assert len(text([["x" * 50] * 1000] * 1000, room=10_000)) < 12_000
    assert len(text({"a": "x" * 10_000_000}, room=5_000)) < 6_000


def test_several_lines_of_an_element_stay_together() -> None:
    class Table:
        def __repr__(self) -> str:
            return "a  b\n1  2"

    assert text({"t": Table()}).splitlines() == ["{'t': ", " a  b", " 1  2}"]
