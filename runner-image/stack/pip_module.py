"""`python -m pip` and `import pip`: nothing can be installed; this says what is."""

from power_worker.installers import main

if __name__ == "__main__":
    raise SystemExit(main())
