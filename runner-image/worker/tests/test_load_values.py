from pathlib import Path

import pytest
from files import load, loaded, notes, types
from harness import Kernel


def column(kernel: Kernel) -> str:
    return kernel.cell("' '.join(str(v) for v in d.iloc[:, 0])").value.strip("'\"")


@pytest.mark.parametrize(
    ("text", "values", "note"),
    [
        ("n;x\n1.234,56;a\n2,5;b\n", "1234.56 2.5", "decimal comma"),
        ('n\n"1,234.56"\n"2,000.00"\n', "1234.56 2000.0", "comma between thousands"),
        ('n,x\n"1,234",a\n"12,000",b\n', "1234 12000", "comma between thousands"),
        ('n,x\n"0,750",a\n"1,250",b\n', "0.75 1.25", "decimal comma"),
        ('n,x\n"1,5",a\n"2,75",b\n', "1.5 2.75", "decimal comma"),
        ("n;x\n1.234.567;a\n2.000;b\n", "1234567 2000", "point between thousands"),
        ("n;x\n1.234;a\n12.000;b\n", "1.234 12.0", "if it divides thousands"),
        ("n,x\n1'234.50,a\n2'000.00,b\n", "1234.5 2000.0", "blanks between thousands"),
        ("n;x\n1\u00a0234,50;a\n2\u00a0000,00;b\n", "1234.5 2000.0", "blanks between"),
        ("n\n-\n5\n", "nan 5.0", "- read as missing"),
        ("n\n#DIV/0!\n5\n", "nan 5.0", "#DIV/0! read as missing"),
        ("n\n5%\n7.5%\n", "5% 7.5%", "'5%': left as text"),
        ("n\n$5.00\n$6.10\n", "$5.00 $6.10", "'$5.00': left as text"),
        ("n\n(5.00)\n(1.00)\n", "(5.00) (1.00)", "left as text"),
        ("n\n123 456\n234 567\n", "123 456 234 567", "left as text"),
        ("n\n" + "1\n" * 20 + "two\n", "1 " * 20 + "two", "numbers but for 1 ('two')"),
        ("n;x\n1,5;1.5\n2,5;2.5\n", "1.5 2.5", "decimal comma"),
        ("n;x\n10.0.0.1;a\n10.0.0.2;b\n", "10.0.0.1 10.0.0.2", "delimiter"),
        ("n\n12E5\n34D6\n", "12E5 34D6", ""),
        ("n\n1.10\n1.9\n", "1.1 1.9", ""),
    ],
)  # fmt: skip
def test_numbers_are_read_in_the_style_they_are_written_in(
    kernel: Kernel, tmp_path: Path, text: str, values: str, note: str
) -> None:
    run = loaded(kernel, tmp_path / "t.csv", text)
    assert column(kernel) == values
    assert note in notes(run)


@pytest.mark.parametrize(
    ("text", "values", "note"),
    [
        ("zip\n01234\n90210\n", "01234 90210", "leading zeros"),
        ("zip\n" + "1\n" * 999 + "01234\n", "1 " * 999 + "01234", "leading zeros"),
        ("zip;x\n01234;a\n;b\n90210;c\n", "01234 nan 90210", "leading zeros"),
        ("phone\n+491701234567\n+4917012345\n", "+491701234567 +4917012345", "or +"),
        ("id\n00000000000000000123\n", "00000000000000000123", "leading zeros"),
        ("n\n0\n10\n", "0 10", ""),
        ("n\n0.5\n10\n", "0.5 10.0", ""),
        ("country,x\nNA,1\nDE,2\nFR,3\n", "NA DE FR", "NA is a code"),
        ("word,x\nNA,1\nhello,2\n", "nan hello", ""),
        ("n\n123456789012345678901234567890\n1\n", "123456789012345678901234567890 1", ""),
        ("n;x\n123456789012345678901234567890;a\n;b\n", "123456789012345678901234567890 nan", ""),
        ("id\n12345678901234567\n\n12345678901234569\n", "12345678901234567 12345678901234569", ""),
        ("id,v\n12345678901234567,1\n,2\n", "12345678901234567 <NA>", ""),
        ("b\nTrue\nFalse\n", "True False", ""),
    ],
)  # fmt: skip
def test_codes_and_large_numbers_stay_as_they_are_written(
    kernel: Kernel, tmp_path: Path, text: str, values: str, note: str
) -> None:
    run = loaded(kernel, tmp_path / "t.csv", text)
    assert column(kernel) == values
    assert note in notes(run)


@pytest.mark.parametrize(
    ("values", "first", "note"),
    [
        ("2024-01-02 2024-02-03", "2024-01-02 00:00:00", "d: dates"),
        ("2024-01-02T10:00:00Z 2024-01-02T11:00:00+02:00", "2024-01-02 10:00:00+00:00", "dates"),
        ("13/02/2024 01/02/2024", "2024-02-13 00:00:00", "the day first"),
        ("02/13/2024 01/02/2024", "2024-02-13 00:00:00", "the month first"),
        ("01.02.2024 03.04.2024", "2024-02-01 00:00:00", "the day first"),
        ("2024/1/5 2024/2/6", "2024-01-05 00:00:00", "dates"),
        ("5-Jan-2024 6-Feb-2024", "2024-01-05 00:00:00", "dates"),
        ("9999-12-31 0001-01-01", "9999-12-31 00:00:00", "dates"),
        ("01/02/2024 03/04/2024", "01/02/2024", "day and month cannot be told apart"),
        ("13/02/2024 02/13/2024", "13/02/2024", "cannot be told apart"),
        ("2024-01-02 03/04/2024", "2024-01-02", "several forms"),
        ("1/2/24 3/4/24", "1/2/24", "left as text"),
        ("2024-01-02 2024-02-30", "2024-01-02", "but for 1 ('2024-02-30')"),
        ("2024-01-02T10:00:00Z 2024-01-02T10:00:00", "2024-01-02T10:00:00Z", "without a zone"),
        ("10:30 11:45", "10:30", ""),
    ],
)  # fmt: skip
def test_dates_are_never_guessed(
    kernel: Kernel, tmp_path: Path, values: str, first: str, note: str
) -> None:
    run = loaded(kernel, tmp_path / "t.csv", "d,x\n" + "".join(f"{v},1\n" for v in values.split()))
    assert kernel.cell("str(d.d.iloc[0])").value == repr(first)
    assert note in notes(run)


def test_a_column_is_judged_by_all_its_values(kernel: Kernel, tmp_path: Path) -> None:
    text = "d,n\n" + '2024-01-02,"1,234"\n' * 5000 + "soon,many\n"
    run = loaded(kernel, tmp_path / "t.csv", text)
    assert types(run) == ["str", "str"]
    assert "d: dates, but for 1 ('soon')" in notes(run)


def test_a_decimal_comma_changes_numbers_and_nothing_else(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "de.csv").write_text(
        "Datum;Betrag;Preis;IP;Text\n01.02.2024;1.234,50;9,99;10.0.0.1;a,b\n"
        "02.02.2024;7,25;0,50;10.0.0.2;c\n"
    )
    assert load(kernel, "de.csv").status == "ok"
    assert (
        kernel.cell("' '.join(map(str, d.iloc[0]))").value
        == "'2024-02-01 00:00:00 1234.5 9.99 10.0.0.1 a,b'"
    )
