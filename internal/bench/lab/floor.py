"""What the same work costs without a server, a supervisor or a protocol around it.

One operation a line on stdin, as JSON; one answer a line on stdout. It runs in a container like a
sandbox's, so that processors, memory and libraries are the same.
"""

import gc
import importlib
import json
import os
import signal
import sys
import time
import warnings

MODULES = (
    "numpy pandas matplotlib.pyplot pyarrow.parquet duckdb openpyxl plotly.io plotly.graph_objects"
    " plotly.express kaleido seaborn scipy.stats sklearn.linear_model sklearn.ensemble"
    " sklearn.model_selection sklearn.metrics sklearn.cluster statsmodels.api"
    " statsmodels.formula.api xgboost lightgbm sympy pingouin bs4 lxml.html PIL.Image rich.table"
    " tabulate tqdm.auto tenacity sqlalchemy xlsxwriter xlrd fastparquet pdfplumber PyPDF2 docx"
)


def import_stack():
    for name in MODULES.split():
        importlib.import_module(name)


def new_shell():
    """IPython in process, as a notebook has it: charts inline, values caught."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Do nothing: there is no window to keep alive."""

        def showtraceback(self, *_, **__):
            """Say nothing: the interrupt is what is timed, not its telling."""

    shell = Shell.instance()
    shell.run_line_magic("matplotlib", "inline")
    return shell, capture_output


class Floor:
    def __init__(self):
        self.shell, self.capture = new_shell()

    def cell(self, code):
        """Run a cell; seconds, and what it showed."""
        began = time.perf_counter()
        with self.capture() as shown:
            result = self.shell.run_cell(code, store_history=False)
        took = time.perf_counter() - began
        result.raise_error()
        return took, shown

    def run(self, code, times=1):
        """The seconds of each run of a cell."""
        return [self.cell(code)[0] for _ in range(times)]

    def chart(self, code, times):
        """As run, for cells that must have shown a picture."""
        took = []
        for _ in range(times):
            seconds, shown = self.cell(code)
            if not any("image/png" in output.data for output in shown.outputs):
                raise RuntimeError("no picture was shown")
            took.append(seconds)
        return took

    def fork(self, times):
        """A fork of this process, with all that is imported, and its first cell."""
        gc.collect()
        gc.freeze()  # else the child's first collection would touch, and so copy, every object
        return [self._fork() for _ in range(times)]

    def _fork(self):
        read, write = os.pipe()
        began = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            with self.capture() as shown:
                self.shell.run_cell("1+1", store_history=False)
            os.write(write, shown.stdout.encode() or b"?")
            os._exit(0)
        if b"2" not in os.read(read, 4096):
            raise RuntimeError("the fork did not answer")
        took = time.perf_counter() - began
        os.close(read)
        os.close(write)
        os.waitpid(pid, 0)
        return took

    def interrupt(self, times):
        """From SIGINT in a busy loop to the next cell's result."""
        return [self._interrupt() for _ in range(times)]

    def _interrupt(self):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            time.sleep(0.05)
            os.write(write, repr(time.perf_counter()).encode())
            os.kill(os.getppid(), signal.SIGINT)
            os._exit(0)
        with self.capture():
            self.shell.run_cell("while True: pass", store_history=False)
        self.cell("1+1")
        ended = time.perf_counter()
        began = float(os.read(read, 64))
        os.close(read)
        os.close(write)
        os.waitpid(pid, 0)
        return ended - began

    def together(self, code, processes, seconds):
        """Cells a second of this many processes at once."""
        read, write = os.pipe()
        children = []
        for _ in range(processes):
            pid = os.fork()
            if pid == 0:
                self._count(code, seconds, write)
            children.append(pid)
        for pid in children:
            os.waitpid(pid, 0)
        os.close(write)
        with os.fdopen(read) as lines:
            return [sum(float(line) for line in lines)]

    def _count(self, code, seconds, write):
        cells, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            self.cell(code)
            cells += 1
        os.write(write, f"{cells / (time.perf_counter() - began)}\n".encode())
        os._exit(0)

    def write(self, size, times):
        """Text into a pipe, and from it into a file."""
        return [self._write(size) for _ in range(times)]

    def _write(self, size):
        read, write = os.pipe()
        began = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            with os.fdopen(write, "w") as out:
                print(("x" * 79 + "\n") * (size // 80), end="", file=out)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb", buffering=0) as pipe, open("/tmp/floor", "wb", buffering=0) as file:
            while data := pipe.read(1 << 20):
                file.write(data)
        took = time.perf_counter() - began
        os.waitpid(pid, 0)
        os.unlink("/tmp/floor")
        return took


def main():
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print is no answer
    if sys.argv[1:] == ["bare"]:
        import_stack()
        floor = None
    else:
        import_stack()
        floor = Floor()
    for line in sys.stdin:
        request = json.loads(line)
        name = request.pop("op")
        try:
            answer = {"figures": [] if name == "ready" else getattr(floor, name)(**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers)


main()
