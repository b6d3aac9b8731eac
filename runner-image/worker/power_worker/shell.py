"""IPython's shell without a terminal, a history file or a frontend."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from . import installers

#: What display() calls with a MIME bundle: the text is printed, pictures become charts.
Publish = Callable[[dict[str, Any], dict[str, Any]], None]
#: Values that _, __, ___ and Out keep alive: each may be gigabytes.
KEPT_VALUES = 3


class Publisher(DisplayPublisher):
    """Hands what display() shows to the kernel."""

    sink: Publish | None = None

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: Any
    ) -> None:
        """Show one MIME bundle; an update of an earlier one is shown like a new one."""
        if self.sink is not None:
            self.sink(data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        """Do nothing: what was said stays said."""


class Hook(DisplayHook):
    """sys.displayhook: prints a value at its place, for code that is run in 'single' mode."""

    show: Callable[[Any], None] | None = None

    def __call__(self, result: Any = None) -> None:
        """Show a value unless it is None."""
        if result is not None and self.show is not None:
            self.show(result)


class Compiler(CachingCompiler):
    """Compiles for magics, such as %%time, under the name and line numbers of the cell."""

    cell_name = ""
    offset = 0

    def __call__(self, source: Any, filename: str, symbol: str, *more: Any) -> CodeType:
        """Compile a source or tree."""
        if self.offset and filename.startswith("<timed") and isinstance(source, ast.AST):
            ast.increment_lineno(source, self.offset)
            filename = self.cell_name
        return super().__call__(source, filename, symbol, *more)


class Shell(InteractiveShell):
    """The IPython that cells meet as get_ipython()."""

    #: A plain number. IPython has a trait here: its observers are sought at every cell.
    execution_count: int = 1  # type: ignore[assignment]

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Do nothing for %matplotlib: figures are shown whatever the backend."""
        return gui, "inline"

    def enable_pylab(
        self, gui: str | None = None, import_all: bool = True
    ) -> tuple[str | None, str, list[str]]:
        """Import what %pylab imports."""
        from IPython.core.pylabtools import import_pylab

        import_pylab(self.user_ns, import_all)
        return gui, "inline", []

    def system(self, command: str) -> None:
        """Run a shell command with the kernel's own output, for `!command`."""
        command = self.var_expand(command, depth=1)
        answer = installers.answer(command)
        if answer is not None:
            print(answer.text)
            self.user_ns["_exit_code"] = answer.code
            return
        sys.stdout.flush()
        shell = os.environ.get("SHELL", "/bin/sh")
        self.user_ns["_exit_code"] = subprocess.call(command, shell=True, executable=shell)

    system_raw = system_piped = system  # type: ignore[assignment]

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a %%magic whose body starts one line below it."""
        self.compile.offset = 1
        try:
            return super().run_cell_magic(magic_name, line, cell)
        finally:
            self.compile.offset = 0

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Raise what a magic such as %run would only have printed: the cell has failed."""
        error = sys.exception()
        if error is not None:
            raise error

    showsyntaxerror = showindentationerror = showtraceback

    def init_completer(self) -> None:
        """Put completion off: a first cell would wait for it, and nobody types here."""

    def __getattr__(self, name: str) -> Any:
        """Make the completer for code that asks for it."""
        if name != "Completer":
            raise AttributeError(name)
        super().init_completer()
        return self.__dict__[name]

    def init_user_ns(self) -> None:
        """Give a cell the builtin open(), not IPython's, and a plain exit()."""
        super().init_user_ns()
        for name in ("open", "exit", "quit"):
            self.user_ns.pop(name, None)
            self.user_ns_hidden.pop(name, None)


def new_shell(main: ModuleType) -> Shell:
    """Make the one shell of this process, with main as its user module."""
    config = Config()
    config.HistoryManager.enabled = False
    shell: Shell = Shell.instance(
        config=config,
        user_module=main,
        user_ns=main.__dict__,
        display_pub_class=Publisher,
        displayhook_class=Hook,
        colors="nocolor",
        automagic=False,
        autocall=0,
        cache_size=0,
    )
    shell.compile.__class__ = Compiler
    shell.builtin_trap.auto_builtins = {"get_ipython": shell.get_ipython}
    shell.builtin_trap.__enter__()
    sys.displayhook = shell.displayhook
    shell.display_formatter.ipython_display_formatter.enabled = True
    shell.register_magic_function(installers.magic, "line", "pip")
    for name in ("conda", "mamba", "micromamba", "uv"):
        shell.register_magic_function(installers.magic, "line", name)
    return shell
