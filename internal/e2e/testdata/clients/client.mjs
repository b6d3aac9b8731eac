// Runs code over one transport with the official TypeScript SDK.
//
// usage: client.mjs http|sse URL SESSION

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [transport, url, session] = process.argv.slice(2);
const client = new Client({ name: "e2e", version: "1" });

// run executes code in the session; its text must contain what is wanted.
async function run(code, want) {
  const result = await client.callTool({ name: "execute_code", arguments: { session_id: session, code } });
  const text = result.content.filter((block) => block.type === "text").map((block) => block.text).join("\n");
  if (result.isError || !text.includes(want)) {
    throw new Error(`${code} does not say ${want}: ${text}`);
  }
}

await client.connect(
  transport === "sse"
    ? new SSEClientTransport(new URL(url + "/mcp/sse"))
    : new StreamableHTTPClientTransport(new URL(url + "/mcp")),
);
const names = (await client.listTools()).tools.map((tool) => tool.name);
if (!names.includes("execute_code")) {
  throw new Error(`execute_code is not listed: ${names}`);
}
await run("x = 41\nprint('hello', 'node')", "hello node");
await run("x + 1", "42");
await client.close();
console.log("ran over", transport);
