// Search in the page. What is searched is loaded when it is asked for the first time, as a script,
// which a page opened from a file may load.
"use strict";
(function () {
  const input = document.getElementById("search"), list = document.getElementById("found");
  const up = document.body.dataset.up, shown = 20;
  let artifacts = null, selected = -1;

  function load() {
    if (artifacts || document.getElementById("artifacts"))
      return;
    const script = document.createElement("script");
    script.id = "artifacts";
    script.src = up + "search.js";
    script.onload = function () {
      artifacts = gitAgentArtifacts.map(a => ({name: a[0], title: a[1], kind: a[2], state: a[3],
        page: a[4], head: (a[0] + " " + a[1] + " " + a[2] + " " + a[3]).toLowerCase(),
        words: " " + a[5].toLowerCase()}));
      show();
    };
    document.head.append(script);
  }

  // The name counts most, then the head, then the beginning of a word of the text; 0: not found.
  function weight(a, terms) {
    let sum = 0;
    for (const term of terms) {
      if (a.name.toLowerCase().startsWith(term))
        sum += 100;
      else if (a.head.includes(term))
        sum += 10;
      else if (a.words.includes(" " + term))
        sum += 1;
      else
        return 0;
    }
    return sum;
  }

  function find(text) {
    const terms = text.toLowerCase().split(/\s+/).filter(t => t);
    if (!terms.length)
      return [];
    return artifacts.map((a, i) => ({a, i, weight: weight(a, terms)})).filter(x => x.weight)
      .sort((x, y) => y.weight - x.weight || x.i - y.i);
  }

  function part(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = text;
    return node;
  }

  function item(a, i) {
    const row = document.createElement("li"), link = document.createElement("a");
    row.id = "found-" + i;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    link.href = up + a.page;
    link.tabIndex = -1;
    link.append(part("span", "id", a.name), part("span", "title", a.title),
      part("span", "count", a.kind + (a.state ? " " + a.state : "")));
    row.append(link);
    return row;
  }

  function select(i) {
    const rows = list.querySelectorAll("[role=option]");
    selected = rows.length ? (i + rows.length) % rows.length : -1;
    rows.forEach((row, k) => row.setAttribute("aria-selected", String(k === selected)));
    if (selected >= 0) {
      input.setAttribute("aria-activedescendant", rows[selected].id);
      rows[selected].scrollIntoView({block: "nearest"});
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function open(is) {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
  }

  function show() {
    if (!artifacts)
      return;
    const found = find(input.value);
    list.replaceChildren(...found.slice(0, shown).map((x, i) => item(x.a, i)));
    if (!found.length)
      list.append(part("li", "nothing", "Nothing has all of these words."));
    else if (found.length > shown)
      list.append(part("li", "nothing", (found.length - shown) + " more: another word narrows it."));
    open(input.value.trim() !== "");
    select(0);
  }

  input.addEventListener("focus", load);
  input.addEventListener("input", function () { load(); show(); });
  input.addEventListener("keydown", function (e) {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      select(selected + (e.key === "ArrowDown" ? 1 : -1));
    } else if (e.key === "Enter") {
      const link = list.querySelector("[aria-selected=true] a");
      if (link && !list.hidden)
        location.href = link.href;
    } else if (e.key === "Escape") {
      if (list.hidden)
        input.value = "";
      open(false);
    }
  });
  document.addEventListener("click", function (e) {
    if (!e.target.closest(".search"))
      open(false);
  });
  document.addEventListener("keydown", function (e) {
    const field = e.target.closest("input, textarea, select, [contenteditable]");
    if (e.key === "/" && !field && !e.ctrlKey && !e.metaKey && !e.altKey) {
      e.preventDefault();
      input.focus();
      input.select();
    }
  });
})();
