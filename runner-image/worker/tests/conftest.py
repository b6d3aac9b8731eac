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
