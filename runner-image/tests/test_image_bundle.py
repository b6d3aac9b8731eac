"""A lean kernel's modules come from one file, and nobody can tell."""

import json
import subprocess
import sys

IMPORT = "import power_worker.kernel, power_worker.zygote"
# Extension modules are files of their own.
FROM_THE_BUNDLE = f"""
from power_worker.bundle import PATH, Bundle
before = sys.path[:]
with Bundle(PATH):
    sys.path[:] = [p for p in before if p.endswith("lib-dynload")]
    {IMPORT}
sys.path[:] = before
"""
DESCRIBE = """
import inspect, json
def described(name, module):
    spec = module.__spec__
    return [module.__file__, module.__cached__, module.__package__, getattr(module, "__path__", 0),
            type(spec.loader).__name__, spec.loader is module.__loader__,
            spec.origin, spec.cached, spec.has_location, spec.submodule_search_locations,
            len(inspect.getsource(module))]
print(json.dumps({name: described(name, module) for name, module in sorted(sys.modules.items())
    if type(getattr(module, "__loader__", None)).__name__ == "SourceFileLoader"
    and module.__spec__ and name != "power_worker.bundle"}), len(sys.meta_path))
"""


def modules(start: str) -> tuple[dict[str, list], int]:
    """Return the modules of an interpreter that begins so, and how many finders it has."""
    done = subprocess.run(
        [sys.executable, "-s", "-P", "-c", "import sys\n" + start + DESCRIBE],
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    described, finders = done.stdout.rsplit(" ", 1)
    return json.loads(described), int(finders)


def test_modules_of_the_bundle_are_like_those_found_in_folders() -> None:
    ordinary, bundled = modules(IMPORT), modules(FROM_THE_BUNDLE)
    assert len(ordinary[0]) > 200
    ordinary[0].pop("__future__", None)  # the bundle's own
    bundled[0].pop("__future__", None)
    assert bundled == ordinary
