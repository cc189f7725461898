// What the server reads in a text (title, state, normative text) is what the program reads:
// our own artifacts, the merge cases, the fuzz corpus, the corpus beside the project where there is
// one, and random variations of all of them.
//
//	node text.mjs <read-text>      TEXT_SEED, TEXT_VARIANTS (2)
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { done, env, ok, say } from "./client.mjs";

const reader = process.argv[2], variants = Number(process.env.TEXT_VARIANTS || 2);
const seed = Number(process.env.TEXT_SEED || Date.now() % 1e6);
let s = seed;
function random(n) {  // mulberry32
  let t = s = s + 0x6D2B79F5 | 0;
  t = Math.imul(t ^ t >>> 15, t | 1);
  t ^= t + Math.imul(t ^ t >>> 7, t | 61);
  return ((t ^ t >>> 14) >>> 0) % n;
}
const bits = ["# ", "## State\n\n", "- [ ] ", "- [x]", "```\n", "~~~", "<!--", "-->", "\t", "    ",
    "\n", "\n\n", "  \n",
  "## Linked ADRs\n", "### Log\n", "Status: DRAFT\n", "**State**: OPEN", "> ", "1. ", "* * *\n",
      "<pre>", "</pre>", "title: x\n",
  "---\n", "\r\n", "#", "  - ", "+ [X] a\n", "_", "## History ##\n", "State:\n", "\ufeff", "é—🙂",
      "# State: DRAFT\n"];
function vary(text) {
  let t = text.slice(0, 3000);
  for (let n = 1 + random(6); n > 0; n--) {
    const at = random(t.length + 1), lines = t.split("\n");
    switch (random(4)) {
    case 0: t = t.slice(0, at) + t.slice(at + 1 + random(10)); break;
    case 1: lines.splice(random(lines.length + 1), 0, lines[random(lines.length)]);
        t = lines.join("\n"); break;
    default: t = t.slice(0, at) + bits[random(bits.length)] + t.slice(at);
    }
  }
  return t.toWellFormed ? t.toWellFormed() : Buffer.from(t).toString();
}

const files = [];
const walk = dir => {
  let entries = [];
  try { entries = readdirSync(dir, { withFileTypes: true }); } catch { return; }
  for (const e of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (e.isDirectory()) walk(join(dir, e.name));
    else if (e.isFile()) files.push(join(dir, e.name));
  }
};
[".agent", "tests/merge", "tests/fuzz/corpus", "src/artifact/templates",
    "../shared/corpus/.agent"].forEach(walk);
const dir = mkdtempSync(join(tmpdir(), "git-agent-text-")), texts = [];
try {
  for (const f of files) {
    const bytes = readFileSync(f), text = bytes.toString();
    if (bytes.length > 200000 || bytes.includes(0) || !bytes.equals(Buffer.from(text))) continue;
    for (let v = 0; v <= variants; v++)
      texts.push([join(dir, `${texts.length}${/ya?ml/.test(f) ? ".yaml" : ".md"}`),
          v ? vary(text) : text]);
  }
  texts.forEach(([name, text]) => writeFileSync(name, text));
  const expected = new Map();
  for (let i = 0; i < texts.length; i += 500)
    for (const line of execFileSync(reader, texts.slice(i, i + 500).map(t => t[0]),
        { maxBuffer: 1 << 28 }).toString().split("\n")) {
      const [name, ...rest] = line.split("\t");
      expected.set(name, [rest.slice(0, -2).join("\t"), ...rest.slice(-2)]);
    }
  const escape = t => t.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t",
      "\\t").replaceAll("\r", "\\r");
  const out = execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", env("DATABASE")],
      { maxBuffer: 1 << 28, input:
    "create temp table t (name text, body text);\ncopy t from stdin;\n" +
    texts.map(([n, t]) => `${n}\t${escape(t)}\n`).join("") + "\\.\n" +
    `select jsonb_build_array(name, f.title, f.state, f.normative, q.title, q.state) from t,
      gitagent_private.text_read(body, name like '%.yaml', true) f,
      gitagent_private.text_brief(body, name like '%.yaml') q;\n` }).toString().trim().split("\n");
  const wrong = [];
  for (const line of out) {
    const [name, title, state, normative, quick_title, quick_state] = JSON.parse(line),
        e = expected.get(name);
    if (!e || e[0] !== title || e[1] !== state || e[2] !== normative || quick_title !== title ||
        quick_state !== state)
      wrong.push({ text: texts.find(t => t[0] === name)[1].slice(0, 1000), program: e,
          server: [title, state, normative, quick_title, quick_state] });
  }
  ok(out.length === texts.length && texts.length > 100,
      `${texts.length} texts of ${files.length} files (seed ${seed}) were read`);
  ok(wrong.length === 0, "the server reads in each what the program reads", wrong.slice(0, 2));
} finally {
  rmSync(dir, { recursive: true });
}
done();
