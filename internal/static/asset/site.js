// The search of a folder of plain pages: no server, no network. The lists are
// scripts, because a page that was opened from a disk may load nothing else; they
// are loaded when somebody first searches.
"use strict";

(() => {
  const room = document.getElementById("search");
  if (!room) return;
  const most = 300;
  const box = document.getElementById("q");
  const hits = document.getElementById("hits");
  const words = hits.querySelector(".found");
  const table = hits.querySelector("table");
  const body = table.querySelector("tbody");
  const whole = document.getElementById("list");
  const choices = ["sex", "category", "country"].map((name) => document.getElementById("f-" + name));
  const column = { place: 0, name: 1, country: 2, bib: 3, sex: 4, placeSex: 5, category: 6, placeCategory: 7,
    ranked: 8, other: 9, behind: 10, status: 11, path: 12, folded: 13 };
  const files = room.dataset.files.trim().split(/\s+/);
  const lists = new Map();
  let waiting = null;

  room.hidden = false;

  // The form in which names are compared: small letters; marks are dropped from
  // Latin and Greek letters only, elsewhere they are part of the letter.
  function fold(text) {
    return text.normalize("NFKD").toLowerCase()
      .replace(/([\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu, "$1")
      .replace(/ß/g, "ss").replace(/ø/g, "o").replace(/ł/g, "l").replace(/đ/g, "d").replace(/æ/g, "ae")
      .replace(/œ/g, "oe").replace(/ı/g, "i").replace(/ς/g, "σ").replace(/[’ʼ\x60]/g, "'");
  }

  window.stadionList = (race, rows) => {
    for (const row of rows) row[column.folded] = fold(row[column.name]);
    lists.set(race, rows);
  };

  function load() {
    waiting ??= Promise.all(files.map((file) => new Promise((done) => {
      const script = document.createElement("script");
      script.src = file;
      script.onload = script.onerror = done;
      document.head.append(script);
    })));
    return waiting;
  }

  function asked() {
    return { text: fold(box.value.trim()), sex: choices[0]?.value ?? "", category: choices[1]?.value ?? "", country: choices[2]?.value ?? "" };
  }

  function matches(row, ask) {
    return (!ask.sex || row[column.sex] === ask.sex) && (!ask.category || row[column.category] === ask.category) &&
      (!ask.country || row[column.country] === ask.country) &&
      (!ask.text || row[column.bib].toLowerCase() === ask.text || ask.text.split(/\s+/).every((part) => row[column.folded].includes(part)));
  }

  function cell(kind, name, role, ...inside) {
    const made = document.createElement(kind);
    made.className = name;
    made.setAttribute("role", role);
    made.append(...inside.filter((one) => one !== "" && one !== 0 && one !== null));
    return made;
  }

  function element(kind, name, text) {
    const made = document.createElement(kind);
    if (name) made.className = name;
    made.textContent = text;
    return made;
  }

  function line(row) {
    const made = cell("tr", "", "row");
    const link = document.createElement("a");
    link.href = room.dataset.home + row[column.path];
    link.append(element("bdi", "", row[column.name]));
    const head = cell("th", "c-name", "rowheader", link);
    head.scope = "row";
    const word = room.dataset[row[column.status]];
    made.append(
      cell("td", "c-place num", "cell", row[column.place] ? String(row[column.place]) : ""), head,
      cell("td", "c-country", "cell", row[column.country] ? element("abbr", "ioc", row[column.country]) : ""),
      cell("td", "c-bib num", "cell", row[column.bib]),
      cell("td", "c-sex", "cell", row[column.sex] + (row[column.placeSex] ? " " + row[column.placeSex] : "")),
      cell("td", "c-category", "cell", row[column.category] + " ", row[column.placeCategory] ? element("span", "soft", String(row[column.placeCategory])) : ""),
      cell("td", "c-ranked num", "cell", row[column.ranked] || (word ? element("span", "word", word) : "")),
      cell("td", "c-other num", "cell", row[column.other]), cell("td", "c-behind num", "cell", row[column.behind]));
    return made;
  }

  function told(n) {
    if (n === 0) return words.dataset.none;
    if (n === 1) return words.dataset.one;
    return words.dataset.many.replace(words.dataset.sample, n.toLocaleString(document.documentElement.lang));
  }

  async function search() {
    const ask = asked();
    const idle = !ask.text && !ask.sex && !ask.category && !ask.country;
    hits.hidden = idle;
    if (whole) whole.hidden = !idle;
    if (idle) return;
    if (lists.size < files.length) {
      words.textContent = words.dataset.loading;
      await load();
    }
    const now = asked();
    if (Object.keys(ask).some((key) => ask[key] !== now[key])) return; // a later letter searches on
    const found = [];
    let n = 0;
    for (const rows of lists.values()) {
      for (const row of rows) if (matches(row, ask) && n++ < most) found.push(line(row));
    }
    words.textContent = told(n);
    table.hidden = n === 0;
    body.replaceChildren(...found);
  }

  let timer = 0;
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(search, 90);
  }

  box.addEventListener("input", soon);
  for (const choice of choices) choice?.addEventListener("change", search);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  if (box.value) search(); // the browser came back to the page
})();
