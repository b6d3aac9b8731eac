"""Runs code over one transport with the official Python SDK.

usage: client.py http|sse URL SESSION
"""

import asyncio
import sys

from mcp import Client
from mcp.client.sse import sse_client


async def run(client, session, code, want):
    """Executes code in the session; its text must contain what is wanted."""
    result = await client.call_tool("execute_code", {"session_id": session, "code": code})
    text = "\n".join(block.text for block in result.content if block.type == "text")
    if result.is_error or want not in text:
        raise SystemExit(f"{code!r} does not say {want!r}: error {result.is_error}, {text}")


async def main(transport, url, session):
    target = sse_client(url + "/mcp/sse") if transport == "sse" else url + "/mcp"
    async with Client(target) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        if "execute_code" not in names:
            raise SystemExit(f"execute_code is not listed: {sorted(names)}")
        await run(client, session, "x = 41\nprint('hello', 'python')", "hello python")
        await run(client, session, "x + 1", "42")
    print("ran over", transport)


asyncio.run(main(*sys.argv[1:]))
