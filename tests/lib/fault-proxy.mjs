// Between the client and the server, on loopback: passes on, or misbehaves, whole requests at a time.
//
//	node fault-proxy.mjs <url of the server> <dir> [<key file> <certificate file>]
//
// With a certificate it speaks TLS, HTTP/2 where the client does, and gzip.
//
// Its port is in <dir>/port. Each request is a line of <dir>/log: method, path, status or fault,
// bytes of its body, version of HTTP. The next requests take a line each off <dir>/faults, "" and an empty file being
// no fault; "push lose" waits for a push:
//   lose      the server answers, the connection is reset
//   drop      the request never arrives; the connection is reset
//   twice     the server gets it twice, the client the second answer
//   cut       half of the answer's body, then the end
//   garble    half of the body, with its length put right
//   trickle   the answer in pieces of 100 bytes, 5 ms between
//   late      after a second
//   <number>  this status, with an HTML page, and the server gets nothing
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { gzipSync } from "node:zlib";

const [target, dir, key, cert] = process.argv.slice(2);
const sleep = ms => new Promise(done => setTimeout(done, ms));

function fault(path) {
  let lines = [];
  try { lines = readFileSync(`${dir}/faults`, "utf8").split("\n"); } catch { /* none */ }
  const [name, what] = (lines[0] || "").split(" ");
  if (what && !path.endsWith("/" + name))
    return "";
  writeFileSync(`${dir}/faults`, lines.slice(1).join("\n"));
  return what || name;
}

const ask = (req, body) => new Promise((done, fail) => {
  const url = new URL(target + req.url);
  const headers = Object.entries(req.headers).filter(([name]) =>
    !/^:|^accept-encoding$|^connection$/.test(name));
  const up = http.request(url,
    { method: req.method, headers: { ...Object.fromEntries(headers), host: url.host } }, r => {
      const parts = [];
      r.on("data", part => parts.push(part));
      r.on("end", () => done({ status: r.statusCode, headers: r.headers,
        body: Buffer.concat(parts) }));
    });
  up.on("error", fail);
  up.end(body);
});

async function pass(req, res, body, how) {
  const reply = await ask(req, body);
  const last = how === "twice" ? await ask(req, body) : reply;
  const half = last.body.subarray(0, last.body.length / 2);
  const headers = { "content-type": last.headers["content-type"] || "application/json",
    "content-length": how === "garble" ? half.length : last.body.length };
  if (key && !how && /gzip/.test(req.headers["accept-encoding"])) {
    res.writeHead(last.status, { "content-type": headers["content-type"],
      "content-encoding": "gzip" });
    res.end(gzipSync(last.body));
    return last.status;
  }
  if (how === "lose")
    return res.socket.resetAndDestroy();
  if (how === "late")
    await sleep(1000);
  res.writeHead(last.status, headers);
  if (how === "cut")
    return res.write(half, () => res.socket.end());
  if (how === "trickle")
    for (let i = 0; i < last.body.length; i += 100) {
      res.write(last.body.subarray(i, i + 100));
      await sleep(5);
    }
  res.end(how === "garble" ? half : how === "trickle" ? undefined : last.body);
  return last.status;
}

async function serve(req, res) {
  const parts = [];
  for await (const part of req)
    parts.push(part);
  const body = Buffer.concat(parts), path = req.url.replace(/\?.*/, ""), how = fault(path);
  let said = how;
  try {
    if (how === "drop") {
      res.socket.resetAndDestroy();
    } else if (/^\d+$/.test(how)) {
      res.writeHead(Number(how), { "content-type": "text/html" });
      res.end("<html><title>fault</title>");
    } else {
      said = (how || "") + (await pass(req, res, body, how) || "");
    }
  } catch (e) {
    said = e.code;
    res.destroy();
  }
  appendFileSync(`${dir}/log`, `${req.method} ${path} ${said} ${body.length} ${req.httpVersion}\n`);
}

const server = key ? http2.createSecureServer({ allowHTTP1: true, key: readFileSync(key),
  cert: readFileSync(cert) }, serve) : http.createServer(serve);
server.listen(0, "127.0.0.1", () => writeFileSync(`${dir}/port`, String(server.address().port)));
