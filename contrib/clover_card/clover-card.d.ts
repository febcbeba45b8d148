/** What the element tells with the events of its name; see "The <clover-card> element". */
export interface CloverCardToken {
  token: string;
  brand: string;
  last4: string;
  expMonth: number | null;
  expYear: number | null;
}

export interface CloverCardError {
  code: string;
  message: string;
  fields: string[];
  cause?: unknown;
}

/** The element itself: `document.querySelector("clover-card")`. */
export interface CloverCardElement extends HTMLElement {
  tokenize(): Promise<CloverCardToken>;
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
  }
}
