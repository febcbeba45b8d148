/*
 * The document inside each of the SDK's frames: it draws the inputs, checks them, and, in the
 * frame that holds the card number, gathers the other frames' values and asks for the token.
 *
 * Values travel between frames of this origin only. The embedding page is told which field is
 * touched, which text to show, and at last the token.
 */
(() => {
  "use strict";

  const query = new URLSearchParams(location.search);
  const PARENT = query.get("parent") ?? "";
  const FRENCH = query.get("locale") === "fr-CA";
  const SETTLE_MS = 60;
  const PEERS_TIMEOUT_MS = 2_000;

  const BRANDS = [
    { brand: "VISA", prefix: /^4/, lengths: [13, 16, 19] },
    { brand: "AMEX", prefix: /^3[47]/, lengths: [15], groups: [4, 6, 5], cvv: 4 },
    { brand: "MC", prefix: /^(5[1-5]|2[2-7])/, lengths: [16] },
    { brand: "DISCOVER", prefix: /^(6011|64[4-9]|65)/, lengths: [16, 19] },
    { brand: "DINERS_CLUB", prefix: /^3(0[0-5]|[689])/, lengths: [14], groups: [4, 6, 4] },
    { brand: "JCB", prefix: /^35/, lengths: [16] },
  ];
  const ANY_BRAND = { groups: [4, 4, 4, 4, 3], cvv: 3 };

  const digits = (text) => text.replace(/\D/g, "");
  const brandOf = (number) =>
    ({ ...ANY_BRAND, ...BRANDS.find(({ prefix }) => prefix.test(digits(number))) });

  const passesLuhn = (number) => [...number].reverse().reduce((sum, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0) % 10 === 0;

  const formatNumber = (text) => {
    const rest = digits(text).slice(0, 19);
    let start = 0;
    return brandOf(rest).groups
      .map((size) => rest.slice(start, start += size))
      .filter(Boolean)
      .join(" ");
  };

  const formatDate = (text) => {
    const typed = digits(/^[2-9]/.test(text) ? `0${text}` : text.replace(/^(\d)\//, "0$1/"));
    const year = typed.slice(2, 6);
    return typed.length > 2 || (typed.length === 2 && text.endsWith("/"))
      ? `${typed.slice(0, 2)}/${year}`
      : typed;
  };

  const readDate = (text) => {
    const [month, year] = text.split("/");
    return { month, year: year?.length === 2 ? `20${year}` : year ?? "" };
  };

  const isNumber = (text) => {
    const number = digits(text);
    return Boolean(brandOf(number).lengths?.includes(number.length)) && passesLuhn(number);
  };

  const isDate = (text) => {
    const { month, year } = readDate(text);
    if (!/^(0[1-9]|1[0-2])$/.test(month) || year.length !== 4) return false;
    return new Date(Number(year), Number(month)) > new Date();
  };

  const onlyDigits = (length) => (text) => digits(text).slice(0, length);
  const anyText = (text) => text;

  const texts = (english, french) => (FRENCH ? french : english);
  const named = (english, french) => ({
    label: texts(english, french),
    required: texts(`${english} is required.`, `${french} : ce champ est requis.`),
    invalid: texts(`${english} is invalid.`, `${french} : ce champ n’est pas valide.`),
  });

  // Labels, placeholders and checks of each field. The texts of the four card fields are Clover's.
  const FIELDS = {
    CARD_NUMBER: {
      ...named("Card number", "Numéro de carte"), hint: texts("Card number", "Numéro de carte"),
      autocomplete: "cc-number", inputMode: "numeric",
      format: formatNumber, fits: isNumber, mandatory: true,
    },
    CARD_DATE: {
      ...named("Card expiry", "Date d’expiration"), hint: texts("MM/YY", "MM/AA"),
      autocomplete: "cc-exp", inputMode: "numeric",
      format: formatDate, fits: isDate, mandatory: true,
    },
    CARD_CVV: {
      ...named("Card CVV", "Code de sécurité"), hint: texts("CVV", "CVV"),
      autocomplete: "cc-csc", inputMode: "numeric",
      format: onlyDigits(4), fits: (text) => /^\d{3,4}$/.test(text), mandatory: true,
    },
    CARD_POSTAL_CODE: {
      ...named("Card postal code", "Code postal"), hint: texts("Postal code", "Code postal"),
      autocomplete: "billing postal-code", inputMode: "text",
      format: (text) => text.toUpperCase().slice(0, 10),
      fits: (text) => /^[A-Z0-9][A-Z0-9 -]{2,9}$/.test(text), mandatory: true,
    },
    CARD_NAME: {
      ...named("Cardholder name", "Nom du titulaire"),
      hint: texts("Name on card", "Nom sur la carte"),
      autocomplete: "cc-name", inputMode: "text", format: anyText, fits: () => true,
    },
    CARD_STREET_ADDRESS: {
      ...named("Street address", "Adresse"), hint: texts("Street address", "Adresse"),
      autocomplete: "billing address-line1", inputMode: "text", format: anyText, fits: () => true,
    },
    CARD_PHONE_NUMBER: {
      ...named("Phone number", "Téléphone"), hint: texts("Phone number", "Téléphone"),
      autocomplete: "tel", inputMode: "tel", format: anyText, fits: () => true,
    },
    CARD_EMAIL_ADDRESS: {
      ...named("E-mail address", "Adresse courriel"),
      hint: texts("E-mail address", "Adresse courriel"),
      autocomplete: "email", inputMode: "email", format: anyText, fits: () => true,
    },
  };
  const MANDATORY = Object.keys(FIELDS).filter((type) => FIELDS[type].mandatory);
  const REFUSALS = {
    invalid_number: "CARD_NUMBER", incorrect_number: "CARD_NUMBER",
    invalid_card_type: "CARD_NUMBER",
    invalid_expiry_month: "CARD_DATE", invalid_expiry_year: "CARD_DATE",
    invalid_cvc: "CARD_CVV", incorrect_cvc: "CARD_CVV",
  };

  const tellParent = (message) => {
    if (PARENT && window.parent !== window) window.parent.postMessage(message, PARENT);
  };

  /** One labelled input, its formatting and its state. */
  class Field {
    touched = false;
    settled = "";
    #timer;

    constructor(type) {
      this.type = type;
      this.spec = FIELDS[type];
      this.box = document.createElement("div");
      this.box.className = `field ${type.toLowerCase().replaceAll("_", "-")}`;
      this.input = this.#drawInput();
      this.note = document.createElement("span");
      this.note.className = "error";
      this.note.id = `${type}-error`;
      this.box.append(this.input, this.note);
      if (type === "CARD_NUMBER") this.#drawBrand();
    }

    get error() {
      if (!this.settled) return this.spec.mandatory ? this.spec.required : undefined;
      return this.spec.fits(this.settled) ? undefined : this.spec.invalid;
    }

    get state() {
      return this.touched && this.error
        ? { touched: true, error: this.error }
        : { touched: this.touched };
    }

    /** Takes the value as it stands, as a blur does. */
    settle() {
      clearTimeout(this.#timer);
      this.settled = this.input.value.trim();
    }

    /** Marks the field as visited and shows its error to the eye and to assistive technology. */
    touch() {
      this.touched = true;
      this.show(this.error);
    }

    show(error) {
      this.input.setAttribute("aria-invalid", String(Boolean(error)));
      this.note.textContent = error ?? "";
    }

    #drawInput() {
      const input = document.createElement("input");
      const { label, hint, autocomplete, inputMode, mandatory } = this.spec;
      Object.assign(input, {
        id: this.type, name: this.type.toLowerCase(), type: "text", placeholder: hint,
        autocomplete, inputMode, spellcheck: false, required: Boolean(mandatory),
      });
      input.setAttribute("aria-label", label);
      input.setAttribute("aria-invalid", "false");
      input.setAttribute("aria-describedby", `${this.type}-error`);
      input.addEventListener("input", () => this.#typed());
      input.addEventListener("focus", () => this.#tell("focus"));
      input.addEventListener("blur", () => this.#left());
      return input;
    }

    #typed() {
      this.#reformat();
      clearTimeout(this.#timer);
      // Clover's fields need a moment, too: a token asked for in the same tick misses the value.
      this.#timer = setTimeout(() => {
        this.settle();
        if (!this.error) this.show();
        this.#tell("change");
      }, SETTLE_MS);
    }

    #left() {
      this.settle();
      this.touch();
      this.#tell("blur");
    }

    #tell(event) {
      tellParent({ type: "state", event, fields: { [this.type]: this.state } });
    }

    #reformat() {
      const { input } = this;
      const before = input.value;
      const kept = before.slice(0, input.selectionStart).replace(/[^0-9A-Za-z]/g, "").length;
      const after = this.spec.format(before);
      if (this.brand) this.#showBrand(after);
      if (after === before) return;
      const atEnd = input.selectionStart === before.length;
      input.value = after;
      const caret = atEnd ? after.length : placeAfter(after, kept);
      input.setSelectionRange(caret, caret);
    }

    #drawBrand() {
      this.brand = document.createElement("span");
      this.brand.className = "brand";
      this.box.append(this.brand);
    }

    #showBrand(number) {
      this.brand.textContent = brandOf(number).brand?.replace("_CLUB", "") ?? "";
    }
  }

  const placeAfter = (text, count) => {
    let seen = 0;
    const place = [...text].findIndex((character) => /[0-9A-Za-z]/.test(character) && ++seen > count);
    return place < 0 ? text.length : place;
  };

  const element = query.get("element");
  const fields = (element === "CARD" ? MANDATORY : [element])
    .filter((type) => type in FIELDS)
    .map((type) => new Field(type));

  /** Visits every field and gives what has settled; a value still being typed is not there yet. */
  const report = () => {
    for (const field of fields) field.touch();
    return Object.fromEntries(
      fields.map(({ type, settled, error }) => [type, { value: settled, error }]));
  };

  /** The values of this origin's other frames, by field; silent frames are left out. */
  const askPeers = (peers) => new Promise((resolve) => {
    if (peers.length === 0) { resolve({}); return; }
    const round = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const found = {};
    const finish = () => {
      clearTimeout(timer);
      channel.removeEventListener("message", collect);
      resolve(found);
    };
    const collect = ({ data }) => {
      if (data.reply !== round) return;
      Object.assign(found, data.values);
      if (peers.every((peer) => peer in found)) finish();
    };
    const timer = setTimeout(finish, PEERS_TIMEOUT_MS);
    channel.addEventListener("message", collect);
    channel.postMessage({ round });
  });

  const channel = new BroadcastChannel(`clover-simulator-${query.get("group")}`);
  channel.addEventListener("message", ({ data }) => {
    if (!data.round) return;
    channel.postMessage({ reply: data.round, values: report() });
    tellParent({ type: "state", fields: states() });
  });

  const states = () => Object.fromEntries(fields.map(({ type, state }) => [type, state]));

  const errorsOf = (values) => {
    const errors = {};
    for (const type of MANDATORY) {
      if (!values[type]) errors[type] = FIELDS[type].required;
    }
    for (const [type, { error }] of Object.entries(values)) {
      if (error) errors[type] = error;
    }
    const { cvv } = brandOf(values.CARD_NUMBER?.value ?? "");
    if (!errors.CARD_CVV && values.CARD_CVV.value.length !== cvv) {
      errors.CARD_CVV = FIELDS.CARD_CVV.invalid;
    }
    return errors;
  };

  const cardOf = (values) => {
    const number = digits(values.CARD_NUMBER.value);
    const { month, year } = readDate(values.CARD_DATE.value);
    const card = {
      number, exp_month: month, exp_year: year, cvv: values.CARD_CVV.value,
      brand: brandOf(number).brand, first6: number.slice(0, 6), last4: number.slice(-4),
      address_zip: values.CARD_POSTAL_CODE.value,
    };
    if (values.CARD_NAME?.value) card.name = values.CARD_NAME.value;
    if (values.CARD_STREET_ADDRESS?.value) card.address_line1 = values.CARD_STREET_ADDRESS.value;
    return card;
  };

  const readAnswer = async (response) => {
    const body = await response.json().catch(() => ({}));
    if (response.ok) return { token: body.id, card: body.card };
    const field = REFUSALS[body.error?.code];
    const text = body.error?.message ?? body.message ?? `status ${response.status}`;
    if (field) return { errors: { [field]: text } };
    return { failure: `The token request was refused: ${text}.` };
  };

  const tokenize = async ({ isMultipay, peers }) => {
    const values = { ...report(), ...await askPeers(peers) };
    tellParent({ type: "state", fields: states() });
    const errors = errorsOf(values);
    if (Object.keys(errors).length) return { errors };
    const answer = await readAnswer(await send("POST", "v1/tokens", { card: cardOf(values) }));
    return isMultipay && answer.token ? makeMultipay(answer) : answer;
  };

  const makeMultipay = async (answer) => {
    const { token } = answer;
    const response = await send("PUT", `v1/tokens/${token}`, { token, type: "MULTIPAY" });
    return response.ok ? answer : readAnswer(response);
  };

  const send = (method, path, body) => fetch(path, {
    method,
    headers: { "apikey": query.get("apiKey"), "content-type": "application/json" },
    body: JSON.stringify(body),
  });

  const answer = async (message) => {
    const reply = await tokenize(message)
      .catch(() => ({ failure: "The token request did not reach the simulator." }));
    tellParent({ type: "answer", request: message.request, answer: reply });
  };

  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== PARENT || source !== window.parent) return;
    if (data.type === "tokenize") answer(data);
  });

  // A page can focus a frame, not an input inside it: the frame passes the focus on, unless
  // the shopper is elsewhere by now: a timer waits behind what is typed.
  window.addEventListener("focus", () => setTimeout(() => {
    if (!document.hasFocus() || document.activeElement !== document.body) return;
    const first = fields.find(({ state }) => state.error) ?? fields[0];
    first?.input.focus();
  }));

  /** `'card-number input'` means the input of that field, as in Clover's styles; brands are text. */
  const selectorOf = (selector) =>
    selector.replace(/^(card-[a-z-]+)(?=\s|$)/, ".$1").replace("img.brand", ".brand");

  const applyStyles = (styles) => {
    const sheet = new CSSStyleSheet();
    for (const [selector, declarations] of Object.entries(styles)) {
      try {
        sheet.insertRule(`${selectorOf(selector)} {}`, sheet.cssRules.length);
      } catch {
        continue; // another browser's pseudo-element
      }
      Object.assign(sheet.cssRules[sheet.cssRules.length - 1].style, declarations);
    }
    document.adoptedStyleSheets = [sheet];
  };

  const reportHeight = () => {
    const height = Math.ceil(document.querySelector("#fields").getBoundingClientRect().height);
    tellParent({ type: "resize", height });
  };

  document.documentElement.lang = FRENCH ? "fr-CA" : "en";
  document.body.className = element === "CARD" ? "card" : "alone";
  document.querySelector("#fields").append(...fields.map(({ box }) => box));
  document.title = fields.length === 1 ? fields[0].spec.label : texts("Card", "Carte");
  applyStyles(JSON.parse(query.get("styles") || "{}"));
  if (element === "CARD") new ResizeObserver(reportHeight).observe(document.querySelector("#fields"));
  tellParent({ type: "ready" });
})();
