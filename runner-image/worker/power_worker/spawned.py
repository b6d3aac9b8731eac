"""`__main__` of a process that multiprocessing spawned from a cell (see main_module)."""

import pickle
import sys

from power_worker.main_module import STASH

if hasattr(sys, STASH):
    globals().update(pickle.loads(getattr(sys, STASH)))
