/** An alert, an alarm or a digest could not be delivered. */
export class AlertError extends Error {
  /** `message` says what happened, where, and what to do. Never holds a secret. */
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'AlertError';
  }
}
