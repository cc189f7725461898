// The official client of the Model Context Protocol against `git agent mcp`, in two clones of a team.
//   node client.mjs <modules> <clone> <other clone>
// The client itself checks each answer against the tool's outputSchema.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, here, there] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { Client } = await load("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = await load("@modelcontextprotocol/sdk/client/stdio.js");
const { default: Ajv } = await load("ajv/dist/2020.js");

const connect = async (cwd) => {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StdioClientTransport({
    command: "git", args: ["agent", "mcp"], cwd, env: process.env, stderr: "pipe",
  }));
  return client;
};
const cli = (cwd, ...args) =>
  execFileSync("git", ["agent", ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const client = await connect(here), colleague = await connect(there);
const call = async (name, args = {}, who = client) => {
  const result = await who.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  if (result.structuredContent)
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
  return result.structuredContent ?? result.content[0].text;
};
const refused = async (name, args, cwd = here, ...argv) => {
  const result = await client.callTool({ name, arguments: args });
  assert.equal(result.isError, true, `${name} was not refused`);
  const text = result.content[0].text;
  if (argv.length) {
    const run = spawnSync("git", ["agent", ...argv], { cwd, encoding: "utf8" });
    assert.notEqual(run.status, 0);
    assert.equal(text, run.stderr.trimEnd(), "the text is the command's own");
  }
  return text;
};
const ok = (what) => console.log(`# ${what}`);

assert.equal(client.getServerVersion().name, "git-agent");
assert.deepEqual(client.getServerCapabilities(), { tools: {} });
assert.match(client.getInstructions(), /prime/);
await client.ping();
ok("connected");

const { tools } = await client.listTools();
await colleague.listTools();
const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
for (const tool of tools) {
  ajv.compile(tool.inputSchema);
  if (tool.outputSchema)
    ajv.compile(tool.outputSchema);
  assert.ok(tool.title && tool.description && tool.description.length < 200, tool.name);
  assert.notEqual(tool.annotations.destructiveHint, true);
}
for (const name of ["list", "search", "show", "create", "edit", "state", "check", "status", "log", "push", "pull", "resolve", "undo"])
  assert.ok(tools.some((tool) => tool.name === name), name);
ok(`${tools.length} tools`);

assert.match(await call("prime"), /^# Working with git-agent in this repository/);
const made = await call("create", { kind: "story", title: "Over the wire", from: "INFRA-001" });
assert.match(made.id, /^INFRA-\d+$/);
assert.equal((await call("show", { id: made.id })).state, "DRAFT");
const plan = await call("create", { kind: "plan", title: "--not an option", scope: "CORE" });
assert.equal(plan.title, "--not an option");
ok("create, show");

let all = [], cursor;
do {
  const page = await call("list", { limit: 2, cursor });
  assert.ok(page.artifacts.length <= 2);
  all.push(...page.artifacts);
  cursor = page.next_cursor;
} while (cursor);
const listed = JSON.parse(cli(here, "list", "--json")).data;
assert.deepEqual(all.map((a) => a.title), listed.map((a) => a.title));
assert.equal((await call("list", { kind: "story", state: "open" })).total, 1);
ok("list, page by page");

const found = await call("search", { query: "rate notes", kind: "story", lines: 1 });
assert.deepEqual(found.artifacts.map((a) => a.id), ["INFRA-002"]);
assert.ok(found.artifacts[0].lines.length <= 1);
const nothing = await call("search", { query: "--json nowhere" });
assert.equal(nothing.total, 0);
assert.deepEqual(nothing.notes, ["error: nothing has '--json nowhere'"]);
assert.ok((await call("list", { ready: true, sort: "-updated" })).total > 0);
assert.deepEqual((await call("list", { blocked: true })).artifacts[0]?.waits_for, ["story:INFRA-002"]);
ok("search, ready, blocked");

const text = "What a model wrote: \"quoted\", `code`, $(no shell), ünïcode 🙂.\n\n- one\n- two";
const edited = await call("edit", { id: made.id, section: "Problem Statement", text, reason: "why not" });
assert.equal(edited.changed, true);
assert.equal((await call("edit", { id: made.id, section: "Problem Statement", text })).changed, false);
const section = await call("show", { id: made.id, section: "problem statement" });
assert.ok(section.text.includes(text), section.text);
assert.equal((await call("log", { id: made.id, limit: 1 })).revisions[0].message, "why not");
const long = "All work and no play. ".repeat(9000);
await call("edit", { id: made.id, section: "Notes", text: long, add: true });
let whole = "";
cursor = undefined;
do {
  const page = await call("show", { id: made.id, limit: 50000, cursor });
  whole += page.text;
  cursor = page.next_cursor;
} while (cursor);
assert.equal(whole, cli(here, "show", "--raw", made.id));
ok("edit, show in parts, log");

cli(here, "set", "INFRA-002", "--title", "By another terminal");
assert.equal((await call("show", { id: "INFRA-002" })).title, "By another terminal");
const boxes = (await call("check", { id: "INFRA-002" })).boxes;
assert.deepEqual(boxes.map((b) => b.checked), [false, false, true]);
await call("check", { id: "INFRA-002", boxes: [1, 2] });
await call("check", { id: "INFRA-002", boxes: [3], off: true });
assert.deepEqual((await call("check", { id: "INFRA-002" })).boxes.map((b) => b.checked), [true, true, false]);
ok("check, and what another terminal did");

assert.ok((await call("state", { id: "INFRA-002" })).next.includes("OPEN"));
assert.equal((await call("state", { id: "INFRA-002", state: "OPEN" })).state, "OPEN");
const again = await call("state", { id: "INFRA-002", state: "OPEN" });
assert.equal(again.changed, false);
assert.deepEqual(again.notes, ["INFRA-002: is OPEN already"]);
ok("state");

await refused("state", { id: "INFRA-002", state: "DONE" }, here, "state", "INFRA-002", "DONE");
await refused("show", { id: "INFRA-999" }, here, "show", "INFRA-999");
await refused("edit", { id: "INFRA-002", section: "Nope", text: "x" }, here,
  "set", "INFRA-002", "--section", "Nope", "--text", "x");
assert.match(await refused("list", { limit: 0 }), /^error: 'limit' is a whole number from 1 to 200/);
assert.match(await refused("show", {}), /^error: 'id' is missing/);
assert.match(await refused("show", { id: "INFRA-002", path: "x" }), /^error: there is no argument 'path'; there are: id,/);
assert.match(await refused("create", { kind: "epic", title: "x" }), /^error: 'kind' is one of/);
assert.match(await refused("show", { id: "a\0b" }), /NUL/);
await assert.rejects(client.callTool({ name: "rm", arguments: {} }), { code: -32602 });
ok("refusals");

assert.ok((await call("status")).to_push.count > 0);
assert.ok((await call("push")).sent > 0);
assert.equal((await call("push")).sent, 0);
assert.ok((await call("pull", {}, colleague)).received > 0);
assert.equal((await call("show", { id: made.id }, colleague)).title, "Over the wire");
await call("edit", { id: "INFRA-002", title: "Theirs" }, colleague);
await call("push", { ids: ["INFRA-002"] }, colleague);
await call("edit", { id: "INFRA-002", title: "Ours" });
assert.match(await refused("push", {}), /hint: 'git agent sync pull' merges them/);
assert.match(await refused("pull", {}), /^ ! INFRA-002: conflict\nerror: 1 artifact is in conflict\nhint: /);
assert.deepEqual((await call("status")).conflicts, { count: 1, first: ["INFRA-002"] });
ok("push, pull, a conflict");

const both = await call("resolve", { id: "INFRA-002", explain: true });
assert.match(both.merged, /^<{7} /m);
assert.match(await refused("resolve", { id: "INFRA-002", text: both.merged }), /conflict markers/);
const whole2 = both.merged.replace(/^<{7}[^]*?^>{7}.*$/m, "# INFRA-002: Both");
assert.equal((await call("resolve", { id: "INFRA-002", text: whole2 })).title, "Both");
assert.equal((await call("push")).sent, 1);
ok("resolve");

const before = await call("show", { id: "INFRA-002", section: "Notes" });
await call("edit", { id: "INFRA-002", title: "Mine" });
const based = await call("edit", { id: "INFRA-002", section: "Notes", text: "Based.", base: before.revision });
assert.equal(based.title, "Mine");
assert.match(await refused("edit", { id: "INFRA-002", section: "Notes", text: "Blind.", base: before.revision }), /^error: /);
const operations = await call("undo", { list: true, limit: 1 });
assert.equal(operations.operations[0].command, "edit");
assert.deepEqual(operations.operations[0].artifacts, ["INFRA-002"]);
assert.equal((await call("undo", { dry_run: true })).artifacts[0].changed, true);
assert.equal((await call("undo")).artifacts[0].id, "INFRA-002");
assert.equal((await call("show", { id: "INFRA-002", section: "Notes" })).text, before.text);
assert.equal((await call("show", { id: "INFRA-002" })).title, "Mine");
ok("edit from a base, undo");

await client.close();
await colleague.close();
console.log("all passed");
