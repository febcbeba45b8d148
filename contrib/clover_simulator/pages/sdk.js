/*
 * Clover's iframe SDK as the simulator plays it: the same public surface, a wire of its own.
 *
 * The card never enters the page that loads this script. Each element is an iframe of the
 * simulator's origin; the frames hand their values to one another inside that origin, and only
 * states, error texts and the finished token come back here.
 */
(() => {
  "use strict";

  // As with Clover's own script, the place it was loaded from says where the frames live.
  const script = document.currentScript ??
    [...document.scripts].find((candidate) => candidate.src.includes("/sdk.js"));
  const WIDGET = new URL("widget.html", script.src);

  const CARD_FIELDS = ["CARD_NUMBER", "CARD_DATE", "CARD_CVV", "CARD_POSTAL_CODE"];
  const OPTIONAL_FIELDS =
    ["CARD_NAME", "CARD_STREET_ADDRESS", "CARD_PHONE_NUMBER", "CARD_EMAIL_ADDRESS"];
  const ELEMENTS = ["CARD", ...CARD_FIELDS, ...OPTIONAL_FIELDS];
  const COLLECTORS = ["CARD", "CARD_NUMBER"];
  const LOCALES = ["en", "en-CA", "fr-CA"];
  const FRAME_TIMEOUT_MS = 10_000;

  const FOOTER = {
    "en": { secure: "Secure payments powered by Clover (simulator)", privacy: "Privacy policy" },
    "fr-CA": {
      secure: "Paiements sécurisés par Clover (simulateur)",
      privacy: "Politique de confidentialité",
    },
  };

  const within = (milliseconds, promise, message) => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(message)), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };

  const randomId = () =>
    [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join("");

  const refuse = (what) => () => {
    throw new Error(`The Clover simulator does not offer ${what}; it tokenizes cards only.`);
  };

  /** One mounted iframe and the talk with it. */
  class Frame {
    #answers = new Map();
    #markReady;

    constructor(element, iframe) {
      this.element = element;
      this.type = element.type;
      this.iframe = iframe;
      this.ready = new Promise((resolve) => { this.#markReady = resolve; });
    }

    get fields() {
      return this.type === "CARD" ? CARD_FIELDS : [this.type];
    }

    ask(message) {
      const request = randomId();
      const answer = new Promise((resolve) => this.#answers.set(request, resolve));
      this.iframe.contentWindow.postMessage({ ...message, request }, WIDGET.origin);
      return answer;
    }

    receive(message) {
      if (message.type === "ready") this.#markReady();
      if (message.type === "resize") this.iframe.style.height = `${message.height}px`;
      if (message.type === "answer") this.#settle(message);
    }

    #settle({ request, answer }) {
      this.#answers.get(request)?.(answer);
      this.#answers.delete(request);
    }
  }

  /** What `elements.create()` returns. */
  class CloverElement {
    #clover;
    #listeners = new Map();

    constructor(clover, type, styles) {
      this.#clover = clover;
      this.type = type;
      this.styles = styles;
    }

    /** Adds the frame to the first container that matches the selector. */
    mount(selector) {
      const container = document.querySelector(selector);
      if (!container) throw new Error(`No container matches the selector ${selector}.`);
      this.#clover.addFrame(this, container);
    }

    addEventListener(name, listener) {
      if (this.#listeners.has(name)) throw new Error(`${name} event is already registered`);
      this.#listeners.set(name, listener);
    }

    removeEventListener(name) {
      this.#listeners.delete(name);
    }

    tell(name, state) {
      this.#listeners.get(name)?.(state);
    }
  }

  /** What `clover.elements()` returns: the factory of elements. */
  class Elements {
    #clover;

    constructor(clover) {
      this.#clover = clover;
    }

    create(type, styles = {}) {
      if (!ELEMENTS.includes(type)) {
        throw new Error(
          `The Clover simulator has no ${type} element; it knows ${ELEMENTS.join(", ")}.`);
      }
      return new CloverElement(this.#clover, type, styles);
    }
  }

  /** What one `new Clover(…)` knows: its frames and the state of their fields. */
  class Session {
    #frames = [];
    #state = {};

    constructor(publicKey, options) {
      this.publicKey = publicKey;
      this.merchantId = options.merchantId ?? "";
      this.locale = LOCALES.includes(options.locale) ? options.locale : "en";
      this.group = randomId();
      window.addEventListener("message", (event) => this.#receive(event));
    }

    addFrame(element, container) {
      const iframe = document.createElement("iframe");
      iframe.src = this.#address(element);
      iframe.title = `Clover ${element.type.toLowerCase().replaceAll("_", " ")}`;
      Object.assign(iframe.style, { width: "100%", height: "100%", border: "0" });
      const frame = new Frame(element, iframe);
      this.#frames.push(frame);
      for (const field of frame.fields) this.#state[field] = { touched: false };
      container.append(iframe);
    }

    async createToken(isMultipay) {
      const frames = this.#liveFrames();
      const collector = frames.find(({ type }) => COLLECTORS.includes(type));
      if (!collector) return { errors: { CARD_NUMBER: "Card number is required." } };
      await within(
        FRAME_TIMEOUT_MS,
        Promise.all(frames.map(({ ready }) => ready)),
        "The card fields did not load in time.",
      );
      const peers = frames.filter((frame) => frame !== collector).flatMap(({ fields }) => fields);
      const { failure, ...answer } = await collector.ask({ type: "tokenize", isMultipay, peers });
      if (failure) throw new Error(failure);
      return answer;
    }

    #address({ type, styles }) {
      const address = new URL(WIDGET);
      const query = {
        element: type, parent: location.origin, apiKey: this.publicKey, mId: this.merchantId,
        locale: this.locale, group: this.group, styles: JSON.stringify(styles),
      };
      for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
      return address.href;
    }

    #liveFrames() {
      this.#frames = this.#frames.filter(({ iframe }) => iframe.isConnected);
      return this.#frames;
    }

    #receive({ origin, source, data }) {
      if (origin !== WIDGET.origin) return;
      const frame = this.#frames.find(({ iframe }) => iframe.contentWindow === source);
      if (!frame) return;
      frame.receive(data);
      if (data.type !== "state") return;
      Object.assign(this.#state, data.fields);
      if (data.event) frame.element.tell(data.event, structuredClone(this.#state));
    }
  }

  const addFooter = ({ locale, showSecurePayments = true, showPrivacyPolicy = true }) => {
    if (document.querySelector("body > .clover-footer")) return;
    const texts = FOOTER[locale] ?? FOOTER.en;
    const footer = document.createElement("div");
    footer.className = "clover-footer";
    Object.assign(footer.style, {
      padding: "16px", textAlign: "center", font: "12px/1.5 system-ui, sans-serif",
      color: "#5b6470",
    });
    if (showSecurePayments) footer.append(texts.secure);
    if (showPrivacyPolicy) footer.append(footer.firstChild ? " · " : "", privacyLink(texts));
    document.body.append(footer);
  };

  const privacyLink = (texts) => {
    const link = document.createElement("a");
    link.href = "https://www.clover.com/privacy-policy";
    link.textContent = texts.privacy;
    link.style.color = "inherit";
    return link;
  };

  /** The entry point: `new Clover(publicKey, {merchantId, locale, …})`. */
  class Clover {
    #session;
    #elements;

    constructor(publicKey, options = {}) {
      if (!publicKey) throw new Error("Apikey is required");
      this.#session = new Session(publicKey, options);
      this.#elements = new Elements(this.#session);
      addFooter(options);
    }

    /** The one factory of this instance. */
    elements() {
      return this.#elements;
    }

    /** Resolves to `{token, card}`, or to `{errors}` when a field is not fit. */
    createToken(isMultipay = false) {
      return this.#session.createToken(isMultipay);
    }

    createAchToken = refuse("bank accounts (createAchToken)");
    createGiftCardToken = refuse("gift cards (createGiftCardToken)");
    createApplePaymentRequest = refuse("Apple Pay (createApplePaymentRequest)");
    updateApplePaymentRequest = refuse("Apple Pay (updateApplePaymentRequest)");
    updateApplePaymentStatus = refuse("Apple Pay (updateApplePaymentStatus)");
  }

  window.Clover = Clover;
})();
