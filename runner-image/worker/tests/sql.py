"""What the tests of queries share."""

from harness import Kernel, Run


def query(kernel: Kernel, sql: str, limit: int = 1000, offset: int = 0) -> Run:
    return kernel.run("query", sql=sql, limit=limit, offset=offset)


def rows(kernel: Kernel, sql: str) -> list[list[object]]:
    run = query(kernel, sql)
    assert run.status == "ok", run
    return run.data["rows"]


def refused(kernel: Kernel, sql: str) -> str:
    """Return all that is said about a query that must fail, and that the kernel goes on."""
    run = query(kernel, sql)
    assert (run.status, run.error["name"]) == ("error", "sql_error"), run
    assert "traceback" not in run.error
    assert rows(kernel, "SELECT 1") == [[1]]
    return run.error["message"] + "\n" + run.error.get("hint", "")
