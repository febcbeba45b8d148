/*
 * <clover-card>: Clover's card fields as one element of a form.
 *
 * Loads Clover's own SDK once per page, mounts its iframes in the light DOM (the SDK finds its
 * containers by a selector in the document), and is a control of its form: it turns a submit into
 * "ask for a token, take it as the control's value, submit". The card never enters this page.
 */
(() => {
  "use strict";

  // A page whose policy names a nonce has given it to this script; the SDK needs it, too.
  const nonce = document.currentScript?.nonce ?? "";

  const SDK_TIMEOUT_MS = 15_000;
  const TOKEN_TIMEOUT_MS = 30_000;
  // What the bank wants to know of the browser is worth no longer wait: a payment goes without it.
  const BROWSER_TIMEOUT_MS = 3_000;
  // Clover's fields hand over their value shortly after they lose focus, not in the same tick.
  const SETTLE_MS = 150;

  const LABELS = {
    CARD: "card", CARD_NUMBER: "number", CARD_DATE: "date", CARD_CVV: "cvv",
    CARD_POSTAL_CODE: "postal-code",
  };
  const FIELDS = Object.keys(LABELS).slice(1);
  const SDK_LOCALES = ["en", "en-CA", "fr-CA"];
  // How Clover's texts say that a field is empty, or not fit; any other is passed on as it is.
  const REQUIRED_TEXT = /required|requis|obligatoire/i;
  const INVALID_TEXT = /invalid|valide/i;

  // Written, not drawn: the logos are their owners'. By Clover's name for the brand.
  const BRANDS = {
    VISA: "Visa", MC: "Mastercard", AMEX: "Amex", DISCOVER: "Discover",
    DINERS_CLUB: "Diners Club", JCB: "JCB",
  };
  const USUAL_BRANDS = "visa mc amex discover";
  const REQUIRED = ["script-url", "public-key", "merchant-id"];

  // What Clover's 3DS script says of the browser, and under which names the server takes it.
  const BROWSER = {
    browser_accept_header: "accept_header", browser_javascript_enabled: "javascript_enabled",
    browser_java_enabled: "java_enabled", browser_language: "language",
    browser_screen_width: "screen_width", browser_screen_height: "screen_height",
    browser_color_depth: "color_depth", browser_tz: "time_zone_offset",
    browser_user_agent: "user_agent", browser_http_origin: "origin",
  };
  const BROWSER_NAME = "clover_browser";
  // The steps of 3-D Secure: the script's function for each, and what it is given.
  const STEPS = {
    method: {
      run: "perform3DSFingerPrinting",
      names: ["_3DSServerTransId", "acsMethodUrl", "methodNotificationUrl"],
    },
    challenge: {
      run: "perform3DSChallenge",
      names: ["messageVersion", "acsTransID", "acsUrl", "threeDSServerTransID"],
    },
  };

  const TEXTS = {
    en: {
      card: "Card details", number: "Card number", date: "Expiry date", cvv: "Security code",
      "postal-code": "Postal code",
      busy: "Checking your card…",
      required: (label) => `${label}: this field is required.`,
      invalid: (label) => `${label}: this is not valid, please check it.`,
      other: (label, text) => `${label}: ${text}`,
      brands: "Accepted cards",
      sdk_unavailable: "The card fields could not be loaded. Nothing was charged.",
      not_ready: "The card fields are still loading. Please try again in a moment.",
      tokenize_failed: "Your card could not be checked. Nothing was charged; please try again.",
      configuration: "Card payment is not available right now.",
      challenge_failed: "Your bank could not be asked. Please try again.",
      retry: "Try again",
    },
    fr: {
      card: "Carte de crédit", number: "Numéro de carte", date: "Date d’expiration",
      cvv: "Code de sécurité", "postal-code": "Code postal",
      busy: "Vérification de la carte…",
      required: (label) => `${label} : ce champ est requis.`,
      invalid: (label) => `${label} : ce champ n’est pas valide, veuillez le vérifier.`,
      other: (label, text) => `${label} : ${text}`,
      brands: "Cartes acceptées",
      sdk_unavailable: "Les champs de carte n’ont pas pu être chargés. Rien n’a été débité.",
      not_ready: "Les champs de carte se chargent encore. Réessayez dans un instant.",
      tokenize_failed: "La carte n’a pas pu être vérifiée. Rien n’a été débité; réessayez.",
      configuration: "Le paiement par carte n’est pas disponible pour le moment.",
      challenge_failed: "Votre banque n’a pas pu être interrogée. Veuillez réessayer.",
      retry: "Réessayer",
    },
    es: {
      card: "Datos de la tarjeta", number: "Número de tarjeta", date: "Vencimiento",
      cvv: "Código CVV", "postal-code": "Código postal",
      busy: "Comprobando la tarjeta…",
      required: (label) => `${label}: este campo es obligatorio.`,
      invalid: (label) => `${label}: no es válido, compruébelo.`,
      other: (label) => `${label}: no es válido, compruébelo.`,
      brands: "Tarjetas aceptadas",
      sdk_unavailable: "No se pudieron cargar los campos de la tarjeta. No se ha cobrado nada.",
      not_ready: "Los campos de la tarjeta aún se están cargando. Inténtelo en un momento.",
      tokenize_failed: "No se pudo comprobar la tarjeta. No se ha cobrado nada; reinténtelo.",
      configuration: "El pago con tarjeta no está disponible en este momento.",
      challenge_failed: "No se pudo consultar a su banco. Inténtelo de nuevo.",
      retry: "Reintentar",
    },
  };

  const THEME = {
    "font": "inherit",
    "font-size": "16px",
    "color": "#1c2430",
    "placeholder": "#6b7480",
    "background": "#ffffff",
    "border": "#8a94a3",
    "radius": "8px",
    "gap": "14px",
    "height": "44px",
    "single-height": "104px",
    "focus": "var(--clover-card-accent, #1a7f37)",
    "error": "#b3261e",
    "accent": "#1a7f37",
    "accent-text": "#ffffff",
  };
  const themed = (name) => `var(--clover-card-${name}, ${THEME[name]})`;

  // In a layer, so that any rule of the page wins without a fight over specificity.
  const SHEET = `@layer clover-card {
    clover-card { display: block; font-family: ${themed("font")}; }
    clover-card:disabled { opacity: 0.55; }
    clover-card [hidden] { display: none; }
    .clover-card-brands {
      display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 10px; padding: 0; list-style: none;
    }
    .clover-card-brand {
      padding: 0 7px; font-size: 12px; font-weight: 600; line-height: 20px;
      border: 1px solid ${themed("border")}; border-radius: 4px;
    }
    .clover-card-brand[data-recognized] {
      color: ${themed("accent-text")}; background: ${themed("accent")};
      border-color: ${themed("accent")};
    }
    .clover-card-fields { display: flex; flex-wrap: wrap; gap: ${themed("gap")} 12px; }
    .clover-card-field { flex: 1 1 120px; min-width: 0; }
    .clover-card-field:first-child { flex-basis: 100%; }
    .clover-card-label {
      display: block; overflow: hidden; margin-bottom: 4px; font-size: 14px; font-weight: 600;
      line-height: 1.5; text-overflow: ellipsis; white-space: nowrap;
    }
    .clover-card-frame {
      overflow: hidden; height: ${themed("height")}; background: ${themed("background")};
      border: 1px solid ${themed("border")}; border-radius: ${themed("radius")};
    }
    .clover-card-frame iframe { display: block; width: 100%; height: 100%; border: 0; }
    [data-focused] .clover-card-frame {
      border-color: ${themed("focus")}; box-shadow: 0 0 0 1px ${themed("focus")};
      outline: 2px solid transparent;
    }
    [data-invalid] .clover-card-frame { border-color: ${themed("error")}; }
    [data-field=CARD] .clover-card-frame {
      height: auto; background: none; border: 0; box-shadow: none;
    }
    [data-field=CARD] iframe { min-height: ${themed("single-height")}; }
    .clover-card-error, .clover-card-message {
      margin: 4px 0 0; font-size: 14px; line-height: 1.4; color: ${themed("error")};
    }
    .clover-card-message:not(:empty) { margin-top: 12px; }
    .clover-card-aside {
      position: absolute; overflow: hidden; width: 1px; height: 1px; margin: 0;
      clip-path: inset(50%); white-space: nowrap;
    }
    .clover-card-submit, .clover-card-retry {
      min-height: 44px; margin-top: 8px; padding: 0 16px; font: inherit; font-weight: 600;
      color: ${themed("accent-text")}; background: ${themed("accent")};
      border: 1px solid transparent; border-radius: ${themed("radius")}; cursor: pointer;
    }
    .clover-card-retry {
      color: inherit; background: none; border-color: ${themed("border")};
    }
    .clover-card-submit { width: 100%; margin-top: 18px; }
    .clover-card-submit[aria-disabled=true] { opacity: 0.65; cursor: progress; }
  }`;

  const adoptSheet = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };

  const within = (milliseconds, promise) => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("timed out")), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };

  // The luminance on which black and white are read equally well.
  const MIDDLE_LUMINANCE = 0.179;

  /** Red, green and blue of any CSS colour, from 0 to 1; nothing for what is none. */
  const readColor = (text) => {
    const probe = make("span", "");
    probe.style.color = text;
    probe.hidden = true;
    document.body.append(probe);
    const found = probe.style.color && getComputedStyle(probe).color.match(/^rgba?\((.*)\)$/);
    probe.remove();
    return found ? found[1].match(/[\d.]+/g).slice(0, 3).map((part) => part / 255) : [];
  };

  const luminance = (...parts) => {
    const [red, green, blue] = parts.map(
      (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const make = (tag, className, properties = {}) =>
    Object.assign(document.createElement(tag), { className, ...properties });

  /** Why there is no token: `code`, a text for the shopper, and the texts by field. */
  class CardError extends Error {
    constructor(code, message, { fields = {}, cause } = {}) {
      super(message, { cause });
      this.name = "CloverCardError";
      this.code = code;
      this.fields = fields;
    }
  }

  const loads = new Map();

  const injectScript = (url) => {
    const script = make("script", "", { src: url, async: true, nonce });
    document.head.append(script);
    return script;
  };

  const fetchSdk = async (url, name) => {
    if (window[name]) return;
    const script = [...document.scripts].find(({ src }) => src === url) ?? injectScript(url);
    const loaded = new Promise((resolve, reject) => {
      script.addEventListener("load", resolve, { once: true });
      script.addEventListener("error", reject, { once: true });
    });
    try {
      await within(SDK_TIMEOUT_MS, loaded);
      if (!window[name]) throw new Error(`${url} defines no ${name}`);
    } catch (error) {
      script.remove();
      throw error;
    }
  };

  /** One load per page and URL, however many elements ask; a failed one may be repeated. */
  const loadSdk = (address, name) => {
    const url = new URL(address, document.baseURI).href;
    if (!loads.has(url)) {
      loads.set(url, fetchSdk(url, name).catch((error) => {
        loads.delete(url);
        throw error;
      }));
    }
    return loads.get(url);
  };

  const loadAuthentication = async (address, merchantUuid) => {
    await loadSdk(address, "Clover3DS");
    return new window.Clover3DS({ merchantUuid });
  };

  const readBrowser = (said) => {
    const info = typeof said === "string" ? JSON.parse(said) : said;
    return Object.fromEntries(
      Object.entries(BROWSER).map(([name, ours]) => [ours, info[name]]));
  };

  /** Runs one step; resolves to what the script says at its end. */
  const runStep = (script, flow, data, signal) => new Promise((resolve, reject) => {
    const { run, names } = STEPS[flow];
    const before = new Set(document.body.children);
    signal.addEventListener("abort", () => {
      // The script has no way to end a step: what it has opened since goes with it.
      for (const node of [...document.body.children]) {
        if (!before.has(node) && (node.localName === "iframe" || node.querySelector("iframe"))) {
          node.remove();
        }
      }
      reject(signal.reason);
    }, { once: true });
    document.addEventListener("executePatch", ({ detail }) => {
      resolve(String(detail?._3DSStatus ?? ""));
    }, { once: true, signal });
    script[run](Object.fromEntries(names.map((name) => [name, data[name]])));
  });

  let count = 0;

  class CloverCard extends HTMLElement {
    // The others are read when the element enters the page: a change would empty the fields.
    static observedAttributes = ["name", "submit-label", "disabled", "form"];
    static formAssociated = true;

    #id = `clover-card-${++count}`;
    #connection; // aborted when the element leaves the page
    #parts;
    #clover;
    #elements = [];
    #starting;
    #loaded = new Set();
    #state = {};
    #errors = {};
    #phase = "idle"; // idle, tokenizing, submitting, submitted
    #attempt; // the token request whose answer still counts
    #internals = this.attachInternals();
    #form; // as long as the element belongs to it
    #token = "";
    #browser; // what the bank wants to know of it, beside the token
    #step; // aborts the step of 3-D Secure that is under way
    #isRefused = false; // whether a listener of the page prevented the submit with the token
    #isChanged = false; // whether another control of the form has changed since the submit
    #isPressed = false;
    #held; // a change of the errors that waits for the pointer to go up

    /** True while the attribute takes the element out of the form. */
    get disabled() {
      return this.hasAttribute("disabled");
    }

    set disabled(value) {
      this.toggleAttribute("disabled", Boolean(value));
    }

    get form() {
      return this.#internals.form;
    }

    /** The name of the token in the form's data. */
    get name() {
      return this.getAttribute("name") || "clover_token";
    }

    set name(value) {
      this.setAttribute("name", value);
    }

    /** The token from its arrival until it is forgotten, else empty. */
    get value() {
      return this.#token;
    }

    // The browser is told of no constraint: it would hold back a submit, and say nothing, while the
    // last field's state is on its way. Whoever asks the element hears what its fields have told.
    get validity() {
      const message = this.validationMessage;
      const customError = Object.keys(this.#errors).length > 0;
      return { valid: !message, customError, valueMissing: Boolean(message) && !customError };
    }

    get validationMessage() {
      const [wrong] = Object.values(this.#errors);
      if (!this.#parts || this.#token || this.#isAway) return "";
      return wrong ?? (this.#isComplete() ? "" : this.#texts.required(this.#label("CARD")));
    }

    get willValidate() {
      return !this.matches(":disabled");
    }

    checkValidity() {
      return this.validity.valid;
    }

    /** Like `checkValidity`; what is wrong is shown beside its field, and gets the focus. */
    reportValidity() {
      const isValid = this.checkValidity();
      if (!isValid && this.#phase === "idle") this.tokenize().catch(() => {});
      return isValid;
    }

    connectedCallback() {
      if (this.#connection) return;
      this.#connection = new AbortController();
      const { signal } = this.#connection;
      // In the capture phase, so that the page's own submit listeners run once, with the token.
      const options = { capture: true, signal };
      document.addEventListener("submit", (event) => this.#onSubmit(event), options);
      for (const name of ["input", "change"]) {
        document.addEventListener(name, (event) => this.#onInput(event), options);
      }
      document.addEventListener("pointerdown", () => { this.#isPressed = true; }, options);
      for (const name of ["pointerup", "pointercancel"]) {
        document.addEventListener(name, () => setTimeout(() => this.#release()), options);
      }
      window.addEventListener("pageshow", ({ persisted }) => persisted && this.reset(), options);
      this.#build();
      this.#start();
    }

    formAssociatedCallback(form) {
      if (this.#form) this.reset(); // frees the buttons of the form that it leaves
      this.#form = form;
    }

    formDisabledCallback() {
      if (this.#parts) this.#applyAttributes();
    }

    /** As every control the fields are empty again; only new frames are. */
    formResetCallback() {
      this.reset();
      if (!this.#connection) return;
      this.#dropElements();
      this.#parts.root.remove();
      this.#build();
      this.#start();
    }

    disconnectedCallback() {
      this.reset();
      this.#connection?.abort();
      this.#connection = undefined;
      this.#dropElements();
      this.#parts?.root.remove();
      this.#parts = undefined;
      this.#removeFooter();
    }

    attributeChangedCallback() {
      if (this.#parts) this.#applyAttributes();
    }

    /**
     * Asks Clover for a token, without submitting anything.
     * @returns {Promise<{token: string, brand?: string, last4?: string, expMonth?: string,
     *   expYear?: string}>} rejected with `code`, `message` and `fields` when there is none
     */
    async tokenize() {
      if (this.#phase !== "idle" || this.#token) throw this.#error("busy");
      const { detail } = await this.#requestToken();
      this.#enter("idle");
      return detail;
    }

    /**
     * Runs a step of 3-D Secure: the challenge with which the server answered the charge.
     * @param {string | {data: Record<string, string>, script_url?: string, scriptUrl?: string}}
     *   challenge the server's, as an object or as JSON
     * @returns {Promise<{flow: string, flow_status: string}>} what goes back to the server;
     *   rejected with `code` and `message` when there is none
     */
    async challenge(challenge) {
      if (this.#step) throw this.#error("busy");
      const step = this.#step = new AbortController();
      try {
        const answer = await this.#runChallenge(challenge, step.signal);
        this.#emit("challenge-answered", answer);
        return answer;
      } catch (error) {
        if (step.signal.aborted) {
          this.#emit("challenge-canceled");
          throw this.#error("cancelled", "The challenge was cancelled.");
        }
        const known = this.#asError(error, "challenge_failed");
        if (this.#parts) this.#fail(known);
        throw known;
      } finally {
        this.#step = undefined;
      }
    }

    /** Closes the bank's page; the server has to be told that the shopper turned back. */
    cancelChallenge() {
      this.#step?.abort();
    }

    async #runChallenge(challenge, signal) {
      const given = typeof challenge === "string" ? JSON.parse(challenge) : challenge;
      const { data = {}, script_url: scriptUrl = given.scriptUrl } = given;
      if (!Object.hasOwn(STEPS, data.flow)) throw new Error(`no step is called ${data.flow}`);
      const address = this.getAttribute("authentication-script-url") || scriptUrl;
      const merchant = this.getAttribute("merchant-id") || data.merchantUuid;
      const script = await loadAuthentication(address, merchant);
      signal.throwIfAborted();
      const running = runStep(script, data.flow, data, signal);
      // The bank's look at the browser is unseen: nobody would know that it hangs.
      const isSeen = data.flow === "challenge";
      const status = await (isSeen ? running : within(TOKEN_TIMEOUT_MS, running));
      if (!status) throw new Error("the 3DS script ended without a status");
      return { flow: data.flow, flow_status: status };
    }

    /** What the bank wants to know; a payment goes without it where it cannot be had. */
    async #describeBrowser() {
      const address = this.getAttribute("authentication-script-url");
      if (!address) return undefined;
      try {
        const loading = loadAuthentication(address, this.getAttribute("merchant-id"));
        return readBrowser((await within(BROWSER_TIMEOUT_MS, loading)).getBrowserInfo());
      } catch (error) {
        console.error("<clover-card>: this payment asks for no 3-D Secure", error);
        return undefined;
      }
    }

    /** Forgets the token and the messages; the next submit asks for a new token. */
    reset() {
      this.cancelChallenge();
      this.#attempt = undefined;
      this.#isRefused = false;
      this.#take("");
      if (!this.#parts) return;
      this.#showErrors({});
      this.#showMessage("");
      this.#enter("idle");
    }

    /** Focuses the first field that needs attention, else the first field. */
    focus() {
      const boxes = this.#parts?.boxes ?? [];
      const box = boxes.find(({ root }) => "invalid" in root.dataset) ?? boxes[0];
      box?.frame.querySelector("iframe")?.focus();
    }

    /** The attribute's language, else that of the page around the element. */
    get #locale() {
      const tag = this.getAttribute("locale") || this.closest("[lang]")?.lang || "en";
      return tag.replace("_", "-").toLowerCase();
    }

    get #language() {
      return this.#locale.split("-")[0];
    }

    get #sdkLocale() {
      const known = SDK_LOCALES.find((locale) => locale.toLowerCase() === this.#locale);
      return known ?? (this.#language === "fr" ? "fr-CA" : "en");
    }

    get #texts() {
      return TEXTS[this.#language] ?? TEXTS.en;
    }

    get #types() {
      return this.getAttribute("layout") === "single" ? ["CARD"] : FIELDS;
    }

    #label(type) {
      return this.getAttribute(`label-${LABELS[type]}`) ?? this.#texts[LABELS[type]];
    }

    #build() {
      const boxes = this.#types.map((type) => this.#buildBox(type));
      const fields = make("div", "clover-card-fields");
      fields.setAttribute("role", "group");
      fields.setAttribute("aria-label", this.#label("CARD"));
      fields.append(...boxes.map(({ root }) => root));
      const brands = this.#buildBrands();
      const message = make("p", "clover-card-message");
      message.setAttribute("role", "alert");
      const status = make("p", "clover-card-status clover-card-aside");
      status.setAttribute("role", "status");
      const retry = make("button", "clover-card-retry", {
        type: "button", hidden: true, textContent: this.#texts.retry,
      });
      retry.addEventListener("click", () => this.#retry());
      const submit = make("button", "clover-card-submit", { type: "submit" });
      const root = make("div", "clover-card");
      root.append(brands, fields, message, retry, status);
      // The frames' load events do not bubble, but they can be captured.
      root.addEventListener("load", (event) => this.#onFrameLoad(event), true);
      this.#parts = { root, boxes, brands, fields, message, status, retry, submit };
      this.#applyAttributes();
      this.append(root);
      this.#tint();
    }

    #buildBrands() {
      const brands = make("ul", "clover-card-brands");
      const names = (this.getAttribute("brands") ?? USUAL_BRANDS).toUpperCase().split(/[\s,]+/);
      for (const name of names.filter((one) => Object.hasOwn(BRANDS, one))) {
        const mark = make("li", "clover-card-brand", { textContent: BRANDS[name] });
        mark.dataset.brand = name;
        brands.append(mark);
      }
      brands.setAttribute("aria-label", this.#texts.brands);
      brands.hidden = !brands.firstChild;
      return brands;
    }

    /** Marks the brand of the card that the token is of; none for no token. */
    #showBrand(brand = "") {
      for (const mark of this.#parts?.brands.children ?? []) {
        mark.toggleAttribute("data-recognized", mark.dataset.brand === brand.toUpperCase());
      }
    }

    /** Takes the page's `accent-color` where no variable names one, and a text that is read on it. */
    #tint() {
      const computed = getComputedStyle(this);
      const isSet = (name) => computed.getPropertyValue(`--clover-card-${name}`).trim() !== "";
      const { accentColor } = computed;
      if (!isSet("accent") && accentColor && accentColor !== "auto") {
        this.style.setProperty("--clover-card-accent", accentColor);
      }
      if (!isSet("accent") || isSet("accent-text")) return;
      const [red, green, blue] = readColor(computed.getPropertyValue("--clover-card-accent"));
      if (red === undefined) return;
      const isBright = luminance(red, green, blue) > MIDDLE_LUMINANCE;
      this.style.setProperty("--clover-card-accent-text", isBright ? "#000000" : "#ffffff");
    }

    #buildBox(type) {
      const id = `${this.#id}-${LABELS[type]}`;
      const root = make("div", "clover-card-field");
      root.dataset.field = type;
      const label = make("span", "clover-card-label", { textContent: this.#label(type) });
      const frame = make("div", "clover-card-frame", { id });
      const error = make("p", "clover-card-error", { id: `${id}-error`, hidden: true });
      label.addEventListener("click", () => frame.querySelector("iframe")?.focus());
      root.append(label, frame, error);
      return { type, fields: type === "CARD" ? FIELDS : [type], root, frame, error };
    }

    #applyAttributes() {
      const { root, submit } = this.#parts;
      const isOff = this.matches(":disabled"); // by its own attribute or a fieldset's
      root.inert = isOff;
      this.#give(this.#token);
      // The button's own form is the one around it, which the attribute may differ from.
      if (this.hasAttribute("form")) submit.setAttribute("form", this.getAttribute("form"));
      else submit.removeAttribute("form");
      submit.textContent = this.getAttribute("submit-label") ?? "";
      // A button without a use is taken out: hidden, it would still be the form's default button.
      if (submit.textContent && !isOff) root.append(submit);
      else submit.remove();
    }

    /** Loads the SDK and mounts the fields; safe to call again after a failure. */
    #start() {
      this.#starting ??= this.#load(this.#connection.signal).finally(() => {
        this.#starting = undefined;
      });
      return this.#starting;
    }

    async #load(signal) {
      // It is looked for again when the card is paid with; a failure stops nothing here.
      const authentication = this.getAttribute("authentication-script-url");
      if (authentication) loadSdk(authentication, "Clover3DS").catch(() => {});
      this.#parts.fields.hidden = false;
      this.#parts.fields.setAttribute("aria-busy", "true");
      try {
        this.#requireAttributes();
        await loadSdk(this.getAttribute("script-url"), "Clover")
          .catch((cause) => { throw this.#error("sdk_unavailable", undefined, { cause }); });
        if (!signal.aborted) this.#mount();
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.fields.hidden = true;
        this.#fail(this.#asError(error, "configuration"));
      }
    }

    #requireAttributes() {
      const missing = REQUIRED.filter((name) => !this.getAttribute(name));
      if (missing.length === 0) return;
      const cause = new Error(`<clover-card> needs the attributes ${missing.join(", ")}`);
      throw this.#error("configuration", undefined, { cause });
    }

    #mount() {
      const clover = new window.Clover(this.getAttribute("public-key"), {
        merchantId: this.getAttribute("merchant-id"), locale: this.#sdkLocale,
      });
      const styles = this.#styles();
      for (const box of this.#parts.boxes) {
        const element = clover.elements().create(box.type, styles);
        element.mount(`#${box.frame.id}`);
        this.#listen(element, box);
        this.#elements.push(element);
        this.#describe(box);
      }
      this.#clover = clover;
      this.#parts.retry.hidden = true;
      this.#showMessage("");
    }

    // The SDK takes one listener for each element and name, and refuses a second.
    #listen(element, box) {
      element.addEventListener("focus", () => { box.root.dataset.focused = ""; });
      element.addEventListener("change", (state) => {
        if (this.#isKept) this.reset(); // it is another card
        this.#onState(state, false);
      });
      element.addEventListener("blur", (state) => {
        delete box.root.dataset.focused;
        this.#onState(state, true);
      });
    }

    #describe({ type, frame, error }) {
      const iframe = frame.querySelector("iframe");
      if (!iframe) return;
      iframe.title = this.#label(type);
      iframe.setAttribute("aria-describedby", error.id);
    }

    #dropElements() {
      for (const element of this.#elements) {
        for (const name of ["focus", "change", "blur"]) element.removeEventListener(name);
      }
      this.#elements = [];
      this.#clover = undefined;
      this.#starting = undefined;
      this.#loaded.clear();
      this.#state = {};
    }

    // Clover's footer belongs to the fields: it goes with the last of them.
    #removeFooter() {
      const others = [...document.querySelectorAll("clover-card")].some((card) => card !== this);
      if (!others) document.querySelector("body > .clover-footer")?.remove();
    }

    async #retry() {
      this.#parts.retry.hidden = true;
      this.#showMessage("");
      await this.#start();
      if (this.#clover) this.focus();
    }

    /** The SDK's styles: the theme's variables as they stand on this element, then `sdk-styles`. */
    #styles() {
      const computed = getComputedStyle(this);
      const value = (name) => computed.getPropertyValue(`--clover-card-${name}`).trim()
        || (name === "focus" ? value("accent") : THEME[name]);
      const single = this.#types.length === 1;
      const input = {
        boxSizing: "border-box", width: "100%", height: value("height"), margin: "0",
        padding: "0 12px", fontFamily: computed.fontFamily, fontSize: value("font-size"),
        color: value("color"), background: single ? value("background") : "transparent",
        border: single ? `1px solid ${value("border")}` : "0",
        borderRadius: single ? value("radius") : "0",
      };
      const focus = { outline: single ? `2px solid ${value("focus")}` : "0" };
      const own = JSON.parse(this.getAttribute("sdk-styles") || "{}");
      return {
        "body": { margin: "0" }, input, "input:focus": focus,
        "input::placeholder": { color: value("placeholder") }, ...own,
      };
    }

    #onFrameLoad({ target }) {
      const box = this.#parts.boxes.find(({ frame }) => frame.contains(target));
      if (!box || this.#loaded.has(box)) return;
      this.#describe(box);
      this.#loaded.add(box);
      if (this.#loaded.size < this.#parts.boxes.length) return;
      this.#parts.fields.removeAttribute("aria-busy");
      this.#emit("ready");
    }

    /** Takes the state of all fields; an error appears when its field is left, not while typing. */
    #onState(state, isLeft) {
      this.#state = state;
      // A text that comes or goes moves the button, and the click that has begun would miss it.
      if (this.#isPressed) {
        this.#held = { isLeft: isLeft || this.#held?.isLeft };
        return;
      }
      const shown = {};
      for (const field of FIELDS) {
        const { error, touched } = state[field] ?? {};
        const isDue = touched && (isLeft || this.#errors[field]);
        if (error && isDue) shown[field] = this.#fieldText(field, error);
      }
      this.#showErrors(shown);
      this.#emit("change", { complete: this.#isComplete(), errors: { ...shown } });
    }

    #release() {
      this.#isPressed = false;
      if (this.#held && this.#parts) this.#onState(this.#state, this.#held.isLeft);
      this.#held = undefined;
    }

    #isComplete() {
      return FIELDS.every((field) => this.#state[field]?.touched && !this.#state[field].error);
    }

    /** Whether the shopper cannot see the element, or it is disabled: it takes no part then. */
    get #isAway() {
      if (!this.#parts || this.matches(":disabled")) return true;
      // `visibilityProperty` was `checkVisibilityCSS`; a browser without the method knows boxes.
      const options = { visibilityProperty: true, checkVisibilityCSS: true };
      const isSeen = (part) => part.checkVisibility?.(options) ?? part.getClientRects().length > 0;
      // An element with `display: contents` has no box, but what is in it has.
      const { root, message, boxes } = this.#parts;
      return ![this, root, message, ...boxes.map(({ frame }) => frame)].some(isSeen);
    }

    /**
     * Whether there is a token whose submit a listener of the page prevented. It may have been sent
     * by the page itself; so it is sent again, and no other, until the card changes.
     */
    get #isKept() {
      if (!this.#token) return false;
      return this.#phase === "idle" || (this.#phase === "submitted" && this.#isRefused);
    }

    #take(token, browser) {
      this.#token = token;
      if (!token) this.#showBrand();
      this.#browser = browser;
      this.#give(token);
    }

    #give(token) {
      const data = new FormData();
      data.append(this.name, token);
      if (this.#browser) data.append(BROWSER_NAME, JSON.stringify(this.#browser));
      this.#internals.setFormValue(token ? data : null);
    }

    /** The one element that answers for the form: that which is at it, else the first in sight. */
    #findFirst() {
      const cards = [...this.form.elements].filter((one) => one instanceof CloverCard && one.#parts);
      const busy = cards.find((one) => one.#phase !== "idle");
      const seen = cards.filter((one) => !one.#isAway);
      if (!busy && seen.length > 1 && seen[0] === this) {
        console.error("<clover-card>: of several in one form only the first is paid with", ...seen);
      }
      return busy ?? seen[0];
    }

    #onSubmit(event) {
      const { submitter } = event;
      if (event.target !== this.form || !this.#parts) return;
      if (this.#phase === "submitting") {
        this.#letGo(event);
        return;
      }
      if (event.defaultPrevented) return;
      const isFirst = this.#findFirst() === this;
      // Before anything else: what hid the card may be the page's own "one moment, please".
      const isBusy = this.#phase !== "idle";
      if (!isBusy && (!isFirst || submitter?.hasAttribute("data-clover-card-skip"))) {
        this.#give("");
        return;
      }
      if (!isBusy && this.#token) {
        this.#letGo(event);
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!isBusy) this.#pay(submitter);
    }

    /** Lets the submit pass, with the token, to the page's listeners and the server. */
    #letGo(event) {
      this.#give(this.#token);
      this.#isRefused = false;
      this.#enter("submitted");
      setTimeout(() => { this.#isRefused = event.defaultPrevented; });
    }

    // A page that refused the submit with the token may wait for a correction: this is one.
    #onInput({ target }) {
      if (!this.form || this.contains(target)) return;
      if (target.form !== this.form && !this.form.contains(target)) return;
      this.#isChanged = true;
      if (this.#isKept) this.#enter("idle");
    }

    /** Whether another payment method was chosen meanwhile. Hidden alone may be a spinner. */
    get #isGivenUp() {
      return this.matches(":disabled") || (this.#isChanged && this.#isAway);
    }

    async #pay(submitter) {
      this.#isChanged = false;
      const { detail, isAllowed } = await this.#requestToken(true).catch(() => ({}));
      if (!detail) return;
      if (!isAllowed) {
        this.#enter("idle");
        return;
      }
      const { form } = this;
      if (!form || !this.#parts || this.#isGivenUp) {
        this.reset();
        return;
      }
      this.#take(detail.token, detail.browser);
      this.#enter("submitting");
      form.requestSubmit(submitter?.form === form ? submitter : null);
      // No submit event came: the browser found another input wanting. The token was not sent.
      if (this.#phase === "submitting") this.reset();
    }

    async #requestToken(isForSubmit) {
      const attempt = this.#attempt = {};
      this.#enter("tokenizing");
      try {
        const answer = await this.#createToken();
        if (isForSubmit && this.#isGivenUp) this.reset();
        this.#refuseStale(attempt);
        return this.#accept(answer);
      } catch (error) {
        this.#refuseStale(attempt);
        const known = this.#asError(error, "tokenize_failed");
        this.#enter("idle");
        this.#fail(known);
        throw known;
      }
    }

    #refuseStale(attempt) {
      if (attempt !== this.#attempt) throw this.#error("cancelled", "The token request was cancelled.");
    }

    async #createToken() {
      if (!this.#clover) {
        this.#start();
        throw this.#error("not_ready");
      }
      const { activeElement } = document;
      if (activeElement.localName === "iframe" && this.contains(activeElement)) activeElement.blur();
      await pause(SETTLE_MS);
      const answer = await within(TOKEN_TIMEOUT_MS, this.#clover.createToken());
      return answer.token ? { ...answer, browser: await this.#describeBrowser() } : answer;
    }

    #accept({ token, card = {}, errors, browser }) {
      if (errors) throw this.#fieldError(errors);
      if (!token) throw this.#error("tokenize_failed");
      this.#showErrors({});
      this.#showMessage("");
      const { brand, last4, exp_month: expMonth, exp_year: expYear } = card;
      const detail = { token, brand, last4, expMonth, expYear };
      this.#showBrand(brand);
      if (browser) detail.browser = browser;
      return { detail, isAllowed: this.#emit("token", detail, true) };
    }

    #fieldError(errors) {
      const fields = Object.fromEntries(
        Object.entries(errors).map(([field, text]) => [field, this.#fieldText(field, text)]));
      return this.#error("invalid_fields", Object.values(fields).join(" "), { fields });
    }

    // Clover names the fields in its own words, and in English and French alone: the shopper reads
    // the field's label, and what is wrong with it in the language of the page.
    #fieldText(field, text) {
      const label = LABELS[field] ? this.#label(field) : field;
      if (REQUIRED_TEXT.test(text)) return this.#texts.required(label);
      return INVALID_TEXT.test(text) ? this.#texts.invalid(label) : this.#texts.other(label, text);
    }

    #error(code, message = this.#texts[code], more = {}) {
      return new CardError(code, message, more);
    }

    #asError(error, code) {
      return error instanceof CardError ? error : this.#error(code, undefined, { cause: error });
    }

    #fail(error) {
      const { code, message, fields, cause } = error;
      if (code === "configuration") console.error(cause);
      const isShown = this.#emit("error", { code, message, fields, cause }, true);
      if (!isShown) return;
      this.#showErrors(fields);
      this.#showMessage(message, code === "invalid_fields");
      this.#parts.retry.hidden = code !== "sdk_unavailable";
      if (code === "invalid_fields") this.focus();
    }

    #showErrors(errors) {
      this.#errors = errors;
      for (const { fields, root, frame, error } of this.#parts.boxes) {
        const texts = fields.map((field) => errors[field]).filter(Boolean);
        error.textContent = texts.join(" ");
        error.hidden = texts.length === 0;
        root.toggleAttribute("data-invalid", texts.length > 0);
        frame.querySelector("iframe")?.setAttribute("aria-invalid", String(texts.length > 0));
      }
    }

    /** The alert; `isAside` when the fields show the same texts, and only a screen reader needs it. */
    #showMessage(text, isAside = false) {
      const { message } = this.#parts;
      message.classList.toggle("clover-card-aside", isAside);
      message.textContent = text;
    }

    #enter(phase) {
      const wasBusy = this.#phase !== "idle";
      const isBusy = phase !== "idle";
      this.#phase = phase;
      if (wasBusy === isBusy) return;
      this.setAttribute("aria-busy", String(isBusy));
      this.#parts.status.textContent = isBusy ? this.#texts.busy : "";
      for (const button of this.#form?.elements ?? []) {
        // Not `disabled`: that would take the focus away and drop the button from the form data.
        if (button.type === "submit") button.setAttribute("aria-disabled", String(isBusy));
      }
      this.#emit("busy", { busy: isBusy });
    }

    #emit(name, detail = {}, cancelable = false) {
      return this.dispatchEvent(
        new CustomEvent(`clover-card:${name}`, { detail, bubbles: true, cancelable }));
    }
  }

  if (!customElements.get("clover-card")) {
    adoptSheet();
    customElements.define("clover-card", CloverCard);
  }
})();
