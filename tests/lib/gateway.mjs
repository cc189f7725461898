// A SUBSTITUTE, for tests only: what stands in front of PostgREST in a Supabase project (the check
// of the apikey) and as much of Supabase Auth as a client needs: signup, password, refresh token,
// e-mail code, user, logout. Users are rows of auth.users. Answers of PostgREST come gzipped to who
// accepts that. Loopback only; over TLS, with HTTP/2, on a port for each certificate
// <dir>/<name>.crt (GATEWAY_TLS="<name>:<port> ...").
//
//	node gateway.mjs <dir>     settings come from the environment (scripts/test-backend)
//
// Codes that would be e-mailed are files in <dir>: <dir>/code-<address>.
import { createHmac, randomBytes, randomUUID, scryptSync } from "node:crypto";
import { execFile } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";

const env = process.env;
const key = env.GATEWAY_PUBLISHABLE_KEY;
const lifetime = Number(env.GATEWAY_JWT_LIFETIME || 3600);
const reuse = Number(env.GATEWAY_REFRESH_REUSE || 10);
const run = promisify(execFile);
const sessions = new Map();  // refresh token -> {user, family, used, next}
const ended = new Set();  // families that were logged out or whose token was stolen

const b64 = x => Buffer.from(x).toString("base64url");
export function sign(claims, secret = env.GATEWAY_JWT_SECRET) {
  const body = b64('{"alg":"HS256","typ":"JWT"}') + "." + b64(JSON.stringify(claims));
  return body + "." + createHmac("sha256", secret).update(body).digest("base64url");
}

async function sql(query, ...values) {
  const set = values.flatMap((v, i) => ["-v", `v${i}=${v}`]);
  const child = run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", ...set, env.GATEWAY_DATABASE]);
  child.child.stdin.end(query);
  return (await child).stdout.trim();
}

const find = async (where, value) => {
  const row = await sql(`select row_to_json(u) from auth.users u where ${where} = :'v0'`, value);
  return row ? JSON.parse(row) : null;
};
const hash = (password, salt) => scryptSync(password, salt, 32, { N: 1024 }).toString("hex");
const checks = (password, stored) => stored && hash(password,
    stored.split(":")[0]) === stored.split(":")[1];
const shown = u => ({ id: u.id, aud: "authenticated", role: "authenticated", email: u.email,
  user_metadata: u.raw_user_meta_data, app_metadata: {}, created_at: u.created_at });

function session(user, family = randomUUID()) {
  const now = Math.floor(Date.now() / 1000), refresh = randomBytes(9).toString("base64url");
  sessions.set(refresh, { user, family, used: 0, next: null });
  return {
    access_token: sign({ iss: "substitute", aud: "authenticated", role: "authenticated",
      sub: user.id, email: user.email, user_metadata: user.raw_user_meta_data,
      iat: now, exp: now + lifetime, session_id: family, is_anonymous: false }),
    token_type: "bearer", expires_in: lifetime, expires_at: now + lifetime,
    refresh_token: refresh, user: shown(user),
  };
}

class Refused extends Error {
  constructor(status, code, message) { super(message); this.status = status; this.code = code; }
}

async function create(email, password, data = {}) {
  if (!/^[^\s@]+@[^\s@]+$/.test(email || ""))
    throw new Refused(400, "validation_failed", "Unable to validate email address: invalid format");
  const salt = randomBytes(8).toString("hex");
  try {
    await sql("insert into auth.users (id, email, encrypted_password, raw_user_meta_data)" +
      " values (:'v0', :'v1', :'v2', :'v3')", randomUUID(), email,
      password ? `${salt}:${hash(password, salt)}` : "", JSON.stringify(data));
  } catch {
    throw new Refused(422, "user_already_exists", "User already registered");
  }
  return find("email", email);
}

