/** What the element reports with the events of its name; see "The <clover-card> element". */
export interface CloverCardToken {
  token: string;
  brand?: string;
  last4?: string;
  expMonth?: string;
  expYear?: string;
  /** Where 3-D Secure is on: what the server takes as `BrowserInfo`. */
  browser?: Record<string, string | boolean>;
}

/** The server's challenge: a step of 3-D Secure. */
export interface CloverCardChallenge {
  data: Record<string, string>;
  script_url?: string;
  scriptUrl?: string;
}

/** What goes back to the server after the step. */
export interface CloverCardAnswer {
  flow: string;
  flow_status: string;
}

export interface CloverCardError {
  code: string;
  message: string;
  fields: Record<string, string>;
  cause?: unknown;
}

/** The element itself, a control of its form: `document.querySelector("clover-card")`. */
export interface CloverCardElement extends HTMLElement {
  disabled: boolean;
  name: string;
  readonly form: HTMLFormElement | null;
  readonly value: string;
  readonly validity: Pick<ValidityState, "valid" | "valueMissing" | "customError">;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  checkValidity(): boolean;
  reportValidity(): boolean;
  tokenize(): Promise<CloverCardToken>;
  challenge(challenge: CloverCardChallenge | string): Promise<CloverCardAnswer>;
  cancelChallenge(): void;
  reset(): void;
  focus(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "clover-card": CloverCardElement;
  }
  interface HTMLElementEventMap {
    "clover-card:ready": CustomEvent<Record<string, never>>;
    "clover-card:change": CustomEvent<{ complete: boolean; errors: Record<string, string> }>;
    "clover-card:busy": CustomEvent<{ busy: boolean }>;
    "clover-card:token": CustomEvent<CloverCardToken>;
    "clover-card:error": CustomEvent<CloverCardError>;
    "clover-card:challenge-answered": CustomEvent<CloverCardAnswer>;
    "clover-card:challenge-canceled": CustomEvent<Record<string, never>>;
  }
}
