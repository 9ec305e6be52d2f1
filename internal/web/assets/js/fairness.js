// Countdowns, with script: the time that is left as a running clock, the opening
// on the reader's own clock, and the page that opens by itself. Without script the
// page asks again every so often.
"use strict";

(() => {
  const two = (n) => String(n).padStart(2, "0");
  const lang = document.documentElement.lang;

  for (const box of document.querySelectorAll("[data-local]")) {
    const at = new Date(box.dataset.local);
    const shown = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }).format(at);
    box.textContent = box.dataset.word + " " + shown;
    box.hidden = false;
  }

  // A clock that is wrong by more than a page can be old goes by the server's.
  const told = document.querySelector("[data-now]");
  let skew = told ? Date.parse(told.dataset.now) - Date.now() : 0;
  if (Math.abs(skew) < 90_000) skew = 0;
  const now = () => Date.now() + skew;

  // Everybody's page opens at the same second; who asks a moment later loses
  // nothing where chance decides, and the server is not met by all at once.
  let asked = false;
  function reload() {
    if (asked) return;
    asked = true;
    setTimeout(() => location.reload(), 300 + Math.random() * 1700);
  }

  function show() {
    for (const clock of document.querySelectorAll("[data-opens]")) {
      const s = Math.ceil((Date.parse(clock.dataset.opens) - now()) / 1000);
      const days = Math.floor(s / 86400);
      if (s <= 0) reload();
      const time = two(Math.floor(Math.max(0, s) / 3600) % 24) + ":" + two(Math.floor(Math.max(0, s) / 60) % 60) + ":" + two(Math.max(0, s) % 60);
      const text = days > 0 ? new Intl.NumberFormat(lang, { style: "unit", unit: "day", unitDisplay: "long" }).format(days) + " " + time : time;
      if (clock.textContent !== text) clock.textContent = text;
    }
    for (const box of document.querySelectorAll("[data-opens-at]")) {
      if (Date.parse(box.dataset.opensAt) <= now()) reload();
    }
  }

  show();
  setInterval(show, 1000);
})();
