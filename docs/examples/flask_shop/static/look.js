// Looks whether the page would say something else by now, and then loads it again.
"use strict";
const heading = () => document.querySelector("h1").textContent;

async function look() {
  try {
    const page = await (await fetch(location.href, { cache: "no-store" })).text();
    const next = new DOMParser().parseFromString(page, "text/html").querySelector("h1");
    if (next.textContent !== heading()) return location.reload();
  } catch {
    // A network that fails for a moment is asked again.
  }
  setTimeout(look, 3000);
}

setTimeout(look, 3000);
