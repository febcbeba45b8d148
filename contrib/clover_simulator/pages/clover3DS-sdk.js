/*
 * Clover's 3DS script as the simulator plays it: the same public surface, a bank of its own.
 *
 * `executePatch` on the document says that a step is over. The words of its `_3DSStatus` are the
 * simulator's: Clover documents none. What the bank decided is asked of the server alone.
 */
(() => {
  "use strict";

  const script = document.currentScript ??
    [...document.scripts].find((candidate) => candidate.src.includes("/clover3DS-sdk.js"));
  const ORIGIN = new URL(script.src).origin;

  const need = (given, names) => {
    const missing = names.filter((name) => typeof given?.[name] !== "string" || !given[name]);
    if (missing.length) throw new Error(`3-D Secure needs ${missing.join(", ")}.`);
  };

  const openFrame = (address, title) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.title = title;
    return frame;
  };

  const cover = (frame) => {
    const overlay = document.createElement("div");
    overlay.className = "clover-3ds";
    Object.assign(overlay.style, {
      position: "fixed", inset: "0", zIndex: "2147483647", display: "grid", placeItems: "center",
      background: "rgba(0, 0, 0, 0.5)",
    });
    Object.assign(frame.style, {
      width: "min(500px, 100%)", height: "min(600px, 100%)", border: "0", background: "#fff",
    });
    overlay.append(frame);
    frame.addEventListener("load", () => frame.focus(), { once: true });
    return overlay;
  };

  /** The entry point: `new Clover3DS({merchantUuid})`. */
  class Clover3DS {
    constructor(options) {
      need(options, ["merchantUuid"]);
    }

    /** What the bank wants to know of the browser; its address is added by the server. */
    getBrowserInfo() {
      return {
        browser_accept_header: "*/*",
        browser_javascript_enabled: true,
        browser_java_enabled: false,
        browser_language: navigator.language,
        browser_screen_width: String(screen.width),
        browser_screen_height: String(screen.height),
        browser_color_depth: String(screen.colorDepth),
        browser_tz: String(new Date().getTimezoneOffset()),
        browser_user_agent: navigator.userAgent,
        browser_http_origin: location.origin,
      };
    }

    /** Lets the bank look at the browser, in a frame that nobody sees. */
    perform3DSFingerPrinting(given) {
      need(given, ["_3DSServerTransId", "acsMethodUrl", "methodNotificationUrl"]);
      const frame = openFrame(given.acsMethodUrl, "Bank");
      frame.hidden = true;
      this.#run(frame, frame);
    }

    /** Lets the bank ask the shopper, above the page. */
    perform3DSChallenge(given) {
      need(given, ["messageVersion", "acsTransID", "acsUrl", "threeDSServerTransID"]);
      const frame = openFrame(given.acsUrl, "Bank");
      this.#run(frame, cover(frame));
    }

    #run(frame, root) {
      const hear = ({ origin, source, data }) => {
        if (origin !== ORIGIN || source !== frame.contentWindow || data?.type !== "3ds") return;
        window.removeEventListener("message", hear);
        root.remove();
        const detail = { _3DSStatus: data.status };
        document.dispatchEvent(new CustomEvent("executePatch", { detail }));
      };
      window.addEventListener("message", hear);
      document.body.append(root);
    }
  }

  window.Clover3DS = Clover3DS;
})();
