// Shortcuts of the office: "g" and then the letter of a page (data-key in the
// navigation); one letter for an act of the page (data-act); Escape leaves a
// field, so that letters are shortcuts again. Everything works without.
"use strict";

(() => {
  const patienceMs = 1500;
  let waiting = 0;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "g") {
      waiting = event.timeStamp;
      return;
    }
    const page = waiting !== 0 && event.timeStamp - waiting <= patienceMs;
    waiting = 0;
    const key = CSS.escape(event.key);
    const link = document.querySelector(page ? `.top nav [data-key="${key}"]` : `main [data-act="${key}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  // A problem that is pointed at is looked at beside the list, as one that is
  // stepped to: its link takes the focus.
  document.addEventListener("click", (event) => {
    if (event.target.closest("a, button, input, select")) return;
    const row = event.target.closest(".desk .problems tbody tr");
    if (row) row.querySelector("a")?.focus();
  });

  // The row whose evidence is shown stays marked.
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest(".desk .problems tbody tr");
    if (!row) return;
    for (const other of document.querySelectorAll(".desk .problems tr.this")) other.classList.remove("this");
    row.classList.add("this");
  });
})();
