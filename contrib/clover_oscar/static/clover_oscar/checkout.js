// The payment and preview pages of the checkout.
"use strict";

{
  // So that the next page can name the card; the server shows it, and believes nothing of it.
  document.addEventListener("clover-card:token", ({ target, detail }) => {
    const given = { clover_brand: detail.brand, clover_last4: detail.last4 };
    for (const [name, value] of Object.entries(given)) {
      const input = target.form?.elements.namedItem(name);
      if (input) input.value = value ?? "";
    }
  });

  // A policy or an extension that keeps the browser from Clover's page leaves a button that
  // seems to do nothing: the payment's own page says how to go on.
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
    const form = document.getElementById("place_order_form");
    // Not `form.action`: that is the field of the same name.
    if (form && effectiveDirective === "form-action") window.location.assign(form.getAttribute("action"));
  });
}
