// Looks whether the payment's outcome is known, and then loads the page again.
"use strict";

const page = document.querySelector("[data-clover-status]");
const seconds = Number(page.dataset.cloverPollSeconds);

async function look() {
  try {
    const answer = await fetch(page.dataset.cloverStatus, { cache: "no-store" });
    if (answer.ok && !(await answer.json()).waiting) {
      window.location.reload();
      return;
    }
  } catch {
    // A network that fails for a moment is asked again.
  }
  window.setTimeout(look, seconds * 1000);
}

window.setTimeout(look, seconds * 1000);
