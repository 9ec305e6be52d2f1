// Shortcuts of the office: "g" and then the letter of a page (data-key in the
// navigation). Everything works without.
"use strict";

(() => {
  const patienceMs = 1500;
  let waiting = 0;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "g") {
      waiting = event.timeStamp;
      return;
    }
    if (waiting === 0 || event.timeStamp - waiting > patienceMs) return;
    waiting = 0;
    const link = document.querySelector(`.top nav [data-key="${CSS.escape(event.key)}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
})();