// The parent of a token that was used may come again for some seconds; later it is a thief's.
function refresh(token) {
  const s = sessions.get(token);
  if (!s || ended.has(s.family))
    throw new Refused(400, "refresh_token_not_found",
        "Invalid Refresh Token: Refresh Token Not Found");
  if (s.used && (Date.now() - s.used > reuse * 1000 || sessions.get(s.next.refresh_token).used)) {
    ended.add(s.family);
    throw new Refused(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
  }
  s.used ||= Date.now();
  return s.next ||= session(s.user, s.family);
}

function claims(req) {
  const [head, body, mac] = (req.headers.authorization || "").replace(/^Bearer /, "").split(".");
  const good = createHmac("sha256", env.GATEWAY_JWT_SECRET).update(head + "." + body).digest(
      "base64url");
  const c = mac === good ? JSON.parse(Buffer.from(body, "base64url")) : {};
  if (!c.sub || c.exp < Date.now() / 1000)
    throw new Refused(403, "bad_jwt", "invalid JWT");
  return c;
}

async function auth(req, url, body) {
  const code = email => `${env.GATEWAY_DIR}/code-${encodeURIComponent(email)}`;
  switch (req.method + " " + url.pathname.slice("/auth/v1".length)) {
  case "GET /health": return { name: "substitute" };
  case "GET /settings": return { external: { email: true }, disable_signup: false };
  case "POST /signup": return session(await create(body.email, body.password, body.data));
  case "POST /otp":
    if (!await find("email", body.email))
      await create(body.email, "");
    writeFileSync(code(body.email), String(100000 + randomBytes(4).readUInt32LE() % 900000));
    return {};
  case "POST /verify": {
    let right = "";
    try { right = readFileSync(code(body.email), "utf8"); } catch { /* none was asked for */ }
    if (!right || body.token !== right)
      throw new Refused(403, "otp_expired", "Token has expired or is invalid");
    writeFileSync(code(body.email), "");
    return session(await find("email", body.email));
  }
  case "POST /token": {
    if (url.searchParams.get("grant_type") === "refresh_token")
      return refresh(body.refresh_token);
    const user = await find("email", body.email || "");
    if (!user || !checks(body.password || "", user.encrypted_password))
      throw new Refused(400, "invalid_credentials", "Invalid login credentials");
    return session(user);
  }
  case "GET /user": return shown(await find("id", claims(req).sub));
  case "POST /logout": ended.add(claims(req).session_id); return null;
  }
  throw new Refused(404, "not_found", "no such route");
}

function answer(res, status, body) {
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(body === null ? "" : JSON.stringify(body));
}

function to_rest(req, res, url) {
  const headers = Object.fromEntries(Object.entries(req.headers).filter(([k]) => !/^:|^apikey$/.test(
      k)));
  const zip = /\bgzip\b/.test(headers["accept-encoding"] || "") && req.method !== "HEAD";
  delete headers["accept-encoding"];
  headers.host = "127.0.0.1";
  if (/^Bearer sb_/.test(headers.authorization || ""))
    delete headers.authorization;
  const up = http.request({ host: "127.0.0.1", port: env.GATEWAY_REST, method: req.method,
    path: url.pathname.slice("/rest/v1".length) + url.search, headers, agent }, r => {
    const given = { ...r.headers };
    for (const name of ["connection", "keep-alive", "transfer-encoding"])  // of that hop
      delete given[name];
    if (!zip) {
      res.writeHead(r.statusCode, given);
      return r.pipe(res);
    }
    delete given["content-length"];
    res.writeHead(r.statusCode, { ...given, "content-encoding": "gzip", vary: "accept-encoding" });
    return r.pipe(createGzip()).pipe(res);
  });
  up.on("error", e => res.headersSent ? res.destroy() : answer(res, 502, { message: e.message }));
  req.pipe(up);
}

async function to_auth(req, res, url) {
  try {
    const parts = [];
    for await (const part of req) parts.push(part);
    const out = await auth(req, url, JSON.parse(Buffer.concat(parts).toString() || "{}"));
    answer(res, out === null ? 204 : 200, out);
  } catch (e) {
    answer(res, e.status || 400, { code: e.status || 400, error_code: e.code, msg: e.message });
  }
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64, timeout: 10000 });
function handle(req, res) {
  const url = new URL(req.url, "http://gateway");
  const given = req.headers.apikey || url.searchParams.get("apikey");
  if (url.pathname === "/healthz")
    return answer(res, 200, "ok");
  if (given !== key)
    return answer(res, 401, { message: given ? "Invalid API key" : "No API key found in request" });
  if (url.pathname.startsWith("/rest/v1/"))
    return to_rest(req, res, url);
  if (url.pathname.startsWith("/auth/v1/"))
    return to_auth(req, res, url);
  answer(res, 404, { message: "no Route matched with those values" });
}
// For measurements: requests, bytes that came and bytes that went, in <dir>/counts.
const counts = { requests: 0, came: 0, went: 0 };
const write_counts = () => {
  const file = `${env.GATEWAY_DIR}/counts`;
  writeFileSync(file + ".new", `${counts.requests} ${counts.came} ${counts.went}\n`);
  renameSync(file + ".new", file);
};
function counted(req, res) {
  const socket = req.socket, head = socket.counted || [0, 0];
  res.on("finish", () => {
    const now = [socket.bytesRead, socket.bytesWritten];
    counts.requests++;
    counts.came += now[0] - head[0];
    counts.went += now[1] - head[1];
    socket.counted = now;
    write_counts();
  });
  handle(req, res);
}
if (env.GATEWAY_COUNTS)
  write_counts();
const server = http.createServer(env.GATEWAY_COUNTS ? counted : handle);
server.keepAliveTimeout = 120000;  // a test may be busy elsewhere for a while
server.listen(Number(env.GATEWAY_PORT), "127.0.0.1");
for (const [name, port] of (env.GATEWAY_TLS || "").split(" ").filter(Boolean).map(x => x.split(":")))
  http2.createSecureServer({ allowHTTP1: true, cert: readFileSync(`${env.GATEWAY_DIR}/${name}.crt`),
    key: readFileSync(`${env.GATEWAY_DIR}/${name}.key`) }, handle).listen(Number(port), "127.0.0.1");
