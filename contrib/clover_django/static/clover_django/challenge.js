// Lets the shopper answer the bank, and sends what comes of it to the shop's server.
"use strict";

{
  const form = document.querySelector("[data-clover-challenge]");
  const problem = document.querySelector("[data-clover-challenge-problem]");
  const challenge = document.getElementById("clover-challenge").textContent;

  const answerBank = async () => {
    await customElements.whenDefined("clover-card");
    const answer = await document.createElement("clover-card").challenge(challenge);
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  };

  answerBank().catch(() => {
    problem.hidden = false;
  });
}
