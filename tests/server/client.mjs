// What the tests of the server share: calls over HTTP, and ops as a client makes them.
import { createHash, createHmac, randomUUID } from "node:crypto";
import http from "node:http";

export const env = name => process.env["GIT_AGENT_TEST_" + name] || "";
const hash = (kind, text) => createHash(kind).update(text).digest("hex");
export const sha256 = text => hash("sha256", text);
export const blob = text => hash("sha1", `blob ${Buffer.byteLength(text)}\0${text}`);
const b64 = x => Buffer.from(x).toString("base64url");

export function token(claims, secret = env("JWT_SECRET"), alg = "HS256") {
  const body = b64(JSON.stringify({ alg, typ: "JWT" })) + "." + b64(JSON.stringify(claims));
  const mac = alg === "none" ? "" : createHmac("sha256", secret).update(body).digest("base64url");
  return body + "." + mac;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
// {status, body}: body is parsed where it is JSON.
export function request(method, path, { auth, body, profile = "gitagent", headers = {},
    key = env("KEY") } = {}) {
  const url = new URL(env("URL") + path);
  const sent = { ...headers, "Content-Profile": profile, "Accept-Profile": profile };
  if (key) sent.apikey = key;
  if (auth) sent.Authorization = "Bearer " + auth;
  const data = body === undefined ? undefined : typeof body === "string" || Buffer.isBuffer(body)
    ? body : JSON.stringify(body);
  if (data !== undefined) sent["Content-Type"] = sent["Content-Type"] || "application/json";
  if (data !== undefined) sent["Content-Length"] = Buffer.byteLength(data);
  return new Promise((resolve, reject) => {
    const r = http.request(url, { method, headers: sent, agent }, res => {
      const parts = [];
      res.on("data", d => parts.push(d));
      res.on("end", () => {
        const text = Buffer.concat(parts).toString();
        let json = text;
        try { json = JSON.parse(text); } catch { /* HTML, or nothing */ }
        resolve({ status: res.statusCode, body: json, size: text.length });
      });
    });
    r.on("error", reject);
    r.end(data);
  });
}

export const rpc = (auth, name, body) => request("POST", "/rest/v1/rpc/" + name, { auth, body });
export async function must(auth, name, body) {
  const r = await rpc(auth, name, body);
  if (r.status !== 200)
    throw new Error(`${name}: ${r.status} ${JSON.stringify(r.body)}`);
  return r.body;
}

const net = text => `${Buffer.byteLength(text)}:${text},`;
export function revision(uid, { parents = [], text = null, path, author = "Ada <ada@example.org>",
  time = 1000, how = "edit", message = "" }) {
  const p = [...parents].sort(), oid = text === null ? "" : blob(text);
  const id = sha256("git-agent revision 1\n" + net(uid) + net(p[0] || "") + net(p[1] ||
      "") + net(oid) +
    net(path) + net(author) + time + "," + net(how) + net(message));
  return { id, parents: p, oid, path, author, time, how, message, ...(text === null ?
      {} : { text }) };
}

export const story = (label, state, body) =>
  `# ${label}: A story\n\n## State\n\n${state}\n\n## Body\n\n${body}\n`;
export const draft = (label, kind = "story", dir = "stories") => ({ uid: randomUUID(), kind, label,
    version: 0,
  revision: null, path: `.agent/cache/${dir}/${label.split("-")[0]}/${label}-x.md` });

// The op that makes `doc` say `text` (null: deletes it), and what doc is afterwards.
export function op(doc, text, more = {}) {
  const r = revision(doc.uid, { parents: doc.revision ? [doc.revision] : [], text,
      path: more.path || doc.path,
    time: more.time });
  const o = { op_id: randomUUID(), op: text === null ? "delete" : "put", uid: doc.uid,
    base_version: doc.version, base_revision: doc.revision, revision: r.id, lineage: [r],
        oid: r.oid,
    kind: doc.kind, label: doc.label, path: doc.path, ...more };
  return { op: o, next: { ...doc, path: o.path, version: doc.version + 1, revision: r.id, text } };
}

export const push = (auth, project, ops, more = {}) =>
  rpc(auth, "push", { project, device: "test", epoch: null, since: 0, since_hash: null,
      atomic: false, ops, ...more });

export async function project(auth, members = {}) {
  const { project } = await must(auth, "project_create", { slug: "test" });
  for (const [user, role] of Object.entries(members))
    await must(auth, "member_set", { project, user: env(user + "_ID"), role });
  return project;
}

// The digest of remote.h over uid -> {version, oid, deleted}.
export function digest(rows) {
  const sum = Buffer.alloc(32);
  for (const [uid, r] of rows)
    if (!r.deleted)
      createHash("sha256").update(`${uid}|${r.version}|${r.oid}`).digest()
        .forEach((b, i) => sum[i] ^= b);
  return sum.toString("hex");
}

// A replica: what a client has after pulling.
export class Replica {
  constructor(auth, project) { Object.assign(this, { auth, project, rows: new Map(), since: 0,
      hash: null, epoch: null, pages: 0 }); }
  async pull(limit = 200) {
    for (let more = true; more;) {
      const p = await must(this.auth, "pull", { project: this.project, epoch: this.epoch,
        since: this.since, since_hash: this.hash, limit, max_bytes: 1048576 });
      if (p.reset) throw new Error("reset: " + p.reset);
      for (const r of p.rows) this.rows.set(r.uid, r);
      Object.assign(this, { since: p.next, hash: p.next_hash, epoch: p.epoch, digest: p.digest });
      more = p.more;
      this.pages++;
    }
    return digest(this.rows) === this.digest;
  }
}

// TAP.
let nr = 0, failed = 0;
export function ok(yes, what, why) {
  console.log(`${yes ? "ok" : "not ok"} ${++nr} - ${what}`);
  if (!yes) {
    failed++;
    if (why !== undefined) console.log("# " + JSON.stringify(why));
  }
}
export const say = text => console.log("# " + text);
export function done() {
  console.log(`1..${nr}`);
  agent.destroy();
  process.exitCode = failed ? 1 : 0;
}
