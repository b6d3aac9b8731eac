"""What a kernel says it holds."""

from harness import Kernel


def test_variables_are_told_largest_first_without_what_holds_no_data(kernel: Kernel) -> None:
    kernel.cell(
        "import numpy as np, pandas as pd\n"
        "small = 1\nbig = np.zeros(1_000_000)\nframe = pd.DataFrame({'a': range(1000)})\n"
        "_private = 2\ndef function(): pass\nclass Class: pass\n"
    )
    told = kernel.run("variables").data
    assert [v["name"] for v in told["variables"]] == ["big", "frame", "small"]
    assert told["variables"][0] == {"name": "big", "type": "ndarray", "bytes": 8_000_000}
    assert told["more"] == 0


def test_variables_beyond_the_most_are_counted(kernel: Kernel) -> None:
    kernel.cell("for i in range(80): globals()[f'v{i}'] = i\ndel i")
    told = kernel.run("variables").data
    assert (len(told["variables"]), told["more"]) == (50, 30)


def test_a_value_that_will_not_tell_its_size_is_named(kernel: Kernel) -> None:
    kernel.cell("class Odd:\n    def __sizeof__(self): raise ValueError\nodd = Odd()")
    told = kernel.run("variables").data["variables"]
    assert told == [{"name": "odd", "type": "Odd", "bytes": -1}]
