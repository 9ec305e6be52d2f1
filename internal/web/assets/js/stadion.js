// The little that pages cannot do without script. Every page works without it.
"use strict";

(() => {
  const glideMs = 200;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // ---- keyboard: "/" to the search, j and k or the arrows through the rows ----

  function typing(target) {
    return target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
  }

  function step(by) {
    const links = [...document.querySelectorAll("[data-rows] tbody tr a")];
    if (links.length === 0) return false;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.getElementById("q");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
      return;
    }
    const arrow = event.key.startsWith("Arrow");
    if (arrow && !document.activeElement.closest("[data-rows]")) return; // arrows scroll until a row is chosen
    if (steps[event.key] && step(steps[event.key])) event.preventDefault();
  });

  // ---- what a reader opened stays open when the list around it changes ----

  const opened = new WeakMap();

  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    const box = event.target;
    if (!box.matches("[data-keep]")) return;
    opened.set(box, new Set([...box.querySelectorAll("details[open][data-key]")].map((d) => d.dataset.key)));
  });

  document.addEventListener("htmx:sseMessage", (event) => {
    const keys = opened.get(event.target);
    if (!keys) return;
    opened.delete(event.target);
    for (const d of event.target.querySelectorAll("details[data-key]")) d.open = keys.has(d.dataset.key);
  });

  // ---- a runner who gains a place glides there; nothing else moves ----

  const before = new WeakMap();

  function places(box) {
    const at = new Map();
    for (const row of box.querySelectorAll("[data-key]")) at.set(row.dataset.key, row.getBoundingClientRect().top);
    return at;
  }

  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    const box = event.target;
    if (still.matches || !box.closest("[data-glide]")) return;
    before.set(box, { top: box.getBoundingClientRect().top, at: places(box) });
  });

  document.addEventListener("htmx:sseMessage", (event) => {
    const box = event.target;
    const was = before.get(box);
    if (!was) return;
    before.delete(box);
    const shift = box.getBoundingClientRect().top - was.top;
    for (const [key, top] of places(box)) {
      const old = was.at.get(key);
      if (old === undefined) continue;
      const by = old + shift - top;
      if (by > 1) glide(box, key, by);
    }
  });

  // Only who moves up glides, above those who are passed.
  function glide(box, key, by) {
    for (const row of box.querySelectorAll("[data-key]")) {
      if (row.dataset.key !== key) continue;
      row.animate([{ transform: `translateY(${by}px)`, zIndex: 1, position: "relative" }, { transform: "none", zIndex: 1, position: "relative" }],
        { duration: glideMs, easing: "ease-out" });
    }
  }
})();
