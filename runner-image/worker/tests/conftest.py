from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Kernel, Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    z = Zygote()
    z.wait_for("warm")
    yield z
    z.close()


@pytest.fixture
def kernel(zygote: Zygote, tmp_path: Path) -> Iterator[Kernel]:
    k = zygote.fork(tmp_path)
    yield k
    k.kill()


@pytest.fixture
def sales(kernel: Kernel) -> Kernel:
    """Return a kernel with two DataFrames."""
    kernel.cell(
        "import pandas as pd, numpy as np, decimal, datetime\n"
        "df = pd.DataFrame({'region': ['East', 'West', 'East'], 'revenue': [1, 2, 3]})\n"
        "names = pd.DataFrame({'region': ['East', 'West'], 'lead': ['Ann', 'Bob']})"
    )
    return kernel
