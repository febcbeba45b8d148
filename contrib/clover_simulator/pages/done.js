/*
 * The end of a step of 3-D Secure: tells the script that opened this frame.
 *
 * The status says that the step is over, and not how; whoever hears it learns nothing.
 */
(() => {
  "use strict";

  const status = new URLSearchParams(location.search).get("status") ?? "";
  if (window.parent !== window) window.parent.postMessage({ type: "3ds", status }, "*");
})();
