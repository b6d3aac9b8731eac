import pytest
from harness import Zygote


@pytest.fixture(scope="session")
def zygote():
    z = Zygote()
    z.wait_for("warm")
    yield z
    z.close()


@pytest.fixture
def kernel(zygote, tmp_path):
    k = zygote.fork(tmp_path)
    yield k
    k.kill()
