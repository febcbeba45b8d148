/*
 * Comfort for the simulator's hosted checkout page: grouping of digits, test cards that fill the
 * form, one payment per click. The page works without it.
 */
(() => {
  "use strict";

  const digits = (text) => text.replace(/\D/g, "");
  const isAmex = (number) => /^3[47]/.test(number);

  const formatNumber = (text) => {
    const number = digits(text).slice(0, 19);
    const groups = isAmex(number) ? /^(\d{4})(\d{1,6})?(\d{1,5})?.*$/ : /(\d{4})(?=\d)/g;
    return isAmex(number)
      ? number.replace(groups, (_, ...parts) => parts.slice(0, 3).filter(Boolean).join(" "))
      : number.replace(groups, "$1 ");
  };

  const formatExpiry = (text) => {
    const typed = digits(text).slice(0, 6);
    return typed.length > 2 ? `${typed.slice(0, 2)}/${typed.slice(2)}` : typed;
  };

  const FORMATS = { number: formatNumber, exp: formatExpiry, cvv: digits };

  const form = document.querySelector("#payment");

  const format = ({ target }) => {
    const formatted = FORMATS[target.name]?.(target.value);
    const typingAtEnd = target.selectionStart === target.value.length;
    if (formatted !== undefined && typingAtEnd) target.value = formatted;
  };

  const fill = (number) => {
    const { elements } = form;
    const nextYear = String(new Date().getFullYear() + 1).slice(-2);
    elements.number.value = formatNumber(number);
    elements.exp.value = `12/${nextYear}`;
    elements.cvv.value = isAmex(number) ? "1234" : "123";
    elements.zip.value = "12207";
    document.querySelector(".pay").focus();
  };

  const makeClickable = (item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    button.addEventListener("click", () => fill(item.dataset.card));
    item.append(button);
  };

  let sent = false;
  const markSent = (isSent) => {
    sent = isSent;
    for (const button of document.querySelectorAll(".actions button")) {
      button.setAttribute("aria-disabled", String(isSent));
    }
  };

  const sendOnce = (event) => {
    if (sent) event.preventDefault();
    markSent(true);
  };

  const start = () => {
    form.addEventListener("input", format);
    form.addEventListener("submit", sendOnce);
    document.querySelector("#cancel").addEventListener("submit", sendOnce);
    document.querySelectorAll("[data-card]").forEach(makeClickable);
    // The browser's back button may show this page as it was left, with its guard still up.
    window.addEventListener("pageshow", ({ persisted }) => { if (persisted) markSent(false); });
  };

  start();
})();
