// The conformance suite of remote.h on a file and on Supabase, as one table: what each row came to,
// how many calls it made, and whether both remotes gave the same answers, call by call.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { done, ok, say } from "./client.mjs";

const here = dirname(fileURLToPath(import.meta.url)), programs = process.argv[2];
const place = mkdtempSync(join(tmpdir(), "git-agent-conformance."));
const seed = process.env.GIT_AGENT_SEED || String(Date.now() % 1e9);
process.on("exit", () => rmSync(place, { recursive: true, force: true }));
const rows = [...readFileSync(join(here, "../remote/conformance.h"), "utf8")
  .matchAll(/CONFORMANCE_TEST\((\w+)\)[,\s\\]/g)].map(m => m[1]).filter(name => name !== "name");

// --- one remote: {row: [passed, calls]} ----------------------------------------------------------
function run(program) {
  const log = join(place, program);
  const r = spawnSync(join(programs, program), [], { encoding: "utf8", maxBuffer: 1 << 28,
    env: { ...process.env, CONFORMANCE_LOG: log, GIT_AGENT_SEED: seed } });
  const out = Object.fromEntries(rows.map(row => [row, ["missing", []]]));
  for (const [, not, row] of r.stdout.matchAll(/^(not )?ok \d+ - (\w+)/gm))
    if (out[row]) out[row][0] = not ? "failed" : "passed";
  for (const line of readFileSync(log, "utf8").split("\n").filter(Boolean)) {
    const call = JSON.parse(line);
    if (out[call.row]) out[call.row][1].push(call);
  }
  if (r.status !== 0) say(`${program}: exit code ${r.status}\n${r.stderr}`.replace(/\n/g, "\n# "));
  return out;
}

// --- what has to be equal ------------------------------------------------------------------------
// Ids and hashes are drawn or depend on such: each stands for the place where it was first seen.
// Absent is null, the order of keys says nothing, and a file has no members. `detail` is words for
// people: how many of them differ is counted.
const own = ["role", "kinds", "project"], clock = ["at", "until"];
function names(words) {
  const seen = new Map();
  const id = text => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40,80}/g,
      x => /^0+$/.test(x) ? x : (seen.has(x) || seen.set(x, `<${seen.size}>`), seen.get(x)));
  const plain = value => {
    if (typeof value === "string") return id(value);
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort()
      .filter(k => value[k] !== null && !own.includes(k) && (words || k !== "detail"))
      .map(k => [k, clock.includes(k) ? "a time" : plain(value[k])]));
  };
  return text => {
    try { return JSON.stringify(plain(JSON.parse(text))); } catch { return id(text); }
  };
}
function transcript(calls, words = false) {
  const plain = names(words);
  return calls.map(c => `${c.who} ${c.call} ${plain(c.request)} -> ${
    c.error === undefined ? plain(c.reply) : "error " + c.error}`);
}
const print = text => text.length < 1500 ? text : text.slice(0, 1500) + "...";

const remotes = { file: run("test_remote_file"), Supabase: run("test_remote_server") };
const found = [];
say(`GIT_AGENT_SEED=${seed}`);
say("row".padEnd(34) + "file".padEnd(10) + "Supabase".padEnd(10) + "calls".padStart(6) + "   equal?  other words");
for (const row of rows) {
  const [file, server] = Object.values(remotes).map(r => r[row]);
  const [a, b] = [transcript(file[1]), transcript(server[1])];
  const at = a.findIndex((line, i) => line !== b[i]);
  const [c, d] = [transcript(file[1], true), transcript(server[1], true)];
  const words = c.filter((line, i) => line !== d[i]).length;
  const equal = a.length > 0 && a.length === b.length && at < 0;
  say(row.padEnd(34) + file[0].padEnd(10) + server[0].padEnd(10) + String(a.length).padStart(6) +
      "   " + (equal ? "yes" : "NO").padEnd(8) + (words || ""));
  found.push([row, file[0] === "passed" && server[0] === "passed" && equal,
    equal ? undefined : { calls: [a.length, b.length], file: print(a[at] || ""),
      Supabase: print(b[at] || "") }]);
}
for (const [row, yes, why] of found) ok(yes, `${row}: equal on a file and on Supabase`, why);
ok(rows.length > 15, `${rows.length} rows`);
done();
