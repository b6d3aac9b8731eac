"""Start the zygote; the same process image becomes a kernel after a fork."""

import gc

from .bundle import PATH, Bundle


def main() -> None:
    """Run as the zygote, and in each child as a kernel. Never returns to the caller's frames."""
    gc.disable()  # of what an import makes nothing is garbage; a kernel enables it again
    with Bundle(PATH):
        from . import environment

        environment.prepare()
        # After the environment, since they import IPython; and both before any fork.
        from .kernel import Kernel
        from .zygote import Zygote

    Kernel(Zygote.from_descriptor().run()).serve()


if __name__ == "__main__":
    main()
