"""Compile and run a cell: magics, top-level await, and the last expression's value."""

import __future__

import ast
import inspect
import linecache
from collections import deque
from collections.abc import Callable
from types import CodeType
from typing import Any

from .loop import Loop
from .needs import Needs
from .shell import Shell

#: Characters of sources kept for tracebacks and inspect.getsource: a session may last for days.
KEPT_SOURCES = 16 << 20
#: Cells that In and %history remember.
KEPT_INPUTS = 100
_eval = eval  # bound here: a cell may replace it between its last two expressions
_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag


class Cells:
    """Runs cells in one namespace."""

    def __init__(self, shell: Shell, needs: Needs) -> None:
        self._shell = shell
        self._needs = needs
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._sources: deque[tuple[str, int]] = deque()
        self._kept = 0
        self._inputs = shell.history_manager.input_hist_raw
        self._inputs_run = shell.history_manager.input_hist_parsed  # what In is
        self._loop = Loop()
        needs.on_every("get_event_loop", self._loop.ready)

    def run(self, source: str, ended: Callable[[], None]) -> Any:
        """Run a cell and return its last expression's value, None where it has none to show.

        Whatever the cell raises comes out as it is; ended is called before anything but the cell's
        code runs again.
        """
        shell = self._shell
        name = self._remember(source)
        shell.compile.cell_name = name
        if shell.events.callbacks["pre_execute"] or shell.events.callbacks["pre_run_cell"]:
            shell.events.trigger("pre_execute")
            shell.events.trigger("pre_run_cell", None)
        try:
            steps = self._compile(source, name)
            self._needs.meet(steps)
            return self._execute_all(steps, ended)
        finally:
            shell.execution_count += 1
            if shell.events.callbacks["post_execute"]:
                shell.events.trigger("post_execute")

    def _remember(self, source: str) -> str:
        """Name a cell and let tracebacks find its lines."""
        name = f"Cell In[{self._shell.execution_count}]"
        lines = [line + "\n" for line in source.split("\n")]
        linecache.cache[name] = (len(source), None, lines, name)
        self._sources.append((name, len(source)))
        self._kept += len(source)
        while self._kept > KEPT_SOURCES and len(self._sources) > 1:
            old, size = self._sources.popleft()
            self._kept -= size
            linecache.cache.pop(old, None)
        for inputs in (self._inputs, self._inputs_run):
            inputs.append(source)
            if len(inputs) > KEPT_INPUTS:
                inputs[-KEPT_INPUTS - 1] = ""
        return name

    def _compile(self, source: str, name: str) -> list[CodeType]:
        """Compile a cell to steps, of which only the last may have a value."""
        tree, source = self._parsed(source, name)
        if self._shell.ast_transformers:
            tree = self._shell.transform_ast(tree)
        body = tree.body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        steps = [self._code(tree, name, "exec")] if body else []
        if last is not None:
            quiet = _semicolon_follows(source, last)
            steps.append(self._code(ast.Expression(last.value), name, "eval"))
            if quiet:
                steps.append(compile("None", name, "eval"))
        return steps

    def _parsed(self, source: str, name: str) -> tuple[ast.Module, str]:
        """Parse plain Python; only what is none is looked through for magics, which costs more."""
        try:
            return self._parse(source, name), source
        except SyntaxError as error:
            first = error
        transformed = self._transform(source, first)
        return self._parse(transformed, name), transformed

    def _parse(self, source: str, name: str) -> ast.Module:
        return compile(source, name, "exec", self._flags | ast.PyCF_ONLY_AST, True)

    def _transform(self, source: str, error: SyntaxError) -> str:
        """Turn magics into Python; what is not Python even so raises the error of the source."""
        try:
            transformed = self._shell.transform_cell(source)
        except SyntaxError:
            raise error from None
        if transformed.rstrip("\n") == source.rstrip("\n"):
            raise error
        return transformed

    def _code(self, tree: ast.AST, name: str, mode: str) -> CodeType:
        code: CodeType = compile(tree, name, mode, self._flags, True)  # type: ignore[arg-type]
        self._flags |= code.co_flags & _FUTURES
        return code

    def _execute_all(self, steps: list[CodeType], ended: Callable[[], None]) -> Any:
        value = None
        try:
            for step in steps:
                value = self._execute(step)
            return value
        finally:
            ended()

    def _execute(self, step: CodeType) -> Any:
        value = _eval(step, self._shell.user_ns)
        if step.co_flags & inspect.CO_COROUTINE:
            value = self._loop.run(value)
        return value


def _semicolon_follows(source: str, node: ast.stmt) -> bool:
    """Say whether a statement's value is silenced as in a notebook: `plot();`."""
    line = source.split("\n")[node.end_lineno - 1].encode()  # type: ignore[operator]
    return line[node.end_col_offset :].lstrip().startswith(b";")
