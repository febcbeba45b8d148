"use strict";
const REFUND = `mutation Refund($id: ID!) {
  result: transactionRequestAction(id: $id, actionType: REFUND) {
    transaction { refundedAmount { amount } } errors { message } } }`;
const say = (text) => { document.querySelector("#message").textContent = text || ""; };

async function post(url, content, key) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  return fetch(url, { method: "POST", headers, body: JSON.stringify(content) });
}

document.querySelector("#login")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("/staff", { password: event.target.password.value });
  if (answer.ok) location.reload();
  else say("That is not the password.");
});

for (const button of document.querySelectorAll(".refund")) {
  const key = crypto.randomUUID();
  button.addEventListener("click", async () => {
    button.disabled = true;
    const hex = button.dataset.payment;
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
    const id = btoa(`TransactionItem:${parts.join("-")}`);
    const answer = await (await post("/graphql/", { query: REFUND, variables: { id } }, key)).json();
    const problem = answer.errors?.[0]?.message || answer.data.result.errors[0]?.message;
    if (problem) say(problem);
    else location.reload();
    button.disabled = false;
  });
}
