// The payment code of a storefront that was written for Saleor: it knows no more of this
// shop than the address of its API.
"use strict";
const RESULT = "transaction { id } transactionEvent { type message } data errors { message }";
const GATEWAY = `mutation Gateway($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {
  result: paymentGatewayInitialize(id: $id, paymentGateways: $gateways) {
    gatewayConfigs { id data errors { message } } errors { message } } }`;
// The amount is the one on this page: the shop refuses it if another one is due by now.
const START = `mutation Start($id: ID!, $gateway: PaymentGatewayToInitialize!, $key: String,
                              $amount: PositiveDecimal) {
  result: transactionInitialize(id: $id, paymentGateway: $gateway, idempotencyKey: $key,
                                amount: $amount) { ${RESULT} } }`;
const PROCESS = `mutation Process($id: ID!) { result: transactionProcess(id: $id) { ${RESULT} } }`;
const COMPLETE = `mutation Complete($id: ID!) {
  result: checkoutComplete(id: $id) { order { id } errors { code message } } }`;

const GATEWAY_ID = "clover.payments";
const section = document.querySelector("#checkout");
const { checkout: id, amount, price } = section.dataset;
const kept = `transaction:${id}`;
const [message, progress, unpaid] = ["#message", "#progress", "#unpaid"].map((one) => document.querySelector(one));
let isBusy = false;

/** What is wrong, and what to do: it is read out, and gets the focus. */
function say(text) {
  wait("");
  message.textContent = text || "";
  if (text) message.focus();
}

/** What goes on; the same text twice is not read out again. */
function wait(text) {
  if (text) message.textContent = "";
  if (progress.textContent === text) return;
  const sign = Object.assign(document.createElement("span"), { className: "turning" });
  progress.replaceChildren(...(text ? [sign, text] : []));
}

function showUnpaid(url) {
  wait("");
  unpaid.querySelector("a").href = url;
  if (!unpaid.hidden) return;
  unpaid.hidden = false;
  unpaid.querySelector("h2").focus();
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function send(query, variables) {
  const body = JSON.stringify({ query, variables });
  const headers = { "Content-Type": "application/json" };
  for (;;) {
    const answer = await fetch("/graphql/", { method: "POST", headers, body }).catch(() => null);
    if (answer && answer.status < 500) {
      const content = await answer.json();
      if (!content.data?.result) throw new Error(content.errors?.[0]?.message || "no answer");
      return content.data.result;
    }
    wait("The connection was lost. Trying again…");
    await pause(2);
  }
}

async function finish(result) {
  while (result.data?.status === "checking" || result.data?.status === "waiting") {
    wait(result.data.message || "Waiting for the confirmation of your payment…");
    await pause(1);
    result = await send(PROCESS, { id: result.transaction.id });
  }
  if (result.transactionEvent?.type.endsWith("_SUCCESS")) {
    const done = await send(COMPLETE, { id });
    if (done.order) {
      sessionStorage.removeItem(kept);
      location.replace(`/orders/${atob(done.order.id).split(":")[1]}`);
      return;
    }
    say(done.errors[0].message);
    return;
  }
  if (result.data?.redirectUrl) {
    sessionStorage.setItem(kept, result.transaction.id);
    location.assign(result.data.redirectUrl);
    return;
  }
  say(result.transactionEvent?.message || result.errors[0]?.message);
}

async function showCard() {
  const result = await send(GATEWAY, { id, gateways: [{ id: GATEWAY_ID }] });
  const config = result.gatewayConfigs?.[0];
  if (!config?.data) return say(config?.errors[0]?.message || result.errors[0].message);
  const form = document.querySelector("#card");
  const card = document.createElement("clover-card");
  card.setAttribute("script-url", config.data.scriptUrl);
  card.setAttribute("public-key", config.data.publicKey);
  card.setAttribute("merchant-id", config.data.merchantId);
  card.setAttribute("submit-label", `Pay ${price}`);
  form.replaceChildren(card);
  form.addEventListener("clover-card:token", async (event) => {
    event.preventDefault(); // the form stays here: the token goes to the API
    if (isBusy) return;
    isBusy = true;
    unpaid.hidden = true;
    say("");
    wait("Paying…");
    const gateway = { id: GATEWAY_ID, data: event.detail };
    try {
      await finish(await send(START, { id, gateway, key: crypto.randomUUID(), amount }));
    } catch (error) {
      say(error.message);
    }
    isBusy = false;
    card.reset();
  });
}

function chooseMode(mode) {
  message.textContent = ""; // it was about the other way
  document.querySelector("#card").hidden = mode !== "iframe";
  document.querySelector("#hosted").hidden = mode !== "hosted";
}

document.querySelector("#modes").addEventListener("change", (event) => chooseMode(event.target.value));
document.querySelector("#hosted").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  if (button.disabled) return;
  button.disabled = isBusy = true;
  const data = { mode: "hosted", returnUrl: location.href.split("#")[0] };
  try {
    await finish(await send(START, { id, gateway: { id: GATEWAY_ID, data }, key: crypto.randomUUID(), amount }));
  } catch (error) {
    say(error.message);
  }
  button.disabled = isBusy = false;
});

async function comeBack() {
  // Whoever was on the provider's page comes back here, paid or not: look, and go on looking.
  const transaction = sessionStorage.getItem(kept);
  for (let tries = 0; transaction && tries < 200; tries += 1) {
    const result = await send(PROCESS, { id: transaction });
    if (isBusy) return; // the shopper pays here by now
    if (result.data?.status !== "waiting") {
      sessionStorage.removeItem(kept);
      unpaid.hidden = true;
      await finish(result);
      return;
    }
    if (tries < 8) wait("Looking for your payment…");
    else showUnpaid(result.data.redirectUrl);
    await pause(tries < 8 ? 0.7 : 3);
  }
}

chooseMode("iframe");
showCard().catch((error) => say(error.message));
comeBack().catch((error) => say(error.message));
// The browser may show this page again as it was left: it looks all the same.
addEventListener("pageshow", ({ persisted }) => persisted && comeBack().catch((error) => say(error.message)));
