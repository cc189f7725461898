// A site in a real browser: Chromium without a window, driven by playwright-core.
//
//	node tests/site/browser.mjs <modules> <site of tests/t1015-site.t> [<large site>]
//	node tests/site/browser.mjs <modules> <site> "" --pictures <directory>
//
// Prints lines "<ok|not ok> <what>"; what does not depend on the clock is checked.
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , modules, small, large, , pictures] = process.argv;
const { chromium } = createRequire(`${modules}/x.js`)("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const at = (site, page) => {
  const [file, id] = page.split("#");
  return pathToFileURL(`${site}/${file}`).href + (id ? `#${id}` : "");
};
let failed = 0;
const ok = (good, what, why = "") => {
  console.log(`${good ? "ok" : "not ok"} ${what}${good ? "" : ": " + JSON.stringify(why)}`);
  failed += !good;
};

// What must never happen, on any page.
const wrong = [];
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.on("console", m => wrong.push(`console: ${m.text()}`));
  page.on("pageerror", e => wrong.push(`error: ${e.message}`));
  page.on("dialog", d => { wrong.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on("request", r => r.url().startsWith("file://") || wrong.push(`request: ${r.url()}`));
  page.on("requestfailed", r => wrong.push(`failed: ${r.url()}`));
  return page;
}

if (pictures) {
  for (const [name, file, scheme] of [["index.html#kind-story", "board", "light"], ["graph.html", "graph", "dark"]]) {
    const other = await open({ colorScheme: scheme, viewport: { width: 1360, height: 520 } });
    await other.goto(at(small, name));
    await other.screenshot({ path: `${pictures}/${file}.png` });
  }
  await browser.close();
  process.exit(0);
}

const page = await open();
const pages = ["index.html", "graph.html", "activity.html",
  ...readdirSync(`${small}/a`).map(name => `a/${name}`)];
const dead = [], inline = [], far = [];
for (const name of pages) {
  await page.goto(at(small, name));
  const found = await page.evaluate(() => ({
    links: [...document.querySelectorAll("a[href]")].map(a =>
      a.href.baseVal === undefined ? a.href : new URL(a.href.baseVal, location).href),
    scripts: document.querySelectorAll("script:not([src])").length,
    handlers: [...document.querySelectorAll("*")].filter(e =>
      [...e.attributes].some(a => a.name.startsWith("on") || a.name === "style")).length,
    far: [...document.querySelectorAll("[src],link[href]")].map(e => e.src || e.href)
      .filter(u => !u.startsWith("file://")),
    h1: document.querySelectorAll("h1").length,
  }));
  if (found.scripts || found.handlers || found.h1 !== 1)
    inline.push([name, found]);
  far.push(...found.far);
  for (const url of new Set(found.links)) {
    if (!url.startsWith("file://")) {
      if (!/^(https?|mailto):/.test(url))
        dead.push([name, url]);
      continue;
    }
    const there = await browser.contexts()[0].newPage();
    try {
      await there.goto(url);
      const id = decodeURIComponent(new URL(url).hash.slice(1));
      if (id && !await there.evaluate(i => !!document.getElementById(i), id))
        dead.push([name, url]);
    } catch {
      dead.push([name, url]);
    }
    await there.close();
  }
}
ok(!dead.length, `each link of ${pages.length} pages leads somewhere`, dead.slice(0, 5));
ok(!inline.length, "no page has a script, a handler or a style of its own", inline.slice(0, 3));
ok(!far.length, "nothing is loaded from elsewhere", far);

// --- without a mouse ---
await page.goto(at(small, "index.html"));
await page.keyboard.press("Tab");
ok(await page.evaluate(() => document.activeElement.className) === "skip",
  "the first stop leads past the bar");
await page.keyboard.press("Enter");
await page.keyboard.press("Tab");
ok(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)),
  "and the next one is in the content");
await page.keyboard.press("/");
await page.keyboard.type("second words");
await page.waitForSelector("#found [role=option]");
await page.keyboard.press("ArrowDown");
await page.keyboard.press("ArrowUp");
await page.keyboard.press("Enter");
await page.waitForURL(/story-infra-002\.html$/);
ok(true, "'/', words, Enter: the artifact that has them");
await page.goBack();
await page.keyboard.press("/");
await page.keyboard.type("<img src=x onerror=alert(3)>");
await page.waitForSelector("#found .nothing");
await page.keyboard.press("Escape");
ok(await page.isHidden("#found"), "what is not there is said, and Escape closes it");

// --- hostile texts ---
await page.goto(at(small, "a/story-infra-666.html"));
const title = await page.textContent("h1");
ok(title.includes("</script><script>alert(1)</script>") && await page.title() !== "",
  "markup in a title is text", title);
ok(await page.evaluate(() => !document.querySelector("article img, article iframe, article form") &&
  ![...document.querySelectorAll("article a")].some(a => /^javascript:/i.test(a.href))),
  "a text brings no element that acts");
await page.click("summary");
ok(await page.isVisible(".diff"), "a difference opens");

// --- looks ---
for (const scheme of ["light", "dark"]) {
  const other = await open({ colorScheme: scheme });
  await other.goto(at(small, "index.html"));
  const light = await other.evaluate(() => {
    const level = c => c.match(/[\d.]+/g).slice(0, 3).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = e => {
      for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor;
        if (!/, 0\)$|transparent/.test(c))
          return level(c);
      }
      return 1;
    };
    const weak = [];
    for (const e of document.querySelectorAll("h2,h3,.title,.id,.count,.state,.approval,.by,nav a,footer p")) {
      let see = 1;
      for (let p = e; p; p = p.parentElement)
        see *= getComputedStyle(p).opacity;
      if (see < 1 && e.closest(".empty"))
        continue;
      const [a, b] = [level(getComputedStyle(e).color), ground(e)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5)
        weak.push([e.className || e.tagName, ratio]);
    }
    return { ground: ground(document.body), weak };
  });
  ok(scheme === "light" ? light.ground > 0.8 : light.ground < 0.1, `${scheme} is ${scheme}`);
  ok(!light.weak.length, `${scheme}: contrast of at least 4.5`, light.weak.slice(0, 5));
}
const phone = await open({ viewport: { width: 390, height: 844 } });
const wide = [];
for (const name of pages) {
  await phone.goto(at(small, name));
  if (await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth))
    wide.push(name);
}
ok(!wide.length, "no page is wider than a phone", wide);

if (large) {
  const from = performance.now();
  await page.goto(at(large, "index.html"));
  const board = performance.now();
  const cards = await page.locator(".card").count();
  const graph = performance.now();
  await page.goto(at(large, "graph.html"));
  const drawn = performance.now();
  await page.keyboard.press("/");
  await page.keyboard.type("merge");
  await page.waitForSelector("#found li");
  console.log(`# ${cards} artifacts: board ${Math.round(board - from)} ms, graph ` +
    `${Math.round(drawn - graph)} ms, first search ${Math.round(performance.now() - drawn)} ms`);
  ok(cards > 1900, "a large site has all cards on the board", cards);
}
ok(!wrong.length, "no message, no dialog, no request but for files", wrong.slice(0, 5));

await browser.close();
process.exit(failed ? 1 : 0);
