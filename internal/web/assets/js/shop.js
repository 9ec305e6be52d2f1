// The shop, with script: how long a hold still is, and addresses that select
// themselves. Every page works without it.
"use strict";

(() => {
  const clock = document.querySelector("[data-until]");
  if (clock) {
    const end = Date.parse(clock.dataset.until);
    const show = () => {
      const s = Math.max(0, Math.round((end - Date.now()) / 1000));
      if (s > 24 * 3600) return;
      const two = (n) => String(n).padStart(2, "0");
      const h = Math.floor(s / 3600);
      clock.textContent = (h ? h + ":" + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ":" + two(s % 60) + " " + clock.dataset.word + ".";
      clock.hidden = false;
      if (s === 0) {
        clearInterval(timer);
        setTimeout(() => location.reload(), 1500);
      }
    };
    const timer = setInterval(show, 1000);
    if (end > Date.now()) show();
    else clearInterval(timer);
  }

  for (const input of document.querySelectorAll("[data-copy]")) input.addEventListener("focus", () => input.select());
})();
