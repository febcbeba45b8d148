/*
 * Comfort for the simulator's own page: it refreshes by itself, without taking away what
 * somebody reads, selects or types; forms are sent without leaving the page; a click copies.
 * The page works without it.
 */
(() => {
  "use strict";

  const EVERY_MS = 2000;
  const COPIED_MS = 1500;
  const HEADERS = { accept: "text/html" };
  const PARTS = "[data-live], [data-list] > [id]";

  /** What the server sent for each part, by its id: before this script touched it. */
  const sent = new Map();
  const refresh = document.querySelector("#refresh");
  const done = document.querySelector("#done");
  let paused = false;

  const remember = (root) => {
    const parts = [...(root.matches?.(PARTS) ? [root] : []), ...root.querySelectorAll(PARTS)];
    for (const part of parts) sent.set(part.id, part.outerHTML);
  };

  const isRead = (part) => {
    const focused = document.activeElement;
    if (focused !== document.body && part.contains(focused)) return true;
    const selection = document.getSelection();
    return !selection.isCollapsed && selection.containsNode(part, true);
  };

  const keepOpen = (old, fresh) => {
    for (const { id } of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector(`#${CSS.escape(id)}`);
      if (same) same.open = true;
    }
  };

  const copy = async (button, text) => {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => { button.textContent = label; }, COPIED_MS);
  };

  const addCopyButtons = (root) => {
    for (const text of root.querySelectorAll("[data-copy]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      if (text.tagName !== "PRE") button.setAttribute("aria-label", `Copy ${text.textContent}`);
      button.addEventListener("click", () => copy(button, text.textContent));
      text.after(button);
      text.removeAttribute("data-copy");
    }
  };

  /** Put `fresh` in the place of `old`, which may be null: then before `next` in `list`. */
  const place = (old, fresh, list, next) => {
    const part = document.importNode(fresh, true);
    remember(part);
    if (old) {
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      keepOpen(old, part);
      old.replaceWith(part);
      addCopyButtons(part);
      if (focused) document.getElementById(focused)?.focus();
    } else {
      list.insertBefore(part, next);
      addCopyButtons(part);
    }
    return part;
  };

  const mergeList = (list, fresh, isForced) => {
    const wanted = new Set([...fresh.children].map(({ id }) => id));
    for (const row of [...list.children]) {
      if (!wanted.has(row.id) && !isRead(row)) {
        sent.delete(row.id);
        row.remove();
      }
    }
    let next = list.firstElementChild;
    for (const row of fresh.children) {
      let old = document.getElementById(row.id);
      if (!old) {
        place(null, row, list, next);
        continue;
      }
      const isChanged = sent.get(row.id) !== row.outerHTML;
      if (isChanged && (isForced(old) || !isRead(old))) old = place(old, row);
      if (old === next || next === null) next = old.nextElementSibling;
    }
  };

  /** Bring the page to what `text` says; what is being read waits for the next time. */
  const show = (text, form = null) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const isForced = (part) => form !== null && part.contains(form);
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const old = document.getElementById(fresh.id);
      if (!old || sent.get(fresh.id) === fresh.outerHTML) continue;
      if (fresh.id === "message" && form === null) continue;
      if (fresh.matches("[data-list]")) {
        mergeList(old, fresh, isForced);
        sent.set(fresh.id, fresh.outerHTML);
      } else if (isForced(old) || !isRead(old)) {
        place(old, fresh);
      }
    }
  };

  const ask = async (url, options) => {
    const answer = await fetch(url, { headers: HEADERS, cache: "no-store", ...options });
    return { ok: answer.ok, text: await answer.text() };
  };

  const poll = async () => {
    if (!paused && !document.hidden) {
      try {
        const { ok, text } = await ask("/");
        document.body.classList.toggle("away", !ok);
        if (ok && !paused) show(text);
      } catch {
        document.body.classList.add("away");
      }
    }
    setTimeout(poll, EVERY_MS);
  };

  const send = async (event) => {
    const { target: form, submitter } = event;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, submitter));
    try {
      const { ok, text } = await ask(form.action, { method: "POST", body });
      show(text, form);
      done.textContent = ok ? `Done: ${submitter.textContent}` : "";
      const message = document.querySelector("#message [role=alert]");
      if (message) message.scrollIntoView({ block: "center" });
    } catch {
      document.body.classList.add("away");
    }
  };

  /** A part that a link leads to may lie inside of what is folded. */
  const unfold = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const fold = document.getElementById(name)?.closest("details");
    if (fold) fold.open = true;
  };

  const addPause = () => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => { paused = !box.checked; });
    const label = document.createElement("label");
    label.append(box, " Refreshes by itself");
    const away = document.createElement("span");
    away.className = "gone";
    away.setAttribute("role", "status");
    away.textContent = "The simulator does not answer";
    refresh.replaceChildren(label, away);
  };

  const start = () => {
    remember(document);
    addCopyButtons(document);
    addPause();
    document.addEventListener("submit", send);
    window.addEventListener("hashchange", unfold);
    unfold();
    setTimeout(poll, EVERY_MS);
  };

  start();
})();
