"""Start the zygote; the same process image becomes a kernel after a fork."""

from . import environment


def main() -> None:
    """Run as the zygote, and in each child as a kernel. Never returns to the caller's frames."""
    environment.prepare()
    from .zygote import Zygote  # after the environment: it imports IPython

    born = Zygote.from_descriptor().run()
    from .kernel import Kernel

    Kernel(born).serve()


if __name__ == "__main__":
    main()
