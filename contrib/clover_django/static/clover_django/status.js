// Looks whether the payment's outcome is known, and then loads the page again.
"use strict";

{
  const SLOWEST_SECONDS = 30;
  const page = document.querySelector("[data-clover-status]");
  let seconds = Number(page.dataset.cloverPollSeconds);

  const look = async () => {
    try {
      const answer = await fetch(page.dataset.cloverStatus, { cache: "no-store" });
      if (answer.ok && !(await answer.json()).waiting) {
        window.location.reload();
        return;
      }
    } catch {
      // A network that fails for a moment is asked again.
    }
    seconds = Math.min(seconds * 1.2, SLOWEST_SECONDS);
    window.setTimeout(look, seconds * 1000);
  };

  window.setTimeout(look, seconds * 1000);
}
